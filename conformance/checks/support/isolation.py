"""How two answers differ, and what one of them shows of somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from conformance.judge.api import require
from conformance.judge.comparison import normalised, oddity
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.reading.header_fields import elements
from conformance.reading.type_names import documented_type

# Fields that caches, gateways and load balancers add to some answers and not to others.
_INCIDENTAL = re.compile(
    r"age|via|connection|keep-alive|set-cookie|x-cache.*|cf-.*|retry-after|.*ratelimit.*|server-timing"
)
# Fields whose values follow from what was decided, and not from the content or the time.
_DECIDED_FIELDS = ("Cache-Control", "Content-Type", "Vary")
_ASKED = re.compile(r"/invoices/(?P<id>[^/?]+)")
# Shorter texts would be found by chance.
_SHORTEST_MARK = 6


def asked_id(exchange: Exchange) -> str:
    """Return the id of the invoice that the request names. Raises NotObserved when it names none."""
    found = _ASKED.search(exchange.request.target)
    if found is None:
        raise NotObserved(f"{exchange.described} names no invoice")
    return found["id"]


def require_two_customers(item: Exchange, other_item_of_owner: Exchange) -> None:
    """Raise NotObserved unless both customers can read an invoice of their own."""
    require_status(item, 200)
    require(
        other_item_of_owner.status == 200,
        f"the second customer's own invoice is answered {other_item_of_owner.status}: "
        "--other-auth-token and --other-invoice-id do not belong together",
    )
    require(asked_id(item) != asked_id(other_item_of_owner), "both customers have the same invoice")


def require_concealed(other_item: Exchange, usual: Exchange | None = None) -> None:
    """Raise NotObserved where the usual request shows it: the invoice, or the ``usual`` answer of what is below it."""
    shows = other_item if usual is None else usual
    owner = "SEC-001" if usual is None else "SEC-002"
    require(not shows.succeeded, "the usual request shows it", owner=owner)


def is_incidental(name: str) -> bool:
    """Return whether a field, in lower case, is one that stands in some answers and not in others, whoever asks."""
    return _INCIDENTAL.fullmatch(name) is not None


def difference(exchange: Exchange, unknown: Exchange) -> tuple[str, str, str | None] | None:
    """Return how ``exchange`` differs from the answer for an unknown id; None when it does not.

    What is expected, what is observed, and the offending part; ids and what is unique for each answer do not count.
    """
    if exchange.status != unknown.status:
        return f"{unknown.status}", f"{exchange.status}", None
    kinds, usual = (_kinds_of_fields(each) for each in (exchange, unknown))
    if kinds != usual:
        added, missing = sorted(kinds - usual), sorted(usual - kinds)
        return "the same kinds of header fields", f"added: {added}; missing: {missing}", (added + missing)[0]
    for name in _DECIDED_FIELDS:
        observed, expected = (_members(each, name) for each in (exchange, unknown))
        if observed != expected:
            return f"{name}: {', '.join(sorted(expected))}", ", ".join(sorted(observed)), name
    if _anonymous(exchange) != _anonymous(unknown):
        return "the same content", *oddity(exchange, unknown)
    return None


def _kinds_of_fields(exchange: Exchange) -> set[str]:
    return {name for name in exchange.fields.names() if not is_incidental(name)}


def _members(exchange: Exchange, name: str) -> set[str]:
    """Return the members of a list field: in any order, whatever lifetime is left, and without what compresses."""
    members = (re.sub("[1-9][0-9]*", "1", member.strip().lower()) for member in elements(exchange.fields.lines(name)))
    return {*members} - {"", "accept-encoding"}


def _anonymous(exchange: Exchange) -> str:
    return re.sub(re.escape(asked_id(exchange)), "*", normalised(exchange), flags=re.IGNORECASE)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "links":
                yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    elif isinstance(value, str):
        yield value


def marks(owned: Exchange, *elsewhere: Exchange) -> set[str]:
    """Return texts that only somebody who may see the invoice ``owned`` can know.

    Not what the answers ``elsewhere`` show, too, and not the id, which the request names.
    """
    texts = {text for text in _texts(owned.document) if len(text) >= _SHORTEST_MARK} - {asked_id(owned)}
    tags = {tag for tag in owned.fields.lines("ETag") if len(tag) >= _SHORTEST_MARK}
    known = [other.body.decode("utf-8", errors="replace") for other in elsewhere]
    # JSON may write the same text in another way: PHP escapes each solidus.
    known += ["\n".join(_texts(other.json.value)) for other in elsewhere]
    known += [" ".join(other.fields.lines("ETag")) for other in elsewhere]
    return {text for text in texts | tags if not any(text in other for other in known)}


def shown_marks(exchange: Exchange, texts: set[str]) -> list[str]:
    """Return which of ``texts`` the answer shows."""
    shown = {*_texts(exchange.json.value), *(value for _, value in exchange.fields)}
    return sorted(texts & shown)


def identifiers(value: Any) -> Iterator[tuple[str, str]]:
    """Yield type and id of every resource and linkage in a JSON value, links left out: they repeat the request.

    The type is the documented one, however it is spelled.
    """
    if isinstance(value, dict):
        if isinstance(value.get("type"), str) and isinstance(value.get("id"), str):
            yield documented_type(value["type"]), value["id"].lower()
        for name, member in value.items():
            if name != "links":
                yield from identifiers(member)
    elif isinstance(value, list):
        for member in value:
            yield from identifiers(member)
