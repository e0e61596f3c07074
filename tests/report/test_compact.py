"""The compact report: few lines whatever the server, the gravest first, and a command that repeats it."""

from __future__ import annotations

import itertools
import shlex
import subprocess
from dataclasses import replace

import pytest

from conformance.judge.causes import causes
from conformance.judge.facts import Facts
from conformance.model.outcome import Judgement, Outcome
from conformance.model.requirements import registry
from conformance.report import cause_blocks, repeat_command
from tests.servers.raw import raw_server
from tests.support.hostile import hostile
from tests.support.runs import CHECKS, ROOT, WIDTH, Result, run
from tests.support.targets import INVOICE_ID, TOKEN

MOST, LAST = 150, 24
# Areas with findings enough for a long report.
SOME = ("-k", "ITEM or ETAG or COND or HDR or STR")


def attacked(*arguments: str) -> Result:
    with raw_server(hostile) as server:
        return run(
            *arguments,
            f"--base-url={server.base_url}",
            "--request-timeout=2",
            "--request-header=X-Team: a b",
            INVOICES_AUTH_TOKEN=TOKEN,
            INVOICES_INVOICE_IDS=INVOICE_ID,
        )


@pytest.fixture(scope="module")
def compact() -> Result:
    """A run of all checks."""
    return attacked(CHECKS)


@pytest.fixture(scope="module")
def talkative() -> Result:
    """A run of a part of the package, with what makes pytest print failures by itself."""
    return attacked(str(ROOT / "conformance"), "--fuzz-examples=0", "--tb=short", "-ra", *SOME)


def heads(result: Result) -> list[str]:
    """Return the lines that begin a cause."""
    return [line for line in result.lines if line.startswith(("FAILED  ", "WARNED  "))]


@pytest.mark.parametrize("name", ["compact", "talkative"])
def test_a_server_that_is_wrong_in_many_ways_takes_few_lines(name: str, request: pytest.FixtureRequest) -> None:
    result: Result = request.getfixturevalue(name)
    assert len(heads(result)) > 10
    assert len(result.lines) <= MOST
    assert len(heads(result)) == len(set(heads(result)))
    last = result.lines[-LAST:]
    for begin in ("verdict ", "documented ", "JSON:API ", "first "):
        assert any(line.startswith(begin) for line in last), begin


def test_the_full_report_leaves_nothing_out(talkative: Result) -> None:
    full = attacked(CHECKS, "--format=full", *SOME)
    assert len(full.lines) > MOST
    assert len(heads(full)) == len(heads(talkative))
    assert "  requires " in full.output


def test_the_command_that_repeats_has_the_settings_of_the_run(compact: Result) -> None:
    lines = compact.lines
    at = next(number for number, line in enumerate(lines) if line.startswith("repeat "))
    shown = [lines[at].removeprefix("repeat").strip()]
    shown += list(itertools.takewhile(lambda line: line.startswith(" " * 14), lines[at + 1 :]))
    words = shlex.split("\n".join(shown))
    assert "--request-header=X-Team: $REQUEST_HEADER_1" in words
    assert f"--invoice-id={INVOICE_ID}" in words
    assert "--request-timeout=2" in " ".join(words)
    assert TOKEN not in compact.output


def cause(number: int) -> Judgement:
    names = [name for name, each in registry().items() if each.source == "http"]
    facts = Facts("GET", f"/{number}", f"GET /{number}", 200)
    name = names[number]
    evidence = {"facts": facts.to_dict(), "request": "curl http://example.org", "part": f"X-Field-{number}"}
    return Judgement(name, Outcome.FAILED, name, expected="this", observed="that", evidence=evidence)


@pytest.mark.parametrize("lines", [5, 20, 40, 60, 200])
def test_blocks_as_long_as_they_fit_then_a_line_each(lines: int) -> None:
    every = causes(map(cause, range(30)))
    shown = list(cause_blocks.fitting(every, lines))
    assert len(shown) <= lines
    assert all(len(line) <= WIDTH for line in shown)
    begun = [line for line in shown if line.startswith("FAILED")]
    left_out = [line for line in shown if line.startswith("… and ")]
    assert len(begun) + sum(int(line.split()[2]) for line in left_out) == len(every)
    assert lines < 60 or not left_out


def test_a_line_shows_what_its_headline_leaves_open() -> None:
    (of_field,) = causes([cause(0)])
    assert cause_blocks.line(of_field, "FAILED  ").startswith(
        "FAILED  X-Field-0 is not as required, in 1 answer: this "
    )
    (of_sentence,) = causes([replace(cause(0), evidence={})])
    statement = registry()[of_sentence.ids[0]].statement[:30]
    assert cause_blocks.line(of_sentence, "FAILED  ").startswith(f"FAILED  {statement}")
    assert cause_blocks.line(of_sentence, "first   ").startswith(f"first   this does not hold: {statement}")


def test_what_stands_around_a_part_is_cut_where_it_is_wide() -> None:
    around = f'{{"links":{{"self":"http://example.org/{"x" * WIDTH}"}}}}'
    (of_field,) = causes([replace(cause(0), evidence={**cause(0).evidence, "around": around})])
    there = next(line for line in cause_blocks.short(of_field) if line.startswith("  there "))
    assert "http://example.org" in there
    assert len(there) == WIDTH


@pytest.mark.parametrize("text", ["a b", "a$b", 'a"b', "it's", "a`b`", "a\\b", "100%", "!x"])
def test_what_is_quoted_is_one_word(text: str) -> None:
    done = subprocess.run(["sh", "-c", f"printf %s {repeat_command.quoted(text)}"], capture_output=True, check=True)
    assert done.stdout.decode() == text


def test_what_is_plain_is_not_quoted() -> None:
    assert repeat_command.quoted("http://a.example:80/x") == "http://a.example:80/x"
