"""Content negotiation: the media type of answers, Accept and Content-Type."""

from __future__ import annotations

from conformance.checks.support.documents import member_object
from conformance.judge.api import expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.preconditions import expect_same_invoice, require_status, variant
from conformance.model.exchange import JSON_API, Exchange
from conformance.reading import collection_pages
from conformance.reading.classification import (
    accepted_ranges,
    accepts_json_api,
    declares_newer_version,
    declares_version_1_0,
    is_complete,
    looks_like_error_document,
    made_by_application,
)
from conformance.reading.field_parameters import parameter_names
from conformance.syntax.scalars import is_same_value, shown


def _one_content_type(exchange: Exchange) -> str | None:
    lines = exchange.fields.lines("Content-Type")
    require(len(lines) <= 1, "several Content-Type fields", owner="HTTP-021")
    return lines[0] if lines else None


@requirement("NEGO-001")
def test_documents_have_the_json_api_media_type(item: Exchange, every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = _one_content_type(exchange)
        require(exchange.request.method == "GET" and exchange.body, "no content")
        # What a client gets that refuses JSON:API is judged by NEGO-010; a gateway has its own error format.
        asked = made_by_application(exchange, item) or _is_account(exchange, item)
        require(accepts_json_api(exchange) and asked, "no JSON:API document was asked for")
        require(exchange.status == 200 or looks_like_error_document(exchange), "no JSON:API document")
        # A server may have pages for browsers, too.
        other = accepted_ranges(exchange) - {JSON_API}
        require(exchange.media_type not in other, "the client named that media type")
        expect(exchange.media_type == JSON_API, JSON_API, shown(value), exchange, part="Content-Type")

    observe_each(every_answer, judge)


def _is_account(exchange: Exchange, item: Exchange) -> bool:
    """Return whether accounts are shown by themselves; where they are not, a router may answer."""
    base = item.request.target.rpartition("/invoices/")[0]
    return exchange.status == 200 and exchange.request.target.startswith(f"{base}/accounts")


@requirement("NEGO-002")
def test_the_media_type_has_no_foreign_parameter(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = _one_content_type(exchange)
        require(exchange.media_type == JSON_API, "another media type", owner="NEGO-001")
        try:
            foreign = sorted(set(parameter_names(value or "")) - {"ext", "profile"})
        except ValueError as error:
            foreign = [str(error)]
        expect(not foreign, f"{JSON_API} without parameters but ext and profile", value, exchange, part="Content-Type")

    observe_each(every_answer, judge)


@requirement("NEGO-020")
def test_no_extension_is_applied_unasked(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = _one_content_type(exchange)
        require(exchange.media_type == JSON_API, "another media type", owner="NEGO-001")
        try:
            extended = "ext" in parameter_names(value or "")
        except ValueError:
            require(False, "the media type is malformed", owner="NEGO-002")
        asked = any("ext=" in (exchange.request.header(name) or "") for name in ("Accept", "Content-Type"))
        expect(not extended or asked, f"{JSON_API} without ext", value, exchange, part="Content-Type")

    observe_each(every_answer, judge)


@requirement("NEGO-003")
def test_an_open_accept_gets_the_invoice(item: Exchange, accept_any: Exchange) -> None:
    require_status(item, 200)
    require(not accept_any.probe.endswith("[application]"), "application types: NEGO-018")
    expect_status(accept_any, 200, why="this Accept allows every type")


@requirement("NEGO-018")
def test_an_accept_of_application_types_gets_the_invoice(
    item: Exchange, every_accept_any: tuple[Exchange, ...]
) -> None:
    require_status(item, 200)
    expect_status(variant(every_accept_any, "application"), 200, why="this Accept allows every application type")


@requirement("NEGO-018")
def test_the_accept_of_a_browser_gets_the_invoice(item: Exchange, item_for_browser: Exchange) -> None:
    require_status(item, 200)
    expect_status(item_for_browser, 200, why="this Accept ends in */* with a weight, Accept-Language in *")


@requirement("NEGO-004")
def test_a_weight_is_not_a_media_type_parameter(item: Exchange, accept_with_weight: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_with_weight, 200, why="q is the weight of the media range, not a parameter of the media type")


@requirement("NEGO-005")
def test_accept_is_a_list_of_media_types_without_case(item: Exchange, accept_spelled: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_spelled, 200, why="Accept lists the JSON:API media type")


@requirement("NEGO-006")
def test_a_charset_parameter_is_not_acceptable(item: Exchange, unacceptable_item: Exchange) -> None:
    require_status(item, 200)
    expect_status(unacceptable_item, 406, why="the only JSON:API entry of Accept has a charset parameter")


@requirement("NEGO-006")
def test_a_foreign_parameter_is_not_acceptable(item: Exchange, accept_foreign_parameter: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_foreign_parameter, 406, why="every JSON:API entry of Accept has such a parameter")


@requirement("NEGO-006")
def test_a_foreign_parameter_is_not_acceptable_for_the_relationship(
    relationship: Exchange, unacceptable_relationship: Exchange
) -> None:
    require_status(relationship, 200)
    expect_status(unacceptable_relationship, 406, why="the only JSON:API entry of Accept has a charset parameter")


@requirement("NEGO-006")
def test_a_foreign_parameter_is_not_acceptable_for_the_account(
    related: Exchange, unacceptable_related: Exchange
) -> None:
    require_status(related, 200)
    expect_status(unacceptable_related, 406, why="the only JSON:API entry of Accept has a charset parameter")


@requirement("NEGO-006")
def test_a_foreign_parameter_is_not_acceptable_for_the_collection(
    listing: Exchange, unacceptable_listing: Exchange
) -> None:
    require_status(listing, 200)
    expect_status(unacceptable_listing, 406, why="the only JSON:API entry of Accept has a charset parameter")


@requirement("NEGO-015")
def test_a_wildcard_does_not_make_up_for_parameters(item: Exchange, accept_foreign_parameter_or_any: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_foreign_parameter_or_any, 406, why="every JSON:API entry of Accept has a charset parameter")


@requirement("NEGO-007")
def test_a_clean_entry_counts_beside_one_with_parameters(item: Exchange, accept_beside_clean: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_beside_clean, 200, why="Accept has the JSON:API media type without parameters too")


@requirement("NEGO-008")
def test_an_unsupported_extension_is_not_acceptable(item: Exchange, accept_unsupported_extension: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_unsupported_extension, 406, why="the only entry of Accept asks for an unknown extension")


@requirement("NEGO-009")
def test_an_unknown_profile_is_ignored(item: Exchange, accept_unknown_profile: Exchange) -> None:
    require_status(item, 200)
    if declares_newer_version(item):
        expect_status(accept_unknown_profile, 200, why="JSON:API 1.1 ignores unknown profiles")
    elif declares_version_1_0(item):
        expect_status(accept_unknown_profile, 200, 406, why="JSON:API 1.0 has no profiles")
    else:
        expect_status(accept_unknown_profile, 200, 406, why="JSON:API 1.1 ignores it, 1.0 has no profiles")


@requirement("NEGO-016")
def test_an_unknown_profile_is_ignored_by_version_1_1(item: Exchange, accept_unknown_profile: Exchange) -> None:
    require_status(item, 200)
    require(not declares_version_1_0(item), "JSON:API 1.0 has no profiles")
    require(accept_unknown_profile.status in {200, 406}, "any other answer is judged by NEGO-009")
    require(not declares_newer_version(item), "the version is declared: NEGO-009 judges that")
    expect_status(accept_unknown_profile, 200, why="JSON:API 1.1 ignores unknown profiles; no version is declared")


@requirement("NEGO-010")
def test_an_accept_without_json_api_is_refused_or_ignored(item: Exchange, accept_excluding: Exchange) -> None:
    require_status(item, 200)
    expect_status(accept_excluding, 406, 200, why="Accept excludes JSON:API")
    expect(
        accept_excluding.status == 406 or accept_excluding.media_type == JSON_API,
        f"406, or 200 with {JSON_API}",
        f"200 with {shown(accept_excluding.fields.get('Content-Type'))}",
        accept_excluding,
        part="Content-Type",
    )


@requirement("NEGO-011")
def test_a_content_type_with_parameters_is_refused(item: Exchange, content_type_with_parameter: Exchange) -> None:
    require_status(item, 200)
    expect_status(content_type_with_parameter, 415, why="the Content-Type of the request has such a parameter")


@requirement("NEGO-019")
def test_content_type_makes_no_difference_to_a_get(item: Exchange, content_type_without_content: Exchange) -> None:
    require_status(item, 200)
    expect_status(content_type_without_content, 200, why="there is no content that the field could describe")


@requirement("NEGO-012")
def test_a_get_without_content_has_no_unsupported_media_type(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        request = exchange.request
        require(request.method == "GET" and not request.body and request.header("Content-Type") is None, "content")
        expect(exchange.status != 415, "any other answer: there is no content", status_line(exchange), exchange)

    observe_each(every_answer, judge)


@requirement("NEGO-013")
def test_refusals_explain_themselves(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status in {406, 415}, "no 406 or 415")
        require(exchange.request.method != "HEAD" and is_complete(exchange), "the content cannot be judged")
        expect(exchange.body.strip(), "content that explains the refusal", "no content", exchange)

    observe_each(every_error, judge)


@requirement("NEGO-014")
def test_unusual_preferences_do_no_harm(item: Exchange, unusual_preference: Exchange) -> None:
    require_status(item, 200)
    harmless = unusual_preference.status in {200, *range(400, 500)}
    expect(harmless, "200 or a client error", status_line(unusual_preference), unusual_preference)


@requirement("NEGO-017")
def test_a_language_does_not_change_the_invoice(
    item: Exchange, item_again: Exchange, item_for_browser: Exchange
) -> None:
    require_status(item, 200)
    # What is refused, and a page for people, show nothing about the language.
    require_status(item_for_browser, 200)
    require(item_for_browser.media_type == item.media_type, "another representation")
    expect_same_invoice(item_for_browser, item, item_again, "attributes are for programs, in no language")


@requirement("NEGO-017")
def test_a_language_does_not_change_elements(listing: Exchange, sorted_by_two: Exchange) -> None:
    known = collection_pages.elements(listing)
    for place, (identifier, element) in enumerate(collection_pages.elements(sorted_by_two).items()):
        require(identifier in known, "the invoice is not on the first page")
        wanted, found = (member_object(each, "attributes") for each in (known[identifier], element))
        for name in wanted.keys() & found.keys():
            same, part = is_same_value(wanted[name], found[name]), f"/data/{place}/attributes/{name}"
            expect(same, f"{shown(wanted[name])} in any language", shown(found[name]), sorted_by_two, part=part)
