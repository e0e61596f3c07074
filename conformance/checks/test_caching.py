"""Cache-Control, Vary, content codings, and that no stored answer reaches another (RFC 9111)."""

from __future__ import annotations

import re

from conformance.checks.support.header_lint import second_opinion
from conformance.checks.support.isolation import require_two_customers
from conformance.judge.api import NotObserved, Violation, expect, observe_each, require, requirement, status_line
from conformance.judge.preconditions import contents, may_have_content, require_status
from conformance.model.exchange import Exchange, Fields
from conformance.reading import collection_pages
from conformance.reading.header_fields import MalformedError, cache_directives, directives, number, varies_by
from conformance.syntax.content_codings import UNDONE
from conformance.syntax.scalars import shown

# The codings that are registered, whether or not they can be undone here (RFC 9110, section 8.4.1).
_CODINGS = {
    *("aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip", "identity", "pack200-gzip"),
    *("x-compress", "x-gzip", "zstd"),
}
_WEIGHTED = re.compile(
    r"(?P<coding>[!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]*;[ \t]*[qQ]=(?P<weight>0(\.[0-9]{0,3})?|1(\.0{0,3})?))?"
)
# Targeted fields, those of single vendors among them (RFC 9213), and the older field of the Edge Architecture.
_TARGETED = re.compile(r"(?:[a-z0-9-]+-)?cdn-cache-control|surrogate-control")


@requirement("CACHE-001")
def test_an_invoice_is_validated_before_it_is_used_again(item: Exchange) -> None:
    require_status(item, 200)
    _expect_validated(item)


@requirement("CACHE-001")
def test_a_view_of_an_invoice_is_validated_before_it_is_used_again(
    item: Exchange, item_with_account: Exchange, fields_of_attributes: Exchange
) -> None:
    require("Cache-Control" in item.fields, "the invoice has no Cache-Control")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        require("Cache-Control" in exchange.fields, "no Cache-Control", owner="CACHE-003")
        _expect_validated(exchange)

    observe_each((item_with_account, fields_of_attributes), judge)


def _expect_validated(item: Exchange) -> None:
    found = cache_directives(item)
    # With an argument, no-cache is about single fields only (RFC 9111, section 5.2.2.4).
    if "no-store" in found or found.get("no-cache", "") is None:
        return
    age = found.get("max-age")
    is_number = bool(re.fullmatch("[0-9]+", age or ""))
    require("max-age" not in found or is_number, "max-age is not a number", owner="CACHE-002")
    observed = item.fields.get("Cache-Control") or "no Cache-Control"
    expect(age is not None and number(age) == 0, "max-age=0", observed, item, part="Cache-Control")


@requirement("CACHE-013")
def test_a_stale_invoice_is_not_used_when_disconnected(item: Exchange) -> None:
    require_status(item, 200)
    _expect_revalidated(item)


@requirement("CACHE-013")
def test_a_stale_view_of_an_invoice_is_not_used_when_disconnected(
    item: Exchange, item_with_account: Exchange, fields_of_attributes: Exchange
) -> None:
    require("must-revalidate" in cache_directives(item), "the invoice lacks it")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        _expect_revalidated(exchange)

    observe_each((item_with_account, fields_of_attributes), judge)


def _expect_revalidated(item: Exchange) -> None:
    found = cache_directives(item)
    if "no-store" in found or found.get("no-cache", "") is None:
        return
    require(
        re.fullmatch("0+", found.get("max-age") or ""), "it may be used again without validation", owner="CACHE-001"
    )
    expect("must-revalidate" in found, "must-revalidate", item.fields.get("Cache-Control"), item, part="Cache-Control")


@requirement("CACHE-002")
def test_cache_control_parses(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        lines = exchange.fields.lines("Cache-Control")
        require(lines, "no Cache-Control")
        try:
            ages = [value for name, value in directives(lines) if name == "max-age"]
        except MalformedError as reason:
            raise Violation("a list of directives", str(reason), exchange, part="Cache-Control") from None
        for age in ages:
            bare = age is not None and age.isascii() and age.isdigit()
            expect(bare, "max-age as a bare number of seconds", f"max-age={age}", exchange, part="Cache-Control")
        second_opinion(exchange, "CACHE-002")

    observe_each(every_answer, judge)


@requirement("CACHE-014")
def test_directives_do_not_contradict_each_other(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        try:
            found = directives(exchange.fields.lines("Cache-Control"))
        except MalformedError:
            raise NotObserved("Cache-Control is malformed", owner="CACHE-002") from None
        ages = sorted({age or "" for name, age in found if name == "max-age"})
        require(ages, "no max-age")
        expect(len(ages) == 1, "one value of max-age", " and ".join(ages), exchange, part="Cache-Control")

    observe_each(every_answer, judge)


@requirement("CACHE-003")
def test_data_of_a_customer_is_for_private_caches(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET", "no GET")
        require(exchange.document.get("data"), "no data")
        found = cache_directives(exchange)
        # With an argument, private is about single fields only (RFC 9111, section 5.2.2.7).
        unshared = "no-store" in found or found.get("private", "") is None
        shared = {"public", "s-maxage"} & set(found)
        observed = exchange.fields.get("Cache-Control") or "no Cache-Control"
        expect(unshared, "private or no-store", observed, exchange, part="Cache-Control")
        expect(not shared, f"no {' and no '.join(sorted(shared))}", observed, exchange, part="Cache-Control")

    observe_each(every_success, judge)


@requirement("CACHE-012")
def test_no_shared_cache_is_asked_to_keep_data_of_a_customer(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.request.method == "GET" and exchange.document.get("data"), "no data")
        names = sorted(name for name in exchange.fields.names() if _TARGETED.fullmatch(name))
        require(names, "no such field")
        for name in names:
            try:
                found = dict(directives(exchange.fields.lines(name)))
            except MalformedError:
                continue  # a cache ignores it (RFC 9213, section 2.1)
            if found.keys() & {"no-store", "private", "no-cache"}:
                continue
            kept = "public" in found or any(_is_lifetime(found.get(age)) for age in ("max-age", "s-maxage"))
            expect(not kept, "no lifetime in shared caches", exchange.fields.get(name), exchange, part=name)

    observe_each(every_success, judge)


def _is_lifetime(seconds: str | None) -> bool:
    # Surrogate-Control may have a second number: for how long after that. What is not a number, caches ignore.
    return re.fullmatch(r'"?0*[1-9][0-9]*(?:\+[0-9]+)?"?', seconds or "") is not None


@requirement("CACHE-004")
def test_a_refusal_is_not_reused_for_others(
    item_without_token: Exchange, unknown_item: Exchange, unacceptable_item: Exchange
) -> None:
    def judge(exchange: Exchange) -> None:
        require_status(exchange, 401, 404, 406)
        found = cache_directives(exchange)
        expect(
            found.keys() & {"no-store", "no-cache", "private"},
            "no-store, no-cache or private",
            exchange.fields.get("Cache-Control") or "no Cache-Control",
            exchange,
            part="Cache-Control",
        )

    observe_each((item_without_token, unknown_item, unacceptable_item), judge)


@requirement("CACHE-004")
def test_no_refusal_is_meant_for_everybody(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        # What a router says of a path that is none is the same for everybody.
        require(exchange.status in {400, 401, 403, 406}, "no refusal of a request for data")
        # A 401 is wrong for those who have credentials, unless caches keep it from them.
        kept_apart = varies_by(exchange) & {"authorization", "*"}
        own = "Authorization" in Fields(exchange.request.headers) or (exchange.status == 401 and not kept_apart)
        require(own, "no credentials were sent")
        found = cache_directives(exchange)
        shared = sorted({"public", "s-maxage"} & set(found))
        require("Cache-Control" in exchange.fields, "no Cache-Control")
        observed = exchange.fields.get("Cache-Control")
        expect(not shared, f"no {' and no '.join(shared)}", observed, exchange, part="Cache-Control")

    observe_each(every_error, judge)


def _expect_varies(exchange: Exchange, name: str) -> None:
    observed = exchange.fields.get("Vary")
    expect(varies_by(exchange) & {name.lower(), "*"}, name, observed or "no Vary", exchange, part="Vary")


@requirement("CACHE-005")
def test_an_invoice_varies_by_accept(item: Exchange) -> None:
    require_status(item, 200)
    _expect_varies(item, "Accept")


@requirement("CACHE-005")
def test_a_view_of_an_invoice_varies_by_accept(
    item: Exchange, item_with_account: Exchange, fields_of_attributes: Exchange
) -> None:
    require(varies_by(item) & {"accept", "*"}, "the invoice does not vary by Accept")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        _expect_varies(exchange, "Accept")

    observe_each((item_with_account, fields_of_attributes), judge)


@requirement("CACHE-005")
def test_what_else_varies_does_not_take_the_place_of_accept(
    item: Exchange, every_success: tuple[Exchange, ...]
) -> None:
    require_status(item, 200)
    require(varies_by(item) & {"accept", "*"}, "the invoice does not vary by Accept")
    usual = Fields(item.request.headers)

    def judge(exchange: Exchange) -> None:
        asked = Fields(exchange.request.headers)
        require(exchange.request.method == "GET" and exchange.status == 200, "no 200 to GET")
        require(exchange.request.url == item.request.url, "another resource: CACHE-006")
        require(asked.lines("Accept") == usual.lines("Accept"), "another Accept: CACHE-006")
        require(asked.names() - usual.names(), "nothing else that the answer could depend on")
        _expect_varies(exchange, "Accept")

    observe_each(every_success, judge)


@requirement("CACHE-006")
def test_the_account_varies_by_accept(item: Exchange, relationship: Exchange, related: Exchange) -> None:
    _expect_other_resources_vary(item, relationship, related)


@requirement("CACHE-006")
def test_the_account_by_itself_varies_by_accept(item: Exchange, account_from_self_link: Exchange) -> None:
    _expect_other_resources_vary(item, account_from_self_link)


@requirement("CACHE-006")
def test_the_collection_varies_by_accept(item: Exchange, listing: Exchange) -> None:
    _expect_other_resources_vary(item, listing)


def _expect_other_resources_vary(item: Exchange, *others: Exchange) -> None:
    require(varies_by(item) & {"accept", "*"}, "the invoice does not vary by Accept", owner="CACHE-005")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        _expect_varies(exchange, "Accept")

    observe_each(others, judge)


@requirement("CACHE-006")
def test_vary_does_not_depend_on_accept(
    item: Exchange, every_accept_any: tuple[Exchange, ...], item_for_browser: Exchange, unacceptable_item: Exchange
) -> None:
    require(varies_by(item) & {"accept", "*"}, "the invoice does not vary by Accept", owner="CACHE-005")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200, 406)
        _expect_varies(exchange, "Accept")

    observe_each((*every_accept_any, item_for_browser, unacceptable_item), judge)


@requirement("CACHE-006")
def test_vary_does_not_depend_on_a_suffix(
    item: Exchange, every_respelled_path: tuple[Exchange, ...], suffixed_path_unacceptable: Exchange
) -> None:
    require(varies_by(item) & {"accept", "*"}, "the invoice does not vary by Accept", owner="CACHE-005")
    suffixed = [each for each in every_respelled_path if each.probe == "respelled_path[json]"]
    require(suffixed and suffixed[0].status == 200, "the server does not know the suffix")
    require_status(suffixed_path_unacceptable, 406)
    observe_each((*suffixed, suffixed_path_unacceptable), lambda exchange: _expect_varies(exchange, "Accept"))


def _codings(exchange: Exchange) -> list[str]:
    names = [name.strip().lower() for name in (exchange.fields.get("Content-Encoding") or "").split(",")]
    return [name for name in names if name and name != "identity"]


@requirement("CACHE-015")
def test_what_is_in_a_coding_has_one(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = exchange.fields.get("Content-Encoding")
        require(value is not None, "no Content-Encoding")
        names = [name.strip().lower() for name in (value or "").split(",")]
        expect("identity" not in names, "no field where there is no coding", value, exchange, part="Content-Encoding")

    observe_each(every_answer, judge)


@requirement("CACHE-007")
def test_content_is_in_the_coding_that_it_names(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        answer = exchange.answer
        names = _codings(exchange)
        require(answer and answer.wire_length and names and may_have_content(exchange), "no coded content")
        # A range is one of the coded bytes (RFC 9110, section 14).
        require(exchange.status != 206, "a part of the content")
        assert answer
        for name in names:
            expect(name in _CODINGS, "a registered content coding", name, exchange, part="Content-Encoding")
        if not set(names) <= UNDONE:
            # No decoder is at hand, but what can be read as it stands is in no coding.
            exchange.require_all_read()
            require(not answer.incomplete, "not the whole content")
            plain = exchange.json.readable and isinstance(exchange.json.value, dict)
            expect(not plain, f"content in {', '.join(names)}", "plain JSON", exchange, part="Content-Encoding")
            return
        exchange.require_all_read()
        require(not answer.incomplete, "not the whole content")
        problem = answer.coding_problem
        expect(problem is None, f"content in {', '.join(names)}", problem, exchange, part="Content-Encoding")

    observe_each(every_answer, judge)


@requirement("CACHE-007")
def test_coded_content_of_other_views_is_the_same(
    item: Exchange, item_again: Exchange, item_with_account: Exchange, item_with_account_in_gzip: Exchange
) -> None:
    require(item.json.readable and item.json.value == item_again.json.value, "the invoice is not the same twice")
    _expect_same_content(item_with_account, item_with_account_in_gzip)


@requirement("CACHE-007")
def test_coded_content_of_the_collection_is_the_same(
    listing: Exchange, listing_with_account: Exchange, listing_with_account_in_gzip: Exchange
) -> None:
    alone, listed = (
        {number: element.get("attributes") for number, element in collection_pages.elements(page).items()}
        for page in (listing, listing_with_account)
    )
    require(alone == listed, "the collection is not the same twice")
    _expect_same_content(listing_with_account, listing_with_account_in_gzip)


def _expect_same_content(plain: Exchange, coded: Exchange) -> None:
    require_status(plain, 200)
    require_status(coded, 200)
    plain.require_all_read()
    require(plain.json.readable, "not readable without a coding", owner="JSON-001")
    require(coded.answer and not coded.answer.coding_problem, "the coding is wrong")
    # Meta may describe the exchange.
    wanted, observed = contents(plain), f"other content, {status_line(coded)}"
    same = coded.json.readable and contents(coded) == wanted
    expect(same, "the data and the included resources as without coding", observed, coded)


@requirement("CACHE-007")
def test_coded_content_is_the_same_invoice(item: Exchange, item_again: Exchange, item_in_gzip: Exchange) -> None:
    for exchange in (item, item_again, item_in_gzip):
        require_status(exchange, 200)
    names = _codings(item_in_gzip)
    require(names and set(names) <= UNDONE, "the invoice comes in no coding that is undone here")
    require(
        item_in_gzip.answer and not item_in_gzip.answer.coding_problem,
        "the coding is wrong",
    )
    require(item.json.readable and item.json.value == item_again.json.value, "the invoice is not the same twice")
    expect(
        item_in_gzip.json.value == item.json.value,
        "the invoice as without coding",
        f"other content, {status_line(item_in_gzip)}",
        item_in_gzip,
    )


@requirement("CACHE-010")
def test_a_refused_coding_is_not_used(item: Exchange, item_in_no_coding: Exchange) -> None:
    require_status(item, 200)
    require_status(item_in_no_coding, 200)
    names = ", ".join(_codings(item_in_no_coding))
    expect(not names, "no content coding, as all are refused", names, item_in_no_coding, part="Content-Encoding")
    second_opinion(item_in_no_coding, "CACHE-010")


@requirement("CACHE-010")
def test_a_coding_that_is_not_listed_is_not_used(item_in_gzip: Exchange) -> None:
    require_status(item_in_gzip, 200)
    others = ", ".join(name for name in _codings(item_in_gzip) if name not in {"gzip", "x-gzip"})
    expect(not others, "gzip, which the request lists, or no coding", others, item_in_gzip, part="Content-Encoding")


@requirement("CACHE-010")
def test_no_coding_is_used_that_is_not_acceptable(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        lines = [value for name, value in exchange.request.headers if name.lower() == "accept-encoding"]
        weights = _weights(", ".join(lines)) if lines else None
        require(weights is not None and _codings(exchange), "no coding, or no readable Accept-Encoding")
        assert weights is not None
        for name in _codings(exchange):
            usual = name.removeprefix("x-")
            weight = weights.get(usual, weights.get("*", 0.0 if usual != "identity" else 1.0))
            expected = f"no coding that Accept-Encoding {shown(', '.join(lines))} does not list"
            expect(weight > 0, expected, name, exchange, part="Content-Encoding")

    observe_each(every_answer, judge)


def _weights(value: str) -> dict[str, float] | None:
    """Return the weight of each coding in an Accept-Encoding (RFC 9110, section 12.5.3); None when it is malformed."""
    members = [member.strip(" \t") for member in value.split(",")]
    found = [_WEIGHTED.fullmatch(member) for member in members if member]
    if not all(found):
        return None
    return {each["coding"].lower().removeprefix("x-"): float(each["weight"] or 1) for each in found if each}


@requirement("CACHE-010")
def test_a_coding_of_the_collection_is_one_that_is_listed(
    every_listing_arranged: tuple[Exchange, ...], every_page_of_one: tuple[Exchange, ...]
) -> None:
    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        listed = exchange.request.header("Accept-Encoding") or ""
        others = ", ".join(name for name in _codings(exchange) if name != listed)
        expect(not others, f"{listed}, which the request lists", others, exchange, part="Content-Encoding")

    observe_each((*every_listing_arranged, *every_page_of_one), judge)


@requirement("CACHE-011")
def test_an_answer_with_a_negotiated_coding_varies_by_it(item_in_gzip: Exchange, item_in_no_coding: Exchange) -> None:
    require_status(item_in_gzip, 200)
    require_status(item_in_no_coding, 200)
    require(_codings(item_in_gzip) != _codings(item_in_no_coding), "the content coding does not depend on the request")
    _expect_varies(item_in_gzip, "Accept-Encoding")


def _expect_no_stored_copy(exchange: Exchange, item: Exchange) -> None:
    try:
        shown = exchange.succeeded and bool(exchange.document.get("data"))
    except NotObserved:
        shown = False
    signs = [name for name in ("Age", "X-Cache", "Cache-Status") if name in exchange.fields]
    if exchange.fields.lines("X-Request-Id") == item.fields.lines("X-Request-Id") != []:
        signs.append("the X-Request-Id of the first answer")
    observed = f"{status_line(exchange)}{', with ' if signs else ''}{', '.join(signs)}"
    expect(not shown, "no data of the customer", observed, exchange)


@requirement("CACHE-008")
def test_no_stored_copy_without_a_token(
    item: Exchange, item_without_token_after: Exchange, second_unknown_related_without_token: Exchange
) -> None:
    require_status(item, 200)
    # Where nothing needs a token, or the refusal has another status, that is the finding of AUTH-001.
    require_status(second_unknown_related_without_token, 401, 403)
    _expect_no_stored_copy(item_without_token_after, item)


@requirement("CACHE-009")
def test_no_stored_copy_for_another_customer(
    item: Exchange, other_item_of_owner: Exchange, item_for_other_customer: Exchange, other_item_with_account: Exchange
) -> None:
    require_two_customers(item, other_item_of_owner)
    # Where every customer sees every invoice, that is the finding of SEC-001.
    # Nobody else asks for that URL, so that no answer to it is stored.
    require(not other_item_with_account.succeeded, "the customers are not kept apart")
    _expect_no_stored_copy(item_for_other_customer, item)


@requirement("CACHE-009")
def test_no_stored_account_for_another_customer(
    item: Exchange,
    other_item_of_owner: Exchange,
    related: Exchange,
    related_for_other_customer: Exchange,
    other_related: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    require_status(related, 200)
    # As above, of the account.
    require(not other_related.succeeded, "the customers are not kept apart")
    _expect_no_stored_copy(related_for_other_customer, related)


@requirement("CACHE-009")
def test_no_stored_collection_for_another_customer(
    item: Exchange,
    other_item_of_owner: Exchange,
    listing: Exchange,
    listing_for_other_customer: Exchange,
    listing_of_other_customer: Exchange,
) -> None:
    require_two_customers(item, other_item_of_owner)
    own = set(collection_pages.elements(listing))
    require(own, "the collection is empty")
    # The same by another URL, for which nobody else asks.
    require(
        not own & set(collection_pages.elements(listing_of_other_customer)),
        "the customers are not kept apart",
        owner="SEC-004",
    )
    stored = own & set(collection_pages.elements(listing_for_other_customer))
    observed = f"{len(stored)} invoices of the first customer"
    expect(not stored, "no invoices of the first customer", observed, listing_for_other_customer, part="/data")
