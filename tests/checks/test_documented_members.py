"""The checks of documented members: what is left out is found, and so are words that stand for no value."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks import test_documented_members as members
from tests.support.changes import changed
from tests.support.exchanges import ITEM_PATH, REMOVED, exchange
from tests.support.judged import outcome
from tests.support.pages import element, whole

CASES: dict[str, tuple[Any, str, dict[str, Any], str]] = {
    "all": (members.test_an_invoice_links_to_itself, "item", {}, "passed"),
    "no links": (members.test_an_invoice_links_to_itself, "item", {"/data/links": REMOVED}, "violated"),
    "no self": (members.test_an_invoice_links_to_itself, "item", {"/data/links": {}}, "violated"),
    "null": (members.test_an_invoice_links_to_itself, "item", {"/data/links/self": None}, "violated"),
    "link object": (members.test_an_invoice_links_to_itself, "item", {"/data/links/self": {"href": "/"}}, "passed"),
    "relationship": (members.test_the_relationship_document_has_its_links, "relationship", {}, "passed"),
    "relationship without links": (
        members.test_the_relationship_document_has_its_links,
        "relationship",
        {"/links": REMOVED},
        "violated",
    ),
    "relationship without related": (
        members.test_the_relationship_document_has_its_links,
        "relationship",
        {"/links/related": REMOVED},
        "violated",
    ),
    "links of the relationship as an array": (
        members.test_the_relationship_document_has_its_links,
        "relationship",
        {"/links": []},
        "not observed",
    ),
    "account": (members.test_an_account_links_to_itself, "related", {}, "passed"),
    "list of accounts": (members.test_an_account_of_the_list_links_to_itself, "accounts_listing", {}, "passed"),
    "listed account without links": (
        members.test_an_account_of_the_list_links_to_itself,
        "accounts_listing",
        {"/data/0/links": REMOVED},
        "violated",
    ),
    "no list of accounts": (
        members.test_an_account_of_the_list_links_to_itself,
        "related",
        {"/data/links": REMOVED},
        "not observed",
    ),
    "account without links": (members.test_an_account_links_to_itself, "related", {"/data/links": REMOVED}, "violated"),
}


@pytest.mark.parametrize("case", CASES)
def test_links_that_are_missing(case: str) -> None:
    check, probe, changes, expected = CASES[case]
    assert outcome(check, **changed(probe, document=changes)) == expected


def test_what_is_not_a_relationship_is_not_judged_as_one() -> None:
    account = exchange("relationship", path=f"{ITEM_PATH}/account", body={"data": None})
    assert outcome(members.test_the_relationship_document_has_its_links, relationship=account) == "not observed"


def test_an_account_to_which_only_its_own_link_leads() -> None:
    check = members.test_an_account_links_to_itself_where_its_link_leads
    assert outcome(check) == "not observed"
    assert outcome(check, related=None) == "passed"
    without = changed("account_from_self_link", document={"/data/links": REMOVED})
    assert outcome(check, related=None, **without) == "violated"


def test_without_a_link_to_the_account_the_others_are_judged() -> None:
    nothing = changed("item", document={"/data/attributes/reference": "None"})
    assert outcome(members.test_no_text_stands_for_a_missing_value, related=None, **nothing) == "violated"
    without = changed("item_with_account", document={"/included/0/links": REMOVED})
    assert outcome(members.test_an_account_links_to_itself, related=None, **without) == "violated"


def test_attributes_that_elements_lack() -> None:
    shorter = element(1)
    del shorter["attributes"]["has-pdf"]
    check = members.test_elements_have_all_documented_attributes
    assert outcome(check, listing=whole([element(1)])) == "passed"
    assert outcome(check, listing=whole([shorter])) == "violated"


def test_attributes_that_elements_lack_elsewhere() -> None:
    shorter = element(1)
    del shorter["attributes"]["has-pdf"]
    check, short, full = (
        members.test_elements_of_every_page_have_all_documented_attributes,
        whole([shorter]),
        whole([element(1)]),
    )
    assert outcome(check, full, full, (full,)) == "passed"
    assert outcome(check, full, short, (full,)) == "violated"
    assert outcome(check, full, full, (full, short)) == "violated"
    # What the first page lacks, too, is found there.
    assert outcome(check, short, short, (short,)) == "passed"


@pytest.mark.parametrize("name", ["title", "detail", "code"])
def test_words_for_no_value_in_errors(name: str) -> None:
    check = members.test_no_text_of_an_error_stands_for_a_missing_value
    errors = [{"title": "Not found", "detail": "Not found", "code": "404"}, {name: "undefined"}]
    wrong, right = (changed("unknown_item", body={"errors": each})["unknown_item"] for each in (errors, errors[:1]))
    assert outcome(check, (right,)) == "passed"
    assert outcome(check, (right, wrong)) == "violated"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "violated") for text in ("null", "None", "nil", "undefined", "NaN", "-Infinity", "[object Object]")),
        *((text, "violated") for text in ("#<Invoice:0x00007f>", "<invoice.Text object at 0x7f3c>", "%!s(MISSING)")),
        *((text, "violated") for text in ("(null)", "<nil>", "Invalid Date", "Optional(23)", "b'23'", "System.Object")),
        *((text, "violated") for text in ("org.example.Invoice@1b6d3586", "{{ reference }}", "${ref}", "\ufffd")),
        *((text, "passed") for text in ("Array", "(23)", "a@b.example", "someone@1b6d3586", "System", "{23}", "b23")),
        *((text, "passed") for text in ("", "none", "Null and void", "nilpotent", "#5", "[object]", "2024/11")),
        (None, "passed"),
    ],
)
def test_words_for_no_value(text: str | None, expected: str) -> None:
    check = members.test_no_text_stands_for_a_missing_value
    assert outcome(check, **changed("item", document={"/data/attributes/reference": text})) == expected
    of_elements = members.test_no_text_in_an_element_stands_for_a_missing_value
    assert outcome(of_elements, listing=whole([element(1, {"reference": text})])) == expected
