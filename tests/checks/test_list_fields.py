"""The checks of list fields: what is taken apart at the wrong place is found, what firewalls refuse is not."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks import test_list_fields
from tests.support.changes import shown
from tests.support.exchanges import refusal
from tests.support.judged import outcome


def test_what_is_misread_is_found() -> None:
    check = test_list_fields.test_quotes_and_empty_elements_are_understood
    assert outcome(check, quoted_lists=shown("quoted_lists")) == "passed"
    for status in (304, 400, 406, 412, 500):
        assert outcome(check, quoted_lists=refusal(status, "quoted_lists")) == "violated"
    for status in (301, 403, 431):
        assert outcome(check, quoted_lists=refusal(status, "quoted_lists")) == "passed"


def test_a_listed_tag_that_is_lost_is_found() -> None:
    check = test_list_fields.test_a_tag_with_a_comma_does_not_hide_the_next
    listed = {"item_not_modified": refusal(304), "if_none_match_behind_comma": shown("if_none_match_behind_comma")}
    assert outcome(check, **listed) == "violated"
    assert outcome(check, **listed | {"if_none_match_behind_comma": refusal(304)}) == "passed"
    assert outcome(check, **listed | {"item_not_modified": shown()}) == "not observed"


def test_what_takes_long_is_found() -> None:
    check = test_list_fields.test_a_crafted_value_costs_no_time
    answer = shown("slow_to_read")
    assert outcome(check, slow_to_read=answer) == "passed"
    assert outcome(check, slow_to_read=replace(answer, elapsed=13.0)) == "violated"
    assert outcome(check, slow_to_read=replace(answer, answer=None, failure="timeout")) == "violated"
    assert outcome(check, slow_to_read=replace(answer, answer=None, lost=True)) == "not observed"
