"""Single faults about caching and content codings: each is found, and by no other requirement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from conformance.model.exchange import Exchange
from tests.support.exchanges import document
from tests.support.http_answers import (
    TAG_OF_COMPOUND,
    by_name,
    head,
    head_of_listing,
    not_modified,
    ok,
    outcomes,
    refused,
    throughout,
    violated,
    with_account,
)

GZIP = {"Accept-Encoding": "gzip"}
CODED = {"Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"}
ANONYMOUS = {"Authorization": None}


def of_account(headers: Mapping[str, str | None]) -> dict[str, Exchange]:
    """Return the answers about the account, to GET and to HEAD, with other fields."""
    return by_name(ok("related", headers=headers), head("related_head", headers=headers))


FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "no-cache-control": ({"CACHE-001"}, throughout({"Cache-Control": None}, 200, 304)),
    "cached-for-a-minute": (
        {"CACHE-001"},
        throughout({"Cache-Control": "max-age=60, private, must-revalidate"}, 200, 304),
    ),
    "not-revalidated": ({"CACHE-013"}, throughout({"Cache-Control": "max-age=0, private"}, 200, 304)),
    "max-age-quoted": ({"CACHE-002"}, throughout({"Cache-Control": 'max-age="0", private, must-revalidate'})),
    "max-age-negative": ({"CACHE-002"}, throughout({"Cache-Control": "max-age=-1, private, must-revalidate"})),
    "max-age-without-number": ({"CACHE-002"}, throughout({"Cache-Control": "max-age, private, must-revalidate"})),
    "view-not-revalidated": (
        {"CACHE-013"},
        by_name(
            with_account(headers={"Cache-Control": "private, max-age=0", "ETag": TAG_OF_COMPOUND["ETag"]}),
            not_modified("included_not_modified", headers={**TAG_OF_COMPOUND, "Cache-Control": "private, max-age=0"}),
        ),
    ),
    "max-age-twice-and-different": (
        {"CACHE-014"},
        throughout({"Cache-Control": "max-age=0, private, must-revalidate, max-age=60"}),
    ),
    "directives-with-semicolons": ({"CACHE-002"}, throughout({"Cache-Control": "max-age=0; private; must-revalidate"})),
    "s-maxage-quoted": ({"CACHE-002"}, throughout({"Cache-Control": 'private, s-maxage="1"'}, 404)),
    "public": ({"CACHE-003"}, throughout({"Cache-Control": "max-age=0, public, must-revalidate"}, 200, 304)),
    "neither-private-nor-public": (
        {"CACHE-003"},
        throughout({"Cache-Control": "max-age=0, must-revalidate"}, 200, 304),
    ),
    "private-and-s-maxage": (
        {"CACHE-003"},
        throughout({"Cache-Control": "max-age=0, private, must-revalidate, s-maxage=60"}, 200, 304),
    ),
    "private-for-a-field": (
        {"CACHE-003"},
        throughout({"Cache-Control": 'max-age=0, private="set-cookie", must-revalidate'}, 200, 304),
    ),
    "no-cache-for-a-field": (
        {"CACHE-001"},
        throughout({"Cache-Control": 'private, no-cache="set-cookie"'}, 200, 304),
    ),
    "one-answer-without-cache-control": (
        {"CACHE-003"},
        by_name(ok("item_for_browser", headers={"Cache-Control": None})),
    ),
    "refusals-cacheable": ({"CACHE-004"}, throughout({"Cache-Control": "max-age=60"}, 401, 404, 406)),
    "one-refusal-without-cache-control": ({"CACHE-004"}, throughout({"Cache-Control": None}, 404)),
    "no-vary": ({"CACHE-005"}, throughout({"Vary": None})),
    "vary-without-accept": ({"CACHE-005"}, throughout({"Vary": "Origin"})),
    "vary-only-with-accept": ({"CACHE-006"}, by_name(ok("accept_any", {"Accept": None}, headers={"Vary": None}))),
    "vary-not-for-browsers": ({"CACHE-006"}, by_name(ok("item_for_browser", headers={"Vary": None}))),
    "vary-not-with-a-suffix": (
        {"CACHE-006"},
        by_name(ok("respelled_path[json]", headers={"Vary": None}), refused("suffixed_path_unacceptable", 406)),
    ),
    "vary-not-with-a-suffix-on-406": (
        {"CACHE-006"},
        by_name(ok("respelled_path[json]"), refused("suffixed_path_unacceptable", 406, headers={"Vary": None})),
    ),
    "vary-not-on-406": ({"CACHE-006"}, by_name(refused("unacceptable_item", 406, headers={"Vary": None}))),
    "not-in-the-coding": (
        {"CACHE-007"},
        by_name(ok("item_in_gzip", GZIP, headers=CODED, coding_problem="the content is not gzip")),
    ),
    "br-not-applied": (
        {"CACHE-007"},
        by_name(ok("item_for_browser", headers={**CODED, "Content-Encoding": "br"}, coding_problem="br is not known")),
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
        by_name(ok("item_in_gzip", GZIP, headers={**CODED, "Content-Encoding": "deflate"})),
    ),
    "coding-unheard-of": (
        {"CACHE-007"},
        by_name(ok("item_for_browser", headers={**CODED, "Content-Encoding": "utf-8"}, coding_problem="not known")),
    ),
    "coded-twice": ({"CACHE-007"}, by_name(ok("item_in_gzip", GZIP, headers=CODED, body=b"\x1f\x8b\x08"))),
    "coded-without-vary": ({"CACHE-011"}, by_name(ok("item_in_gzip", GZIP, headers={"Content-Encoding": "gzip"}))),
    "coding-forced": (
        {"CACHE-010"},
        by_name(ok("item_in_gzip", GZIP, headers=CODED), ok("item_in_no_coding", GZIP, headers=CODED)),
    ),
    "stored-for-all": ({"CACHE-008"}, by_name(ok("item_without_token_after", headers={"Age": "1"}))),
    "stored-for-the-other": ({"CACHE-009"}, by_name(ok("item_for_other_customer"))),
    "account-stored-for-the-other": ({"CACHE-009"}, by_name(ok("related_for_other_customer"))),
    "collection-stored-for-the-other": (
        {"CACHE-009"},
        by_name(ok("listing_for_other_customer", body={"data": [document()["data"]]}, query="listing")),
    ),
    "view-reused": (
        {"CACHE-001"},
        by_name(
            with_account(headers={"Cache-Control": "private, max-age=60", "ETag": TAG_OF_COMPOUND["ETag"]}),
            not_modified("included_not_modified", headers={**TAG_OF_COMPOUND, "Cache-Control": "private, max-age=60"}),
        ),
    ),
    "refusal-for-all": ({"CACHE-004"}, by_name(refused("unknown_include", 400, headers={"Cache-Control": "public"}))),
    "vary-not-of-view": (
        {"CACHE-005"},
        by_name(with_account(headers={"Vary": None, "ETag": TAG_OF_COMPOUND["ETag"]})),
    ),
    "vary-not-of-account": ({"CACHE-006"}, of_account({"Vary": None})),
    "vary-not-of-collection": (
        {"CACHE-006"},
        by_name(
            ok("listing", headers={"Vary": None}, body={"data": [document()["data"]]}, query="listing"),
            head_of_listing(Vary=None),
        ),
    ),
    "vary-not-of-account-by-itself": (
        {"CACHE-006"},
        by_name(ok("account_from_self_link", headers={"Vary": None})),
    ),
    "vary-by-origin-only": (
        {"CACHE-005"},
        by_name(ok("unknown_fields", {"Origin": "https://example.net"}, headers={"Vary": "Origin"})),
    ),
    "refusal-without-token-for-all": (
        {"CACHE-004"},
        by_name(refused("item_without_token_if_none_match", 401, ANONYMOUS, headers={"Cache-Control": "public"})),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_exactly_one_requirement(fault: str) -> None:
    expected, changed = FAULTS[fault]
    assert violated(changed) == expected


# Correct servers that differ from the one that all other tests start from.
@pytest.mark.parametrize(
    "changed",
    [
        throughout({"Cache-Control": "private, no-store"}),
        throughout({"Cache-Control": "no-cache, private"}),
        throughout({"Cache-Control": 'Must-Revalidate ,, Max-Age=0, PRIVATE, x-own="a, b"'}),
        throughout({"Vary": "accept-encoding, ACCEPT, Origin"}),
        throughout({"Vary": "*"}),
        # Stored for those without a token alone.
        by_name(
            refused(
                "item_without_token_if_none_match",
                401,
                ANONYMOUS,
                headers={"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Authorization"},
            )
        ),
        by_name(ok("item_in_gzip", GZIP, headers=CODED, wire_length=500)),
        by_name(
            ok(
                "item_for_browser",
                headers={**CODED, "Content-Encoding": "br"},
                body=b"\x0b\x02\x80{}\x03",
                coding_problem="br is not known",
            )
        ),
        by_name(ok("respelled_path[json]"), refused("suffixed_path_unacceptable", 406)),
        by_name(ok("accept_any", body={"meta": {}}, headers={"Cache-Control": "public"})),
        throughout({"CDN-Cache-Control": "no-store", "Surrogate-Control": "max-age=0"}),
        throughout({"CDN-Cache-Control": "max-age=60"}, 404),
        throughout({"CDN-Cache-Control": "max-age=-1", "Surrogate-Control": "max-age=soon"}),
        throughout({"CDN-Cache-Control": "max-age=60; public", "Surrogate-Control": 'content="ESI/1.0"'}),
        throughout({"Surrogate-Control": "max-age=600, private"}),
        by_name(ok("item_without_token_after", status=401, headers={"ETag": None})),
        by_name(ok("item_without_token_after"), refused("second_unknown_related_without_token", 404)),
        by_name(ok("item_for_other_customer"), ok("other_relationship")),
        # Two tokens of one customer.
        by_name(
            refused("other_item_of_owner"),
            ok("item_for_other_customer"),
            ok("related_for_other_customer"),
            ok("listing_for_other_customer", body={"data": [document()["data"]]}, query="listing"),
        ),
    ],
)
def test_a_correct_server_is_correct(changed: dict[str, Exchange]) -> None:
    assert violated(changed) == set()


@pytest.mark.parametrize(
    "coding", ["aes128gcm", "br", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "ZSTD"]
)
def test_a_registered_coding_that_cannot_be_undone_here_is_no_fault(coding: str) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    unread = ok("item_for_browser", headers=headers, body=b"\x0b\x02\x80{}\x03", coding_problem="it is not known")
    assert violated(by_name(unread)) == set()


@pytest.mark.parametrize("coding", ["gzip", "X-GZIP", "deflate"])
def test_content_in_another_coding_than_it_names_is_found(coding: str) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    for body in (None, b"\x1f\x8b"):
        answer = ok("item_for_browser", headers=headers, body=body, coding_problem="it is not")
        assert violated(by_name(answer)) == {"CACHE-007"}


@pytest.mark.parametrize("coding", ["gzip", "br"])
@pytest.mark.parametrize("parts", [{"truncated": True}, {"incomplete": "closed"}])
def test_the_coding_of_content_that_is_not_at_hand_is_not_judged(coding: str, parts: dict[str, Any]) -> None:
    headers = {**CODED, "Content-Encoding": coding}
    cut_off = ok("item_for_browser", headers=headers, coding_problem="it ends too early", **parts)
    assert "CACHE-007" not in violated(by_name(cut_off))


def test_an_empty_collection_proves_nothing() -> None:
    found = outcomes(by_name(ok("listing", body={"data": []}, query="listing")))
    assert found["CACHE-009", "test_no_stored_collection_for_another_customer"] == "not observed"


def test_every_check_of_the_area_is_violated_by_a_fault() -> None:
    found = {
        check for _, changed in FAULTS.values() for check, outcome in outcomes(changed).items() if outcome == "violated"
    }
    assert {check for check in outcomes({}) if check[0].startswith("CACHE")} <= found
