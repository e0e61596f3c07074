"""Single faults about caching and content codings: each is found, and by no other requirement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.model.exchange import Exchange
from tests.support.changes import CODED, changed, coded, content
from tests.support.judged import HTTP


def of_account(headers: Mapping[str, str | None]) -> dict[str, Exchange]:
    """Return the answers about the account, to GET and to HEAD, with other fields."""
    return changed("related", "related_head", headers=headers)


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-cache-control": ({"CACHE-001", "CACHE-003"}, HTTP.throughout(200, 304, headers={"Cache-Control": None})),
    "cached-for-a-minute": (
        {"CACHE-001"},
        HTTP.throughout(200, 304, headers={"Cache-Control": "max-age=60, private, must-revalidate"}),
    ),
    "max-age-quoted": (
        {"CACHE-002"},
        HTTP.throughout(headers={"Cache-Control": 'max-age="0", private, must-revalidate'}),
    ),
    "max-age-of-thousands-of-digits": (
        {"CACHE-001"},
        HTTP.throughout(headers={"Cache-Control": f"max-age={'9' * 5000}, private, must-revalidate"}),
    ),
    "max-age-in-other-digits": (
        {"CACHE-002"},
        HTTP.throughout(headers={"Cache-Control": 'max-age="\xb9", private, must-revalidate'}),
    ),
    "max-age-negative": (
        {"CACHE-002"},
        HTTP.throughout(headers={"Cache-Control": "max-age=-1, private, must-revalidate"}),
    ),
    "max-age-without-number": (
        {"CACHE-002"},
        HTTP.throughout(headers={"Cache-Control": "max-age, private, must-revalidate"}),
    ),
    "not-revalidated": ({"CACHE-013"}, HTTP.throughout(200, 304, headers={"Cache-Control": "max-age=0, private"})),
    "view-not-revalidated": (
        {"CACHE-013"},
        {
            **changed("item_with_account", headers={"Cache-Control": "private, max-age=0"}),
            **changed("included_not_modified", headers={"Cache-Control": "private, max-age=0"}),
        },
    ),
    "max-age-twice-and-different": (
        {"CACHE-014"},
        HTTP.throughout(headers={"Cache-Control": "max-age=0, private, must-revalidate, max-age=60"}),
    ),
    "directives-with-semicolons": (
        {"CACHE-002"},
        HTTP.throughout(headers={"Cache-Control": "max-age=0; private; must-revalidate"}),
    ),
    "s-maxage-quoted": ({"CACHE-002"}, HTTP.throughout(404, headers={"Cache-Control": 'private, s-maxage="1"'})),
    "public": (
        {"CACHE-003"},
        HTTP.throughout(200, 304, headers={"Cache-Control": "max-age=0, public, must-revalidate"}),
    ),
    "neither-private-nor-public": (
        {"CACHE-003"},
        HTTP.throughout(200, 304, headers={"Cache-Control": "max-age=0, must-revalidate"}),
    ),
    "private-and-s-maxage": (
        {"CACHE-003"},
        HTTP.throughout(200, 304, headers={"Cache-Control": "max-age=0, private, must-revalidate, s-maxage=60"}),
    ),
    "private-for-a-field": (
        {"CACHE-003"},
        HTTP.throughout(200, 304, headers={"Cache-Control": 'max-age=0, private="set-cookie", must-revalidate'}),
    ),
    "no-cache-for-a-field": (
        {"CACHE-001"},
        HTTP.throughout(200, 304, headers={"Cache-Control": 'private, no-cache="set-cookie"'}),
    ),
    "one-answer-without-cache-control": (
        {"CACHE-003"},
        changed("item_for_browser", headers={"Cache-Control": None}),
    ),
    "refusals-cacheable": ({"CACHE-004"}, HTTP.throughout(401, 404, 406, headers={"Cache-Control": "max-age=60"})),
    "one-refusal-without-cache-control": ({"CACHE-004"}, HTTP.throughout(404, headers={"Cache-Control": None})),
    "no-vary": ({"CACHE-005"}, HTTP.throughout(headers={"Vary": None})),
    "vary-without-accept": ({"CACHE-005"}, HTTP.throughout(headers={"Vary": "Origin"})),
    "vary-only-with-accept": ({"CACHE-006"}, changed("accept_any", headers={"Vary": None})),
    "vary-not-for-browsers": ({"CACHE-006"}, changed("item_for_browser", headers={"Vary": None})),
    "vary-not-with-a-suffix": (
        {"CACHE-006"},
        changed("respelled_path[json]", status=200, headers={"Vary": None})
        | changed("suffixed_path_unacceptable", status=406),
    ),
    "vary-not-with-a-suffix-on-406": (
        {"CACHE-006"},
        changed("respelled_path[json]", status=200)
        | changed("suffixed_path_unacceptable", status=406, headers={"Vary": None}),
    ),
    "vary-not-on-406": ({"CACHE-006"}, changed("unacceptable_item", headers={"Vary": None})),
    "not-in-the-coding": (
        {"CACHE-007"},
        coded(coding_problem="the content is not gzip"),
    ),
    "br-not-applied": (
        {"CACHE-007"},
        changed("item_for_browser", headers={**CODED, "Content-Encoding": "br"}, coding_problem="br is not known"),
    ),
    "kept-by-a-cdn": ({"CACHE-012"}, of_account({"CDN-Cache-Control": "max-age=60"})),
    "kept-by-one-cdn": ({"CACHE-012"}, of_account({"Example-CDN-Cache-Control": "public"})),
    "kept-by-a-cdn-in-quotes": ({"CACHE-012"}, of_account({"CDN-Cache-Control": 's-maxage="60"'})),
    "kept-by-a-surrogate": (
        {"CACHE-012"},
        of_account({"Surrogate-Control": 'content="ESI/1.0", max-age=60+30'}),
    ),
    "coding-not-listed": (
        {"CACHE-010"},
        coded({**CODED, "Content-Encoding": "deflate"}),
    ),
    "coding-unheard-of": (
        {"CACHE-007"},
        changed("item_for_browser", headers={**CODED, "Content-Encoding": "utf-8"}, coding_problem="not known"),
    ),
    "coding-of-none": ({"CACHE-015"}, changed("item_for_browser", headers={"Content-Encoding": "Identity"})),
    "coded-twice": ({"CACHE-007"}, coded(body=b"\x1f\x8b\x08")),
    "account-missing-when-coded": (
        {"CACHE-007"},
        changed("item_with_account_in_gzip", body=content()),
    ),
    "coded where identity alone is listed": (
        {"CACHE-010"},
        changed("listing_arranged", headers=CODED),
    ),
    "page-empty-when-coded": ({"CACHE-007"}, changed("listing_with_account_in_gzip", body={"data": []})),
    "coded-without-vary": ({"CACHE-011"}, coded({"Content-Encoding": "gzip"})),
    "coding-forced": (
        {"CACHE-010"},
        coded() | changed("item_in_no_coding", asked={"Accept-Encoding": "gzip"}, headers=CODED),
    ),
    "stored-for-all": ({"CACHE-008"}, changed("item_without_token_after", status=200, headers={"Age": "1"})),
    "stored-for-all-where-nobody-is-403": (
        {"CACHE-008"},
        changed("item_without_token_after", status=200, headers={"Age": "1"})
        | changed("second_unknown_related_without_token", status=403),
    ),
    "stored-for-the-other": ({"CACHE-009"}, changed("item_for_other_customer", status=200)),
    "account-stored-for-the-other": ({"CACHE-009"}, changed("related_for_other_customer", status=200)),
    "collection-stored-for-the-other": (
        {"CACHE-009"},
        changed("listing_for_other_customer", body=content(probe="listing")),
    ),
    "view-reused": (
        {"CACHE-001"},
        changed("item_with_account", "included_not_modified", headers={"Cache-Control": "private, max-age=60"}),
    ),
    "refusal-for-all": ({"CACHE-004"}, changed("unknown_include", headers={"Cache-Control": "public"})),
    "vary-not-of-view": (
        {"CACHE-005"},
        changed("item_with_account", headers={"Vary": None}),
    ),
    "vary-not-of-account": ({"CACHE-006"}, of_account({"Vary": None})),
    "vary-not-of-collection": (
        {"CACHE-006"},
        changed("listing", "listing_head", headers={"Vary": None}),
    ),
    "vary-not-of-account-by-itself": (
        {"CACHE-006"},
        changed("account_from_self_link", headers={"Vary": None}),
    ),
    "vary-by-origin-only": (
        {"CACHE-005"},
        changed("unknown_fields", asked={"Origin": "https://example.net"}, headers={"Vary": "Origin"}),
    ),
    "refusal-without-token-for-all": (
        {"CACHE-004"},
        changed("item_without_token_if_none_match", headers={"Cache-Control": "public"}),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changes = FAULTS[fault]
    assert HTTP.violated(changes) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changes",
    [
        HTTP.throughout(headers={"Cache-Control": "private, no-store"}),
        HTTP.throughout(headers={"Cache-Control": "no-cache, private"}),
        HTTP.throughout(headers={"Cache-Control": 'Must-Revalidate ,, Max-Age=0, PRIVATE, x-own="a, b"'}),
        HTTP.throughout(headers={"Vary": "accept-encoding, ACCEPT, Origin"}),
        HTTP.throughout(headers={"Vary": "*"}),
        # Stored for those without a token alone.
        changed(
            "item_without_token_if_none_match",
            headers={"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Authorization"},
        ),
        coded({**CODED, "Content-Length": "500"}, wire_length=500),
        changed(
            "item_for_browser",
            headers={**CODED, "Content-Encoding": "br"},
            body=b"\x0b\x02\x80{}\x03",
            coding_problem="br is not known",
        ),
        changed("respelled_path[json]", status=200) | changed("suffixed_path_unacceptable", status=406),
        changed("item_with_account_in_gzip", status=403, body="Refused by the gateway"),
        changed("listing_arranged", asked={"Accept-Encoding": "gzip"}, headers=CODED),
        changed("accept_any", body={"meta": {}}, headers={"Cache-Control": "public"}),
        HTTP.throughout(headers={"CDN-Cache-Control": "no-store", "Surrogate-Control": "max-age=0"}),
        HTTP.throughout(404, headers={"CDN-Cache-Control": "max-age=60"}),
        HTTP.throughout(headers={"CDN-Cache-Control": "max-age=-1", "Surrogate-Control": "max-age=soon"}),
        HTTP.throughout(headers={"CDN-Cache-Control": "max-age=60; public", "Surrogate-Control": 'content="ESI/1.0"'}),
        HTTP.throughout(headers={"Surrogate-Control": "max-age=600, private"}),
        HTTP.throughout(headers={"Surrogate-Control": "max-age=60, no-store", "CDN-Cache-Control": "no-cache, public"}),
        changed("item_without_token_after", body=content()),
        changed("item_without_token_after", status=200) | changed("second_unknown_related_without_token", status=404),
        changed("item_for_other_customer", "other_item_with_account", status=200),
        # Two tokens of one customer.
        changed("other_item_of_owner", status=404)
        | changed("item_for_other_customer", "related_for_other_customer", status=200)
        | changed("listing_for_other_customer", body=content(probe="listing")),
    ],
)
def test_a_correct_server_is_correct(changes: dict[str, Exchange]) -> None:
    assert HTTP.violated(changes) == set()


@pytest.mark.parametrize(
    "coding", ["aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "ZSTD", "gzip, br"]
)
def test_a_registered_coding_that_cannot_be_undone_here_is_not_a_fault(coding: str) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    unread = changed("item_for_browser", headers=headers, body=b"\x0b\x02\x80{}\x03", coding_problem="it is not known")
    assert HTTP.violated(unread) == set()


@pytest.mark.parametrize("coding", ["gzip", "X-GZIP", "deflate"])
def test_content_in_another_coding_than_it_names_is_found(coding: str) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    for body in (None, b"\x1f\x8b"):
        answer = changed("item_for_browser", headers=headers, body=body, coding_problem="it is not")
        assert HTTP.violated(answer) == {"CACHE-007"}


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("parts", [{"truncated": True}, {"incomplete": "closed"}])
def test_the_coding_of_content_that_is_not_at_hand_is_not_judged(coding: str, parts: dict[str, Any]) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    cut_off = changed("item_for_browser", headers=headers, coding_problem="it ends too early", **parts)
    assert "CACHE-007" not in HTTP.violated(cut_off)


def test_an_invoice_that_varies_by_everything_has_the_others_vary() -> None:
    everything = changed("item", headers={"Vary": "*"})
    suffixed = changed("respelled_path[json]", status=200, headers={"Vary": None})
    unacceptable = changed("suffixed_path_unacceptable", status=406)
    found = HTTP.violations(everything | suffixed | unacceptable)
    assert ("CACHE-006", "test_vary_does_not_depend_on_a_suffix") in found


def test_what_has_no_directives_is_not_judged_by_their_form() -> None:
    found = HTTP.outcomes(HTTP.throughout(headers={"Cache-Control": None}))
    assert found["CACHE-002", "test_cache_control_parses"] == "not observed"


def test_an_empty_collection_proves_nothing() -> None:
    found = HTTP.outcomes(changed("listing", body={"data": []}))
    assert found["CACHE-009", "test_no_stored_collection_for_another_customer"] == "not observed"


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    assert HTTP.unviolated([changes for _, changes in FAULTS.values()], "CACHE") == set()
