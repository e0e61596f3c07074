"""Methods: HEAD, OPTIONS, TRACE, those that write, and what must not override GET (RFC 9110, section 9)."""

from __future__ import annotations

from conformance.checks.support.header_lint import second_opinion
from conformance.checks.support.isolation import is_incidental
from conformance.checks.support.refusals import shows_data
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.comparison import describes_the_exchange
from conformance.judge.preconditions import (
    contents,
    expect_same_invoice,
    require_status,
    sent_length,
    unsolicited_content,
)
from conformance.model.exchange import Exchange
from conformance.plan.probes.http import OVERRIDES, THROW_AWAY
from conformance.reading.header_fields import MalformedError, declared_length, tokens, varies_by

# By which the same is to be asked for elsewhere, method and content included (RFC 9110, sections 15.4.8 and 15.4.9).
_REDIRECTS = frozenset({307, 308})
# Differs for each answer or follows from content; or another requirement judges it.
_NOT_COMPARED = {
    *("date", "transfer-encoding", "trailer"),
    *("content-length", "content-encoding", "etag", "content-digest", "repr-digest", "digest", "content-md5"),
    # What is known only when a page has been made.
    *("link", "x-total-count"),
}
# Fields whose value does not depend on the time or the request.
_SAME_VALUE = (
    *("Content-Type", "Content-Language", "Content-Location", "Cache-Control", "X-Frame-Options"),
    *("X-Content-Type-Options", "Referrer-Policy", "X-XSS-Protection", "X-Permitted-Cross-Domain-Policies"),
)


@requirement("HTTP-005")
def test_head_is_supported(item: Exchange, item_head: Exchange) -> None:
    require_status(item, 200)
    expect_status(item_head, 200, why="as for GET")


@requirement("HTTP-005")
def test_head_has_no_content(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        # A 304 has no content with any method, and a rule of its own.
        require(exchange.request.method == "HEAD" and exchange.status not in {204, 304}, "not HEAD")
        length = len(unsolicited_content(exchange))
        expect(not length, "nothing after the header section", f"{length} bytes", exchange)

    observe_each(every_answer, judge)


def _expect_status_of_get(get: Exchange, head: Exchange, item_head: Exchange) -> None:
    require_status(get, 200)
    # That there is no HEAD at all is the finding of HTTP-005.
    require_status(item_head, 200)
    expect_status(head, 200, why="as for GET")


@requirement("HTTP-025")
def test_head_of_the_relationship_is_supported(
    item_head: Exchange, relationship: Exchange, relationship_head: Exchange
) -> None:
    _expect_status_of_get(relationship, relationship_head, item_head)


@requirement("HTTP-025")
def test_head_of_the_account_is_supported(item_head: Exchange, related: Exchange, related_head: Exchange) -> None:
    _expect_status_of_get(related, related_head, item_head)


@requirement("HTTP-025")
def test_head_of_the_collection_is_supported(item_head: Exchange, listing: Exchange, listing_head: Exchange) -> None:
    _expect_status_of_get(listing, listing_head, item_head)


@requirement("HTTP-006")
def test_head_has_the_fields_of_get(item: Exchange, item_head: Exchange) -> None:
    _expect_fields_of_get(item, item_head)


@requirement("HTTP-006")
def test_head_of_the_relationship_has_the_fields_of_get(relationship: Exchange, relationship_head: Exchange) -> None:
    _expect_fields_of_get(relationship, relationship_head)


@requirement("HTTP-006")
def test_head_of_the_account_has_the_fields_of_get(related: Exchange, related_head: Exchange) -> None:
    _expect_fields_of_get(related, related_head)


@requirement("HTTP-006")
def test_head_of_the_collection_has_the_fields_of_get(listing: Exchange, listing_head: Exchange) -> None:
    _expect_fields_of_get(listing, listing_head)


def _expect_fields_of_get(get: Exchange, head: Exchange) -> None:
    require_status(get, 200)
    require_status(head, 200)
    names = get.fields.names() - head.fields.names() - _NOT_COMPARED
    missing = sorted(name for name in names if not is_incidental(name))
    if missing:
        raise _other_field(get, head, "the fields of GET", f"no {', no '.join(missing)}", missing[0])
    for name in _SAME_VALUE:
        wanted, observed = get.fields.lines(name), head.fields.lines(name)
        if observed != wanted:
            raise _other_field(get, head, f"{', '.join(wanted) or 'none'}, as for GET", ", ".join(observed), name)
    # What compresses adds Accept-Encoding when there is content to compress, and only then.
    if not varies_by(get) ^ varies_by(head) <= {"accept-encoding"}:
        vary, of_head = (each.fields.get("Vary") or "no Vary" for each in (get, head))
        raise _other_field(get, head, f"{vary}, as for GET", of_head, "Vary")


def _other_field(get: Exchange, head: Exchange, expected: str, observed: str, name: str) -> Violation:
    """Return the finding of a field that no answer to HEAD has as every answer to GET."""
    return Violation(expected, observed, head, part=name, others=(get,), always=True)


def _expect_length_of_get(status: int, get: Exchange, get_again: Exchange, head: Exchange) -> None:
    for exchange in (get, get_again, head):
        require_status(exchange, status)
    length = declared_length(head)
    require(length is not None, "HEAD has no Content-Length")
    wanted = sent_length(get)
    require(wanted == sent_length(get_again), "the length differs from one answer to the next")
    if length != wanted:
        # Two servers behind a gateway may write the same content in other bytes, under one weak tag.
        raise _other_field(get, head, f"{wanted}, as for GET", str(length), "Content-Length")


@requirement("HTTP-018")
def test_content_length_of_head_is_that_of_get(item: Exchange, item_again: Exchange, item_head: Exchange) -> None:
    _expect_length_of_get(200, item, item_again, item_head)


@requirement("HTTP-018")
def test_content_length_of_head_is_that_of_get_in_a_coding(
    item: Exchange, item_head: Exchange, item_in_gzip: Exchange, item_head_in_gzip: Exchange
) -> None:
    _require_coded(item_in_gzip)
    require(
        item_head.fields.lines("Content-Length") == item.fields.lines("Content-Length"),
        "it differs without a coding, too",
    )
    _expect_length_for_the_same_tag(item_in_gzip, item_head_in_gzip)


@requirement("HTTP-006")
def test_head_names_the_coding_of_get(item_in_gzip: Exchange, item_head_in_gzip: Exchange) -> None:
    _require_coded(item_in_gzip)
    require_status(item_head_in_gzip, 200)
    wanted, observed = (each.fields.get("Content-Encoding") or "none" for each in (item_in_gzip, item_head_in_gzip))
    # What compresses may decide that once there is content (RFC 9110, section 9.3.2); who knows the length has decided.
    decided = observed != "none" or declared_length(item_head_in_gzip) == sent_length(item_in_gzip)
    require(decided, "the coding depends on generating the content")
    if observed != wanted:
        raise _other_field(item_in_gzip, item_head_in_gzip, f"{wanted}, as for GET", observed, "Content-Encoding")


def _require_coded(get: Exchange) -> None:
    """Raise NotObserved unless the answer is compressed and has a length: proxies compress no HEAD, and in chunks."""
    require_status(get, 200)
    coded = "Content-Encoding" in get.fields and "Content-Length" in get.fields
    require(coded, "the answer to GET has no coding and length")


@requirement("HTTP-018")
def test_content_length_of_head_of_the_relationship_is_that_of_get(
    relationship: Exchange, relationship_head: Exchange
) -> None:
    _expect_length_for_the_same_tag(relationship, relationship_head)


@requirement("HTTP-018")
def test_content_length_of_head_of_the_account_is_that_of_get(related: Exchange, related_head: Exchange) -> None:
    _expect_length_for_the_same_tag(related, related_head)


@requirement("HTTP-018")
def test_content_length_of_head_of_the_collection_is_that_of_get(listing: Exchange, listing_head: Exchange) -> None:
    _expect_length_for_the_same_tag(listing, listing_head)


def _expect_length_for_the_same_tag(get: Exchange, head: Exchange) -> None:
    require(get.tag_as_sent == head.tag_as_sent, "perhaps another representation")
    require(not describes_the_exchange(get), "each answer may have another length")
    _expect_length_of_get(200, get, get, head)


@requirement("HTTP-018")
def test_content_length_of_head_is_that_of_get_for_an_error(
    unknown_item: Exchange, second_unknown_item: Exchange, unknown_item_head: Exchange
) -> None:
    _expect_length_of_get(404, unknown_item, second_unknown_item, unknown_item_head)


@requirement("HTTP-007")
def test_a_write_is_refused_as_not_allowed(write_unknown: Exchange) -> None:
    status = write_unknown.status
    require(not 200 <= status < 300, "success", owner="HTTP-022")
    _require_no_redirect(write_unknown)
    # The last four are for what is refused before anybody looks which methods the resource has.
    expect_status(write_unknown, 405, 403, 404, 501, 400, 411, 415, 428)


@requirement("HTTP-007")
def test_a_write_that_nobody_can_read_is_refused(
    unknown_item: Exchange, every_write_unknown: tuple[Exchange, ...], write_unknown_with_content: Exchange
) -> None:
    require_status(unknown_item, 404)
    require(any(400 <= each.status < 500 for each in every_write_unknown), "no write is refused with a client error")
    refused = _is_refused(write_unknown_with_content)
    expect(refused, "a refusal", status_line(write_unknown_with_content), write_unknown_with_content)


@requirement("HTTP-022")
def test_no_write_succeeds(unknown_item: Exchange, write_unknown: Exchange) -> None:
    require(not unknown_item.succeeded, "the server finds an invoice where there is none")
    method = write_unknown.request.method
    expect(not write_unknown.succeeded, f"a refusal of {method}", status_line(write_unknown), write_unknown)


@requirement("HTTP-008")
def test_a_405_names_the_allowed_methods(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require_status(exchange, 405)
        method = exchange.request.method
        # What stands before the server refuses TRACE for every resource, and does not know their methods.
        require(method != "TRACE", "TRACE")
        require(not any(exchange.request.header(name) for name in OVERRIDES), "the method was perhaps overridden")
        allowed = _allowed(exchange)
        expect("Allow" in exchange.fields, "an Allow field", "none", exchange, part="Allow")
        if method != "GET":
            expect("GET" in allowed, "Allow with GET", ", ".join(allowed) or "(empty)", exchange, part="Allow")
        # That HEAD is refused is the finding of HTTP-005 already.
        if method != "HEAD":
            expect(method not in allowed, f"Allow without {method}", ", ".join(allowed), exchange, part="Allow")
            second_opinion(exchange, "HTTP-008")

    observe_each(every_answer, judge)


def _allowed(exchange: Exchange) -> list[str]:
    try:
        return tokens(exchange.fields.lines("Allow"))
    except MalformedError:
        require(False, "Allow is malformed", owner="HTTP-023")
    return []


@requirement("HTTP-009")
def test_an_undefined_method_is_refused(item: Exchange, undefined_method: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    # A firewall may refuse it in its own words.
    require(undefined_method.status != 403, "refused by what stands before the server")
    _require_no_redirect(undefined_method)
    expect_status(undefined_method, 501, 405, 400, why=f"no method is called {undefined_method.request.method}")


@requirement("HTTP-009")
def test_an_odd_method_is_refused(item: Exchange, undefined_method: Exchange, odd_method: Exchange) -> None:
    require_status(item, 200, owner="ITEM-001")
    require(undefined_method.status < 500 or undefined_method.status == 501, "no method is refused")
    require(odd_method.status != 403, "refused by what stands before the server")
    _require_no_redirect(odd_method)
    expect_status(odd_method, 501, 405, 400, why=f"{odd_method.request.method} is not a method of the interface")


@requirement("HTTP-009")
def test_an_odd_method_is_refused_where_nothing_is(unknown_item: Exchange, odd_method_of_unknown: Exchange) -> None:
    require_status(unknown_item, 404)
    _expect_unsupported(odd_method_of_unknown)


@requirement("HTTP-009")
def test_an_odd_method_is_refused_elsewhere(odd_method_elsewhere: Exchange) -> None:
    _expect_unsupported(odd_method_elsewhere)


def _require_no_redirect(exchange: Exchange) -> None:
    # A router may send every method to its form of the path: what is refused there is not asked for with a write.
    require(exchange.status not in _REDIRECTS, "it is redirected to another path, and not answered")


def _is_refused(exchange: Exchange) -> bool:
    """Return whether a request was refused by a client error, or as one whose method nobody implements."""
    return 400 <= exchange.status < 500 or exchange.status == 501


def _expect_unsupported(exchange: Exchange) -> None:
    """Expect a refusal, of the method or of the resource, and no failure."""
    expect(_is_refused(exchange), "501, 405 or another refusal", status_line(exchange), exchange)


@requirement("AUTH-001")
def test_no_method_shows_data_without_a_token(
    item: Exchange, item_without_token: Exchange, odd_method_without_token: Exchange
) -> None:
    require_status(item, 200)
    require(item_without_token.status >= 400, "the invoice is open to everybody")
    observed = f"data, {status_line(odd_method_without_token)}"
    expect(not shows_data(odd_method_without_token), "no data without a token", observed, odd_method_without_token)


@requirement("HTTP-010")
def test_options_names_the_allowed_methods_elsewhere(item_options: Exchange, options_elsewhere: Exchange) -> None:
    require(item_options.succeeded and "GET" in _allowed(item_options), "OPTIONS on the invoice does not name GET")
    require(options_elsewhere.succeeded, f"OPTIONS was answered {options_elsewhere.status}")
    observed = ", ".join(_allowed(options_elsewhere)) or "no Allow"
    expect("GET" in _allowed(options_elsewhere), "Allow with GET", observed, options_elsewhere, part="Allow")


@requirement("HTTP-010")
def test_options_names_the_allowed_methods(item_options: Exchange) -> None:
    require(item_options.succeeded, f"OPTIONS was answered {item_options.status}")
    allowed = _allowed(item_options)
    observed = ", ".join(allowed) if "Allow" in item_options.fields else "no Allow"
    expect("GET" in allowed, "Allow with GET", observed, item_options, part="Allow")


@requirement("HTTP-011")
def test_trace_does_not_return_credentials(trace: Exchange) -> None:
    returned = THROW_AWAY.encode() in trace.body or any(THROW_AWAY in value for _, value in trace.fields)
    expect(not returned, "no credentials in the answer", f"those that were sent, {status_line(trace)}", trace)


@requirement("HTTP-012")
def test_a_get_is_not_overridden_by_options(
    item: Exchange, item_again: Exchange, item_override_options: Exchange
) -> None:
    require_status(item, 200)
    # A firewall may refuse the field; obeying it is something else.
    require(item_override_options.status not in {400, 403}, "the request is refused")
    expect_same_invoice(item_override_options, item, item_again, "GET is the method")


@requirement("HTTP-012")
def test_a_get_is_not_overridden_by_an_undefined_method(
    item: Exchange, item_again: Exchange, item_override_undefined: Exchange
) -> None:
    require_status(item, 200)
    require(not _is_refused(item_override_undefined), "the request is refused")
    expect_same_invoice(item_override_undefined, item, item_again, "GET is the method")


@requirement("HTTP-012")
def test_a_get_is_not_overridden_by_delete(
    unknown_item: Exchange, unknown_item_override_delete: Exchange, every_write_unknown: tuple[Exchange, ...]
) -> None:
    require_status(unknown_item, 404)
    refusals = [each.status for each in every_write_unknown if each.request.method == "DELETE"]
    status = unknown_item_override_delete.status
    # As above, unless that is how DELETE itself is refused.
    require(status not in {400, 403} or status in refusals, "the request is refused")
    expect_status(unknown_item_override_delete, 404, why="as for GET")


@requirement("HTTP-024")
def test_a_post_is_not_overridden_by_get(
    item: Exchange, post_unacceptable: Exchange, post_unacceptable_override_get: Exchange
) -> None:
    require_status(item, 200)
    # A firewall may refuse the field.
    _expect_refused_as_post(post_unacceptable, post_unacceptable_override_get, {400, 403}, "as without the field")


@requirement("HTTP-024")
def test_a_post_is_not_overridden_by_its_content(
    item: Exchange, post_unacceptable: Exchange, post_unacceptable_form: Exchange
) -> None:
    require_status(item, 200)
    # What has content may be refused for that.
    also = {400, 403, 411, 413, 415}
    _expect_refused_as_post(post_unacceptable, post_unacceptable_form, also, "as without content")


def _expect_refused_as_post(plain: Exchange, overridden: Exchange, also: set[int], why: str) -> None:
    """Raise Violation unless a POST that seems to be a GET is refused as ``plain`` is; ``also`` proves nothing."""
    wanted, status = plain.status, overridden.status
    require(wanted in {401, 403, 404, 405, 501}, "a POST is not refused as such")
    # A failure says nothing of the method.
    require(status == wanted or (status not in also and status < 500), "the request is refused")
    expect_status(overridden, wanted, why=f"{why}: POST is the method")


@requirement("HTTP-013")
def test_content_does_not_change_a_get(item: Exchange, item_again: Exchange, item_with_content: Exchange) -> None:
    require_status(item, 200)
    require(contents(item), "no contents")
    require(item_with_content.status < 500, "the server fails", owner="ERR-011")
    require(item_with_content.status < 400, "the request is refused")
    expect_same_invoice(item_with_content, item, item_again, "content has no meaning in a GET")
