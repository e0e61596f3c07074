"""What an answer reveals is found in little time: whatever it is has one of the texts that are looked for first."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.reading import disclosure
from tests.support.exchanges import exchange

HINTED = [(pattern, hints) for _, pattern, hints in disclosure._COMPILED if hints]


@pytest.mark.parametrize(("pattern", "hints"), HINTED, ids=[each.pattern[:30] for each, _ in HINTED])
def test_what_is_found_has_one_of_its_hints(pattern: re.Pattern[str], hints: list[str]) -> None:
    @given(st.from_regex(pattern, fullmatch=True))
    @settings(max_examples=20, database=None, deadline=None)
    def judge(text: str) -> None:
        assert any(hint in text for hint in hints)

    judge()


def test_long_fields_take_little_time() -> None:
    answer = exchange("other", status=404, headers={f"X-Long-{number}": "abcdefg " * 7_000 for number in range(4)})
    started = time.process_time()
    for _ in range(10):
        assert disclosure.revealed(answer) is None
    # Ten times as much when each pattern looks at all of it.
    assert time.process_time() - started < 0.25
