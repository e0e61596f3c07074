"""How accounts and invoices look on the wire."""

# mypy: disable-error-code="import-untyped,misc"

from datetime import datetime
from typing import Any

from django.db import models
from rest_framework import fields
from rest_framework_json_api import serializers
from rest_framework_json_api.relations import ResourceRelatedField

from tests.servers.drf.models import Account, Invoice


class MillisecondsField(fields.DateTimeField):
    """A date-time with the documented three digits after the seconds."""

    def to_representation(self, value: datetime) -> str:
        """Return the date-time in RFC 3339 form, in UTC."""
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class AccountSerializer(serializers.HyperlinkedModelSerializer):
    """An ``accounts`` resource."""

    class Meta:
        model = Account
        exclude = ("customer_id",)


class InvoiceSerializer(serializers.HyperlinkedModelSerializer):
    """An ``invoices`` resource with the relationship ``account``."""

    serializer_field_mapping: dict[Any, Any] = {  # noqa: RUF012
        **serializers.HyperlinkedModelSerializer.serializer_field_mapping,
        models.DateTimeField: MillisecondsField,
    }
    account = ResourceRelatedField(
        read_only=True, self_link_view_name="invoice-relationships", related_link_view_name="invoice-related"
    )
    included_serializers = {"account": AccountSerializer}  # noqa: RUF012

    class Meta:
        model = Invoice
        exclude = ("approved",)
