"""Content negotiation and query parameters of the reference server, as tables."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from conformance.reference import data
from conformance.reference.negotiation import MEDIA_TYPE as JA

Get = Callable[..., requests.Response]
ITEM = f"/invoices/{data.DOCUMENTED.id}"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("", 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, */*;q=0.1", 200),
        (f"{JA};q=0.8", 200),
        (f"{JA} ; Q=0.8", 200),
        ("Application/VND.API+JSON", 200),
        (f"text/html, , {JA}", 200),
        (f"{JA};foo=1, {JA}", 200),
        (f'{JA};profile="https://example.com/none"', 200),
        (f'{JA};profile="https://example.com/a,b", text/html', 200),
        (f'{JA};ext="https://example.com/none", {JA};q=0.1', 200),
        (f'{JA};profile="a b";q=0.5', 200),
        (f"{JA}, */*;q=0", 200),
        (f"{JA};charset=utf-8", 406),
        (f"{JA};charset=utf-8, */*", 406),
        (f"{JA};version=1, text/html", 406),
        (f'{JA};ext="https://example.com/none"', 406),
        (f'{JA};ext="https://example.com/none";profile="https://example.com/x"', 406),
        (f"{JA};q=0", 406),
        (f"{JA};q=0, */*", 406),
        ("application/*;q=0, */*", 406),
        ("*/*;q=0.000", 406),
        ("application/json", 406),
        ("text/html", 406),
        ("image/png", 406),
        ("application/xml;q=0.9, text/*", 406),
        (f'text/html;x=", {JA}"', 406),
    ],
)
def test_accept(get: Get, accept: str | None, status: int) -> None:
    answer = get(ITEM, Accept=accept)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == JA
    assert answer.headers["Vary"] == "Accept"
    assert ("errors" in answer.json()) == (status == 406)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (None, 200),
        (JA, 200),
        ("text/plain", 200),
        ("application/json; charset=utf-8", 200),
        ("garbage", 200),
        (f'{JA}; profile="https://example.com/none"', 200),
        (f"{JA}; charset=utf-8", 415),
        (f"{JA.upper()};Charset=utf-8", 415),
        (f"{JA};q=1", 415),
        (f'{JA}; ext="https://example.com/none"', 415),
    ],
)
def test_content_type(get: Get, content_type: str | None, status: int) -> None:
    assert get(ITEM, Content_Type=content_type).status_code == status


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("foo=1", "foo"),
        ("fooBar=1", "fooBar"),
        ("includes=account", "includes"),
        ("include=nosuch", "include"),
        ("include=Account", "include"),
        ("include=account.nosuch", "include"),
        ("include=account,", "include"),
        ("include[]=account", "include[]"),
        ("include[x]=y", "include[x]"),
        ("fields=reference", "fields"),
        ("fields[invoices]=bogus", "fields[invoices]"),
        ("fields[invoices]=start_date", "fields[invoices]"),
        ("fields[bogus]=x", "fields[bogus]"),
        ("fields%5Binvoices%5D=bogus", "fields[invoices]"),
        ("include=account&include=account", "include"),
        ("sort=start-date", "sort"),
        ("page[size]=1", "page[size]"),
        ("filter[reference_eq]=1", "filter[reference_eq]"),
        ("filter", "filter"),
        ("=x", None),
        ("a[b][c][d]=1", None),
        ("%22%3Cscript%3E=1", None),
        ("%00=1", None),
        ("include=%00", None),
        ("include=%ff", None),
        ("&".join(f"a{n}=1" for n in range(2000)), None),
    ],
)
def test_refused_queries(get: Get, query: str, parameter: str | None) -> None:
    answer = get(f"{ITEM}?{query}")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["status"] == "400"
    assert error.get("source", {}).get("parameter") == parameter


def test_sparse_fieldsets_and_include(get: Get) -> None:
    def data_of(query: str) -> dict[str, object]:
        answer = get(f"{ITEM}?{query}")
        assert answer.status_code == 200
        resource = answer.json()["data"]
        assert isinstance(resource, dict)
        return resource

    assert set(data_of("fields[invoices]=")) == {"id", "type", "links"}
    assert data_of("fields[invoices]=amount-spent,reference")["attributes"] == {
        "reference": "23",
        "amount-spent": "0.0",
    }
    assert set(data_of("fields%5Binvoices%5D=account")) == {"id", "type", "links", "relationships"}
    assert get(f"{ITEM}?include=").json()["included"] == []
    assert "included" not in get(ITEM).json()
    assert get(f"{ITEM}?").content == get(ITEM).content
    compound = get(f"{ITEM}?include=account&fields[accounts]=name&fields[invoices]=reference").json()
    assert compound["included"][0]["attributes"] == {"name": "Main account"}
    assert get(f"{ITEM}/account?fields[accounts]=currency").json()["data"]["attributes"] == {"currency": "EUR"}
    assert get(f"{ITEM}/account?include=nosuch").status_code == 400


def test_include_on_the_relationship(get: Get) -> None:
    path = f"{ITEM}/relationships/account?include=account"
    document = get(path).json()
    assert document["included"][0]["id"] == document["data"]["id"]
    assert document["links"]["self"].endswith(path)
    assert get(f"{ITEM}/relationships/account?include=account.nosuch").status_code == 400


def test_titles_are_constant_for_each_problem(get: Get) -> None:
    titles = {get(f"{ITEM}?include={path}").json()["errors"][0]["title"] for path in ("nosuch", "other")}
    assert len(titles) == 1
