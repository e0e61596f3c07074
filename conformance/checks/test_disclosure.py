"""What no answer may reveal: the credential, the inside of the server, and what exists before authentication."""

from __future__ import annotations

from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.judge.comparison import expect_alike
from conformance.judge.preconditions import require_status, variant
from conformance.model.exchange import Exchange
from conformance.reading.classification import says_later
from conformance.reading.disclosure import revealed
from conformance.syntax.redaction import AUTH_TOKEN
from conformance.syntax.scalars import shown


@requirement("SEC-006")
def test_the_credential_is_not_echoed(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        # An echo is what TRACE is for: HTTP-011.
        require(exchange.request.method != "TRACE", "judged elsewhere")
        places = exchange.answer.secrets_found if exchange.answer else ()
        if AUTH_TOKEN in exchange.request.target and 300 <= exchange.status < 400:
            # A redirect repeats the query, in which this request has its token.
            places = tuple(place for place in places if place.lower() != "header location")
        expect(not places, "an answer without the token", f"the token in {', '.join(places)}", exchange)

    observe_each(every_answer, judge)


@requirement("SEC-007")
def test_errors_reveal_nothing_of_the_inside(every_error: tuple[Exchange, ...]) -> None:
    # Successful answers hold data of the customer, which may be any text.
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method != "TRACE", "it sends back what was sent")
        found = revealed(exchange)
        if found is not None:
            raise Violation("an error without details of the server", f"{found[0]}: {shown(found[1])}", exchange)

    observe_each(every_error, judge)


def _expect_like_known(name: str, known: Exchange, unknown: Exchange) -> None:
    require(not says_later(known) and not says_later(unknown), "an answer about the load, not about the request")
    require(400 <= known.status < 500, f"the {name} is not refused", owner="AUTH-001")
    expect_status(unknown, known.status, why="as for a known invoice")
    expect_alike(unknown, known, "for a known invoice")


@requirement("SEC-019")
def test_existence_is_not_revealed_without_a_token(
    item: Exchange, item_without_token: Exchange, unknown_item_without_token: Exchange
) -> None:
    require_status(item, 200)
    _expect_like_known("invoice", item_without_token, unknown_item_without_token)


@requirement("SEC-019")
def test_existence_is_not_revealed_by_the_account(
    related: Exchange | None,
    every_without_token: tuple[Exchange, ...],
    second_unknown_related_without_token: Exchange,
) -> None:
    known = variant(every_without_token, "related")
    # What asks for a token first does so whether there is an account or not.
    served = related is not None and related.status == 200
    require(served or known.status == 401, "no account is served there, and no token is asked for")
    _expect_like_known("account", known, second_unknown_related_without_token)
