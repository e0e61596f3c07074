"""Several requests on one connection, one after the other."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks.support.isolation import require_two_customers
from conformance.judge.api import Doubt, Violation, expect, require, requirement, status_line
from conformance.judge.preconditions import contents, require_status, sent_length
from conformance.model.exchange import Answer, Exchange, NotObserved
from conformance.reading.header_fields import elements


def _ends(answer: Answer) -> bool:
    """Return whether an answer says that the connection ends with it (RFC 9112, section 9.3)."""
    options = {option.lower() for option in elements(answer.fields.lines("Connection"))}
    return "close" in options or (answer.version == "1.0" and "keep-alive" not in options)


def _shows_the_same(exchange: Exchange, item: Exchange) -> bool:
    """Return whether two answers have the same data; meta may describe the one exchange, in more bytes or in fewer."""
    try:
        return contents(exchange) == contents(item)
    except NotObserved:
        return False


@requirement("ROB-009")
def test_answers_on_one_connection_stay_in_step(
    item: Exchange,
    if_none_match_any: Exchange,
    item_head: Exchange,
    item_without_token: Exchange,
    turns: Exchange,
) -> None:
    counterparts = (if_none_match_any, item_head, item_without_token, item)
    for counterpart in counterparts:
        complete = counterpart.answer and not counterpart.answer.incomplete
        require(complete, f"{counterpart.described} is not answered completely by itself either")
    # Content where none may be has owners: COND-006 and HTTP-005.
    require(
        not any(each.answer and each.answer.unsolicited for each in counterparts[:2]), "content follows a 304 or HEAD"
    )
    answers = () if turns.answer is None else (turns.answer, *turns.later)
    require(all(each.status not in {429, 503} for each in answers), "the target limits requests")
    redirected = any(each.status in {307, 308} for each in answers)
    require(not redirected, "the invoice is behind a redirect, which is not followed on one connection")
    for number, (counterpart, answer) in enumerate(zip(counterparts, answers, strict=False), 1):
        exchange = replace(turns, answer=answer)
        observed = status_line(exchange)
        expect(
            answer.status == counterpart.status,
            f"{counterpart.status} to request {number}, {counterpart.described}",
            observed,
            turns,
        )
        if answer.incomplete is None and counterpart is item:
            whole = answer.wire_length == sent_length(item) or answer.body == item.body
            expect(whole or _shows_the_same(exchange, item), "the invoice as by itself", observed, turns)
    if len(answers) < len(counterparts) and not (answers and _ends(answers[-1])):
        number, counterpart = len(answers) + 1, counterparts[len(answers)]
        raise Violation(
            f"an answer to request {number}, {counterpart.described}, or a connection that ends in order",
            turns.failure or "none",
            turns,
        )


def _each_answer(exchange: Exchange) -> list[Exchange]:
    """Return the answers on one connection, each as if it were alone. Raises NotObserved when a gateway limits them."""
    require(exchange.later and exchange.status < 500, "nothing is answered on the same connection")
    answers = () if exchange.answer is None else (exchange.answer, *exchange.later)
    require(all(each.status not in {429, 503} for each in answers), "the target limits requests", doubt=Doubt.LIMIT)
    failed = any(each.status >= 500 and each.status != 501 for each in answers)
    require(not failed, "a request ends in an error of the server", owner="ERR-011")
    return [replace(exchange, answer=each, later=()) for each in answers]


@requirement("ROB-015")
def test_no_answer_opens_what_follows_on_its_connection(
    item: Exchange, shared_connection_without_token: Exchange
) -> None:
    require_status(item, 200, owner="ITEM-001")
    first, *others = _each_answer(shared_connection_without_token)[::2]
    require(first.status >= 400, "the invoice is open to everybody", owner="AUTH-001")
    for number, answered in enumerate(others, 1):
        what = f"request {2 * number + 1}, without a token"
        observed = status_line(answered)
        expect(
            not answered.succeeded and answered.status != 304,
            f"a refusal of {what}",
            observed,
            shared_connection_without_token,
        )


@requirement("ROB-016")
def test_customers_that_share_a_connection_get_their_own(
    item: Exchange, item_with_account: Exchange, shared_connection_of_two_customers: Exchange
) -> None:
    answers = _each_answer(shared_connection_of_two_customers)
    first, *others = answers[::2]
    require_two_customers(item, first)
    own = answers[1]
    same = own.status == item_with_account.status
    if own.status == 200:
        same = own.resource.get("id") == item.resource.get("id")
    expect(same, "the first customer's invoice to request 2", status_line(own), shared_connection_of_two_customers)
    for number, answered in enumerate(others, 1):
        what = f"the second customer's invoice to request {2 * number + 1}"
        observed = status_line(answered)
        same = answered.status == first.status and answered.resource.get("id") == first.resource.get("id")
        expect(same, what, observed, shared_connection_of_two_customers)
        # What an earlier request asked for is not asked for any more.
        included = answered.document.keys() - first.document.keys() & {"included"}
        expect(not included, f"{what}, alone", f"{observed}, with included", shared_connection_of_two_customers)


@requirement("WIRE-013")
def test_content_that_is_not_wanted_is_not_a_request(item: Exchange, item_behind_content: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    first = item_behind_content.answer
    if first is None:
        raise NotObserved("the request with content is not answered")
    require(first.status not in {429, 503}, "the target limits requests", doubt=Doubt.LIMIT)
    if not item_behind_content.later:
        require(not item_behind_content.closed and not _ends(first), "the connection ends with the first answer")
        raise Violation("an answer to the second request", item_behind_content.failure or "none", item_behind_content)
    second = item_behind_content.later[0]
    require(second.status not in {429, 503}, "the target limits requests", doubt=Doubt.LIMIT)
    redirected = second.status in {307, 308}
    require(not redirected, "the invoice is behind a redirect, which is not followed on one connection")
    answered = replace(item_behind_content, answer=second, later=())
    same = second.status == 200 and _shows_the_same(answered, item)
    expect(same, "the invoice in answer to the second request", status_line(answered), item_behind_content)
