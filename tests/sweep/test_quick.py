"""What is quick in the sweep agrees with what decides: it may suspect too much, it must not overlook anything."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.model import contract
from conformance.model.exchange import JSON_API, Answer, Exchange, Fields, Request
from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER
from conformance.reference.query import Query
from conformance.reference.store import SqliteStore
from conformance.sweep import authority
from conformance.sweep.pages import OverlookedError, Pages
from conformance.sweep.quick import EVERYTHING, Quick
from conformance.sweep.subjects import Page, ReadExchange
from conformance.syntax import json_text
from conformance.syntax.json_text import JsonText
from tests.support.targets import target_of

BASE = "http://api.example.org/api/rest/customer/v1/invoices"
NOW = "2026-01-01T00:00:00.000Z"
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
RULES = authority.element_rules(frozenset({"collection", "contested"}))
QUICK = Quick(BASE)


class _Asked:
    base, path = "http://api.example.org", "/api/rest/customer/v1/invoices"


def _elements() -> list[dict[str, Any]]:
    store = SqliteStore(400)
    api = Api(store, "key")
    made = [api.invoice_resource(_Asked, each, Query()) for each in store.invoices(CUSTOMER)]  # type: ignore[arg-type]
    return [json.loads(json.dumps(each)) for each in made]


ELEMENTS = _elements()
BUSY = next(each for each in ELEMENTS if each["id"].startswith("98c47536"))


def violated(element: Any) -> set[str]:
    """Return what the judging functions and the validator of record say of an element."""
    text = json.dumps({"data": element}).encode()
    identifier = element.get("id") if isinstance(element, dict) else None
    headers = (("Host", "api.example.org"), ("Accept", JSON_API))
    request = Request("GET", f"{BASE}/{identifier}", headers)
    answer = Answer(200, "OK", "1.1", Fields((("Content-Type", JSON_API),)), text, len(text))
    exact = json_text.read(text)
    subject = ReadExchange("item", request, answer, started=STARTED, content=JsonText(exact.value, readable=True))
    return {hit.requirement for hit in authority.judged(subject, RULES)}


def suspected(element: Any) -> set[str]:
    """Return what is judged of an element: with anything, the validator of record is asked, too."""
    found = QUICK.suspicions(element, NOW)
    return {*found, authority.SCHEMA} if found else set()


def test_nothing_is_suspected_of_documented_data() -> None:
    assert not [element["id"] for element in ELEMENTS if QUICK.suspicions(element, NOW)]
    assert not [element["id"] for element in ELEMENTS[::20] if violated(element)]


VALUES: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.5,
        1e30,
        2**53,
        2**53 - 1,
        2**70,
        "",
        "0",
        "0.0",
        "-0.0",
        "00.0",
        "1.",
        ".5",
        "1,5",
    ),
    *("1e3", "1E-9", "NaN", "٣.٣", "12.50", "1.0\n", " 1.0", "abc", "a\ud800", "\ufdd0", [], {}, [1], {"a": 1}),
    *("2024-05-24T00:00:00.000Z", "2024-05-24T00:00:00Z", "2024-05-24T00:00:00.000+00:00", "2024-05-24t00:00:00.000z"),
    *("2024-02-30T00:00:00.000Z", "2023-02-29T00:00:00.000Z", "2024-05-24T24:00:00.000Z", "2024-05-24T23:59:60.000Z"),
    *("2016-12-31T23:59:60.000Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2024-05-24 00:00:00.000Z"),
    *("2024-05-24T00:00:00.000Z\n", "2024-05-24T00:00:00.0000Z", "2024-05-24T00:00:00.000", "2024-05-31T00:00:00.000Z"),
    *("2024-05-23T23:59:59.999Z", "2024-05-31T00:00:00.001Z", "2525-01-01T00:00:00.000Z"),
]


def _set(path: tuple[str, ...], value: Any) -> Callable[[Any], None]:
    def change(element: Any) -> None:
        for name in path[:-1]:
            element = element[name]
        element[path[-1]] = value

    return change


def _drop(path: tuple[str, ...]) -> Callable[[Any], None]:
    def change(element: Any) -> None:
        for name in path[:-1]:
            element = element[name]
        del element[path[-1]]

    return change


def _paths() -> Iterator[tuple[str, ...]]:
    yield from ((name,) for name in BUSY)
    yield from (("attributes", name) for name in contract.attribute_names())
    yield from (("links", "self"), ("relationships", "account"), ("relationships", "account", "links"))
    yield from (("relationships", "account", "links", name) for name in ("self", "related"))


OWN = f"{BASE}/{BUSY['id']}"
LINKS = ["/relative", "http://elsewhere.example/x", "not a uri", {"href": OWN}, f"{OWN}/"]
ADDED: list[tuple[str, ...]] = [
    *(("meta",), ("lid",), ("unknown",), ("@at",), ("attributes", "account-id"), ("attributes", "further")),
    *(("attributes", "id"), ("attributes", "ungültig"), ("attributes", "-x"), ("relationships", "contractor")),
    *(("relationships", "account", "data"), ("relationships", "account", "meta"), ("links", "related")),
    *(("relationships", "reference"), ("relationships", "account", "links", "other")),
]


@pytest.mark.parametrize("path", [*_paths(), *ADDED], ids="/".join)
def test_nothing_is_overlooked(path: tuple[str, ...]) -> None:
    changes = [_set(path, value) for value in (*VALUES, *LINKS)] + ([_drop(path)] if path not in ADDED else [])
    for change in changes:
        element = copy.deepcopy(BUSY)
        change(element)
        assert not violated(element) - suspected(element), element


@settings(deadline=None)  # the first one loads the schemas
@given(st.sampled_from(ELEMENTS), st.sampled_from(contract.attribute_names()), st.sampled_from(ELEMENTS))
def test_values_of_another_invoice_are_not_a_surprise(one: Any, name: str, other: Any) -> None:
    element = copy.deepcopy(one)
    element["attributes"][name] = other["attributes"][name]
    assert violated(element) <= suspected(element)


# The compiled validator accepts a second 60 at the end of any day; the quick look suspects it, and SEM-006 decides.
LENIENT = "2024-05-24T23:59:60.000Z"


@pytest.mark.parametrize("path", [*_paths(), *ADDED], ids="/".join)
def test_the_validators_agree(path: tuple[str, ...]) -> None:
    record = contract.validator("invoice")
    for value in (*VALUES, *LINKS):
        if isinstance(value, str) and "\ud800" in value:
            continue  # no text that a server can send in UTF-8
        element = copy.deepcopy(BUSY)
        _set(path, value)(element)
        compiled, really = QUICK.is_valid(element), record.is_valid(element)
        lenient = compiled and value == LENIENT and QUICK.suspicions(element, NOW)
        assert compiled is really or lenient, element


def _page(*elements: Any) -> Page:
    text = json.dumps({"data": elements, "links": {"first": f"{BASE}?page[number]=1"}}).encode()
    answer = Answer(200, "OK", "1.1", Fields((("Content-Type", JSON_API),)), text, len(text))
    request = Request("GET", BASE, (("Host", "api.example.org"), ("Accept", JSON_API)))
    return Page(Exchange("", request, answer, started=STARTED), 0)


class _Ledger:
    """Keeps what is found."""

    def __init__(self) -> None:
        self.holding: set[str] = set()
        self.found: list[str] = []

    def add(self, hit: authority.Hit, *_: object) -> None:
        """Keep a finding."""
        self.found.append(hit.requirement)


def _pages(ledger: _Ledger) -> Pages:
    request = Request("GET", BASE, (("Host", "api.example.org"), ("Accept", JSON_API)))
    return Pages(target_of(enable="collection"), request, ledger)  # type: ignore[arg-type]


def test_a_compiled_validator_that_accepts_too_much_is_an_error_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = _pages(_Ledger())
    monkeypatch.setattr(pages._quick, "is_valid", lambda _: True)
    monkeypatch.setattr(pages._quick, "suspicions", lambda *_: frozenset())
    broken = copy.deepcopy(BUSY)
    broken["attributes"]["has-pdf"] = "yes"
    with pytest.raises(OverlookedError, match="the compiled validator accepts"):
        pages.judge(_page(broken), 1)


def test_a_quick_look_that_overlooks_something_is_an_error_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = _pages(_Ledger())
    monkeypatch.setattr(pages._quick, "suspicions", lambda *_: frozenset())
    broken = copy.deepcopy(BUSY)
    broken["attributes"]["originated-successful-calls-count"] = 99999
    with pytest.raises(OverlookedError, match="INV-002"):
        pages.judge(_page(broken), 1)


def test_what_only_the_compiled_validator_refuses_is_not_a_finding_but_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = _Ledger()
    pages = _pages(ledger)
    monkeypatch.setattr(pages._quick, "is_valid", lambda _: False)
    monkeypatch.setattr(pages._quick, "suspicions", lambda *_: EVERYTHING)
    pages.judge(_page(BUSY), 1)
    assert pages.disagreements(None) == {"count": 1, "invoices": [BUSY["id"]]}
    assert not [name for name in ledger.found if name in EVERYTHING]
