"""Waivers: what they excuse, what they do not, and that they cannot outlive what they are for."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from conformance.model import waivers
from conformance.model.outcome import ExitCode, Judgement, Outcome
from conformance.model.requirements import Level, registry
from conformance.model.verdict import Verdict, decide
from conformance.model.waivers import State, Waiver, WaiverError, Waivers
from conformance.reference.server import ReferenceServer
from conformance.report.waiver_file import pattern
from tests.model.test_verdict import REGISTRY
from tests.support.runs import CONDITIONAL, OWN_CHECKS, Result, run

ROOT = Path(__file__).parents[2]
TODAY = date(2027, 1, 15)
FAILED = Judgement("AAA-001", Outcome.FAILED, "a::b", "", "304", "200 OK, 1092 bytes")
PASSED = Judgement("AAA-001", Outcome.PASSED, "a::b")
KNOWN = Waiver("AAA-001", "The proxy does it.", TODAY, ("200 OK, * bytes",), "https://example.org/1")

ENTRY = """\
waivers:
  - requirement: AAA-001
    reason: The proxy does it.
    link: https://example.org/1
    expires: 2027-01-15
    observed: ["200 OK, * bytes"]
"""


def decided(
    *judgements: Judgement, waiver: Waiver = KNOWN, complete: bool = True, fail_on: Level = Level.MUST
) -> Verdict:
    known = Waivers((waiver,), TODAY)
    return decide(known.excuse_all(judgements), REGISTRY, fail_on=fail_on, waivers=known, complete=complete)


def test_a_file_is_read() -> None:
    assert waivers.parse(ENTRY, REGISTRY) == (KNOWN,)
    assert waivers.parse("waivers: []", REGISTRY) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("AAA-001", "AAA-009", "entry 1 (AAA-009): requirement: 'AAA-009' is not in the registry"),
        ("    reason: The proxy does it.\n", "", "entry 1 (AAA-001): reason: missing"),
        ("The proxy does it.", "''", "entry 1 (AAA-001): reason: not one line of text"),
        ("The proxy does it.", "7", "entry 1 (AAA-001): reason: not one line of text"),
        ("    expires: 2027-01-15\n", "", "entry 1 (AAA-001): expires: missing"),
        ("2027-01-15", "never", "entry 1 (AAA-001): expires: 'never' is not a day such as 2027-03-31"),
        ("2027-01-15", "2027-01-15T10:00:00Z", "entry 1 (AAA-001): expires: "),
        ("2027-01-15", "2027-02-30", "day"),
        ("https://example.org/1", "ticket 7", "entry 1 (AAA-001): link: 'ticket 7' is not an http URL"),
        ('["200 OK, * bytes"]', "200 OK", "entry 1 (AAA-001): observed: not a list of texts"),
        ('["200 OK, * bytes"]', "[]", "entry 1 (AAA-001): observed: not a list of texts"),
        ('["200 OK, * bytes"]', "[200]", "entry 1 (AAA-001): observed: 200 is not one line of text"),
        ('["200 OK, * bytes"]', "[a, a]", "entry 1 (AAA-001): observed: has a text twice"),
        ("    link:", "    url:", "entry 1 (AAA-001): url: unknown field"),
        ("    link:", "    generated:", "entry 1 (AAA-001): generated: neither true nor false"),
        ("    link:", "    needs:", "entry 1 (AAA-001): needs: not a list of capabilities"),
        ("    link: https://example.org/1", "    needs: []", "entry 1 (AAA-001): needs: not a list of capabilities"),
        (
            "    link: https://example.org/1",
            "    needs: [luck]",
            "entry 1 (AAA-001): needs: 'luck' is not one of collect",
        ),
        ("    link: https://example.org/1\n", "    reason: Twice.\n", "line 4: reason: written twice"),
        ("waivers:", "waivers: {", "not YAML at line 2"),
        ("waivers:", "other:", "not a mapping with the one key waivers"),
    ],
)
def test_a_defect_is_named(old: str, new: str, expected: str) -> None:
    with pytest.raises(WaiverError) as error:
        waivers.parse(ENTRY.replace(old, new, 1), REGISTRY)
    assert expected in str(error.value)


def test_two_entries_cannot_excuse_the_same() -> None:
    with pytest.raises(WaiverError, match=re.escape("entry 2 (AAA-001): observed: '200 OK, * bytes' stands in")):
        waivers.parse(ENTRY + ENTRY.removeprefix("waivers:\n"), REGISTRY)


def test_what_no_check_judges_cannot_be_waived() -> None:
    excluded = next(name for name, entry in registry().items() if entry.excluded)
    with pytest.raises(WaiverError, match="no check judges it"):
        waivers.parse(ENTRY.replace("AAA-001", excluded), registry())


def test_a_known_finding_is_waived_on_the_last_day() -> None:
    excused = Waivers((KNOWN,), TODAY).excuse(FAILED)
    assert excused.outcome is Outcome.WAIVED
    assert excused.reason == "waived until 2027-01-15: The proxy does it. (https://example.org/1)"
    verdict = decided(FAILED)
    assert (verdict.exit_code, verdict.sentence) == (ExitCode.CONFORMS, "conforms, with 1 requirement waived")
    assert [use.state for use in verdict.waivers] == [State.USED]


def test_an_expired_waiver_excuses_nothing_and_fails_the_run() -> None:
    old = replace(KNOWN, expires=TODAY - timedelta(days=1))
    verdict = decided(FAILED, waiver=old)
    assert verdict.exit_code == ExitCode.DOES_NOT_CONFORM
    assert verdict.sentence == "does not conform: 1 MUST requirement failed, 1 expired waiver"
    assert Waivers((old,), TODAY).excuse(FAILED).reason == "the waiver expired on 2027-01-14"
    assert decided(PASSED, waiver=old).exit_code == ExitCode.DOES_NOT_CONFORM


def test_a_waiver_that_excuses_nothing_fails_a_complete_run() -> None:
    verdict = decided(PASSED)
    assert verdict.exit_code == ExitCode.DOES_NOT_CONFORM
    assert verdict.sentence == "conforms; the run fails: 1 stale waiver"
    for partial in (
        decided(PASSED, complete=False),
        decided(PASSED, waiver=replace(KNOWN, generated=True)),
        decided(replace(PASSED, requirement="AAA-002")),
    ):
        assert (partial.exit_code, partial.sentence) == (ExitCode.CONFORMS, "conforms")
        assert [use.state for use in partial.waivers] == [State.NOT_JUDGED]
    by_default = decide([PASSED], REGISTRY, waivers=Waivers((KNOWN,), TODAY))
    assert [use.state for use in by_default.waivers] == [State.NOT_JUDGED]
    unseen = decided(replace(PASSED, outcome=Outcome.NOT_OFFERED), replace(PASSED, requirement="AAA-002"))
    assert [use.state for use in unseen.waivers] == [State.NOT_JUDGED]


@pytest.mark.parametrize("outcome", [Outcome.NOT_OFFERED, Outcome.NOT_APPLICABLE])
def test_an_entry_is_not_stale_while_a_check_of_its_requirement_was_not_judged(outcome: Outcome) -> None:
    other = replace(PASSED, nodeid="a::other")
    assert [use.state for use in decided(PASSED, other).waivers] == [State.STALE]
    verdict = decided(PASSED, replace(other, outcome=outcome))
    assert [use.state for use in verdict.waivers] == [State.NOT_JUDGED]
    assert verdict.exit_code == ExitCode.CONFORMS


def test_an_entry_is_not_stale_without_the_capabilities_that_it_needs() -> None:
    limited = Waivers((replace(KNOWN, needs=("collection",)),), TODAY)
    states = [
        limited.uses([PASSED], complete=True, capabilities=capabilities)[0].state
        for capabilities in ((), ("contested",), ("contested", "collection"))
    ]
    assert states == [State.NOT_JUDGED, State.NOT_JUDGED, State.STALE]
    assert limited.uses([FAILED], complete=True)[0].state is State.USED


def test_another_finding_of_the_requirement_is_not_excused() -> None:
    other = replace(FAILED, observed="500 Internal Server Error, 12 bytes")
    verdict = decided(FAILED, other)
    assert verdict.sentence == "does not conform: 1 MUST requirement failed"
    assert Waivers((KNOWN,), TODAY).excuse(other).reason == "the waiver is for another finding: 200 OK, * bytes"
    assert decided(other).sentence == "does not conform: 1 MUST requirement failed, 1 stale waiver"


def test_the_number_of_answers_does_not_matter() -> None:
    assert KNOWN.matches(replace(FAILED, observed="200 OK, 7 bytes (and 3 more of 12 answers)"))
    assert KNOWN.matches(replace(FAILED, observed="200 OK, 7 bytes (in 3 generated requests)"))
    assert not KNOWN.matches(replace(FAILED, observed="200 OK, 7 bytes!"))
    assert not KNOWN.matches(replace(FAILED, requirement="AAA-002"))
    assert not replace(KNOWN, observed=("20. OK, * bytes",)).matches(FAILED)


def test_many_asterisks_are_compared_in_little_time() -> None:
    waiver = replace(KNOWN, observed=(" ".join("*" * 80),))
    numbers = " ".join("7" * 80)
    assert waiver.matches(replace(FAILED, observed=numbers))
    assert not replace(waiver, observed=(f"{waiver.observed[0]}!",)).matches(replace(FAILED, observed=numbers))


def test_a_warning_is_waived_where_it_fails_the_run() -> None:
    warned = replace(FAILED, requirement="BBB-001", outcome=Outcome.WARNED)
    known = replace(KNOWN, requirement="BBB-001")
    assert decided(warned, waiver=known, fail_on=Level.SHOULD).exit_code == ExitCode.CONFORMS


@pytest.mark.parametrize(
    ("observed", "pinned"),
    [
        ("200 OK, 1092 bytes", "200 OK, * bytes"),
        ("500 Internal Server Error, 512 bytes (and 2 more of 9 answers)", "500 Internal Server Error, * bytes"),
        ("404 Not Found (in 2 generated requests)", "404 Not Found"),
        ("404, not 200", "404, not 200"),
        ("http://127.0.0.1:8000/api/rest", "http://*/api/rest"),
        ("id abb41d30-a26e-11ef-be6d-0242ac120003", "id *"),
        ('W/"253f5160b8ebcfba91cd3a9a98178ce6"', 'W/"*"'),
        ("Sun, 22 Nov 2026 14:50:21 GMT, 2026-11-22T14:50:21.253Z", "* GMT, *"),
        ("HTTP/1.1 after 3.25 s", "HTTP/1.1 after * s"),
        ("12345 of 7", "* of 7"),
        ("an array of 7", "an array of *"),
        ('W/"1" for all 7 invoices', 'W/"*" for all * invoices'),
        ("9 bytes, different from byte 4 on", "* bytes, different from byte * on"),
        ("private, max-age=0", "private, max-age=0"),
        # What is cut is cut elsewhere on another host.
        ('"http://127.0.0.1:44533/api/rest/customer/v1/invoices/abb4..., not it', '"http://*, not it'),
        (
            '"a long text without anything that differs from run to...',
            '"a long text without anything that differs from run to...',
        ),
        ("no /api/1 for 7 bytes and many more wor…", "no /api/1 for *"),
        ("none", "none"),
    ],
)
def test_what_changes_is_not_pinned(observed: str, pinned: str) -> None:
    assert pattern(observed) == pinned
    assert replace(KNOWN, observed=(pinned,)).matches(replace(FAILED, observed=observed))


def test_what_the_suite_sent_is_not_pinned() -> None:
    own = {"api.example.org:8443", "api.example.org", "inv-17", "v42-stale"}
    assert pattern('INV-17 at api.example.org has "v42-stale", inv-170 not', own) == '* at * has "*", inv-170 not'
    assert pattern("links to api.example.org:8443/invoices/inv-17", own) == "links to */invoices/*"


CHECKS = """
from conformance.judge.api import *

@requirement("ITEM-001")
def test_good():
    pass

@requirement("ITEM-002")
def test_bad():
    raise Violation("this", "HOW, 12 bytes")
"""


@dataclass(frozen=True)
class Folder:
    """A folder with a check that fails, and the way to run it."""

    path: Path
    run: Callable[..., Result]

    def observe(self, text: str) -> None:
        (self.path / "test_own.py").write_text(CHECKS.replace("HOW", text))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    def judge(*arguments: str) -> Result:
        with ReferenceServer() as server:
            target = {"INVOICES_AUTH_TOKEN": server.token, "INVOICES_INVOICE_IDS": server.describe()["invoice_ids"][0]}
            options = (*OWN_CHECKS, "-q", "--rootdir", str(tmp_path), f"--base-url={server.base_url}", *arguments)
            return run(str(tmp_path / "test_own.py"), *options, **target)

    made = Folder(tmp_path, judge)
    made.observe("that")
    return made


def test_a_written_file_excuses_the_same_run_and_no_other(folder: Folder) -> None:
    file, junit = folder.path / "known.yaml", folder.path / "junit.xml"
    failed = folder.run(f"--write-waivers={file}")
    assert failed.code == 1, failed.output
    assert "observed:\n    - that, * bytes\n" in file.read_text()
    waived = folder.run(f"--waivers={file}", f"--junit-xml={junit}")
    assert waived.code == 0, waived.output
    assert waived.row("verdict") == "conforms, with 1 requirement waived"
    assert waived.row("waivers") == "1 used"
    assert waived.row("JSON:API") == "2 of 2 judged, 1 conform, 1 waived"
    skipped = next(iter(ET.parse(junit).getroot().iter("skipped")))
    assert str(skipped.get("message")).startswith(
        "waived: ITEM-002: expected this; observed that, 12 bytes; waived until "
    )
    folder.observe("something else")
    other = folder.run(f"--waivers={file}")
    assert other.code == 1
    assert "waiver    the waiver is for another finding: that, * bytes" in other.output


def test_a_file_that_cannot_be_used_is_reported_once(tmp_path: Path) -> None:
    file = tmp_path / "known.yaml"
    file.write_text(ENTRY)
    result = run(CONDITIONAL, "--embedded", f"--waivers={file}")
    assert result.code == 4
    output = result.output + result.errors
    assert output.count(f"--waivers: {file}: entry 1 (AAA-001): requirement: 'AAA-001' is not in the registry") == 1
