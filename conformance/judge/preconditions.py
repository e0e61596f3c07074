"""Preconditions and comparisons that checks share.

A precondition that does not hold is the finding of another requirement, or nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from conformance.judge.api import Violation, expect, expect_status, require, status_line
from conformance.model.exchange import ENTITY_TAG, Doubt, Exchange, NotObserved
from conformance.observe.wire_error import TOO_SLOW
from conformance.reading.classification import BUSY, was_never_connected

# Another answer, perhaps that the connection has been idle for too long: HTTP-017 judges that.
_ANOTHER_ANSWER = b"HTTP/1."
SERVER_ERRORS = "ERR-011"


def variant(exchanges: Iterable[Exchange], name: str) -> Exchange:
    """Return the exchange of the variant ``name`` of a family. Raises NotObserved when it was not answered."""
    for exchange in exchanges:
        if exchange.probe.endswith(f"[{name}]"):
            return exchange
    raise NotObserved("the request with which to compare got no answer")


def require_status(exchange: Exchange, *statuses: int, owner: str | None = None) -> None:
    """Raise NotObserved unless the answer has one of ``statuses``.

    Another status is the finding of ``owner``, a server error that of ERR-011; a limit makes it inconclusive.
    Without an owner the target lawfully does not offer what was asked for.
    """
    if exchange.status in statuses:
        return
    wanted = " or ".join(map(str, statuses))
    limited = exchange.status in BUSY
    if exchange.status >= 500 and owner is None and not limited:
        owner = SERVER_ERRORS
    require(
        False,
        f"{exchange.described} was answered {exchange.status}, not {wanted}",
        owner=None if limited else owner,
        doubt=Doubt.LIMIT if limited else None,
    )


def is_refusal(exchange: Exchange) -> bool:
    """Return whether a request was refused for what it asks: a client error that is about neither token nor limit."""
    return 400 <= exchange.status < 500 and exchange.status not in {401, 429}


def has_other_tag(exchange: Exchange, tag: str) -> bool:
    """Return whether a 200 answer shows that ``tag``, which the request has, is not the current one any more."""
    return exchange.status == 200 and exchange.fields.lines("ETag") not in ([], [tag])


def require_current_tag(exchange: Exchange, tag: str) -> None:
    """Raise NotObserved when ``tag`` is not the current one any more: the data changed, or ETAG-004 reports it."""
    if has_other_tag(exchange, tag):
        raise NotObserved("the entity tag changed between the two requests", owner="ETAG-004", lawful=True)


def require_validation(plain: Exchange, not_modified: Exchange, owner: str | None = "ITEM-001") -> None:
    """Raise NotObserved unless a request with the current entity tag gets 304: COND-001 owns that.

    ``owner`` is the requirement on the status of the ``plain`` answer. A tag that is not well-formed need not be
    understood: ETAG-002 owns that.
    """
    require_status(plain, 200, owner=owner)
    require_current_tag(not_modified, plain.tag_as_sent)
    refused = not_modified.request.method == "HEAD" and 400 <= not_modified.status < 500
    require(not refused, "HEAD is not served", owner="HTTP-005")
    well_formed = ENTITY_TAG.fullmatch(plain.tag_as_sent)
    require_status(not_modified, 304, owner="COND-001" if well_formed else "ETAG-002")


def require_served_to_its_owner(resource: Exchange | None, refused: Exchange) -> None:
    """Raise NotObserved when ``refused`` asks for ``resource``, which is not even served with the right token."""
    require(
        resource is None or refused.request.url != resource.request.url or resource.status == 200,
        "not served to its owner",
        owner="ITEM-001",
    )


def may_have_content(exchange: Exchange) -> bool:
    """Return whether HTTP lets the answer have content (RFC 9110, section 6.4.1)."""
    return exchange.request.method != "HEAD" and exchange.status not in {204, 304}


def unsolicited_content(exchange: Exchange) -> bytes:
    """Return what followed the answer on its connection and is not the beginning of another answer."""
    answer = exchange.answer
    return b"" if answer is None or answer.unsolicited.startswith(_ANOTHER_ANSWER) else answer.unsolicited


def unread(exchange: Exchange) -> Literal["line", "length"] | None:
    """Return what in the header section kept the answer from being read: a field line, or Content-Length."""
    failure = exchange.failure or ""
    # The words of h11, which refuses such messages.
    if "illegal header line" in failure:
        return "line"
    return "length" if "Content-Length" in failure else None


def sent_length(exchange: Exchange) -> int:
    """Return the number of bytes of the content as sent. Raises NotObserved when not all of it was received."""
    answer = exchange.answer
    exchange.require_all_read()
    if answer is None or answer.incomplete:
        raise NotObserved(f"the content of the answer to {exchange.described} is not complete", owner="HTTP-017")
    return answer.wire_length


def contents(exchange: Exchange) -> tuple[object, object]:
    """Return what a client takes from a 200 answer: primary data and included resources. Raises NotObserved."""
    document = exchange.ok_document
    return document.get("data"), document.get("included")


def expect_same_invoice(exchange: Exchange, item: Exchange, item_again: Exchange, why: str) -> None:
    """Raise Violation unless the answer is 200 with the contents of ``item``, for the reason ``why``.

    Raises NotObserved when ``item`` itself does not stay the same.
    """
    wanted = contents(item)
    require(contents(item_again) == wanted, "the invoice changes from one request to the next", doubt=Doubt.CHANGE)
    expect_status(exchange, 200, why=why)
    try:
        same = contents(exchange) == wanted
    except NotObserved:
        same = False
    expect(same, f"the same invoice as without ({why})", f"other contents, {status_line(exchange)}", exchange)


def is_too_slow(exchange: Exchange) -> bool:
    """Return whether there is no whole answer because of the time limit, which HTTP-028 judges."""
    return TOO_SLOW in {exchange.failure, exchange.answer.incomplete if exchange.answer else None}


def expect_survived(exchange: Exchange, *, may_be_cut_off: bool = False) -> None:
    """Raise Violation unless there is an answer that is not a server error.

    Raises NotObserved for a closed connection if what stands before a server may close it for such a request.
    """
    if exchange.answer is None:
        require(not was_never_connected(exchange), "there was no connection", doubt=Doubt.LOST)
        require(not (may_be_cut_off and exchange.lost), "the connection was closed")
        require(not is_too_slow(exchange), "no answer within the time limit", owner="HTTP-028")
        raise Violation("an answer", exchange.failure or "none", exchange)
    require(exchange.status not in {503, 504}, "a limit, not about this request", doubt=Doubt.LIMIT)
    expect(exchange.status < 500, "a client error, or the usual answer", status_line(exchange), exchange)
