"""What a correct server answers to the probes about tokens, isolation, the session cookie and https."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any, Final

from conformance.checks import test_cookies, test_isolation, test_tokens, test_transport
from conformance.config.target import UNKNOWN_ID
from conformance.judge.api import claimed
from conformance.model.exchange import Exchange
from conformance.plan import probes
from conformance.plan.parameters import RECORD_WIDE
from conformance.plan.probe import Family, Probe
from conformance.syntax.redaction import AUTH_TOKEN, OTHER_AUTH_TOKEN
from tests.support.exchanges import INVOICE_ID, PREFIX, document, exchange, refusal
from tests.support.judged import outcome

MODULES: Final = (test_tokens, test_isolation, test_cookies, test_transport)
OTHER_ID: Final = "7f150524-34b9-45df-9e77-69b10f4205b4"
HIDDEN_ID: Final = "18f135d2-5f55-4203-b018-50c5a38fd547"
OTHER_ACCOUNT: Final = "36f675cc-81e7-4ef5-a8e2-5d940ed90475"
OTHER_TAG: Final = 'W/"4f4f"'
COOKIE: Final = "_yeti_customer_v1_session"
SET_COOKIE: Final = f"{COOKIE}=[redacted]; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax"
BITS: Final = 256

Check = Callable[..., None]
Given = Mapping[str, Exchange]

_SERVED: Final = frozenset(
    {
        "item",
        "item_head",
        "relationship",
        "related",
        "minted_token",
        "token_valid_since",
        "token_with_right_audience",
        "token_with_extension",
        "item_by_cookie",
    }
)


def other_invoice(number: str = OTHER_ID, **attributes: Any) -> dict[str, Any]:
    """Return the document of the other customer's invoice."""
    changes = {f"/data/attributes/{name}": value for name, value in {"reference": "foreign", **attributes}.items()}
    return document({"/data/id": number, **changes})


def other_account() -> dict[str, Any]:
    """Return the document of the other customer's account."""
    return document({"/data/id": OTHER_ACCOUNT, "/data/attributes/name": "Another customer"}, "account")


def listing(*numbers: str, **meta: Any) -> dict[str, Any]:
    """Return the document of a collection."""
    rows = [{"type": "invoices", "id": number} for number in numbers]
    return {"data": rows, "meta": {"total-count": len(rows), **meta}}


def _answer_to(probe: Probe) -> Exchange:
    name = probe.name
    family = name.partition("[")[0]
    query = probe.query if "_view" in family else None
    where: dict[str, Any] = {"path": _path(family, name), "method": probe.method, "query": query}
    if family in _SERVED or name.startswith("interleaved[own"):
        cookies = {"Set-Cookie": SET_COOKIE} if family == "item_by_cookie" else {}
        asked = {"Cookie": f"{COOKIE}=x"} if cookies else {}
        return exchange(name, headers=cookies, request_headers=asked, started=datetime(2026, 1, 1, tzinfo=UTC), **where)
    shown = _shown(name, family)
    if shown is not None:
        token = OTHER_AUTH_TOKEN if name.startswith(("interleaved[other", "other_", "listing_of_other")) else AUTH_TOKEN
        asked = {"Authorization": token}
        return exchange(name, headers={"ETag": OTHER_TAG}, body=shown, request_headers=asked, **where)
    lines = {"ETag": None, "Cache-Control": "no-store"}
    if family.startswith(("other_", "unknown_", "hidden_")):
        return refusal(404, name, headers=lines, **where, **({"body": b""} if probe.method == "HEAD" else {}))
    return refusal(401, name, headers={**lines, "WWW-Authenticate": "Bearer"}, **where)


def _shown(name: str, family: str) -> dict[str, Any] | None:
    """Return the document that the other customer, or a listing, shows."""
    if family == "other_item_of_owner" or name.startswith("interleaved[other"):
        return other_invoice()
    documents: dict[str, Callable[[], dict[str, Any]]] = {
        "other_account_of_owner": other_account,
        "listing_of_other_customer": lambda: listing(OTHER_ID),
        "listing": lambda: listing(INVOICE_ID),
        "listing_with_account": lambda: listing(INVOICE_ID),
        "accounts_listing": lambda: {"data": []},
        "listing_of_foreign": listing,
        "listing_of_hidden": listing,
    }
    return documents[family]() if family in documents else None


def _path(family: str, name: str) -> str:
    known = {"other_": OTHER_ID, "unknown_": UNKNOWN_ID, "hidden_": HIDDEN_ID, "interleaved[other": OTHER_ID}
    if family == "accounts_listing":
        return f"{PREFIX}/accounts"
    if "listing" in family:
        return f"{PREFIX}/invoices"
    number = next((number for start, number in known.items() if name.startswith(start)), INVOICE_ID)
    below = "/account" if "[relat" in name else ""
    return f"{PREFIX}/invoices/{number}{below}"


def checks(*modules: ModuleType) -> Iterator[tuple[str, Check]]:
    """Yield requirement id and function of every check of ``modules``, all of them by default."""
    for module in modules or MODULES:
        for name, function in vars(module).items():
            if name.startswith("test_") and (requirement := claimed(function)):
                yield requirement, function


@cache
def answers() -> Given:
    """Return the answers of a correct server by the full name of the probe."""
    named = {name.removeprefix("every_") for _, check in checks() for name in inspect.signature(check).parameters}
    named |= {"listing", "listing_with_account"}
    made = {key: _answer_to(probe) for key, probe in probes.by_key().items() if key.partition("[")[0] in named}
    plain = refusal(401, "item_over_plain_http", headers={"Location": "https://example.org/"}, body=b"")
    assert plain.answer is not None
    return {**made, "item_over_plain_http": replace(plain, answer=replace(plain.answer, status=308))}


def over_https(given: Exchange) -> Exchange:
    """Return the exchange as it is when all but the port for plain http is https."""
    if given.probe == "item_over_plain_http" or given.answer is None:
        return given
    secure = replace(given.request, url=given.request.url.replace("http:", "https:"))
    answer = replace(given.answer, body=given.body.replace(b"http:", b"https:"))
    lines = [line for line in answer.fields if line[0] != "Set-Cookie"]
    lines += [("Set-Cookie", f"{SET_COOKIE}; Secure")] if "Set-Cookie" in answer.fields else []
    lines.append(("Strict-Transport-Security", "max-age=31536000"))
    return replace(given, request=secure, answer=replace(answer, fields=type(answer.fields)(tuple(lines))))


def _values(name: str, given: Given, bits: int) -> list[Any]:
    if name == "signing_key_bits":
        return [bits]
    everything = [each for each in given.values() if each.probe != "item_over_plain_http" and each.answer]
    if name in RECORD_WIDE:
        return [tuple(each for each in everything if name == "every_answer" or each.succeeded)]
    if name.startswith("every_"):
        return [tuple(each for key, each in given.items() if key.startswith(f"{name.removeprefix('every_')}["))]
    if isinstance(probes.declared()[name], Family):
        return [each for key, each in given.items() if key.startswith(f"{name}[")]
    return [given[name]]


def outcomes(given: Given, bits: int = BITS) -> Iterator[tuple[str, str, str]]:
    """Yield requirement, name of the check and outcome for every call of every check."""
    for requirement, check in checks():
        for values in itertools.product(*(_values(name, given, bits) for name in inspect.signature(check).parameters)):
            yield requirement, check.__name__, outcome(check, *values)


def violated(changes: Given, bits: int = BITS, *, https: bool = False) -> set[str]:
    """Return the requirements that do not hold when the answers of a correct server are changed so."""
    usual = answers()
    given = {**({key: over_https(each) for key, each in usual.items()} if https else usual), **changes}
    found = list(outcomes(given, bits))
    assert {outcome for _, _, outcome in found} <= {"passed", "violated", "not observed"}
    return {requirement for requirement, _, outcome in found if outcome == "violated"}
