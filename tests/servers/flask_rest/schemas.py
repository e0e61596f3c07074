"""How accounts and invoices look on the wire."""

# mypy: disable-error-code="import-untyped,misc"

from datetime import datetime
from typing import Any

from marshmallow_jsonapi import fields
from marshmallow_jsonapi.flask import Relationship, Schema

from tests.servers.flask_rest.models import Account, Invoice


class MillisecondsField(fields.DateTime):
    """A date-time with the documented three digits after the seconds."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002
        return None if value is None else value.isoformat(timespec="milliseconds")


def dasherize(name: str) -> str:
    """Return the documented spelling of an attribute's name."""
    return name.replace("_", "-")


class AccountSchema(Schema):
    """An ``accounts`` resource."""

    class Meta:
        type_ = "accounts"
        model = Account
        self_view = "account_detail"
        self_view_kwargs = {"id": "<id>", "_external": True}  # noqa: RUF012
        inflect = dasherize

    id = fields.String()
    name = fields.String()
    balance = fields.Decimal(as_string=True)
    min_balance = fields.Decimal(as_string=True)
    max_balance = fields.Decimal(as_string=True)
    destination_rate_limit = fields.Decimal(as_string=True)
    origination_capacity = fields.Integer()
    termination_capacity = fields.Integer()
    total_capacity = fields.Integer()
    currency = fields.String()


class InvoiceSchema(Schema):
    """An ``invoices`` resource with the relationship ``account``."""

    class Meta:
        type_ = "invoices"
        model = Invoice
        self_view = "invoice_detail"
        self_view_kwargs = {"id": "<id>", "_external": True}  # noqa: RUF012
        inflect = dasherize

    id = fields.String()
    reference = fields.String()
    start_date = MillisecondsField()
    end_date = MillisecondsField()
    has_pdf = fields.Boolean()
    amount_spent = fields.Decimal(as_string=True)
    originated_amount_spent = fields.Decimal(as_string=True)
    originated_calls_count = fields.Integer()
    originated_successful_calls_count = fields.Integer()
    originated_calls_duration = fields.Integer()
    originated_billing_duration = fields.Integer()
    originated_first_call_at = MillisecondsField()
    originated_last_call_at = MillisecondsField()
    terminated_amount_spent = fields.Decimal(as_string=True)
    terminated_calls_count = fields.Integer()
    terminated_successful_calls_count = fields.Integer()
    terminated_calls_duration = fields.Integer()
    terminated_billing_duration = fields.Integer()
    terminated_first_call_at = MillisecondsField()
    terminated_last_call_at = MillisecondsField()
    services_amount_spent = fields.Decimal(as_string=True)
    service_transactions_count = fields.Integer()
    account = Relationship(
        type_="accounts",
        schema="AccountSchema",
        self_view="invoice_account",
        self_view_kwargs={"id": "<id>", "_external": True},
        related_view="account_of_invoice",
        related_view_kwargs={"invoice_id": "<id>", "_external": True},
    )
