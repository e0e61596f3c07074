"""The read-only endpoints, each limited to what the customer may see."""

# mypy: disable-error-code="import-untyped,misc"

import functools
from collections.abc import Callable
from typing import Any

from flask import g, request
from flask_rest_jsonapi_next import ResourceDetail, ResourceList, ResourceRelationship
from sqlalchemy.orm import Query
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from tests.servers.flask_rest.models import Account, Invoice, session
from tests.servers.flask_rest.schemas import AccountSchema, InvoiceSchema
from tests.servers.tokens import customer_of


def own_invoices(layer: Any, view_kwargs: dict[str, Any]) -> Query[Invoice]:  # noqa: ARG001
    """Return the approved invoices of the customer."""
    mine = Invoice.account.has(Account.customer_id == g.customer_id)
    return session.query(Invoice).filter(Invoice.approved, mine)


def own_accounts(layer: Any, view_kwargs: dict[str, Any]) -> Query[Account]:  # noqa: ARG001
    """Return the accounts of the customer."""
    return session.query(Account).filter(Account.customer_id == g.customer_id)


def own_object(layer: Any, view_kwargs: dict[str, Any], filter_field: Any, filter_value: Any) -> Query[Any]:
    """Return the object with this id, if it is the customer's."""
    query: Query[Any] = layer.query(view_kwargs)
    return query.filter(filter_field == filter_value)


def account_id_of_invoice(layer: Any, view_kwargs: dict[str, Any]) -> None:
    """Find the account of the invoice in the path; raises NoResultFound, which the library answers with 404."""
    if "invoice_id" in view_kwargs:
        invoice = own_invoices(layer, view_kwargs).filter(Invoice.id == view_kwargs["invoice_id"]).one()
        view_kwargs["id"] = invoice.account_id


def token_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a request pass when the value of Authorization is a valid token."""

    @functools.wraps(view)
    def decorated(*args: Any, **kwargs: Any) -> Any:
        g.customer_id = customer_of(request.headers.get("Authorization", ""))
        if g.customer_id is None:
            raise Unauthorized("Invalid token.", www_authenticate=WWWAuthenticate("jwt", {"realm": "customer-v1"}))
        return view(*args, **kwargs)

    return decorated


class InvoiceList(ResourceList):
    """/invoices."""

    schema = InvoiceSchema
    methods = ("GET",)
    decorators = (token_required,)
    data_layer = {"session": session, "model": Invoice, "methods": {"query": own_invoices}}  # noqa: RUF012


class InvoiceDetail(ResourceDetail):
    """/invoices/{id}."""

    schema = InvoiceSchema
    methods = ("GET",)
    decorators = (token_required,)
    data_layer = {  # noqa: RUF012
        "session": session,
        "model": Invoice,
        "methods": {"query": own_invoices, "retrieve_object_query": own_object},
    }


class InvoiceAccount(ResourceRelationship):
    """/invoices/{id}/relationships/account."""

    schema = InvoiceSchema
    methods = ("GET",)
    decorators = (token_required,)
    data_layer = {  # noqa: RUF012
        "session": session,
        "model": Invoice,
        "methods": {"query": own_invoices, "retrieve_object_query": own_object},
    }


class AccountList(ResourceList):
    """/accounts."""

    schema = AccountSchema
    methods = ("GET",)
    decorators = (token_required,)
    data_layer = {"session": session, "model": Account, "methods": {"query": own_accounts}}  # noqa: RUF012


class AccountDetail(ResourceDetail):
    """/accounts/{id} and /invoices/{id}/account."""

    schema = AccountSchema
    methods = ("GET",)
    decorators = (token_required,)
    data_layer = {  # noqa: RUF012
        "session": session,
        "model": Account,
        "methods": {
            "query": own_accounts,
            "retrieve_object_query": own_object,
            "before_get_object": account_id_of_invoice,
        },
    }
