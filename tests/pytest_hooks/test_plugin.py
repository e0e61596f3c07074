"""Whole runs of pytest as a user starts them: exit codes, what is sent, what is printed, and what never is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.model import contract
from conformance.reference.server import ReferenceServer
from conformance.report import progress
from tests.servers.raw import RawServer, Talk, answer, raw_server
from tests.support.hostile import COOKIE, KEY, SIGNATURE, echo
from tests.support.runs import CHECKS, CONDITIONAL, OWN_CHECKS, WIDTH, Result, run
from tests.support.targets import INVOICE_ID, TOKEN

SOME = (f"{CHECKS}/test_item.py", f"{CHECKS}/test_headers.py", CONDITIONAL)


_PROGRESS = re.compile(r"[a-z ]+: \d+ of \d+")


@pytest.fixture(scope="module")
def reference() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


@pytest.fixture(scope="module")
def conforming() -> Result:
    """The whole run against the embedded server, without a line of its progress however slow the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "EVERY", 3600.0)
        return run(CHECKS)


def test_the_embedded_server_conforms(conforming: Result) -> None:
    assert conforming.code == 0, conforming.output
    assert conforming.row("verdict") == "conforms"
    assert conforming.row("target").startswith("embedded reference server")


def test_a_run_without_findings_is_a_few_narrow_lines(conforming: Result) -> None:
    # How far it is, where it is slow.
    assert [line for line in conforming.errors.splitlines() if not _PROGRESS.match(line)] == []
    assert len(conforming.lines) < 25
    assert [line for line in conforming.lines if len(line) > WIDTH] == []


def test_a_secret_that_is_too_short_to_be_looked_for_is_named(reference: ReferenceServer) -> None:
    given = (f"--base-url={reference.base_url}", f"--auth-token={reference.token}", f"--invoice-id={INVOICE_ID}")
    result = run(*SOME[:1], "-k", "ITEM-001", *given, "--request-header=X-Pass: eleven-char")
    assert result.row("note").startswith("--request-header X-Pass has a value under 12 characters"), result.output
    assert "eleven-char" not in result.output


def test_several_processes_give_the_same_verdict() -> None:
    # Times differ from run to run, and nothing else.
    alone, distributed = (run(CONDITIONAL, *more) for more in ((), ("-n", "2")))
    assert (alone.code, distributed.code) == (0, 0)
    assert "conforms" in alone.row("verdict")
    assert re.sub(r"[0-9.]+ ?s\b", "", distributed.output) == re.sub(r"[0-9.]+ ?s\b", "", alone.output)


def test_a_real_server_is_judged_with_the_item_alone(reference: ReferenceServer) -> None:
    invoice = reference.describe()["invoice_ids"][0]
    result = run(
        *SOME,
        "-k",
        "ITEM-001 or COND-002",
        f"--base-url={reference.base_url}",
        f"--invoice-id={invoice}",
        INVOICES_AUTH_TOKEN=reference.token,
    )
    assert result.code == 0
    assert "conforms  (of the selected checks; " in result.row("verdict")
    assert result.row("target").startswith(reference.base_url)


@pytest.fixture(scope="module")
def echoing() -> Iterator[RawServer]:
    with raw_server(echo) as server:
        yield server


@pytest.fixture(scope="module")
def echoed(echoing: RawServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, str]:
    """A run that fails with everything that makes pytest talkative; its output and its JUnit report."""
    junit = tmp_path_factory.mktemp("junit") / "junit.xml"
    result = run(
        *SOME,
        *("-v", "--showlocals", "--full-trace", "--tb=long", "-rA", "-s", f"--junit-xml={junit}"),
        f"--base-url={echoing.base_url}",
        f"--request-header=Cookie: sid={COOKIE}",
        INVOICES_AUTH_TOKEN=TOKEN,
        INVOICES_INVOICE_IDS=INVOICE_ID,
        INVOICES_SIGNING_KEY=KEY,
    )
    return result, junit.read_text()


def test_secrets_are_in_no_output(echoed: tuple[Result, str], echoing: RawServer) -> None:
    result, junit = echoed
    sent = b"\n".join(echoing.requests).decode("latin-1")
    assert TOKEN in sent
    assert COOKIE in sent
    for secret in (TOKEN, SIGNATURE, SIGNATURE[: len(SIGNATURE) // 2], KEY, COOKIE):
        for text in (result.output, result.errors, junit):
            assert secret not in text
    assert "[redacted]" in result.output


def test_exit_code_terminal_and_junit_agree(echoed: tuple[Result, str]) -> None:
    result, junit = echoed
    failed = set(re.findall(r"^  requires  ([A-Z]+-\d+) \(MUST\)", result.output, re.MULTILINE))
    suite = next(iter(ET.fromstring(junit).iter("testsuite")))
    cases = list(suite.iter("testcase"))
    failures = [failure for case in cases for failure in case.iter("failure")]
    assert suite.get("errors") == "0"
    assert result.code == 1
    assert failed
    assert failed == {
        name for each in failures for name in re.findall(r"^failed: ([A-Z]+-\d+): ", str(each.get("message")))
    }
    count = f"{len(failed)} MUST requirement{'s' if len(failed) > 1 else ''} failed"
    assert result.row("verdict") == f"does not conform: {count}"
    assert len(failures) == int(str(suite.get("failures")))


def test_a_finding_shows_everything_once(echoed: tuple[Result, str]) -> None:
    output = echoed[0].output
    blocks = re.split(r"^(?=FAILED |WARNED |target )", output, flags=re.MULTILINE)[1:]
    heads = [each.split("\n")[0] for each in blocks]
    assert len(heads) == len(set(heads)) > 1
    block = next(each for each in blocks if each.startswith("FAILED") and each.count("\n  requires ") == 1)
    for label in ("requires", "expected", "observed", "source", "request", "answer", "repeat"):
        assert block.count(f"\n  {label:<10}") == 1
    assert "Traceback" not in output
    assert '"Authorization: $INVOICES_AUTH_TOKEN"' in block
    assert '"Cookie: $REQUEST_HEADER_1"' in block
    assert "\x80" not in output


def test_what_is_wide_is_a_url_or_evidence(echoed: tuple[Result, str]) -> None:
    # The last line is pytest's own: it counts outcomes in one line.
    whole = re.compile(r"(  (answer|       )   |.*https?://|.*\[\w{8}-|.*\.py|- generated xml file: |= .* =$)")
    _, _, failures = echoed[0].output.partition("\nFAILED ")
    assert failures
    assert [line for line in failures.splitlines() if len(line) > WIDTH and not whole.match(line)] == []


def test_a_selection_sends_only_what_it_needs() -> None:
    body = contract.documented_example()

    def script(talk: Talk) -> None:
        while talk.request():
            talk.send(answer("200 OK", body, 'ETag: W/"1"'))

    with raw_server(script) as server:
        result = run(*SOME, "-k", "COND-002", f"--base-url={server.base_url}", f"--invoice-id={INVOICE_ID}")
        requests = [head.decode("latin-1") for head in server.requests]
    assert result.row("sent").startswith(f"{len(requests)} requests")
    assert 1 < len(requests) < 12
    assert all(f"/invoices/{INVOICE_ID} " in head for head in requests)
    assert sum("If-None-Match: " not in head for head in requests) <= 3


def test_a_plan_sends_nothing_and_shows_no_secret(echoing: RawServer) -> None:
    before = len(echoing.requests)
    result = run(*SOME, "--plan", f"--base-url={echoing.base_url}", INVOICES_AUTH_TOKEN=TOKEN, INVOICES_SIGNING_KEY=KEY)
    assert result.code == 0
    assert len(echoing.requests) == before
    assert TOKEN not in result.output
    assert KEY not in result.output
    commands = [line for line in result.lines if line.startswith(("curl ", "{ printf "))]
    assert any(line == f"{len(commands)} requests; nothing was sent" for line in result.lines)


def test_a_wrong_setting_is_reported_once() -> None:
    result = run(*SOME, "--concurrency=0", INVOICES_AUTH_TOKEN=TOKEN)
    assert result.code == 4
    assert (result.output + result.errors).count("--concurrency: the value must be at least 1") == 1
    assert "Traceback" not in result.output + result.errors
    assert TOKEN not in result.output + result.errors


def test_a_file_that_pytest_takes_for_a_place_of_tests_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "target.yaml"
    file.write_text("concurrency: 0\n")
    result = run("--target", str(file))
    assert result.code == 4
    assert f"ERROR: write --target={file}: " in result.errors
    assert "--target file, concurrency: " in run(f"--target={file}").errors


def test_an_unusable_target_is_reported_once_and_nothing_is_judged(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    with raw_server(echo) as gone:
        pass
    result = run(*SOME, "-n2", f"--base-url={gone.base_url}", f"--invoice-id={INVOICE_ID}", f"--junit-xml={junit}")
    assert result.code == 6
    assert result.output.count("Connection refused") == 1
    assert "verdict" not in result.output
    assert "passed" not in result.output
    (case,) = ET.parse(junit).getroot().iter("testcase")
    assert "Connection refused" in str(case.find("error").get("message"))  # type: ignore[union-attr]


def test_no_token_is_exit_code_6(reference: ReferenceServer) -> None:
    result = run(*SOME, f"--base-url={reference.base_url}", f"--invoice-id={INVOICE_ID}")
    assert result.code == 6
    assert [line for line in result.lines if "401" in line] == [
        f"{reference.base_url} answers 401 and no token was given: set --auth-token."
    ]


def test_quiet_is_the_verdict_alone(tmp_path: Path) -> None:
    result = run(*SOME, "-k", "COND-002", "-q", "--embedded", f"--report-json={tmp_path / 'report.json'}")
    assert result.code == 0
    (line,) = filter(None, result.lines)
    assert line.startswith("verdict     conforms  (of the selected checks; ")
    assert not result.errors


def test_a_selection_of_nothing_is_a_usage_error() -> None:
    result = run(*SOME, "-k", "not GEN-001 and ITEN-001")
    assert result.code == 4
    assert re.search(r"^-k 'not .* ITEN-001' leaves none of \d+ checks; did you mean ITEM-001\?$", result.output, re.M)


Own = Callable[..., Result]


@pytest.fixture
def own(tmp_path: Path, reference: ReferenceServer) -> Own:
    """Run checks of one's own that need no exchange, beside nothing else."""
    target = {"INVOICES_AUTH_TOKEN": reference.token, "INVOICES_INVOICE_IDS": reference.describe()["invoice_ids"][0]}

    def run_own(text: str, *options: str) -> Result:
        file = tmp_path / "test_own.py"
        file.write_text(f"import os, signal\nfrom conformance.judge.api import *\n{text}")
        return run(
            str(file),
            *OWN_CHECKS,
            "-q",
            "--rootdir",
            str(tmp_path),
            f"--base-url={reference.base_url}",
            *options,
            **target,
        )

    return run_own


GOOD = """
@requirement("ITEM-001")
def test_good():
    pass
"""


def test_an_error_of_the_suite_is_not_blamed_on_the_target(own: Own) -> None:
    result = own(GOOD + f'@requirement("ITEM-002")\ndef test_broken():\n    raise KeyError("\\x1b[31m{TOKEN}")\n')
    assert result.code == 3
    assert result.row("verdict") == "no verdict: the suite itself failed on 1 requirement"
    assert "\x1b[31m" not in result.output


def test_an_unknown_requirement_is_an_error_of_the_suite(own: Own) -> None:
    result = own(GOOD + '@requirement("NONE-001")\ndef test_unknown():\n    pass\n')
    assert result.code == 3
    assert "NONE-001 is not in the registry" in result.output


def test_nothing_observed_is_not_a_success(own: Own) -> None:
    result = own('@requirement("ITEM-001")\ndef test_blind():\n    raise NotObserved("nothing there")\n')
    assert result.code == 5
    assert result.row("verdict") == "inconclusive: nothing was judged"


def test_an_interruption_keeps_what_was_judged(own: Own) -> None:
    result = own(GOOD + '@requirement("ITEM-002")\ndef test_slow():\n    signal.raise_signal(signal.SIGINT)\n')
    assert result.code == 2
    assert result.row("verdict") == "interrupted; so far: conforms"
    assert any(line.endswith("  1 of 1 judged, 1 conform") for line in result.lines)


def test_fail_on_decides_which_levels_fail_a_run(own: Own) -> None:
    from conformance.model.requirements import Level, registry

    should = next(name for name, entry in registry().items() if entry.level is Level.SHOULD and not entry.needs)
    text = f'@requirement("{should}")\ndef test_should():\n    raise Violation("this", "that")\n'
    result = own(text)
    assert result.code == 0
    assert f"{should} (SHOULD)" in result.output
    failing = own(text, "--fail-on=should")
    assert (failing.code, failing.row("verdict")) == (1, "does not conform: 1 SHOULD requirement failed")
