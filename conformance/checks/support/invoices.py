"""What checks about one invoice need to know first: which one was asked for, and whether its links can be used."""

from __future__ import annotations

import re

from conformance.checks.support.documents import Object, path_of_request
from conformance.model.exchange import Exchange, NotObserved
from conformance.syntax.urls import host_of, is_uri_reference, path_of, target_of

# The links of the account: their documented paths below that of the invoice.
ACCOUNT_LINKS = {"self": "/relationships/account", "related": "/account"}


def expect_served(exchange: Exchange) -> None:
    """Raise NotObserved unless the valid counterpart of a request that must be refused was answered with 200."""
    if exchange.status != 200:
        raise NotObserved(f"the valid request {exchange.described} was answered {exchange.status}")


def requested_invoice(exchange: Exchange) -> str:
    """Return the id in the path of a request for one invoice. Raises NotObserved for other requests."""
    before, _, last = path_of_request(exchange).rpartition("/")
    if not before.endswith("/invoices") or not last:
        raise NotObserved(f"{exchange.described} does not ask for one invoice")
    return last


def own_resource(exchange: Exchange) -> Object:
    """Return the resource of a 200 answer when it has the requested id. Raises NotObserved otherwise."""
    resource = exchange.resource
    identifier = resource.get("id")
    if not isinstance(identifier, str) or identifier.lower() != requested_invoice(exchange).lower():
        owner = "ITEM-008" if isinstance(identifier, str) else "ITEM-005"
        raise NotObserved(f"{exchange.described} was not answered with the requested invoice", owner=owner)
    return resource


def well_formed(link: str) -> str:
    """Return ``link``. Raises NotObserved when it is not a URI reference."""
    if not is_uri_reference(link):
        raise NotObserved("the link is not a URI reference")
    return link


def id_of(exchange: Exchange) -> str:
    """Return the id of the single resource of a 200 answer. Raises NotObserved when there is none."""
    identifier = exchange.resource.get("id")
    if not isinstance(identifier, str):
        raise NotObserved(f"the resource in the answer to {exchange.described} has no id")
    return identifier


def names_the_account(link: str, item: Exchange, account: str) -> bool:
    """Return whether a link of the invoice ``item`` has the id ``account`` as a path segment or query value."""
    base, _, invoice = path_of_request(item).rpartition("/invoices/")
    path, query = target_of(link, item.request.url)
    words = {*path.removeprefix(base).split("/"), *(value for _, value in query)}
    return account in words and account != invoice


def is_documented(item: Exchange, link: str, below: str) -> bool:
    """Return whether the path of a link of the invoice ``item`` is that of the invoice and ``below``.

    The id is read without case, everything else as it is.
    """
    base, _, invoice = path_of_request(item).rpartition("/")
    wanted = f"{re.escape(base)}/(?i:{re.escape(invoice)}){re.escape(below)}"
    return re.fullmatch(wanted, path_of(link, item.request.url)) is not None


def is_elsewhere(item: Exchange, link: str) -> bool:
    """Return whether ``link`` leads to another host than that of the invoice ``item``, and not below the base path.

    The host of the invoice is the one that was asked and, behind a proxy, the one that the invoice calls its own.
    """
    url = item.request.url
    base = path_of_request(item).rpartition("/invoices/")[0]
    own = {host_of(url, url), host_of(item.self_link, url)}
    return host_of(link, url) not in own and not path_of(link, url).startswith(f"{base}/")


def expect_usable_link(item: Exchange, name: str) -> None:
    """Raise NotObserved when the link ``name`` of the account is malformed or stands where the other one should."""
    other = ACCOUNT_LINKS["related" if name == "self" else "self"]
    if is_documented(item, well_formed(item.account_link(name)), other):
        raise NotObserved(f"the link {name} of the account leads where its other link belongs")
