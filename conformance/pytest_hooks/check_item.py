"""Checks as items of pytest: one for each case, judged through the core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from conformance.pytest_hooks import outcome
from conformance.pytest_hooks.items import run_of
from conformance.pytest_hooks.judging_item import JudgingItem

if TYPE_CHECKING:
    from conformance.judge.suite import Case
    from conformance.model.outcome import Judgement


class CheckItem(JudgingItem):
    """One case of a check. Judging sends nothing: what the selected checks need is sent before the first one."""

    def __init__(self, *, case: Case, **named: Any) -> None:
        """Carry the marks of the function, so that ``-m`` and ``-k`` find them."""
        super().__init__(**named)
        self.case = case
        self.requirement = case.check.requirement
        self.line = case.check.function.__code__.co_firstlineno - 1
        self.judgement: Judgement | None = None
        self.own_markers += getattr(case.check.function, "pytestmark", [])
        self.add_marker(pytest.mark.requirement(case.check.requirement))
        self.extra_keyword_matches.add(case.check.requirement)

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """Where the item stands, as pytest has it, which would look for the file once more for each of thousands."""
        return self.nodeid.partition("::")[0].replace("/", os.sep), self.line, self.name

    def runtest(self) -> None:
        """Judge the case; a finding about the target raises nothing."""
        from conformance.judge.evaluate import judge

        self.judgement = replace(judge(run_of(self.config), self.case), nodeid=self.nodeid)

    def report(self, report: pytest.TestReport) -> None:
        """Write the judgement into ``report``."""
        if self.judgement is not None:
            outcome.apply([self.judgement], report, run_of(self.config))


def items_of(collector: pytest.Module | pytest.Class, function: Any) -> Iterator[CheckItem]:
    """Yield the items of a check function. Raises pytest.UsageError for a wrong setting."""
    from conformance.judge.suite import Check, cases_of

    check = Check.of(function)
    if check is None:
        return
    try:
        cases = list(cases_of(check, run_of(collector.config).target))
    except LookupError as error:
        raise collector.CollectError(str(error)) from None
    for case in cases:
        yield CheckItem.from_parent(collector, name=case.name, case=case)
