"""The documented paths."""

# mypy: disable-error-code="import-untyped,misc"

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from tests.servers.drf.views import AccountViewSet, InvoiceRelationshipView, InvoiceViewSet
from tests.servers.launch import PREFIX

router = SimpleRouter(trailing_slash=False)
router.register("invoices", InvoiceViewSet)
router.register("accounts", AccountViewSet)

customer_api = [
    path("", include(router.urls)),
    path(
        "invoices/<pk>/relationships/<related_field>", InvoiceRelationshipView.as_view(), name="invoice-relationships"
    ),
    path("invoices/<pk>/<related_field>", InvoiceViewSet.as_view({"get": "retrieve_related"}), name="invoice-related"),
]
urlpatterns = [path(f"{PREFIX[1:]}/", include(customer_api))]
