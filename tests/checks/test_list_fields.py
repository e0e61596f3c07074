"""The checks of list fields: what is taken apart at the wrong place is found, what firewalls refuse is not."""

from __future__ import annotations

from dataclasses import replace

from conformance.checks import test_list_fields
from tests.support.changes import attributes, shown
from tests.support.exchanges import refusal
from tests.support.judged import outcome


def test_what_is_misread_is_found() -> None:
    check = test_list_fields.test_quotes_and_empty_elements_are_understood
    assert outcome(check, quoted_lists=shown("quoted_lists")) == "passed"
    for status in (304, 400, 406, 412, 500):
        assert outcome(check, quoted_lists=refusal(status, "quoted_lists")) == "violated"
    for status in (301, 403, 431):
        assert outcome(check, quoted_lists=refusal(status, "quoted_lists")) == "passed"
    other = shown(document=attributes({"reference": "changed meanwhile"}))
    assert outcome(check, item_again=other, quoted_lists=other) == "not observed"


def test_a_listed_tag_that_is_lost_is_found() -> None:
    check = test_list_fields.test_a_tag_with_a_comma_does_not_hide_the_next
    listed = {"item_not_modified": refusal(304), "if_none_match_behind_comma": shown("if_none_match_behind_comma")}
    assert outcome(check, **listed) == "violated"
    assert outcome(check, **listed | {"if_none_match_behind_comma": refusal(304)}) == "passed"
    other = shown("if_none_match_behind_comma", headers={"ETag": '"changed meanwhile"'})
    for changes in ({"item_not_modified": shown()}, {"if_none_match_behind_comma": other}):
        assert outcome(check, **listed | changes) == "not observed"


def test_the_last_of_many_tags_is_not_lost() -> None:
    check = test_list_fields.test_the_last_of_many_tags_counts
    many = shown("if_none_match_of_many")
    assert outcome(check) == "passed"
    assert outcome(check, if_none_match_of_many=many) == "violated"
    other = shown("if_none_match_of_many", headers={"ETag": '"changed meanwhile"'})
    for answer in (other, *(refusal(status, "if_none_match_of_many") for status in (400, 403, 431))):
        assert outcome(check, if_none_match_of_many=answer) == "not observed"
    assert outcome(check, if_none_match_of_many=many, item_not_modified=shown()) == "not observed"


def test_what_takes_long_is_found() -> None:
    check = test_list_fields.test_a_crafted_value_costs_no_time
    answer = shown("slow_to_read")
    assert outcome(check, slow_to_read=answer) == "passed"
    assert outcome(check, slow_to_read=replace(answer, elapsed=13.0)) == "violated"
    assert outcome(check, slow_to_read=replace(answer, answer=None, failure="timeout")) == "violated"
    assert outcome(check, slow_to_read=replace(answer, answer=None, lost=True)) == "not observed"
