"""Collections of the reference server: paging, sorting, filtering; and the invariants of the data set."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import requests

from conformance.reference import data
from conformance.reference.selection import KINDS, Kind

Get = Callable[..., requests.Response]


def pages(get: Get, query: str) -> list[dict[str, Any]]:
    """Return the documents of every page from ``first`` along ``next``."""
    documents = [get(f"/invoices?{query}").json()]
    assert documents[0]["links"]["first"] in (documents[0]["links"]["first"], None)
    while following := documents[-1]["links"].get("next"):
        parts = urlsplit(following)
        sent = [pair for pair in parse_qsl(query, keep_blank_values=True) if not pair[0].startswith("page")]
        assert [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair in sent] == sent
        documents.append(get(f"/invoices?{parts.query}").json())
        assert len(documents) < 30
    return documents


@pytest.mark.parametrize("size", [1, 2, 7, 12, 1000])
@pytest.mark.parametrize(
    "query", ["", "sort=start-date&", "sort=reference&", "sort=terminated-calls-count&include=account&"]
)
def test_pages_hold_every_invoice_once(get: Get, query: str, size: int) -> None:
    documents = pages(get, f"{query}page[size]={size}")
    ids = [resource["id"] for document in documents for resource in document["data"]]
    assert sorted(ids) == sorted(data.INVOICE_IDS)
    assert {document["meta"]["total-count"] for document in documents} == {len(ids)}
    assert [("prev" in document["links"]) for document in documents] == [False] + [True] * (len(documents) - 1)
    assert {document["links"]["last"] for document in documents} == {documents[0]["links"]["last"]}


def test_elements_are_the_items(get: Get) -> None:
    for resource in get("/invoices").json()["data"]:
        assert resource == get(f"/invoices/{resource['id']}").json()["data"]


def test_default_order_and_two_keys(get: Get) -> None:
    starts = [resource["attributes"]["start-date"] for resource in get("/invoices").json()["data"]]
    assert starts == sorted(starts, reverse=True)
    rows = get("/invoices?sort=terminated-calls-count,-start-date").json()["data"]
    keys = [(row["attributes"]["terminated-calls-count"], row["attributes"]["start-date"]) for row in rows]
    assert [key[0] for key in keys] == sorted(key[0] for key in keys)
    for _, tied in itertools.groupby(keys, key=lambda key: key[0]):
        dates = [key[1] for key in tied]
        assert dates == sorted(dates, reverse=True)


def meaning(value: Any, kind: Kind) -> Any:
    """Return the value that a JSON value of an attribute stands for."""
    if value is None:
        return None
    if kind is Kind.DECIMAL:
        return Decimal(value)
    return datetime.fromisoformat(value) if kind is Kind.INSTANT else value


@pytest.mark.parametrize("collection", ["invoices", "accounts"])
def test_every_attribute_sorts_by_value(get: Get, collection: str) -> None:
    for name, kind in KINDS[collection].items():
        for descending in (False, True):
            rows = get(f"/{collection}?sort={'-' * descending}{name}").json()["data"]
            values = [meaning(row["attributes"][name], kind) for row in rows]
            shown = [value for value in values if value is not None]
            assert shown == sorted(shown, reverse=descending), name


def test_filters_agree_with_the_shown_values(get: Get) -> None:
    everything = get("/invoices").json()["data"]
    ids = {row["id"] for row in everything}

    def matching(name: str, value: str) -> set[str]:
        answer = get(f"/invoices?filter[{name.replace('-', '_')}]={quote(value, safe='')}")
        assert answer.status_code == 200, name
        return {row["id"] for row in answer.json()["data"]}

    for name, kind in KINDS["invoices"].items():
        for row in everything:
            value = row["attributes"][name]
            if value is None:
                continue
            text = str(value).lower() if kind is Kind.FLAG else str(value)
            same = {
                other["id"] for other in everything if meaning(other["attributes"][name], kind) == meaning(value, kind)
            }
            assert matching(f"{name}_eq", text) == same
            assert matching(f"{name}_not_eq", text) == ids - same
            if kind in (Kind.DECIMAL, Kind.COUNT, Kind.INSTANT):
                assert same <= matching(f"{name}_gteq", text) & matching(f"{name}_lteq", text)
                assert not matching(f"{name}_gt", text) & matching(f"{name}_lteq", text)
    main = matching("account_id_eq", data.MAIN.id)
    assert main == {invoice.id for invoice in data.INVOICES if invoice.visible and invoice.account == data.MAIN}
    assert matching("account_id_not_eq", data.MAIN.id) == ids - main
    assert matching("account_id_in", f"{data.MAIN.id},{data.BRANCH.id}") == ids
    for foreign in (data.FOREIGN.id, data.CLOSED.id, "00000000-0000-4000-8000-000000000000"):
        assert matching("account_id_eq", foreign) == set()
        assert matching("account_id_not_eq", foreign) == ids
    assert matching("account_id_in", "") == set()
    assert matching("reference_cont", "東京") == {data.INVOICE_IDS[4]}


@pytest.mark.parametrize(
    "query",
    [
        *(f"page[number]={value}" for value in ("0", "-1", "abc", "1.5", "", "%D9%A1", "9" * 30)),
        *(f"page[size]={value}" for value in ("0", "-1", "abc", "1.5", "", "1001", "1000000")),
        "page[x]=1",
        "page=1",
        "page=1&page[number]=2",
        *(f"sort={value}" for value in ("", ",", "nosuch", "account.name", "START-DATE", "start_date", "--start-date")),
        "sort[]=start-date",
        "filter=abc",
        "filter[nosuch]=1",
        "filter[reference]=1",
        "filter[a][b]=1",
        "filter[start_date_gteq]=abc",
        "filter[start_date_gteq]=2024-02-30T00:00:00Z",
        "filter[amount_spent_eq]=x",
        "filter[amount_spent_eq]=NaN",
        "filter[has_pdf_eq]=1",
        "filter[account_id_eq]=1",
        "filter[account_id_eq]=",
        f"filter[account_id_eq]={data.MAIN.id}&filter[account_id_eq]={data.BRANCH.id}",
    ],
)
def test_refused_collection_queries(get: Get, query: str) -> None:
    assert get(f"/invoices?{query}").status_code == 400


def test_past_the_end(get: Get) -> None:
    answer = get("/invoices?page[number]=99999999999&page[size]=5")
    assert answer.status_code == 200
    assert answer.json()["data"] == []
    assert "next" not in answer.json()["links"]


def test_collections_show_only_what_is_visible(get: Get, server: Any) -> None:
    assert {row["id"] for row in get("/accounts").json()["data"]} == {data.MAIN.id, data.BRANCH.id}
    other = get("/invoices?include=account", Authorization=server.other_token).json()
    assert {row["id"] for row in other["included"]} == {data.FOREIGN.id}
    assert not {row["id"] for row in other["data"]} & set(data.INVOICE_IDS)


def test_invariants_of_the_data() -> None:
    for invoice in data.INVOICES:
        assert invoice.amount == invoice.originated.amount + invoice.terminated.amount + invoice.services_amount or (
            invoice.amount == Decimal("12345678901234567891")
        )
        assert invoice.start < invoice.end
        assert invoice.services_count or not invoice.services_amount
        for traffic in (invoice.originated, invoice.terminated):
            assert traffic.successful <= traffic.calls < 2**53
            assert (traffic.first is None) == (traffic.last is None) == (traffic.calls == 0)
            assert traffic.successful or not (traffic.calls_duration or traffic.amount)
            if traffic.first and traffic.last:
                assert invoice.start <= traffic.first <= traffic.last < invoice.end
    for account in data.ACCOUNTS:
        periods = sorted((invoice.start, invoice.end) for invoice in data.INVOICES if invoice.account == account)
        assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(periods))
