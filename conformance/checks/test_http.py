"""Messages: date, length, framing, field lines, redirects, fields without a meaning (RFC 9110, RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from conformance.checks.support.header_lint import GRAMMAR, second_opinion
from conformance.judge.api import Violation, expect, observe_each, require, requirement, status_line
from conformance.judge.preconditions import (
    expect_same_invoice,
    is_too_slow,
    may_have_content,
    require_status,
    unread,
    unsolicited_content,
)
from conformance.model.exchange import Doubt, Exchange
from conformance.observe.wire_error import TOO_SLOW
from conformance.reading.classification import may_be_cut_off, may_be_refused_early, was_never_connected
from conformance.reading.header_fields import TOKEN, MalformedError, WrongDayError, date_of, fixdate

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Fields of RFC 9110 and RFC 9111 that are not lists. WWW-Authenticate, Set-Cookie and others may stand more than once.
_SINGLETONS = (
    *("Age", "Content-Length", "Content-Location", "Content-Range", "Content-Type", "Date", "ETag", "Expires"),
    *("Last-Modified", "Location", "Retry-After", "Server"),
)
# What a field is about: one that is malformed hides no other that is about something else.
_OF_THE_CONTENT = frozenset(
    {
        *("age", "content-encoding", "content-language", "content-location", "content-type", "expires"),
        *("last-modified", "vary"),
    }
)
_OF_THE_RESOURCE = frozenset({"accept-ranges", "allow", "location"})
# The clocks of both ends, and how long the answer was under way.
_SKEW = timedelta(minutes=5)
_REDIRECTS = (301, 302, 303, 307, 308)
# A server may send this before it closes an idle connection (RFC 9110, section 15.5.9).
_IDLE = re.compile(rb"HTTP/1\.[01] 408 ")


@requirement("HTTP-001")
def test_an_answer_has_a_date(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(200 <= exchange.status < 500, "Date is optional")
        require(not may_be_refused_early(exchange), "refused by the HTTP layer, which may have no clock")
        lines = exchange.fields.lines("Date")
        expect(lines, "a Date", "none", exchange, part="Date")
        # Two lines are the finding of HTTP-021.
        for line in lines:
            try:
                fixdate(line)
            except MalformedError as reason:
                raise Violation("day, DD Mon YYYY hh:mm:ss GMT", str(reason), exchange, part="Date") from None
        second_opinion(exchange, "HTTP-001")

    observe_each(every_answer, judge)


@requirement("HTTP-002")
def test_the_date_is_the_real_time(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        date = date_of(exchange, "Date")
        require(exchange.started and "Age" not in exchange.fields, "the answer may come from a cache")
        assert exchange.started
        received = exchange.started + timedelta(seconds=exchange.elapsed)
        near = exchange.started - _SKEW <= date <= received + _SKEW
        observed = f"{date:%H:%M:%S on %d %b %Y}, received at {received:%H:%M:%S on %d %b %Y} UTC"
        expect(near, "the time within five minutes", observed, exchange, part="Date")

    observe_each(every_answer, judge)


@requirement("HTTP-003")
def test_content_length_is_the_length(every_exchange: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        expect(unread(exchange) != "length", "one number of digits", exchange.failure, exchange, part="Content-Length")
        lines = exchange.fields.lines("Content-Length")
        require(lines, "no Content-Length")
        for line in lines:
            # Some recipients join equal lines, so a list of the same number is tolerated here; HTTP-021 is not.
            expect(re.fullmatch("[0-9]+", line), "digits only", line or "(empty)", exchange, part="Content-Length")
        beside = exchange.fields.get("Transfer-Encoding")
        expect(beside is None, "no Transfer-Encoding beside Content-Length", beside, exchange, part="Content-Length")
        answer = exchange.answer
        # Content where none may be is the finding of others; so is an answer that ends in the middle of its document.
        whole = answer and not answer.truncated and (not answer.incomplete or exchange.json.readable)
        if answer and whole and may_have_content(exchange):
            length = answer.wire_length + len(unsolicited_content(exchange))
            expect(int(lines[0]) == length, f"{length}, the bytes sent", lines[0], exchange, part="Content-Length")
        second_opinion(exchange, "HTTP-003")

    observe_each(every_exchange, judge)


@requirement("HTTP-004")
def test_an_invoice_has_a_content_length(item: Exchange) -> None:
    require_status(item, 200)
    observed = item.fields.get("Transfer-Encoding") or "neither that nor Transfer-Encoding"
    expect("Content-Length" in item.fields, "a Content-Length", observed, item, part="Content-Length")


@requirement("HTTP-014")
def test_field_lines_are_legal(every_exchange: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        expect(unread(exchange) != "line", "legal field lines", exchange.failure, exchange)
        for name, value in exchange.fields:
            expect(TOKEN.fullmatch(name), "a token as field name", ascii(name), exchange, part=name)
            legal = not _CONTROL.search(value) and value == value.strip(" \t")
            expect(legal, "a value without control characters or outer blanks", ascii(value), exchange, part=name)
        second_opinion(exchange, "HTTP-014")

    observe_each(every_exchange, judge)


@requirement("HTTP-026")
def test_lines_are_whole_and_end_as_they_must(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        flaws = exchange.answer.line_flaws if exchange.answer else ()
        expect(not flaws, "lines that end with CR LF, and no folded one", ", ".join(flaws), exchange)

    observe_each(every_answer, judge)


@requirement("HTTP-027")
def test_a_redirect_has_a_location(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status in _REDIRECTS, "no redirect")
        expect(exchange.fields.get("Location"), "a Location", "none", exchange, part="Location")

    observe_each(every_answer, judge)


@requirement("HTTP-015")
def test_a_redirect_leads_to_the_same_place(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status in _REDIRECTS, "no redirect")
        location = exchange.fields.get("Location")
        require(location, "there is no Location", owner="HTTP-027")
        assert location
        try:
            here, there = urlsplit(exchange.request.url), urlsplit(urljoin(exchange.request.url, location))
        except ValueError:
            require(False, "Location is not a URI", owner="HTTP-023")
        secure = here.scheme != "https" or there.scheme == "https"
        expect(secure, "a Location with https", location, exchange, part="Location")
        expect(there.hostname == here.hostname, f"a Location on {here.hostname}", location, exchange, part="Location")
        # Another path is another resource, such as a login page, with a query of its own.
        if there.path.strip("/").lower() == here.path.strip("/").lower():
            expect(there.query == here.query, f"the query {here.query}", location, exchange, part="Location")
        second_opinion(exchange, "HTTP-015")

    observe_each(every_answer, judge)


@requirement("HTTP-016")
def test_an_unknown_field_is_ignored(item: Exchange, item_again: Exchange, unknown_fields: Exchange) -> None:
    require_status(item, 200)
    unknown = ("Content-Type", "Version", "Cookie", "X-Conformance", "Cache-Control", "X-Requested-With")
    names = [name for name in unknown if unknown_fields.request.header(name) is not None]
    expect_same_invoice(unknown_fields, item, item_again, f"{' and '.join(names)} mean nothing here")


@requirement("HTTP-017")
def test_every_request_is_answered_completely(every_exchange: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(not may_be_cut_off(exchange), "the connection may be closed for such a request")
        require(not is_too_slow(exchange), "not within the time limit", owner="HTTP-028")
        require(exchange.answer or not exchange.probe.startswith("burst["), "too many at once: SEC-021")
        answer = exchange.answer
        if answer is None:
            require(not was_never_connected(exchange), "there was no connection", doubt=Doubt.LOST)
            # The same request was sent once more, and is judged then.
            require(not exchange.lost or exchange.retries, "the connection was lost once")
            require(not unread(exchange), "the header section is illegal, which HTTP-003 and HTTP-014 judge")
            raise Violation("an answer", exchange.failure or "none", exchange)
        expect(answer.incomplete is None, "a complete answer", answer.incomplete, exchange)
        another = answer.unsolicited.startswith(b"HTTP/1.") and not _IDLE.match(answer.unsolicited)
        expect(not another, "one answer", f"another behind it: {answer.unsolicited[:40]!r}", exchange)
        # Behind a length, and where no content may be, what follows is the finding of others.
        if "Content-Length" not in exchange.fields and may_have_content(exchange):
            rest = unsolicited_content(exchange)
            expect(not rest, "nothing after the answer", f"{len(rest)} more bytes", exchange)

    observe_each(every_exchange, judge)


@requirement("HTTP-028")
def test_every_request_is_answered_in_time(every_exchange: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(not exchange.probe.startswith("burst["), "too many at once: SEC-021")
        # Who reads it as HEAD sends a length and no content: HTTP-009.
        require(exchange.request.method not in {"head", "Head"}, "HEAD in other letters")
        expect(not is_too_slow(exchange), "a whole answer within the time limit", TOO_SLOW, exchange)

    observe_each(every_exchange, judge)


@requirement("HTTP-019")
def test_last_modified_is_not_in_the_future(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        modified, date = date_of(exchange, "Last-Modified"), date_of(exchange, "Date")
        wanted = f"not later than the Date, {exchange.fields.get('Date')}"
        expect(modified <= date, wanted, exchange.fields.get("Last-Modified"), exchange, part="Last-Modified")
        second_opinion(exchange, "HTTP-019")

    observe_each(every_answer, judge)


@requirement("HTTP-020")
def test_a_204_has_no_content(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status == 204, "no 204")
        length = exchange.fields.get("Content-Length")
        expect(length is None, "no Content-Length", length, exchange, part="Content-Length")
        expect(not unsolicited_content(exchange), "no content", f"{len(unsolicited_content(exchange))} bytes", exchange)

    observe_each(every_answer, judge)


@requirement("HTTP-021")
def test_a_field_of_one_value_stands_once(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        for name in _SINGLETONS:
            lines = exchange.fields.lines(name)
            expect(len(lines) < 2, f"one {name}", " and ".join(lines), exchange, part=name)

    observe_each(every_answer, judge)


@requirement("HTTP-023")
def test_the_fields_of_the_content_follow_their_grammar(every_answer: tuple[Exchange, ...]) -> None:
    _expect_grammar(every_answer, _OF_THE_CONTENT)


@requirement("HTTP-023")
def test_the_fields_of_the_resource_follow_their_grammar(every_answer: tuple[Exchange, ...]) -> None:
    _expect_grammar(every_answer, _OF_THE_RESOURCE)


@requirement("HTTP-023")
def test_the_fields_of_the_way_follow_their_grammar(every_answer: tuple[Exchange, ...]) -> None:
    judged = {name for name, owner in GRAMMAR.items() if owner == "HTTP-023"}
    _expect_grammar(every_answer, judged.difference(_OF_THE_CONTENT, _OF_THE_RESOURCE))


def _expect_grammar(answers: Iterable[Exchange], fields: Collection[str]) -> None:
    """Raise Violation unless ``fields``, by their names in lower case, are well formed."""

    def judge(exchange: Exchange) -> None:
        require(exchange.fields.names().intersection(fields), f"{status_line(exchange)}: none of the fields")
        for name in ("Last-Modified", "Expires"):
            if name.lower() not in fields:
                continue
            try:
                fixdate(exchange.fields.get(name) or "")
            except WrongDayError as reason:
                raise Violation("the day of the week of the date", str(reason), exchange, part=name) from None
            except MalformedError:
                continue  # what else is wrong with it, the second opinion says
        second_opinion(exchange, "HTTP-023", fields)

    observe_each(answers, judge)
