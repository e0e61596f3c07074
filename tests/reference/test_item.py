"""The documented endpoint and its relationship, as documented and as HTTP has them."""

from __future__ import annotations

import datetime
import email.utils
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from conformance.reference import data

Get = Callable[..., requests.Response]
ITEM = f"/invoices/{data.DOCUMENTED.id}"
ANYWHERE = [
    ITEM,
    f"{ITEM}/relationships/account",
    f"{ITEM}/account",
    "/invoices",
    "/accounts",
    f"/accounts/{data.MAIN.id}",
]
UNKNOWN = "/invoices/00000000-0000-4000-8000-000000000000"


def test_documented_example_byte_for_byte(get: Get) -> None:
    answer = get(ITEM, Host="example.org")
    documented = (Path(__file__).parent / "documented.json").read_bytes()
    assert answer.content == documented
    assert len(documented) == 1092
    assert answer.headers["ETag"] == 'W/"253f5160b8ebcfba91cd3a9a98178ce6"'


def test_documented_header_fields(get: Get) -> None:
    answer = get(ITEM)
    assert answer.status_code == 200
    expected = {
        "X-Frame-Options": "SAMEORIGIN",
        "X-XSS-Protection": "0",
        "X-Content-Type-Options": "nosniff",
        "X-Download-Options": "noopen",
        "X-Permitted-Cross-Domain-Policies": "none",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Content-Type": "application/vnd.api+json",
        "Vary": "Accept",
        "Cache-Control": "max-age=0, private, must-revalidate",
        "Content-Length": str(len(answer.content)),
    }
    assert expected.items() <= dict(answer.headers).items()
    assert re.fullmatch(r"\d+\.\d{6}", answer.headers["X-Runtime"])
    age = datetime.datetime.now(datetime.UTC) - email.utils.parsedate_to_datetime(answer.headers["Date"])
    assert abs(age) < datetime.timedelta(seconds=5)
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ANYWHERE)
@pytest.mark.parametrize(
    ("suffix", "headers", "status"),
    [
        ("", {}, 200),
        ("?foo=1", {}, 400),
        ("", {"Authorization": None}, 401),
        ("/nosuch", {}, 404),
        ("", {"Accept": "text/html"}, 406),
    ],
)
def test_head_has_the_fields_of_get(
    get: Get, path: str, suffix: str, headers: dict[str, str | None], status: int
) -> None:
    answers = [get(path + suffix, method, **headers) for method in ("GET", "HEAD")]
    varying = ("Date", "X-Request-Id", "X-Runtime")
    plain, head = ({k: v for k, v in answer.headers.items() if k not in varying} for answer in answers)
    assert [answer.status_code for answer in answers] == [status, status]
    assert plain == head
    assert answers[1].content == b""


@pytest.mark.parametrize("number", data.INVOICE_IDS)
def test_every_known_invoice_and_its_links(get: Get, server: object, number: str) -> None:
    resource = get(f"/invoices/{number}").json()["data"]
    assert resource["id"] == number
    assert len(resource["attributes"]) == 21
    prefix = f"{server.base_url}/api/rest/customer/v1"  # type: ignore[attr-defined]
    links = resource["relationships"]["account"]["links"]
    assert get(resource["links"]["self"].removeprefix(prefix)).json()["data"] == resource
    relationship = get(links["self"].removeprefix(prefix)).json()
    related = get(links["related"].removeprefix(prefix)).json()["data"]
    assert relationship == {"data": {"type": "accounts", "id": related["id"]}, "links": links}
    assert get(related["links"]["self"].removeprefix(prefix)).json()["data"] == related
    compound = get(f"/invoices/{number}?include=account").json()
    assert compound["included"] == [related]
    assert compound["data"]["relationships"]["account"]["data"] == relationship["data"]


def test_entity_tags_differ_and_are_digests(get: Get) -> None:
    answers = [get(f"/invoices/{number}") for number in data.INVOICE_IDS]
    tags = [answer.headers["ETag"] for answer in answers]
    assert len(set(tags)) == len(tags)
    assert tags == [f'W/"{hashlib.sha256(answer.content).hexdigest()[:32]}"' for answer in answers]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("{tag}", 304),
        ("{opaque}", 304),
        ('"a", {tag}', 304),
        ('{tag},"a,b"', 304),
        (', ,"a" ,\t{tag},', 304),
        ("*", 304),
        ('"nope"', 200),
        ('W/"nope"', 200),
        ("{bare}", 200),
        ('"', 200),
        ("", 200),
        ("w/{opaque}", 200),
        ('"x' + '", "x' * 2000 + '"', 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match(get: Get, method: str, value: str, status: int) -> None:
    plain = get(ITEM)
    tag = plain.headers["ETag"]
    filled = value.replace("{tag}", tag).replace("{opaque}", tag[2:]).replace("{bare}", tag[3:-1])
    answer = get(ITEM, method, If_None_Match=filled)
    assert answer.status_code == status
    if status == 304:
        assert answer.content == b""
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == plain.headers[name]
        assert "Date" in answer.headers
        assert not {"Content-Type", "Content-Length"} & {name.title() for name in answer.headers}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_Match": '"nope"'}, 412),
        ({"If_Match": "{tag}"}, 412),
        ({"If_Match": "*"}, 200),
        ({"If_Match": '"nope"', "If_None_Match": "*"}, 412),
        ({"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "garbage"}, 200),
        ({"If_Unmodified_Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, 200),
        ({"If_None_Match": "*", "If_Modified_Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, 304),
        ({"Range": "bytes=0-9"}, 200),
        ({"Range": "items=0-1", "If_Range": "{tag}"}, 200),
        ({"If_None_Match": "*", "Authorization": "x"}, 401),
        ({"If_None_Match": "*", "Accept": "text/html"}, 406),
    ],
)
def test_other_preconditions(get: Get, headers: dict[str, str], status: int) -> None:
    tag = get(ITEM).headers["ETag"]
    filled = {name: value.replace("{tag}", tag) for name, value in headers.items()}
    assert get(ITEM, **filled).status_code == status
    if status == 200:
        assert get(ITEM, **filled).content == get(ITEM).content


@pytest.mark.parametrize("path", [UNKNOWN, UNKNOWN + "/account", UNKNOWN + "/relationships/account"])
def test_preconditions_do_not_reveal_what_is_not_there(get: Get, path: str) -> None:
    assert get(path, If_None_Match="*").status_code == 404


@pytest.mark.parametrize("path", ANYWHERE)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_other_methods_are_refused(get: Get, path: str, method: str) -> None:
    answer = get(path, method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_unknown_methods_and_options(get: Get) -> None:
    assert get(ITEM, "FOO").status_code == 501
    assert get(ITEM, "get").status_code == 501
    answer = get(ITEM, "OPTIONS", Authorization=None)
    assert answer.status_code == 204
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        UNKNOWN,
        f"/invoices/{data.OTHER_INVOICE_ID}",
        *(f"/invoices/{number}" for number in data.HIDDEN_INVOICE_IDS),
        f"/accounts/{data.CLOSED.id}",
        f"/accounts/{data.FOREIGN.id}",
        "/invoices/1",
        "/invoices/",
        f"{ITEM}/",
        f"{ITEM}.json",
        f"{ITEM}x",
        f"{ITEM}%0A",
        f"{ITEM}%00",
        f"{ITEM};a=b",
        f"{ITEM}%2Faccount",
        f"/{ITEM}",
        "/invoices/%ff",
        "/invoices/%zz",
        "/invoices/" + data.DOCUMENTED.id.replace("-", ""),
        f"/invoices/..%2finvoices%2f{data.DOCUMENTED.id}",
        f"{ITEM}/relationships/nosuch",
        f"{ITEM}/nosuch",
        "/nosuch",
    ],
)
def test_whatever_is_not_there_is_one_and_the_same_404(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert answer.content == get(UNKNOWN).content
    assert answer.headers["Content-Type"] == "application/vnd.api+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert get(path, Authorization=None).status_code == 401


def test_spellings_of_the_same_path(get: Get) -> None:
    canonical = get(ITEM).content
    assert get("/invoices/" + data.DOCUMENTED.id.upper()).content == canonical
    assert get("/invoices/%61" + data.DOCUMENTED.id[1:]).content == canonical


def test_request_ids(get: Get) -> None:
    sent = "a" * 36
    seen = {get(ITEM, X_Request_Id=sent).headers["X-Request-Id"] for _ in range(5)}
    assert len(seen | {sent}) == 6


@pytest.mark.parametrize(
    "headers",
    [
        {"Version": "HTTP/1.0", "Cookie": "", "Content-Type": "application/vnd.api+json"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"Expect": "something"},
        {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "https"},
        {"Origin": "https://evil.example"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Language": "xx-!!"},
    ],
)
def test_ignored_request_fields(get: Get, headers: dict[str, str]) -> None:
    answer = get(ITEM, **headers)
    assert answer.status_code == 200
    assert answer.content == get(ITEM).content
    assert not any(name.lower().startswith("access-control") for name in answer.headers)


def test_hosts(get: Get) -> None:
    assert get(ITEM, Host="LOCALHOST:1").json()["data"]["links"]["self"].startswith("http://LOCALHOST:1/")
    assert get(ITEM, Host="evil.example").status_code == 421
    assert get(ITEM, Host="a b").status_code == 400
