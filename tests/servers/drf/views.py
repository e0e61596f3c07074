"""The read-only endpoints, each limited to what the customer may see."""

# mypy: disable-error-code="import-untyped,misc"

from typing import Any

from django.db.models import QuerySet
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers
from rest_framework_json_api.views import ReadOnlyModelViewSet, RelationshipView

from tests.servers.drf.models import Account, Invoice
from tests.servers.drf.serializers import AccountSerializer, InvoiceSerializer

documented_caching = method_decorator(
    [cache_control(max_age=0, private=True, must_revalidate=True), vary_on_headers("Accept")], name="dispatch"
)


class OwnInvoices:
    """Limits a view of invoices to the approved ones of the customer."""

    request: Any
    queryset = Invoice.objects.all()

    def get_queryset(self) -> QuerySet:
        """Return what the customer may see."""
        own: QuerySet = super().get_queryset()
        return own.filter(account__customer_id=self.request.user.id, approved=True)


@documented_caching
class InvoiceViewSet(OwnInvoices, ReadOnlyModelViewSet):
    """/invoices, /invoices/{id} and /invoices/{id}/account."""

    serializer_class = InvoiceSerializer


@documented_caching
class InvoiceRelationshipView(OwnInvoices, RelationshipView):
    """/invoices/{id}/relationships/account."""

    http_method_names = ("get", "head", "options")
    self_link_view_name = "invoice-relationships"


@documented_caching
class AccountViewSet(ReadOnlyModelViewSet):
    """/accounts and /accounts/{id}."""

    queryset = Account.objects.all()
    serializer_class = AccountSerializer

    def get_queryset(self) -> QuerySet:
        """Return what the customer may see."""
        return super().get_queryset().filter(customer_id=self.request.user.id)
