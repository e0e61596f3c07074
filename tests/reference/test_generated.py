"""Any number of generated invoices: the same everywhere, all different, and selected by SQL as by the methods."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from itertools import pairwise

import pytest

from conformance.config.converters import _LEAST_EMBEDDED
from conformance.reference import data
from conformance.reference.app import Api
from conformance.reference.bare import BareServer
from conformance.reference.faults import all_faults
from conformance.reference.model import Invoice
from conformance.reference.selection import KINDS, Condition, Kind, condition, filter_names
from conformance.reference.serialise import PREFIX, plain
from conformance.reference.server import ReferenceServer
from conformance.reference.store import SqliteStore

MANY = 600


@pytest.fixture(scope="module")
def store() -> SqliteStore:
    return SqliteStore(MANY)


@pytest.fixture(scope="module")
def invoices(store: SqliteStore) -> list[Invoice]:
    return list(store.invoices(data.CUSTOMER))


def test_the_collection_holds_so_many_and_the_constant_ones_among_them(invoices: list[Invoice]) -> None:
    assert len({invoice.id for invoice in invoices}) == MANY
    assert {invoice.id for invoice in invoices} >= set(data.INVOICE_IDS)


def test_the_constant_ones_are_as_without_others(store: SqliteStore) -> None:
    for invoice in data.INVOICES:
        shown = store.invoice(invoice.account.customer, invoice.id)
        if not invoice.visible:
            assert shown is None
            continue
        assert shown is not None
        assert {name: plain(value) for name, value in shown.attributes().items()} == {
            name: plain(value) for name, value in invoice.attributes().items()
        }
        assert shown.account == invoice.account


def test_the_other_customer_sees_its_own_only(store: SqliteStore) -> None:
    own = {invoice.id for invoice in data.INVOICES if invoice.account.customer == data.OTHER_CUSTOMER}
    assert {invoice.id for invoice in store.invoices(data.OTHER_CUSTOMER)} == own
    assert store.invoice(data.OTHER_CUSTOMER, data.INVOICE_IDS[0]) is None


def test_another_store_makes_the_same(invoices: list[Invoice]) -> None:
    assert list(SqliteStore(MANY).invoices(data.CUSTOMER)) == invoices


def test_they_are_varied(invoices: list[Invoice]) -> None:
    assert {invoice.reference for invoice in invoices} >= {None, ""}
    assert any(0 < invoice.originated.amount < Decimal("1e-6") for invoice in invoices)
    assert any(invoice.amount > 10**6 for invoice in invoices)
    assert {bool(invoice.originated.calls) for invoice in invoices} == {True, False}
    assert any(invoice.originated.calls and not invoice.originated.successful for invoice in invoices)
    assert any(invoice.services_count and not invoice.services_amount for invoice in invoices)
    assert len({invoice.account.id for invoice in invoices}) > 3


def test_what_they_say_fits_together(invoices: list[Invoice]) -> None:
    periods: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        periods.setdefault(invoice.account.id, []).append(invoice)
        for traffic in (invoice.originated, invoice.terminated):
            assert traffic.successful <= traffic.calls
            assert (traffic.first is None) == (traffic.last is None) == (traffic.calls == 0)
            if traffic.first and traffic.last:
                assert invoice.start <= traffic.first <= traffic.last < invoice.end
            if not traffic.calls:
                assert {traffic.amount, traffic.calls_duration, traffic.billing_duration} == {0}
    for own in periods.values():
        own.sort(key=lambda invoice: invoice.start)
        assert all(one.end <= other.start for one, other in pairwise(own))


def _text(invoice: Invoice, name: str) -> str:
    value = {"id": invoice.id, "account-id": invoice.account.id, **invoice.attributes()}[name]
    return "" if value is None else str(plain(value)).lower() if isinstance(value, bool) else str(plain(value))


def _conditions(invoices: list[Invoice]) -> list[Condition]:
    rng = random.Random(1)
    found = [condition(name, "", "invoices") for name in ("reference_cont", "reference_end", "reference_in")]
    for name, (attribute, operator, kind) in filter_names("invoices").items():
        chosen = [_text(invoice, attribute) for invoice in rng.sample(invoices, 12)]
        texts = [text for text in chosen if text and (kind is not Kind.TEXT or "," not in text)][:3]
        if kind is Kind.DECIMAL:
            texts += ["-1", "1" + "0" * 40, "0.00000000000000000000001", "12.50"]
        if kind is Kind.COUNT:
            texts += ["-5", "9" * 40]
        if operator in {"in", "not_in"}:
            texts = [",".join(texts)]
        if kind is Kind.TEXT and operator in {"cont", "start", "end"}:
            texts = [text[:3] for text in texts] + ["%", "_"]
        found += [condition(name, text, "invoices") for text in texts]
    return found


def test_sql_selects_what_the_methods_select(store: SqliteStore, invoices: list[Invoice]) -> None:
    api = Api(store, "key")
    for wanted in _conditions(invoices):
        expected = {invoice.id for invoice in invoices if api.matches(invoice, wanted)}
        assert {record.id for record in api.select(store.invoices(data.CUSTOMER), [wanted])} == expected, wanted


@pytest.mark.parametrize("name", KINDS["invoices"])
@pytest.mark.parametrize("descending", [False, True])
def test_sql_sorts_as_the_methods_sort(
    store: SqliteStore, invoices: list[Invoice], name: str, *, descending: bool
) -> None:
    api = Api(store, "key")
    order = [(name, descending), ("has-pdf", not descending)]
    expected = [record.id for record in api.arrange(invoices, order)]
    rows = api.arrange(store.invoices(data.CUSTOMER), order)
    assert [record.id for record in rows] == expected
    assert [record.id for record in rows[100:140]] == expected[100:140]
    assert rows[-1].id == expected[-1]


def test_a_replaced_method_is_asked_instead_of_the_database(store: SqliteStore) -> None:
    api = Api(store, "key")
    api.replace("matches", lambda *_: False)
    assert not api.select(store.invoices(data.CUSTOMER), [condition("has_pdf_eq", "true", "invoices")])


def test_the_fault_of_ids_spares_the_documented_invoice_among_generated_ones() -> None:
    server = ReferenceServer(faults=[all_faults()["value-id-not-of-a-version"]], invoices=40, frozen=True)
    lines = [("Host", "localhost"), ("Authorization", server.token)]
    answer = BareServer(server.api).answer("GET", f"{PREFIX}/invoices?page[size]=40", lines)
    server.stop()
    ids = [element["id"] for element in json.loads(answer.body)["data"]]
    assert len(ids) == 40
    assert [number for number in ids if number[14] != "f"] == [data.DOCUMENTED.id]


def test_too_few_are_refused() -> None:
    assert len(data.INVOICE_IDS) == _LEAST_EMBEDDED
    with pytest.raises(ValueError, match="at least 12"):
        SqliteStore(11)


def test_nothing_is_made_before_it_is_asked_for() -> None:
    with ReferenceServer(invoices=10**9) as server:
        assert server.base_url
