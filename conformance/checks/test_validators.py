"""Entity tags: presence, form, stability, and what they distinguish (RFC 9110, section 8.8)."""

from __future__ import annotations

from collections.abc import Iterable
from re import fullmatch

from conformance.checks.support.header_lint import second_opinion
from conformance.judge.api import NotObserved, Violation, expect, observe_each, require, requirement
from conformance.judge.preconditions import contents, require_status
from conformance.model.exchange import ENTITY_TAG, Exchange
from conformance.reading.header_fields import opaque

_DOCUMENTED = r'W/"[0-9a-f]{32}"'


@requirement("ETAG-001")
def test_an_invoice_has_an_entity_tag(item: Exchange) -> None:
    require_status(item, 200)
    expect("ETag" in item.fields, "an ETag field", "none", item, part="ETag")


@requirement("ETAG-001")
def test_a_view_of_an_invoice_has_an_entity_tag(
    item: Exchange,
    item_with_account: Exchange,
    fields_of_attributes: Exchange,
    item_in_gzip: Exchange,
    every_accept_any: tuple[Exchange, ...],
) -> None:
    require("ETag" in item.fields, "the invoice has no ETag; another check judges that")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        expect("ETag" in exchange.fields, "an ETag field", "none", exchange, part="ETag")

    observe_each((item_with_account, fields_of_attributes, item_in_gzip, *every_accept_any), judge)


@requirement("ETAG-002")
def test_an_etag_is_one_entity_tag(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        lines = exchange.fields.lines("ETag")
        require(lines, "no ETag")
        # Two lines are the finding of HTTP-021.
        for line in lines:
            expect(ENTITY_TAG.fullmatch(line), 'W/"opaque" or "opaque"', line or "(empty)", exchange, part="ETag")
        second_opinion(exchange, "ETAG-002")

    observe_each(every_answer, judge)


@requirement("ETAG-003")
def test_an_entity_tag_has_the_documented_form(item: Exchange) -> None:
    require_status(item, 200)
    _expect_documented_form(item)


@requirement("ETAG-003")
def test_the_entity_tag_of_a_view_has_the_documented_form(
    item: Exchange, item_with_account: Exchange, fields_of_attributes: Exchange
) -> None:
    require(fullmatch(_DOCUMENTED, item.etag), "the tag of the invoice has another form; another check judges that")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        _expect_documented_form(exchange)

    observe_each((item_with_account, fields_of_attributes), judge)


def _expect_documented_form(exchange: Exchange) -> None:
    expect(fullmatch(_DOCUMENTED, exchange.etag), 'W/"32 hexadecimal digits"', exchange.etag, exchange, part="ETag")


@requirement("ETAG-004")
def test_an_unchanged_invoice_keeps_its_entity_tag(item: Exchange, item_again: Exchange) -> None:
    for exchange in (item, item_again):
        require_status(exchange, 200)
    # Other bytes are another representation, or the finding of JSON-007.
    require(item.body == item_again.body, "the invoice changed between the two requests")
    expect(item_again.etag == item.etag, f"{item.etag}, as before", item_again.etag, item_again, part="ETag")


@requirement("ETAG-004")
def test_equal_answers_have_equal_entity_tags(every_success: tuple[Exchange, ...]) -> None:
    first: dict[tuple[object, ...], Exchange] = {}

    def judge(exchange: Exchange) -> None:
        require(exchange.status == 200 and exchange.request.method == "GET", "no whole representation")
        # What the answer is negotiated by may be a part of the tag.
        asked = (exchange.request.header(name) for name in ("Accept", "Accept-Encoding", "Accept-Language"))
        other = first.setdefault((exchange.request.url, *asked, *_bytes_of(exchange)), exchange)
        require(other is not exchange, "nothing to compare with")
        observed = f"{exchange.etag} for the same {len(exchange.body)} bytes"
        expected = f"{other.etag}, as in the answer to {other.described}"
        expect(exchange.etag == other.etag, expected, observed, exchange, part="ETag")

    observe_each(every_success, judge)


@requirement("ETAG-005")
def test_a_strong_entity_tag_stands_for_one_sequence_of_bytes(every_success: tuple[Exchange, ...]) -> None:
    first: dict[tuple[str, str], Exchange] = {}

    def judge(exchange: Exchange) -> None:
        answer = exchange.answer
        require(answer and not answer.incomplete, "not the whole representation")
        require(exchange.status == 200 and exchange.request.method == "GET", "no whole representation")
        require(not exchange.etag.startswith("W/"), "the entity tag is weak")
        exchange.require_all_read()
        other = first.setdefault((exchange.request.url, exchange.etag), exchange)
        expect(
            _bytes_of(exchange) == _bytes_of(other),
            f"the {len(other.body)} bytes of the answer to {other.described}, with the same strong tag {exchange.etag}",
            f"{len(exchange.body)} other bytes, {_coding(exchange)}",
            exchange,
            part="ETag",
        )

    observe_each(every_success, judge)


@requirement("ETAG-009")
def test_different_data_of_one_url_have_different_entity_tags(every_success: tuple[Exchange, ...]) -> None:
    first: dict[tuple[object, ...], Exchange] = {}

    def judge(exchange: Exchange) -> None:
        require(exchange.status == 200 and exchange.request.method == "GET", "no whole representation")
        require(not exchange.request.body, "content that changes the answer is found by HTTP-013")
        require("data" in exchange.ok_document, "no data are shown")
        shown = contents(exchange)
        who = (exchange.request.header("Authorization"), exchange.request.header("Cookie"))
        other = first.setdefault((exchange.request.url, *who, exchange.tag_as_sent), exchange)
        wanted = f"another ETag than that of the answer to {other.described}, which shows other data"
        if shown != contents(other):
            raise Violation(wanted, exchange.tag_as_sent, exchange, part="ETag", others=(other,))

    observe_each(every_success, judge)


def _coding(exchange: Exchange) -> str:
    return (exchange.fields.get("Content-Encoding") or "identity").lower()


def _bytes_of(exchange: Exchange) -> tuple[str, bytes]:
    # Content is kept decoded: equal content in different codings is different on the wire.
    return _coding(exchange), exchange.body


def _tagged(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the 200 answers with an entity tag, well-formed or not."""
    found = []
    for exchange in exchanges:
        try:
            if exchange.status == 200 and exchange.tag_as_sent:
                found.append(exchange)
        except NotObserved:
            continue
    return found


def _one_tag_for_all(invoices: list[Exchange]) -> bool:
    return len({each.body for each in invoices}) > 1 and len({each.tag_as_sent for each in invoices}) == 1


@requirement("ETAG-006")
def test_invoices_do_not_share_one_entity_tag(every_item: tuple[Exchange, ...]) -> None:
    tagged = _tagged(every_item)
    require(len({each.body for each in tagged}) > 1, "fewer than two different invoices with an entity tag are known")
    expect(
        not _one_tag_for_all(tagged),
        "different ETags for different invoices",
        f"{tagged[0].tag_as_sent} for all {len(tagged)} invoices",
        tagged[-1],
        part="ETag",
    )


@requirement("ETAG-007")
def test_head_has_the_entity_tag_of_get(item: Exchange, item_again: Exchange, item_head: Exchange) -> None:
    for exchange in (item, item_again, item_head):
        require_status(exchange, 200)
    _expect_no_tag_of_its_own(item, item_head)
    tag = item.tag_as_sent
    require(item_again.tag_as_sent == tag, "the entity tag changes from one request to the next")
    lines = item_head.fields.lines("ETag")
    observed = ", ".join(lines) or "no ETag"
    expect(lines == [tag], f"{tag}, as for GET", observed, item_head, part="ETag")


@requirement("ETAG-007")
def test_head_of_the_relationship_has_the_entity_tag_of_get(
    relationship: Exchange, relationship_not_modified: Exchange, relationship_head: Exchange
) -> None:
    require_status(relationship_not_modified, 304)
    _expect_opaque_tag_of_get(relationship, relationship_head)


@requirement("ETAG-007")
def test_head_of_the_account_has_the_entity_tag_of_get(
    related: Exchange, related_not_modified: Exchange, related_head: Exchange
) -> None:
    require_status(related_not_modified, 304)
    _expect_opaque_tag_of_get(related, related_head)


@requirement("ETAG-007")
def test_head_of_the_collection_has_the_entity_tag_of_get(
    listing: Exchange, listing_not_modified: Exchange, listing_head: Exchange
) -> None:
    require_status(listing_not_modified, 304)
    _expect_opaque_tag_of_get(listing, listing_head)


def _expect_no_tag_of_its_own(get: Exchange, head: Exchange) -> None:
    # What compresses on the way may take the tag from content, of which HEAD has none.
    if "ETag" not in get.fields and "Content-Encoding" not in get.fields:
        observed = ", ".join(head.fields.lines("ETag"))
        expect("ETag" not in head.fields, "no ETag, as for GET", observed, head, part="ETag")


def _expect_opaque_tag_of_get(get: Exchange, head: Exchange) -> None:
    require_status(get, 200)
    require_status(head, 200)
    _expect_no_tag_of_its_own(get, head)
    wanted, lines = opaque(get.tag_as_sent), head.fields.lines("ETag")
    observed = ", ".join(lines) or "no ETag"
    # What compresses on the way makes the tag of content weak, and leaves that of HEAD as it is.
    expect([*map(opaque, lines)] == [wanted], f"{get.tag_as_sent}, as for GET", observed, head, part="ETag")


@requirement("ETAG-008")
def test_different_bodies_have_different_entity_tags(
    every_item: tuple[Exchange, ...], every_item_with_account: tuple[Exchange, ...], fields_of_attributes: Exchange
) -> None:
    require(not _one_tag_for_all(_tagged(every_item)), "all invoices share one entity tag", owner="ETAG-006")
    tagged = _tagged((*every_item, *every_item_with_account, fields_of_attributes))
    require(len({each.body for each in tagged}) > 1, "fewer than two different bodies with an entity tag")
    well_formed = all(ENTITY_TAG.fullmatch(each.tag_as_sent) for each in tagged)
    require(well_formed, "an entity tag is malformed", owner="ETAG-002")
    first: dict[str, Exchange] = {}
    for exchange in tagged:
        other = first.setdefault(exchange.tag_as_sent, exchange)
        if exchange.body != other.body:
            raise Violation(
                f"another ETag than that of the answer to {other.described}, whose body differs",
                exchange.tag_as_sent,
                exchange,
                part="ETag",
            )
