"""The checks of injection: what gets through is found, what stays text or is refused is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conformance.checks import test_injection
from conformance.model.exchange import JSON_API, Exchange
from conformance.plan.probes.injection import FOREIGN_HOST, INJECTED, MARKUP, PRODUCT
from tests.support.changes import content, shown
from tests.support.exchanges import exchange, refusal
from tests.support.judged import outcome

OTHER_ID = "3f1f6f1c-3d1c-4e5c-9b57-0e3d8a1f2b4c"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (shown(), "passed"),
        (shown(document={"/data/attributes/reference": "changed meanwhile"}), "passed"),
        (shown(body=content(probe="related")), "violated"),
        (shown(document={"/data/id": OTHER_ID}), "violated"),
        (shown(document={"/data/type": "bills"}), "violated"),
        (shown(body={"data": None}), "violated"),
        (refusal(404), "violated"),
        (refusal(403), "not observed"),
        (refusal(400), "not observed"),
        (shown(body="<h1>Blocked</h1>"), "not observed"),
    ],
)
def test_a_url_in_the_fields(answer: Exchange, expected: str) -> None:
    check = test_injection.test_another_url_in_the_fields_is_not_looked_at
    assert outcome(check, other_url_in_fields=answer) == expected


@pytest.mark.parametrize(
    ("media_type", "nosniff", "body", "expected"),
    [
        ("text/html", "nosniff", f"<p>{MARKUP}</p>", "violated"),
        ("text/html", "nosniff", '<p class="error">not found</p>', "not observed"),
        ("text/html", "nosniff", MARKUP.replace('"', "&quot;"), "violated"),
        (JSON_API, "", {"errors": [{"detail": MARKUP}]}, "passed"),
        ("text/plain", "", MARKUP, "violated"),
        ("text/plain", "nosniff", MARKUP, "passed"),
        *((kind, "nosniff", MARKUP, "violated") for kind in ("application/xml", "image/svg+xml", "text/javascript")),
        ("text/html", "nosniff", b"\xff" + MARKUP.encode(), "violated"),
        (None, "", MARKUP, "violated"),
        (None, "nosniff", MARKUP, "passed"),
        (JSON_API, "nosniff", {"errors": [{"detail": MARKUP}]}, "passed"),
        (JSON_API, "nosniff", f'{{"errors":[{{"detail":"{MARKUP}"}}]}}', "violated"),
    ],
)
def test_markup_comes_back_inert(media_type: str | None, nosniff: str, body: Any, expected: str) -> None:
    lines = {"Content-Type": media_type, "X-Content-Type-Options": nosniff}
    answer = exchange("reflected", 400, lines, body)
    assert outcome(test_injection.test_markup_that_comes_back_is_inert, reflected=answer) == expected


def test_what_injection_achieves_is_found() -> None:
    check = test_injection.test_an_injected_id_matches_nothing
    assert outcome(check, injected_id=shown("injected_id")) == "violated"
    for status, expected in ((200, "not observed"), (302, "not observed"), (400, "violated"), (500, "not observed")):
        assert outcome(check, every_malformed_id=refusal(status), injected_id=shown("injected_id")) == expected
    evaluated = refusal(400, body={"errors": [{"detail": PRODUCT}]})
    in_latin_1 = refusal(400, body=b"\xfc" + PRODUCT.encode())
    for answer in (evaluated, in_latin_1):
        assert outcome(test_injection.test_an_injected_parameter_is_not_run, injected_parameter=answer) == "violated"


def test_an_injected_filter_is_judged_where_filters_have_an_effect() -> None:
    check = test_injection.test_an_injected_condition_matches_nothing
    everything = exchange("injected_listing", body={"data": [{}]}, query="filter%5Bid_eq%5D=x")
    nothing = shown("listing_of_unknown", body={"data": []})
    assert outcome(check, injected_listing=everything, listing_of_unknown=nothing) == "violated"
    assert outcome(check, injected_listing=everything, listing_of_unknown=everything) == "not observed"
    assert outcome(check, injected_listing=everything, listing_of_unknown=refusal(400)) == "not observed"
    refused = refusal(400, query="filter%5Bid_eq%5D=x")
    assert outcome(check, injected_listing=refused, listing_of_unknown=nothing) == "not observed"
    ordered = exchange("injected_listing", body={"data": [{}]}, query="sort=id%3BSELECT")
    assert outcome(check, injected_listing=ordered, listing_of_unknown=nothing) == "not observed"
    assert outcome(
        check, injected_listing=replace(nothing, request=everything.request), listing_of_unknown=nothing
    ) == ("passed")


def test_an_id_with_a_line_end_is_not_an_id() -> None:
    check = test_injection.test_an_id_with_a_line_end_names_nothing
    assert outcome(check, id_with_line_end=shown("id_with_line_end")) == "violated"
    for status in (400, 403, 404, 500):
        assert outcome(check, id_with_line_end=refusal(status)) == "passed"
    assert outcome(check, item=refusal(404), id_with_line_end=shown()) == "not observed"


def test_a_path_trick_is_the_same_or_nothing() -> None:
    check = test_injection.test_a_path_trick_leads_nowhere_else
    assert outcome(check, path_trick=shown("path_trick")) == "passed"
    for status in (301, 302, 303, 307, 308):
        assert outcome(check, path_trick=refusal(status, "path_trick")) == "passed"
    assert outcome(check, path_trick=refusal(304, "path_trick")) == "violated"
    changing = shown(document={"/data/attributes/reference": "changed meanwhile"})
    assert outcome(check, item_again=changing, path_trick=shown("path_trick", status=204, body=b"")) == "not observed"
    page = shown("path_trick", headers={"Content-Type": "text/html"}, body="<title>Administration</title>")
    other = shown("path_trick", document={"/data/id": OTHER_ID})
    for answer in (page, other):
        assert outcome(check, path_trick=answer) == "violated"


def test_an_injected_field_is_found() -> None:
    check = test_injection.test_encoded_line_ends_add_no_field
    assert outcome(check, line_end=shown("line_end", headers={INJECTED: "yes"})) == "violated"
    assert outcome(check, line_end=shown("line_end", headers={"X-Request-Id": f"%0d%0a{INJECTED}: yes"})) == "passed"


def test_links_of_a_foreign_host_are_found() -> None:
    check = test_injection.test_a_foreign_host_does_not_steer_the_links
    steered = content({"/data/links/self": f"http://{FOREIGN_HOST}/x"})
    as_object = content({"/data/links/self": {"href": f"http://{FOREIGN_HOST}/x"}})
    for body in (steered, as_object):
        assert outcome(check, foreign_host=shown("foreign_host", body=body)) == "violated"
    moved = refusal(301, headers={"Location": f"https://{FOREIGN_HOST}/x"})
    assert outcome(check, foreign_host=moved) == "violated"
    assert outcome(check, foreign_host=shown("foreign_host")) == "passed"
    assert outcome(check, foreign_host=refusal(421)) == "not observed"
    refused = refusal(400, body={"errors": [{"status": "400"}], "links": {"self": f"http://{FOREIGN_HOST}/x"}})
    assert outcome(check, foreign_host=refused) == "not observed"
    assert outcome(check, foreign_host=shown(body={"data": None})) == "not observed"


def test_open_administration_is_found() -> None:
    check = test_injection.test_the_functions_of_administrators_are_closed
    for kind in (JSON_API, "application/json", None):
        assert outcome(check, administration=shown("administration", headers={"Content-Type": kind})) == "violated"
    assert outcome(check, administration=refusal(404)) == "passed"
    assert outcome(check, administration=refusal(404, headers={"Content-Type": "text/html"})) == "passed"
    page = shown("administration", headers={"Content-Type": "text/html"}, body="<form>")
    assert outcome(check, administration=page) == "not observed"


@pytest.mark.parametrize(
    ("check", "name", "counterpart"),
    [
        (test_injection.test_an_injected_id_matches_nothing, "injected_id", "item"),
        (test_injection.test_an_injected_parameter_is_not_run, "injected_parameter", "item"),
        (test_injection.test_a_path_trick_leads_nowhere_else, "path_trick", "item"),
        (test_injection.test_a_foreign_host_does_not_steer_the_links, "foreign_host", "item"),
        (test_injection.test_another_url_in_the_fields_is_not_looked_at, "other_url_in_fields", "item"),
        (test_injection.test_another_url_in_the_fields_is_not_looked_at, "other_url_in_fields", "item_again"),
        (test_injection.test_the_functions_of_administrators_are_closed, "administration", "item"),
    ],
)
def test_nothing_is_judged_where_the_invoice_is_not_served(check: Any, name: str, counterpart: str) -> None:
    # An answer that holds all that is ever found, with the status of the invoice.
    links = {"self": f"http://{FOREIGN_HOST}/{PRODUCT}"}
    found = shown(name, document={"/data/id": OTHER_ID, "/data/links": links})
    usual = {"every_malformed_id": refusal(400), name: found}
    assert outcome(check, **usual) == "violated"
    assert outcome(check, **{**usual, counterpart: refusal(404)}) == "not observed"
