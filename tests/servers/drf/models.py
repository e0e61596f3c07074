"""The tables of accounts and invoices; the names of the columns are those of the bills."""

# mypy: disable-error-code="import-untyped,misc"

import uuid

from django.db import models


def amount(**options: object) -> models.DecimalField:
    """Return a column for money, within the 15 digits that SQLite keeps exactly."""
    return models.DecimalField(max_digits=15, decimal_places=4, **options)


class Account(models.Model):
    """An account of a customer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    customer_id = models.IntegerField(db_index=True)
    name = models.CharField(max_length=100)
    balance = amount()
    min_balance = amount()
    max_balance = amount()
    destination_rate_limit = amount(null=True)
    origination_capacity = models.IntegerField(null=True)
    termination_capacity = models.IntegerField(null=True)
    total_capacity = models.IntegerField(null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ("name",)


class Invoice(models.Model):
    """An invoice of an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, models.PROTECT, related_name="invoices")
    approved = models.BooleanField(default=False)
    reference = models.CharField(max_length=100, null=True)
    start_date = models.DateTimeField()
    end_date = models.DateTimeField()
    has_pdf = models.BooleanField(default=False)
    amount_spent = amount()
    originated_amount_spent = amount()
    originated_calls_count = models.BigIntegerField()
    originated_successful_calls_count = models.BigIntegerField()
    originated_calls_duration = models.BigIntegerField()
    originated_billing_duration = models.BigIntegerField()
    originated_first_call_at = models.DateTimeField(null=True)
    originated_last_call_at = models.DateTimeField(null=True)
    terminated_amount_spent = amount()
    terminated_calls_count = models.BigIntegerField()
    terminated_successful_calls_count = models.BigIntegerField()
    terminated_calls_duration = models.BigIntegerField()
    terminated_billing_duration = models.BigIntegerField()
    terminated_first_call_at = models.DateTimeField(null=True)
    terminated_last_call_at = models.DateTimeField(null=True)
    services_amount_spent = amount()
    service_transactions_count = models.BigIntegerField()

    class Meta:
        ordering = ("-start_date",)
