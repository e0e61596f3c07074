"""The answers of a correct server to the probes about an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from conformance.model.exchange import Exchange
from tests.support.exchanges import INVOICE_ID, ITEM_PATH, ORIGIN, PREFIX, document, exchange, refusal

ACCOUNT_ID: Final = "5f2a6c1e-0b7d-4c7e-9a55-3d1f0c8e2b41"
OTHER_ID: Final = "6b0d549b-6f03-475a-9600-a35a099950d8"
ACCOUNT_TAG: Final = 'W/"0f0f"'
LINKAGE: Final = {"type": "accounts", "id": ACCOUNT_ID}

# A period with calls in one direction and services: amounts that binary floating point would get wrong.
BUSY: Final[Mapping[str, Any]] = {
    "start-date": "2024-11-07T00:00:00.000Z",
    "end-date": "2024-11-14T00:00:00.000Z",
    "has-pdf": True,
    "amount-spent": "1234567.99012345678901234",
    "originated-amount-spent": "1234567.89012345678901234",
    "originated-calls-count": 12,
    "originated-successful-calls-count": 11,
    "originated-calls-duration": 700,
    "originated-billing-duration": 720,
    "originated-first-call-at": "2024-11-07T00:00:00.000Z",
    "originated-last-call-at": "2024-11-13T23:59:59.999Z",
    "services-amount-spent": "0.1",
    "service-transactions-count": 3,
}


def attribute(name: str) -> str:
    """Return the JSON Pointer of an attribute of the single resource."""
    return f"/data/attributes/{name}"


def busy(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the document of an invoice with calls; ``changes`` as for ``tests.support.exchanges.document``."""
    return document({**{attribute(name): value for name, value in BUSY.items()}, **(changes or {})})


def account() -> dict[str, Any]:
    """Return the resource object of the account with all known attributes."""
    resource: dict[str, Any] = document({"/data/attributes/currency": "CHF"}, "account")["data"]
    return resource


def with_account(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the compound document of the invoice and its account."""
    base = {"/included": [account()], "/data/relationships/account/data": LINKAGE}
    return busy({**base, **(changes or {})})


def linkage(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the document of the relationship."""
    links = {
        name: f"{ORIGIN}{ITEM_PATH}{below}"
        for name, below in (("self", "/relationships/account"), ("related", "/account"))
    }
    return document({"/links": links, **(changes or {})}, "account-linkage")


def _related(probe: str, **parts: Any) -> Exchange:
    given = {"path": f"{ITEM_PATH}/account", "body": {"data": account()}, "headers": {"ETag": ACCOUNT_TAG}}
    return exchange(probe, **{**given, **parts})


def _relationship(probe: str, **parts: Any) -> Exchange:
    return exchange(probe, **{"path": f"{ITEM_PATH}/relationships/account", "body": linkage(), **parts})


def _item(probe: str, **parts: Any) -> Exchange:
    return exchange(probe, **{"body": busy(), **parts})


def _refused(probe: str, status: int, below: str = "", **parts: Any) -> Exchange:
    return refusal(status, probe, path=f"{ITEM_PATH}{below}", **parts)


def everywhere(changes: Mapping[str, Any]) -> dict[str, Exchange]:
    """Return every answer that shows the invoice with ``changes``: JSON Pointer to new value, or to REMOVED."""
    encoded = f"%{ord(INVOICE_ID[0]):02X}{INVOICE_ID[1:]}"
    shown = busy(changes)
    given = (
        _item("item", body=shown),
        _item("item_again", body=shown),
        _item("item_with_account", body=with_account(changes), query="include=account"),
        _item("item_from_self_link", body=shown),
        _item("item_upper_case", body=shown, path=f"{PREFIX}/invoices/{INVOICE_ID.upper()}"),
        _item("item_percent_encoded", body=shown, path=f"{PREFIX}/invoices/{encoded}"),
    )
    return {each.probe: each for each in given}


@cache
def answers() -> Mapping[str, Exchange]:
    """Return the answers of a correct server by the name of the probe."""
    others = (
        exchange("item_not_modified", 304),
        refusal(404, "unknown_item", path=f"{PREFIX}/invoices/{OTHER_ID}"),
        refusal(404, "odd_id", path=f"{PREFIX}/invoices/%25"),
        refusal(404, "malformed_id", path=f"{PREFIX}/invoices/undefined"),
        _relationship("relationship"),
        _relationship(
            "relationship_with_account", body={"data": LINKAGE, "included": [account()]}, query="include=account"
        ),
        _refused("relationship_unknown_include", 400, "/relationships/account", query="include=account.nosuch"),
        _refused("relationship_update", 405, "/relationships/account", method="PATCH"),
        _relationship("relationship_after_update"),
        refusal(404, "unknown_relationship", path=f"{PREFIX}/invoices/{OTHER_ID}/relationships/account"),
        _refused("unknown_relationship_name", 404, "/relationships/nosuch"),
        _related("related"),
        _related(
            "related_sparse",
            body={"data": {**account(), "attributes": {"name": "main"}}},
            query="fields%5Baccounts%5D=name",
        ),
        _refused("related_unknown_include", 400, "/account", query="include=nosuch"),
        _related("related_not_modified", status=304, body=b""),
        _related("account_from_self_link", path=f"{PREFIX}/accounts/{ACCOUNT_ID}"),
        refusal(404, "unknown_related", path=f"{PREFIX}/invoices/{OTHER_ID}/account"),
    )
    return MappingProxyType({**everywhere({}), **{each.probe: each for each in others}})
