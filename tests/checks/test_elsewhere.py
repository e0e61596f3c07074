"""The checks of other views than the invoice by itself: each fault is found by the requirement that owns it."""

from __future__ import annotations

import pytest

from conformance.model.exchange import Exchange
from tests.support.changes import changed
from tests.support.judged import Group

ELSEWHERE = Group(("elsewhere",))
FAULTS: dict[str, tuple[set[str], dict[str, Exchange]]] = {
    "a range that is refused": ({"COND-015"}, changed("elsewhere_with_range[related]", status=416)),
    "a part without its place": ({"COND-015"}, changed("elsewhere_with_range[related]", status=206, body=b"{")),
    "a part instead of all": ({"COND-015"}, changed("elsewhere_with_range[listing]", body=b'{"data":[')),
    "parameters of the type": ({"NEGO-011"}, changed("elsewhere_with_content_type[listing]", status=200)),
    "no 304 for HEAD": ({"COND-001"}, changed("elsewhere_not_modified_head[related]", status=500)),
    "written": ({"HTTP-022"}, changed("elsewhere_written[listing]", status=201)),
    "a field that is unknown": ({"FLDS-004"}, changed("related_unknown_field", status=200)),
}


@pytest.mark.parametrize(("wanted", "answers_changed"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_by_its_requirement(wanted: set[str], answers_changed: dict[str, Exchange]) -> None:
    assert ELSEWHERE.violated(answers_changed) == wanted


@pytest.mark.parametrize(
    "answers_changed",
    [
        {},
        # What is not shown, refused for all, or changes meanwhile is judged elsewhere or not at all.
        changed("related", status=404) | changed("elsewhere_with_range[related]", status=404),
        changed("content_type_with_parameter", status=200) | changed("elsewhere_with_content_type", status=200),
        changed("related_not_modified", status=200) | changed("elsewhere_not_modified_head[related]", status=200),
        changed("elsewhere_not_modified_head[related]", status=200, headers={"ETag": '"other"'}),
        changed("related_sparse", status=400) | changed("related_unknown_field", status=400),
        changed("elsewhere_written", status=404),
        changed("item", status=500) | changed("elsewhere_with_content_type", status=200),
        changed("item", status=500) | changed("elsewhere_written", status=201),
        # A range that is longer than what is shown.
        changed("related", body={"data": 1}) | changed("elsewhere_with_range[related]", status=416),
        # More than is read, which may be all of it.
        changed("elsewhere_with_range[listing]", body=b'{"data":[', truncated=True),
        # A page of another origin is refused, and a language that the server does not speak.
        changed("elsewhere_with_range", status=403),
        changed("elsewhere_with_range", status=406),
    ],
)
def test_what_is_correct_or_judged_elsewhere_is_not_a_finding(answers_changed: dict[str, Exchange]) -> None:
    assert ELSEWHERE.violated(answers_changed) == set()


def test_every_check_is_violated_by_a_fault() -> None:
    assert ELSEWHERE.unviolated([answers_changed for _, answers_changed in FAULTS.values()]) == set()
