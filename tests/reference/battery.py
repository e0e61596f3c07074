"""A battery of requests that touches every rule of the reference server, and their answers in a comparable form."""

# ruff: noqa: E501, PLR0915 - tables are read along their lines

from __future__ import annotations

import email.utils
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from conformance.reference import data
from conformance.reference.selection import KINDS, Kind, filter_names
from conformance.reference.serialise import PREFIX, plain
from conformance.reference.server import ReferenceServer
from conformance.reference.tokens import mint
from tests.reference.test_auth import ACCEPTED, FUTURE, REFUSED, signed

JA = "application/vnd.api+json"
ITEM = f"/invoices/{data.DOCUMENTED.id}"
BUSY = f"/invoices/{data.BUSY.id}"
TINY = f"/invoices/{data.INVOICE_IDS[5]}"
UNKNOWN = "/invoices/00000000-0000-4000-8000-000000000000"
FOREIGN = f"/invoices/{data.OTHER_INVOICE_ID}"
AFTER_2100 = "Fri, 01 Jan 2100 00:00:00 GMT"
MORE_AUTHENTICATION: dict[str, Callable[[str], str]] = {
    "none in capitals": lambda key: str(REFUSED["none algorithm"](key)).replace(
        "eyJhbGciOiAibm9uZSJ9", "eyJhbGciOiAiTk9ORSJ9"
    ),
    "signature cut": lambda key: mint(25, key)[:-20] + "A" * 20,
    "signature empty": lambda key: mint(25, key).rpartition(".")[0] + ".",
    "expired for a while": lambda key: mint(25, key, lifetime=-1800),
    "subject in an array": lambda key: mint([25], key),
    "embedded key": lambda _: mint(
        25, "k" * 32, header={"jwk": {"kty": "oct", "k": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s"}}
    ),
    "key id": lambda _: signed(
        '{"alg":"HS256","kid":"../../dev/null"}', f'{{"sub":25,"aud":"customer-v1","exp":{FUTURE}}}', ""
    ),
    "key address": lambda _: mint(25, "k" * 64, header={"jku": "http://127.0.0.1:9/keys", "kid": "1"}),
    "key address of a certificate": lambda _: mint(25, "k" * 64, header={"x5u": "http://127.0.0.1:9/key.pem"}),
    "key id with a statement": lambda _: mint(25, "1", header={"kid": "x' UNION SELECT '1"}),
    "two subjects": lambda key: signed(
        '{"alg":"HS256"}', f'{{"sub":26,"sub":25,"aud":"customer-v1","exp":{FUTURE}}}', key
    ),
    "long": lambda _: "a" * 33000,
}


def _queries() -> Iterator[str]:
    for query in (
        "include=account", "include=", "include=nosuch", "include=Account", "include=account.nosuch",
        "include[]=account", "include[x]=y", "fields[invoices]=reference,amount-spent", "fields[invoices]=",
        "fields%5Binvoices%5D=reference", "fields[invoices]=bogus", "fields[bogus]=x", "fields=abc", "fields[invoices]=account",
        "foo=1", "limit=1", "fooBar=1", "sort=start-date", "page[size]=1", "include=account&include=account",
        "include=%00", "include=%ff", "include=%zz", "include=%27", "include=%22%3Cscript%3E", "a[b]" + "[c]" * 100 + "=1",
        "&".join(f"a{n}=1" for n in range(300)), "include=" + "account." * 30, "fields[invoices]=" + "a," * 300,
        "a" * 7500, "x=%0d%0aX-Injected:1",
    ):  # fmt: skip
        yield f"{ITEM}?{query}"
    yield f"{ITEM}/account?fields[accounts]=name"
    yield f"{ITEM}/account?include=nosuch"
    yield f"{ITEM}/relationships/account?include=account"
    yield f"{ITEM}/relationships/account?include=nosuch"
    for query in (
        "", "include=account", "page[size]=2", "page[size]=2&page[number]=2&include=account", "page[size]=12&sort=reference",
        "page[size]=1&sort=reference&filter[has_pdf_eq]=false", "page[size]=1&page[number]=3&sort=has-pdf",
        "page[size]=4&page[number]=2&sort=terminated-amount-spent", "sort=amount-spent", "sort=-amount-spent",
        "sort=originated-calls-count", "sort=terminated-calls-count,-start-date", "sort=nosuch", "sort=START-DATE",
        "page[number]=0", "page[number]=-1", "page[number]=abc", "page[size]=1000000", "page[number]=99", f"page[number]={2**63}",
        "fields[invoices]=reference&page[size]=5", "page[size]=5&page[number]=3&sort=reference", f"filter[account_id_eq]={data.CLOSED.id}", f"filter[id_in]={','.join(data.HIDDEN_INVOICE_IDS)}",
        f"filter[account_id_eq]={data.MAIN.id}", f"filter[account_id_not_eq]={data.MAIN.id}",
        f"filter[account_id_in]={data.MAIN.id},{data.BRANCH.id}", f"filter[account_id_eq]={data.FOREIGN.id}",
        "filter[account_id_eq]=00000000-0000-4000-8000-000000000000", "filter[nosuch]=1", "filter[start_date_gteq]=abc",
        "filter[start_date_gteq]=2024-11-13T10:00:00.000Z", "filter[reference_end]=uge",
        "filter[start_date_gteq]=2024-11-13T09:56:08.253Z", "filter[end_date_lteq]=2024-10-01T00:00:00.000Z",
    ):  # fmt: skip
        yield f"/invoices?{query}"


def _filters() -> Iterator[str]:
    """Every filter with the values of some invoices, and some wrong values."""
    shown = [invoice.attributes() for invoice in (data.BUSY, data.TIED[1], data.INVOICES[4])]
    for name, (attribute, _, kind) in filter_names("invoices").items():
        if kind is Kind.ID:
            values = [data.FOREIGN.id, data.MAIN.id, data.OTHER_INVOICE_ID, data.DOCUMENTED.id, ""]
        else:
            values = [str(plain(row[attribute])) for row in shown] + ["x", ""]
        for value in dict.fromkeys(values):
            yield f"/invoices?fields[invoices]=&filter[{name}]={quote(value.lower() if kind is Kind.FLAG else value)}"


def _requests(server: ReferenceServer) -> Iterator[list[str]]:
    """Lists of request texts; each list is sent on one connection."""
    token = server.token

    def request(path: str, *lines: str, method: str = "GET", auth: str | None = token, version: str = "1.1") -> str:
        fields = ["Host: example.org", *([f"Authorization: {auth}"] if auth is not None else []), *lines]
        if not any(line.startswith("Accept:") for line in lines) and "no accept" not in lines:
            fields.append(f"Accept: {JA}")
        return "\r\n".join([f"{method} {path} HTTP/{version}", *(f for f in fields if f != "no accept"), "", ""])

    def api(path: str, *lines: str, method: str = "GET", auth: str | None = token) -> str:
        return request(PREFIX + path, *lines, method=method, auth=auth)

    yield [api(ITEM)] * 6
    yield [api(f"/invoices/{number}") for number in data.INVOICE_IDS]
    yield [api(f"{BUSY}{suffix}") for suffix in ("", "?include=account", "/relationships/account", "/account")]
    yield [api(TINY, method="HEAD"), api(TINY)]
    yield from ([api(path, method=method)] for path in (ITEM, f"{ITEM}/account", f"{ITEM}/relationships/account") for method in ("HEAD", "GET", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "FOO", "get"))  # fmt: skip
    for path in (
        UNKNOWN, FOREIGN, *(f"/invoices/{number}" for number in data.HIDDEN_INVOICE_IDS), "/invoices/1", "/invoices/%27x",
        f"{ITEM}%0A", f"{ITEM}x", f"{ITEM}/", f"{ITEM}.json", f"{ITEM}.xml", f"{ITEM};a=b", f"{ITEM}%F0%9F%98%80", "/invoices/%5B",
        "/invoices/%2e%2e", "/invoices/" + data.DOCUMENTED.id.upper(), "/invoices/%61" + data.DOCUMENTED.id[1:],
        "/invoices/" + "a" * 1000, f"{ITEM}/relationships/nosuch", "/invoices/%3Cscript%3E", "/invoices/%00",
        f"/accounts/{data.MAIN.id}", "/accounts",
    ):  # fmt: skip
        yield [api(path)]
        yield [api(path, "If-None-Match: *")]
        yield [api(path, method="HEAD")]
        yield [api(path, auth=None)]
    for suffix in ("/account", "/relationships/account", "?include=account"):
        yield [api(UNKNOWN + suffix)]
        yield [api(FOREIGN + suffix)]
        yield [api(ITEM + suffix, auth=None)]
    yield [api(ITEM), api(ITEM, auth=None), api(ITEM, auth=server.other_token)]
    yield [api("/invoices?include=account", auth=server.other_token)]
    tag = "{tag}"
    for value in (tag, f'"a", {tag}', f'{tag}, "a"', f'"a",{tag}', "*", "{opaque}", '"a"', 'W/"a"', "abc"):
        yield [api(ITEM, f"If-None-Match: {value}"), api(ITEM)]
        yield [api(ITEM, f"If-None-Match: {value}", method="HEAD")]
        yield [api(f"{ITEM}/account", f"If-None-Match: {value}")]
    yield [api(ITEM, 'If-None-Match: "a"', "If-None-Match: {tag}")]
    yield [api(ITEM, "If-None-Match: *", auth="x")]
    yield [api(ITEM, "If-None-Match: *", "Accept: text/html")]
    yield [api(ITEM, "If-None-Match: {tag}", "If-Modified-Since: Mon, 01 Jan 1990 00:00:00 GMT")]
    yield [api(ITEM, 'If-None-Match: "a"', f"If-Modified-Since: {AFTER_2100}")]
    for line in (
        f"If-Modified-Since: {AFTER_2100}", "If-Modified-Since: x", "If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT",
        "If-Match: *", 'If-Match: "a"', "If-Match: {tag}", "Range: bytes=0-9", "Range: items=0-1", "Accept-Encoding: gzip",
        "Accept-Encoding: gzip;q=0", "Accept-Encoding: *;q=0", "Accept-Language: xx-!!", "X-HTTP-Method-Override: DELETE",
        "Version: HTTP/1.0", "Cookie: ", "Expect: x", "Expect: 100-continue", "X-Request-Id: a<b", "X-Request-Id: a%0d%0aX: 1",
        "Origin: https://evil.example", "Origin: https://trusted.evil.example", "X-Forwarded-Host: evil.example",
        "Content-Type: text/plain", f"Content-Type: {JA};charset=utf-8", "X: " + "a" * 8000, "Accept: text/html",
        "Accept: */*", "Accept: application/*", "Accept: text/html, */*;q=0.1", f"Accept: {JA};q=0.8", f"Accept: {JA};Q=0.8",
        f"Accept: {JA.upper()}", f"Accept: text/html, , {JA}", f"Accept: {JA};charset=utf-8", f"Accept: {JA};foo=1, {JA}",
        f'Accept: {JA};ext="x"', f'Accept: {JA};profile="x"', "Accept: application/json", "no accept",
    ):  # fmt: skip
        yield [api(ITEM, line)]
    yield [api(ITEM, "Accept: text/html", f"Accept: {JA}")]
    sorts = ["", *KINDS["invoices"], "terminated-calls-count,start-date", "account.name", "nosuch"]
    yield [api(f"/invoices?fields[invoices]=&sort={sign}{name}") for name in sorts for sign in ("", "-")]
    yield [
        api(f"/invoices?{query}")
        for query in (
            "include=nosuch",
            "foo=1",
            "sort[]=start-date",
            "include[]=account",
            "filter[reference_end]=only",
            "filter[end_date_gteq]=2024-09-30T23:00:00Z",
        )
    ]
    yield [api(FOREIGN, auth=server.other_token), api(FOREIGN, "If-None-Match: {foreign tag}")]
    yield [api(FOREIGN, "If-Match: *"), api(FOREIGN, 'If-Match: "x"')]
    yield [api(ITEM, "Accept: text/html", method="HEAD")]
    yield [api(ITEM, "Range: bytes=0-9", "If-Range: {tag}")]
    yield [api(ITEM, "Origin: https://evil.example", method="OPTIONS")]
    yield [api(ITEM, method="HEAD", auth=None)]
    yield [api(ITEM, "Content-Length: 21") + '{"include":"account"}']
    yield from ([api(path)] for path in _queries())
    for number in data.HIDDEN_INVOICE_IDS:
        yield from (
            [api(f"/invoices/{number}{suffix}")]
            for suffix in ("/account", "/relationships/account", "?include=account")
        )
    for make in (*ACCEPTED.values(), *REFUSED.values(), *MORE_AUTHENTICATION.values()):
        yield [api(ITEM, auth=make(server.signing_key))]
    yield [api(ITEM, auth=f"Bearer {token}")]
    yield [api(ITEM, f"Authorization: {token}", auth="x")]
    yield [api(ITEM, "Authorization: x")]
    yield [api(f"{ITEM}?token={token}", auth=None)]
    yield [request("/api/rest/admin/invoices")]
    yield [api(ITEM).replace("Host: example.org\r\n", "")]
    for host in ("Host: example.org\r\nHost: example.org\r\n", "Host: a b\r\n", "Host: evil.example\r\n"):
        yield [api(ITEM).replace("Host: example.org\r\n", host)]
    yield [api(ITEM, "X : 1")]
    yield [api(ITEM, "Accept: text/html,\r\n  */*")]
    yield [api(ITEM, "Content-Length: abc")]
    yield [api(ITEM, "Content-Length: 0", "Content-Length: 1")]
    yield [api(ITEM, "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n", api(ITEM)]
    yield [request("http://example.org" + PREFIX + ITEM).replace("Host: example.org", "Host: other.example")]
    yield [request(PREFIX + ITEM, version="1.0")]
    yield ["\r\n" + api(ITEM)]
    yield ["garbage\r\n\r\n"]
    yield [api(ITEM, "Connection: close"), api(ITEM)]
    # Last, as they are many.
    filters = list(_filters())
    yield from ([api(path) for path in filters[start : start + 40]] for start in range(0, len(filters), 40))


def _exchange(server: ReferenceServer, texts: list[str], **tags: str) -> bytes:
    host, _, port = server.base_url.removeprefix("http://").partition(":")
    filled = "".join(texts)
    for name, tag in tags.items():
        filled = filled.replace("{" + name.replace("_", " ") + "}", tag)
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(filled.encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        try:
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionResetError:
            return b"reset"


def _tag(server: ReferenceServer, path: str, token: str) -> str:
    """The entity tag of what is at the path."""
    text = f"GET {PREFIX}{path} HTTP/1.1\r\nHost: example.org\r\nAuthorization: {token}\r\n\r\n"
    found = re.search(rb"ETag: ([^\r]*)", _exchange(server, [text]))
    return found[1].decode("latin-1") if found else '"none"'


class _Normaliser:
    """Replaces what differs from answer to answer by what is to be said about it."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()

    def __call__(self, answer: bytes) -> bytes:
        answer = re.sub(rb"(?<=X-Request-Id: )[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}", self._id, answer)
        answer = re.sub(rb"(?<=X-Runtime: )[0-4]\.\d{6}(?=\r)", b"RUNTIME", answer)
        return re.sub(rb"(?<=Date: )\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT(?=\r)", self._date, answer)

    def _id(self, match: re.Match[bytes]) -> bytes:
        known = match[0] in self._seen
        self._seen.add(match[0])
        return b"REPEATED" if known else b"NEW"

    @staticmethod
    def _date(match: re.Match[bytes]) -> bytes:
        age = datetime.now(UTC) - email.utils.parsedate_to_datetime(match[0].decode())
        return b"NOW" if abs(age.total_seconds()) < 60 else b"ANOTHER"


def observe(server: ReferenceServer, order: Sequence[int] | None = None) -> Iterator[tuple[int, bytes]]:
    """Number and answers of each exchange, in a form that is equal for two correct servers, in the given order."""
    normalise = _Normaliser()
    tag = _tag(server, ITEM, server.token)
    tags = {"tag": tag, "opaque": tag.removeprefix("W/"), "foreign_tag": _tag(server, FOREIGN, server.other_token)}
    exchanges = list(_requests(server))
    for number in range(len(exchanges)) if order is None else order:
        yield number, normalise(_exchange(server, exchanges[number], **tags))
