"""Whether an answer shows that odd values in a request had an effect, compared with the answer without them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from conformance.model.exchange import Exchange, NotObserved, Request
from conformance.syntax.content_codings import UNDONE


class Effect(Enum):
    """What odd values in a request did."""

    NONE = auto()
    # They were refused, as a gateway or a framework may do: nobody looked at what else there was.
    REFUSED = auto()
    # They broke the server, or changed what it shows.
    SHOWN = auto()


# Compares the answer to the plain request with the answer to the odd one.
Judge = Callable[[Exchange, Exchange], Effect]

# A redirect to another scheme or host, a condition or a range that is honoured, and what gateways and frameworks
# refuse in their own words.
_LAWFUL = frozenset({206, *range(300, 400), 400, 403, 412, *range(413, 418), 421, 422, 426, 429, 431, 451})
# What stands before a server refuses in its own words, or leads elsewhere.
_FIREWALL = frozenset({301, 302, 303, 307, 308, 403, 429, 431})
# A version of the interface that there is not is none that can be served.
_VERSIONS = ("accept-version", "api-version", "x-api-version")
# Lawful beside some fields only, by the beginning of their names.
# A framework may refuse a Content-Type that it cannot read as it refuses an Accept. A cache that has nothing stored
# answers only-if-cached with 504 (RFC 9111, section 5.2.1.7).
_LAWFUL_BESIDE = {
    406: ("accept", "content-type", *_VERSIONS),
    404: ("x-forwarded-", "forwarded", "x-scheme", *_VERSIONS),
    504: ("cache-control",),
}


def added(plain: Request, odd: Request) -> tuple[tuple[str, str], ...]:
    """Return the field lines of ``odd`` that ``plain`` does not have."""
    return tuple(line for line in odd.headers if line not in plain.headers)


def _is_lawful(plain: Exchange, odd: Exchange) -> bool:
    beginnings = _LAWFUL_BESIDE.get(odd.status, ())
    names = (name.lower() for name, _ in added(plain.request, odd.request))
    return odd.status in _LAWFUL or any(name.startswith(beginnings) for name in names if beginnings)


def _is_readable(exchange: Exchange) -> bool:
    """Return whether no decoder is missing here: what is acceptable may be chosen, and cannot be compared then."""
    names = (name.strip().lower() for line in exchange.fields.lines("Content-Encoding") for name in line.split(","))
    return UNDONE.issuperset(name for name in names if name)


def _without_links(value: Any) -> Any:
    """Return a JSON value without links: they may follow fields by which proxies name scheme, host and prefix."""
    if isinstance(value, dict):
        return {name: _without_links(member) for name, member in value.items() if name != "links"}
    return list(map(_without_links, value)) if isinstance(value, list) else value


def shown_data(exchange: Exchange) -> object:
    """Return what a 200 answer shows, without links. Raises NotObserved when it is not such a document."""
    document = exchange.ok_document
    return _without_links(document.get("data")), _without_links(document.get("included"))


def on_shown_data(plain: Exchange, odd: Exchange) -> Effect:
    """Return the effect on a request that is served: the same data are shown, or the values are refused."""
    if odd.answer is None:
        return Effect.SHOWN
    if _is_lawful(plain, odd):
        return Effect.REFUSED
    if odd.status == 200 and not _is_readable(odd):
        return Effect.NONE
    try:
        wanted = shown_data(plain)
    except NotObserved:
        return Effect.NONE
    try:
        return Effect.NONE if shown_data(odd) == wanted else Effect.SHOWN
    except NotObserved:
        return Effect.SHOWN


def _shows_something(exchange: Exchange) -> bool:
    """Return whether a success has content that is more than the description of methods that OPTIONS gets."""
    value = exchange.json.value
    described = "Allow" in exchange.fields and not (isinstance(value, dict) and "data" in value)
    return bool(exchange.body.strip()) and not described


def on_refusal(plain: Exchange, odd: Exchange) -> Effect:
    """Return the effect on a request that is refused: it stays refused, and no success shows data."""
    if odd.answer is None or (odd.succeeded and _shows_something(odd)):
        return Effect.SHOWN
    if odd.status >= 500 and not _is_lawful(plain, odd):
        return Effect.SHOWN
    return Effect.NONE if odd.status == plain.status else Effect.REFUSED


def on_reading(plain: Exchange, odd: Exchange) -> Effect:
    """Return the effect of values that may be refused or ignored: only what breaks the server is one."""
    broken = odd.answer is None or (odd.status >= 500 and not _is_lawful(plain, odd))
    return Effect.SHOWN if broken else Effect.NONE


def on_understood_data(plain: Exchange, odd: Exchange) -> Effect:
    """Return the effect of values that mean nothing and have to be understood: the same data, or a firewall."""
    if odd.answer is not None and odd.status in _FIREWALL:
        return Effect.REFUSED
    if odd.answer is not None and _is_lawful(plain, odd):
        return Effect.SHOWN
    return on_shown_data(plain, odd)


def on_not_modified(plain: Exchange, odd: Exchange) -> Effect:
    """Return the effect on a request that gets 304: it still does, unless another representation is chosen."""
    if odd.answer is None or odd.status >= 500:
        return Effect.SHOWN
    other = odd.fields.lines("ETag") != plain.fields.lines("ETag")
    if 400 <= odd.status < 500 or odd.status in _FIREWALL or (odd.status == 200 and other):
        return Effect.REFUSED
    return Effect.NONE if odd.status == plain.status else Effect.SHOWN
