"""Preconditions that checks share: what does not hold is another requirement's finding, or nobody's."""

from __future__ import annotations

from conformance.exchange import Exchange, NotObserved

# An answer to a request that ran into a time limit while the connection was idle (RFC 9110, section 15.5.9).
_UNASKED_ANSWER = b"HTTP/1."


def given(condition: object, otherwise: str) -> None:
    """Raise NotObserved, for the reason ``otherwise``, unless ``condition`` holds."""
    if not condition:
        raise NotObserved(otherwise)


def given_status(exchange: Exchange, *statuses: int) -> None:
    """Raise NotObserved unless the answer has one of ``statuses``."""
    wanted = " or ".join(map(str, statuses))
    given(exchange.status in statuses, f"{exchange.probe} was answered {exchange.status}, not {wanted}")


def may_have_content(exchange: Exchange) -> bool:
    """Tell whether HTTP lets the answer have content (RFC 9110, section 6.4.1)."""
    return exchange.request.method != "HEAD" and exchange.status not in {204, 304}


def surplus(exchange: Exchange) -> bytes:
    """Return what followed the answer on its connection and is not the beginning of another answer."""
    answer = exchange.answer
    return b"" if answer is None or answer.excess.startswith(_UNASKED_ANSWER) else answer.excess


def contents(exchange: Exchange) -> tuple[object, object]:
    """Return what a client takes from a document: primary data and included resources. Raises NotObserved."""
    document = exchange.ok_document
    return document.get("data"), document.get("included")
