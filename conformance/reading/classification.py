"""What a check needs to know about an exchange before it may judge it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.model.exchange import JSON_API, Exchange, NotObserved, Request
from conformance.reading.header_fields import elements
from conformance.syntax.redaction import has_placeholder

_CANONICAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ROUTE = re.compile(r"/invoices(?:/(?P<id>[^/]+)(?:/relationships/account|/account)?)?", re.ASCII)
_PLAIN_QUERY = re.compile(r"[\w.,\[\]=&:@/+ -]{0,500}", re.ASCII)
_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Fields by which a gateway or the HTTP layer of a framework may refuse a request before the application sees it.
_STEERING = frozenset(
    {
        "content-length",
        "expect",
        "forwarded",
        "host",
        "origin",
        "te",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-http-method-override",
        "x-original-url",
        "x-rewrite-url",
    }
)
# In characters; servers limit it, the smallest usual limit being twice as large.
_LONG_HEADER_SECTION = 4000
# RFC 9110 recommends that servers support 8000 bytes (section 4.1); what comes near to that may be cut off.
_LONG = 7500
_MANY_LINES = 50
# What the interface reads; a value of any other field may be refused before the application sees the request.
_READ_BY_THE_INTERFACE = frozenset({"accept", "authorization", "content-type", "if-match", "if-none-match"})
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
# What firewalls look for: markup, quotes, comments of SQL, templates, path tricks, control characters.
_LIKE_AN_ATTACK = re.compile(r"['\"<>;\\\x00-\x1f]|\.\.|--|\{\{|\$\{")
# Statuses that a gateway, a firewall or the HTTP layer gives in its own format.
_FROM_A_GATEWAY = frozenset(
    {403, 407, 408, 413, 414, 416, 417, 421, 426, 429, 431, 502, 503, 504, 505, *range(520, 531)}
)

# A gateway got no answer from the server, or none that it could use.
_NO_ANSWER_BEHIND = frozenset({502, 504, *range(520, 531)})
_NOT_ABOUT_THE_REQUEST = _NO_ANSWER_BEHIND | {429, 503}
# A limit, an overload, or a gateway with nothing behind it: none says anything of the request.
BUSY = frozenset({429, 502, 503, 504})
_PRECONDITIONS = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range"})


# Statuses about the form of a request alone, with any limits.
_OF_THE_FORM = frozenset({408, 413, 414, 431, 505})


def _declared(exchange: Exchange) -> str | None:
    document = exchange.json.value
    described = document.get("jsonapi") if isinstance(document, dict) else None
    version = described.get("version") if isinstance(described, dict) else None
    return version if isinstance(version, str) else None


def declares_version_1_0(exchange: Exchange) -> bool:
    """Return whether the document says that it follows JSON:API 1.0 (document-jsonapi-object)."""
    return _declared(exchange) == "1.0"


def declares_newer_version(exchange: Exchange) -> bool:
    """Return whether the document says that it follows JSON:API 1.1 or later."""
    version = _declared(exchange)
    return version is not None and bool(re.fullmatch(r"1\.[1-9]\d*|[2-9]\d*\.\d+", version, re.ASCII))


def accepts_json_api(exchange: Exchange) -> bool:
    """Return whether the request leaves room for a JSON:API document, whatever its parameters (RFC 9110, 12.5.1)."""
    ranges = accepted_ranges(exchange)
    return not ranges or not ranges.isdisjoint({"*/*", "application/*", JSON_API})


def accepted_ranges(exchange: Exchange) -> set[str]:
    """Return the media ranges that the request names in Accept, without parameters (RFC 9110, 12.5.1)."""
    accept = exchange.request.header("Accept") or ""
    return {element.split(";", 1)[0].strip().lower() for element in elements([accept])}


def _names_resource(exchange: Exchange, item: Exchange) -> bool:
    """Return whether the path is one of the documented ones below the base path, with a well-formed id."""
    base = item.request.target.rpartition("/invoices/")[0]
    path = exchange.request.target.partition("?")[0]
    if item.request.target.endswith("/"):
        # So are the paths of this server, as its redirects say.
        path = path.removesuffix("/")
    route = _ROUTE.fullmatch(path.removeprefix(base)) if path.startswith(base) else None
    if route is None:
        return False
    return route["id"] in {None, exchange.invoice_id} or bool(_CANONICAL_UUID.fullmatch(route["id"]))


def is_documented_request(exchange: Exchange, item: Exchange) -> bool:
    """Return whether the request has no fault at all: a GET or HEAD of a known invoice, with the fields of ``item``."""
    request = exchange.request
    return (
        request.method in {"GET", "HEAD"}
        and request.headers == item.request.headers
        and "?" not in request.target
        and f"/invoices/{exchange.invoice_id}" in request.target
        and _names_resource(exchange, item)
    )


def made_by_application(exchange: Exchange, item: Exchange) -> bool:
    """Return whether the answer can only come from the application, which knows the documented error format.

    Answers to other methods, malformed ids, foreign paths, percent-encodings and messages, and to a field on several
    lines, may be made by a router or a gateway, legitimately in another format. ``item`` shows the fields that every
    request carries, and the base path.
    """
    request = exchange.request
    names = [name.lower() for name, _ in request.headers]
    query = request.target.partition("?")[2]
    usual = {(name.lower(), value) for name, value in item.request.headers}
    special = {name.lower() for name, value in request.headers if (name.lower(), value) not in usual}
    return (
        request.method in {"GET", "HEAD"}
        and _names_resource(exchange, item)
        and not _MALFORMED_ESCAPE.search(query)
        and bool(_PLAIN_QUERY.fullmatch(unquote(query)))
        and not _LIKE_AN_ATTACK.search(unquote(query))
        and special.isdisjoint(_STEERING)
        and (exchange.status != 400 or (special <= _READ_BY_THE_INTERFACE and _is_printable(request)))
        and len(set(names)) == len(names) <= _MANY_LINES
        and sum(len(name) + len(value) for name, value in request.headers) < _LONG_HEADER_SECTION
        and exchange.status not in _FROM_A_GATEWAY
    )


def _is_printable(request: Request) -> bool:
    return all(value.isascii() and value.isprintable() for _, value in request.headers if not has_placeholder(value))


def may_be_cut_off(exchange: Exchange) -> bool:
    """Return whether a server, or what stands before it, may close the connection instead of answering."""
    request = exchange.request
    if request.method not in _METHODS or (request.method == "GET" and request.body):
        # RFC 9110, section 9.3.1, expects that for content with GET; firewalls do it for unusual methods.
        return True
    if request.header("Expect"):
        # It is not meant for requests without content (RFC 9110, section 10.1.1), and some servers wait for that.
        return True
    # Read once and twice: a firewall tries both.
    target = unquote(request.target, errors="replace")
    return (
        is_oversized(exchange)
        or bool(_LIKE_AN_ATTACK.search(target))
        or bool(_LIKE_AN_ATTACK.search(unquote(target, errors="replace")))
    )


def was_never_connected(exchange: Exchange) -> bool:
    """Return whether there was no connection to ask on, so that it shows nothing about the request."""
    return exchange.answer is None and (exchange.failure or "").startswith("cannot connect")


def says_later(exchange: Exchange) -> bool:
    """Return whether an answer is about the load, a gateway or the network, and not about what was asked for."""
    return exchange.answer is not None and exchange.answer.status in _NOT_ABOUT_THE_REQUEST


def is_of_gateway(exchange: Exchange) -> bool:
    """Return whether a gateway answered because the server behind it did not."""
    return exchange.answer is not None and exchange.answer.status in _NO_ANSWER_BEHIND


def asks_another_host(exchange: Exchange) -> bool:
    """Return whether the request names another host: what answers may be another site (RFC 9110, section 4.3.3)."""
    host = exchange.request.header("Host")
    return host is not None and host.lower() != urlsplit(exchange.request.url).netloc.lower()


def is_conditional(exchange: Exchange) -> bool:
    """Return whether the answer depends on what the resource was like when the request was made (RFC 9110, 13.1)."""
    return any(name.lower() in _PRECONDITIONS for name, _ in exchange.request.headers)


def depends_on_state(exchange: Exchange) -> bool:
    """Return whether the answer depends on which state the resource was in, and not only on that it exists."""
    return any(name.lower() in _PRECONDITIONS and value.strip() != "*" for name, value in exchange.request.headers)


def may_be_refused_early(exchange: Exchange) -> bool:
    """Return whether the HTTP layer can refuse the request for its form. That layer may send no Date and no text.

    The parsers of Node and Go, for two, answer 400 without Date to a method that they do not know, or to a malformed
    message, and gunicorn 414 to more than 4094 bytes.
    """
    malformed = bool(exchange.request.raw or _MALFORMED_ESCAPE.search(exchange.request.target))
    early = exchange.status in _OF_THE_FORM or malformed or may_be_cut_off(exchange)
    return exchange.status >= 400 and early


def is_oversized(exchange: Exchange) -> bool:
    """Return whether the HTTP layer may refuse the request for its size, before it knows what is asked for."""
    request = exchange.request
    section = sum(len(name) + len(value) for name, value in request.headers)
    # Apache, for one, reads at most 100 field lines.
    return len(request.target) > _LONG or section > _LONG or len(request.headers) > _MANY_LINES


def is_complete(exchange: Exchange) -> bool:
    """Return whether the whole content was received and could be decoded."""
    answer = exchange.answer
    return answer is not None and not (answer.truncated or answer.incomplete or answer.coding_problem)


def looks_like_error_document(exchange: Exchange) -> bool:
    """Return whether the content has the form of a JSON:API error document, whatever its label says."""
    document = exchange.json.value
    errors = document.get("errors") if isinstance(document, dict) else None
    known = {"title", "detail", "status", "code", "source"}
    return (
        isinstance(errors, list)
        and bool(errors)
        and all(isinstance(error, dict) and known.intersection(error) for error in errors)
    )


def error_objects(exchange: Exchange) -> list[dict[str, Any]]:
    """Return the error objects of an error document, whatever its label. Raises NotObserved when there are none."""
    if exchange.media_type != JSON_API and not looks_like_error_document(exchange):
        # Of the documented refusals one requirement says what they are.
        documented = exchange.request.method == "GET" and (exchange.status == 401 or exchange.probe == "unknown_item")
        owner = "ERR-014" if documented else None
        raise NotObserved(f"{exchange.described} was not answered with an error document", owner=owner)
    found = [error for error in exchange.errors if isinstance(error, dict)]
    if not found:
        raise NotObserved(f"the answer to {exchange.described} has no error objects")
    return found
