"""Which Cache-Control fields are as good as the documented one."""

from __future__ import annotations

import pytest

from conformance.checks import test_caching as checks
from tests.support.exchanges import exchange
from tests.support.judged import outcome

SAME = ["max-age=0, private, must-revalidate"]


@pytest.mark.parametrize(
    ("lines", "validated", "revalidated"),
    [
        (SAME, "passed", "passed"),
        (["private, max-age=0"], "passed", "violated"),
        (["private, max-age=00"], "passed", "violated"),
        (["private, no-cache"], "passed", "passed"),
        (["no-store"], "passed", "passed"),
        (["private, max-age=60"], "violated", "not observed"),
        (["private, must-revalidate"], "violated", "not observed"),
    ],
)
def test_what_a_cache_has_to_validate(lines: list[str], validated: str, revalidated: str) -> None:
    given = exchange(headers={"Cache-Control": lines})
    assert outcome(checks.test_an_invoice_is_validated_before_it_is_used_again, given) == validated
    assert outcome(checks.test_a_stale_invoice_is_not_used_when_disconnected, given) == revalidated


@pytest.mark.parametrize(
    ("lines", "parses", "agrees"),
    [
        (SAME * 2, "passed", "passed"),
        (["max-age=0", "max-age=60"], "passed", "violated"),
        (["max-age=x"], "violated", "passed"),
        (["private"], "passed", "not observed"),
        (["private; max-age=0"], "violated", "not observed"),
    ],
)
def test_a_directive_may_stand_twice(lines: list[str], parses: str, agrees: str) -> None:
    given = (exchange(headers={"Cache-Control": lines}),)
    assert outcome(checks.test_cache_control_parses, given) == parses
    assert outcome(checks.test_directives_do_not_contradict_each_other, given) == agrees
