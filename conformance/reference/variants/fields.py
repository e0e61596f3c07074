"""Other header fields, other spellings of them, and documented ones that other servers do not have."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import secrets
from email.utils import formatdate
from typing import TYPE_CHECKING

from conformance.reference.faults.tools import set_field
from conformance.reference.faults.where import is_collection
from conformance.reference.variants import variant
from conformance.reference.variants.tools import add_fields, has_content

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

FIELDS = "RFC 9110, section 5.1"
EXAMPLE = "Documented example, response headers"

# Name, fields, clause, sentence.
_EVERYWHERE: tuple[tuple[str, Sequence[tuple[str, str]], str, str], ...] = (
    ("field-via", [("Via", "1.0 fred, 1.1 gateway (envoy)")], "RFC 9110, section 7.6.3", "Proxies name themselves."),
    (
        "field-server-of-a-gateway",
        [("Server", "awselb/2.0")],
        "RFC 9110, section 10.2.4",
        "Server holds the constant name of a service, which looks like a version.",
    ),
    (
        "field-server-name",
        [("Server", "Microsoft-Azure-Application-Gateway/v2")],
        "RFC 9110, section 10.2.4",
        "Server holds the name of a generation of a service.",
    ),
    (
        "fields-of-tracing",
        [
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("Server-Timing", 'db;dur=53.2, cache;desc="Cache Read";dur=23, miss'),
            ("X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678"),
        ],
        FIELDS,
        "Tracing adds its fields.",
    ),
    (
        "fields-of-rate-limits",
        [
            ("RateLimit-Policy", '"default";q=100;w=10'),
            ("RateLimit", '"default";r=50;t=5'),
            ("X-RateLimit-Limit", "100"),
            ("X-RateLimit-Remaining", "99"),
            ("X-RateLimit-Reset", "1735689600"),
        ],
        FIELDS,
        "A limit of requests is described on every answer.",
    ),
    (
        "fields-of-browsers",
        [
            ("Permissions-Policy", "geolocation=()"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("X-Robots-Tag", "noindex, nofollow"),
            ("NEL", '{"report_to":"default","max_age":2592000}'),
            ("Report-To", '{"group":"default","max_age":2592000,"endpoints":[{"url":"https://example.org/r"}]}'),
        ],
        FIELDS,
        "Fields for browsers are sent with every answer.",
    ),
    (
        "field-alt-svc",
        [("Alt-Svc", 'h3=":443"; ma=86400, h2=":443"; ma=86400; persist=1')],
        "RFC 7838, section 3",
        "Another protocol is offered.",
    ),
    (
        "fields-of-a-deprecation",
        [
            ("Deprecation", "@1924992000"),
            ("Sunset", "Wed, 31 Dec 2031 23:59:59 GMT"),
            ("Link", '<https://example.org/v2>; rel="successor-version"; title="a, b"'),
        ],
        "RFC 9745, section 2; RFC 8594, section 3",
        "The end of the interface is announced.",
    ),
    ("field-allow", [("Allow", "GET, HEAD, OPTIONS")], "RFC 9110, section 10.2.1", "Allow is on every answer."),
)


def _everywhere(fields: Sequence[tuple[str, str]]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def add(_request: Request, answer: Answer) -> None:
            answer.headers += [pair for pair in fields if answer.get(pair[0]) is None]

        api.on_answer(add)

    return install


for _name, _fields, _clause, _sentence in _EVERYWHERE:
    _touched = {name for name, _ in _fields}
    variant(_name, clause=_clause, touches=_touched, sentence=_sentence)(_everywhere(_fields))

# Name, fields, clause, sentence.
_ON_CONTENT: tuple[tuple[str, Sequence[tuple[str, str]], str, str], ...] = (
    ("field-content-language", [("Content-Language", "en")], "RFC 9110, section 8.5", "The language is named."),
    ("field-accept-ranges-none", [("Accept-Ranges", "none")], "RFC 9110, section 14.3", "Ranges are not supported."),
    (
        "field-content-disposition",
        [("Content-Disposition", "inline; filename=\"invoice.json\"; filename*=UTF-8''invoice.json")],
        "RFC 6266, section 4",
        "A name for the content is proposed.",
    ),
)


def _on_content(fields: Sequence[tuple[str, str]]) -> Callable[[Api], None]:
    return lambda api: add_fields(api, fields, has_content)


for _name, _fields, _clause, _sentence in _ON_CONTENT:
    _touched = {name for name, _ in _fields} | ({"ranges"} if _name == "field-accept-ranges-none" else set())
    variant(_name, clause=_clause, touches=_touched, sentence=_sentence)(_on_content(_fields))


@variant("field-content-location", clause="RFC 9110, section 8.7", touches={"Content-Location"})
def content_location(api: Api) -> None:
    """Content-Location names the URL of the request, on 200 and 304."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status in {200, 304} and request.method in {"GET", "HEAD"}:
            target = request.path + (f"?{request.query}" if request.query else "")
            answer.headers.append(("Content-Location", target.replace("[", "%5B").replace("]", "%5D")))

    api.on_answer(change)


@variant("field-digest", clause="RFC 9530, section 3", touches={"Repr-Digest", "coding", "ranges"})
def digest(api: Api) -> None:
    """Answers with content have a digest of it."""

    def change(request: Request, answer: Answer) -> None:
        if request.method in {"GET", "HEAD"} and answer.status == 200:
            value = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
            answer.headers.append(("Repr-Digest", f"sha-256=:{value}:"))

    api.on_answer(change)


@variant("field-link-of-pages", clause="RFC 8288, section 3", touches={"Link"})
def link_of_pages(api: Api) -> None:
    """The collection has a field with its total, and one with a link, on GET alone."""

    def change(request: Request, answer: Answer) -> None:
        if request.method == "GET" and answer.status == 200 and is_collection(request):
            answer.headers += [("X-Total-Count", "12"), ("Link", f'<{request.base}{request.path}>; rel="first"')]

    api.on_answer(change)


def _renamed(rename: Callable[[str], str]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def change(_request: Request, _answer: Answer, data: bytes) -> bytes:
            head, separator, content = data.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            names = [line.partition(":") for line in lines]
            spelt = [f"{rename(name)}{colon}{value}" for name, colon, value in names]
            return "\r\n".join([first, *spelt]).encode("latin-1") + separator + content

        api.on_bytes(change)

    return install


for _name, _rename, _sentence in (
    ("field-names-in-small-letters", str.lower, "Field names are in small letters, as they come from HTTP/2."),
    ("field-names-in-capitals", str.upper, "Field names are in capitals."),
):
    variant(_name, clause=FIELDS, touches={"field-names"}, sentence=_sentence)(_renamed(_rename))


@variant("fields-in-another-order", clause="RFC 9110, section 5.3", touches={"field-order"})
def another_order(api: Api) -> None:
    """Header fields stand in another order."""
    api.on_answer(lambda _, answer: answer.headers.sort(key=lambda pair: pair[0].lower(), reverse=True))


def _without(*names: str) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        for name in names:
            del api.security_headers[name]

    return install


# Name, install, sentence, touches, departs.
_DOCUMENTED: tuple[tuple[str, Callable[[Api], None], str, set[str], Mapping[str, str]], ...] = (
    (
        "obsolete-fields-absent",
        _without("X-XSS-Protection", "X-Download-Options", "X-Permitted-Cross-Domain-Policies"),
        "The fields for browsers that are gone are not sent.",
        {"X-XSS-Protection", "X-Download-Options", "X-Permitted-Cross-Domain-Policies"},
        {},
    ),
    (
        "xss-filter-blocks",
        lambda api: api.security_headers.update({"X-XSS-Protection": "1; mode=block"}),
        "The filter that browsers had once is set to block.",
        {"X-XSS-Protection"},
        {},
    ),
    (
        "stricter-fields",
        lambda api: api.security_headers.update({"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}),
        "Frames and referrers are forbidden altogether.",
        {"X-Frame-Options", "Referrer-Policy"},
        {},
    ),
    (
        "referrer-policies-in-a-list",
        lambda api: api.security_headers.update({"Referrer-Policy": "no-referrer, strict-origin-when-cross-origin"}),
        "A policy for old browsers stands before the documented one.",
        {"Referrer-Policy"},
        {},
    ),
)
for _name, _install, _sentence, _touched, _departs in _DOCUMENTED:
    variant(_name, clause=EXAMPLE, touches=_touched, departs=_departs, sentence=_sentence)(_install)


@variant("referrers-limited-on-success", clause=EXAMPLE, touches={"Referrer-Policy"})
def referrers_limited_on_success(api: Api) -> None:
    """Errors, which lead nowhere, have no Referrer-Policy."""
    set_field(api, "Referrer-Policy", None, lambda _, answer: answer.status >= 400)


@variant("frames-by-policy", clause="Content Security Policy Level 3, frame-ancestors", touches={"X-Frame-Options"})
def frames_by_policy(api: Api) -> None:
    """Content-Security-Policy takes the place of X-Frame-Options."""
    del api.security_headers["X-Frame-Options"]
    api.security_headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"


@variant("security-fields-twice", clause="RFC 9110, section 5.3", touches={"X-Content-Type-Options"})
def security_fields_twice(api: Api) -> None:
    """A gateway repeats nosniff, in other letters."""
    add_fields(api, [("X-Content-Type-Options", "NOSNIFF")], lambda *_: True)


@variant("runtime-absent", clause=EXAMPLE, touches={"X-Runtime"}, departs={"HDR-009": "SHOULD"})
def runtime_absent(api: Api) -> None:
    """There is no X-Runtime."""
    api.on_answer(lambda _, answer: answer.remove("X-Runtime"))


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_COUNTER = itertools.count(1)


def _ulid() -> str:
    return "01J" + "".join(secrets.choice(_ALPHABET) for _ in range(23))


# Name, maker, sentence.
_REQUEST_IDS: tuple[tuple[str, Callable[[], str], str], ...] = (
    ("request-id-ulid", _ulid, "The request id is a ULID."),
    ("request-id-hexadecimal", lambda: secrets.token_hex(16), "The request id has 32 digits and no hyphens."),
    ("request-id-of-a-gateway", lambda: f"edge-7/{secrets.token_urlsafe(9)}=", "The request id names its gateway."),
    ("request-id-counted", lambda: f"{secrets.token_hex(4)}-{next(_COUNTER):06}", "The request id counts up."),
)


def _request_id(make: Callable[[], str]) -> Callable[[Api], None]:
    return lambda api: api.replace("request_id", lambda _original, _request: make())


for _name, _make, _sentence in _REQUEST_IDS:
    variant(_name, clause=EXAMPLE, touches={"X-Request-Id"}, sentence=_sentence)(_request_id(_make))


@variant("request-id-of-the-client", clause=EXAMPLE, touches={"X-Request-Id"})
def request_id_of_the_client(api: Api) -> None:
    """The request id of a client is kept, cleaned and cut, as the documented server does."""

    def request_id(original: Callable[[Request], str], request: Request) -> str:
        sent = re.sub(r"[^\w\-@]", "", "".join(request.lines("x-request-id")[:1]))[:255]
        return sent or original(request)

    api.replace("request_id", request_id)


def _clock(minutes: float) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.replace("date", lambda _: formatdate(api.clock.now() + minutes * 60, usegmt=True))

    return install


for _name, _minutes, _sentence in (
    ("clock-slow", -3, "The clock of the server is three minutes slow."),
    ("clock-fast", 3, "The clock of the server is three minutes fast."),
):
    variant(_name, clause="RFC 9110, section 6.6.1", touches={"Date"}, sentence=_sentence)(_clock(_minutes))
