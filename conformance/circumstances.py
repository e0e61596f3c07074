"""What a check needs to know about an exchange before it may judge it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from conformance import secrets
from conformance.exchange import JSON_API, Exchange, NotObserved
from conformance.fieldvalues import list_elements

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ROUTE = re.compile(rf"(?:/[\w~-][\w.~-]*)*/invoices(?:/{_UUID}(?:/relationships/account|/account)?)?", re.ASCII)
_PLAIN_QUERY = re.compile(r"[\w.,\[\]=&:@/+ -]{0,500}", re.ASCII)
_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Fields by which a gateway or the HTTP layer of a framework may refuse a request before the application sees it.
_STEERING = frozenset(
    {
        "content-length",
        "expect",
        "forwarded",
        "origin",
        "te",
        "transfer-encoding",
        "upgrade",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-http-method-override",
    }
)
# Statuses that a gateway, a firewall or the HTTP layer gives in its own format.
_FROM_A_GATEWAY = frozenset({403, 407, 408, 413, 414, 417, 421, 426, 429, 431, 502, 503, 504, 505, *range(520, 531)})


def require_success(exchange: Exchange) -> None:
    """Raise NotObserved unless the exchange, the valid twin of another one, was answered 200."""
    if exchange.status != 200:
        raise NotObserved(f"{exchange.probe} was answered {exchange.status}, not 200")


def require_refusal(exchange: Exchange) -> None:
    """Raise NotObserved unless the exchange was refused: who lets everybody in refuses no token either."""
    if exchange.status < 400:
        raise NotObserved(f"{exchange.probe} was answered {exchange.status}: nothing is refused here")


def _declared(exchange: Exchange) -> str | None:
    document = exchange.json.value
    described = document.get("jsonapi") if isinstance(document, dict) else None
    version = described.get("version") if isinstance(described, dict) else None
    return version if isinstance(version, str) else None


def declares_version_1_0(exchange: Exchange) -> bool:
    """Tell whether the document says that it follows JSON:API 1.0 (document-jsonapi-object)."""
    return _declared(exchange) == "1.0"


def declares_newer_version(exchange: Exchange) -> bool:
    """Tell whether the document says that it follows JSON:API 1.1 or later."""
    version = _declared(exchange)
    return version is not None and bool(re.fullmatch(r"1\.[1-9]\d*|[2-9]\d*\.\d+", version, re.ASCII))


def accepts_json_api(exchange: Exchange) -> bool:
    """Tell whether the request leaves room for a JSON:API document, whatever its parameters (RFC 9110, 12.5.1)."""
    accept = exchange.request.header("Accept")
    ranges = {element.split(";", 1)[0].strip().lower() for element in list_elements(accept or "")}
    return not ranges or not ranges.isdisjoint({"*/*", "application/*", JSON_API})


def is_documented_request(exchange: Exchange) -> bool:
    """Tell whether the request has no fault at all: a GET or HEAD of a known invoice, as documented."""
    request = exchange.request
    path, _, query = request.target.partition("?")
    return (
        request.method in {"GET", "HEAD"}
        and not query
        and request.header("Accept") == JSON_API
        and request.header("Authorization") == secrets.AUTH_TOKEN
        and f"/invoices/{exchange.invoice_id}" in path
        and bool(_ROUTE.fullmatch(path))
    )


def made_by_application(exchange: Exchange) -> bool:
    """Tell whether the answer can only come from the application that knows the documented error format.

    Answers to other methods, malformed ids, paths, percent-encodings and messages may be made by a router or a
    gateway, legitimately in another format.
    """
    request = exchange.request
    path, _, query = request.target.partition("?")
    names = {name.lower() for name, _ in request.headers}
    authority = request.url.split("://", 1)[-1].split("/", 1)[0]
    return (
        request.method in {"GET", "HEAD"}
        and bool(_ROUTE.fullmatch(path))
        and not _MALFORMED_ESCAPE.search(query)
        and bool(_PLAIN_QUERY.fullmatch(unquote(query)))
        and request.header("Host") == authority
        and names.isdisjoint(_STEERING)
        and sum(len(name) + len(value) for name, value in request.headers) < 4000
        and exchange.status not in _FROM_A_GATEWAY
    )


def is_complete(exchange: Exchange) -> bool:
    """Tell whether the whole content was received and could be decoded."""
    answer = exchange.answer
    return answer is not None and not (answer.truncated or answer.incomplete or answer.coding_problem)


def looks_like_error_document(exchange: Exchange) -> bool:
    """Tell whether the content has the form of a JSON:API error document, whatever its label says."""
    document = exchange.json.value
    errors = document.get("errors") if isinstance(document, dict) else None
    known = {"title", "detail", "status", "code", "source"}
    return (
        isinstance(errors, list)
        and bool(errors)
        and all(isinstance(error, dict) and known.intersection(error) for error in errors)
    )


def error_objects(exchange: Exchange) -> list[dict[str, object]]:
    """Return the error objects of a JSON:API document. Raises NotObserved when there are none to judge."""
    if exchange.media_type != JSON_API:
        raise NotObserved(f"{exchange.probe} was not answered with a JSON:API document")
    found = [error for error in exchange.errors if isinstance(error, dict)]
    if not found:
        raise NotObserved(f"{exchange.probe} has no error objects")
    return found
