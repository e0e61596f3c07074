"""The commands of the console script that judge nothing: what they print, and how they end."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from conformance import cli
from conformance.commands import explain, template
from conformance.commands.options import GROUPS
from conformance.config.settings import SETTINGS
from conformance.config.sources import Sources, read_settings, read_target_file
from conformance.model import contract
from conformance.model.requirements import OF_THE_CONTRACT, registry
from conformance.plan.requests import build_request
from conformance.plan.shell import curl
from conformance.plan.steps import Step
from conformance.reference.server import ReferenceServer
from tests.support.runs import SETTING_VARIABLES, WIDTH
from tests.support.targets import INVOICE_ID, target_of

EXPIRED = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3NjQzNzQ0MDB9.c2VjcmV0LXNpZ25hdHVyZQ"


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    for name in SETTING_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_an_interrupt_before_the_run_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert cli.main(["run"]) == 2
    assert capsys.readouterr().err == "interrupted\n"


def test_what_breaks_the_suite_is_not_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(cli, "_run", broken)
    assert cli.main(["run"]) == 3
    assert capsys.readouterr().err.endswith("RuntimeError: broken\n")


def test_every_option_is_in_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(each.name for each in SETTINGS)


def test_the_help_of_run_has_its_own_options_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--base-url=x", "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("usage: invoices-conformance run (--base-url=URL | --embedded) [OPTION ...]\n")
    assert all(f"  {each.option}" in text and each.variable in text for each in SETTINGS)
    assert "(default: 8)" in text
    assert "--plan" in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_requirement_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "cond-003"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "COND-003  MUST  http"
    assert lines[1].strip() == registry()["COND-003"].statement
    assert any(line.startswith("curl ") and line.endswith(" \\") for line in lines)
    assert any("'If-None-Match: *'" in line for line in lines)
    assert "  if-none-match-star-unknown" in lines
    assert "$INVOICES_AUTH_TOKEN" in "".join(lines)


def test_every_requirement_can_be_explained() -> None:
    for name, requirement in registry().items():
        lines = list(explain.lines(name))
        assert lines[0].startswith(name)
        if requirement.source in OF_THE_CONTRACT:
            assert any(line.startswith("  contract  ") for line in lines), name
        # URLs and values stay whole.
        words = [line.strip() for line in lines if len(line) > WIDTH]
        assert all(line.startswith(("http", '"', "'", "-", "GET ")) for line in words), (name, words)


def test_a_command_of_several_lines_is_the_same_for_a_shell() -> None:
    target = target_of(enable="wire")
    command = curl(build_request(Step("wrong_length[list]", INVOICE_ID), target, {})).partition("; sleep 1; } | ")[0]
    lines = list(explain.shown(command))
    assert max(map(len, lines)) <= WIDTH + 20
    both = [f"sleep() {{ :; }}; {text}; }}" for text in (command, "\n".join(lines))]
    written = [subprocess.run(["bash", "-c", each], capture_output=True, check=True).stdout for each in both]
    assert written[0] == written[1]
    assert written[0].endswith(b"Content-Length: 5, 6\r\n\r\nhello!")


def test_a_fact_is_the_text_at_an_anchor() -> None:
    assert contract.fact("raw-token").startswith("MUST The raw token is accepted: the whole value of `Authorization`")
    assert contract.fact("raw-token").endswith("*(example; AUTH-006)*")
    with pytest.raises(LookupError, match="no fact nothing"):
        contract.fact("nothing")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("COMD-003", "COMD-003: no requirement has this id; did you mean COND-003?\n"),
        ("x", "x: no requirement has this id; invoices-conformance requirements lists them\n"),
    ],
)
def test_what_is_not_a_requirement_cannot_be_explained(
    name: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", name]) == 4
    assert capsys.readouterr().err == expected


def test_the_registry_is_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["requirements", "--format=json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps([asdict(each) for each in registry().values()]))


def test_the_document_is_printed_for_other_tools(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["openapi"]) == 0
    assert capsys.readouterr().out == contract.bundle_path().read_text(encoding="utf-8")


def test_a_file_of_settings_is_written_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init"]) == 0
    assert read_target_file("target.yaml") == {"base-url": "https://staging.example.org"}
    assert "doctor --target=target.yaml" in capsys.readouterr().out
    assert cli.main(["init", "target.yaml"]) == 4
    assert capsys.readouterr().err == "target.yaml is there already: it is left as it is\n"
    assert cli.main(["init", "gone/target.yaml"]) == 4
    assert capsys.readouterr().err == "gone/target.yaml cannot be written: No such file or directory\n"


def test_every_entry_of_that_file_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = template.text().splitlines()
    names = tuple(each.name for each in SETTINGS if not each.secret)
    entries = [line[2:] for line in lines if line[2:].partition(":")[0] in names]
    Path("target.yaml").write_text("\n".join(entries))
    for name in ("ca.pem", "client.key", "client.pem", "waivers.yaml"):
        Path(name).touch()
    found = read_settings(Sources(lambda _: None, lambda _: None, read_target_file("target.yaml"), {}))
    left_out = {"embedded", "embedded-invoices", "replay", "sweep-shard"}
    assert found.given == set(names) - left_out
    assert max(map(len, lines)) <= WIDTH


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = cli.main(["doctor", *arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_a_server_is_looked_at(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with ReferenceServer() as server:
        monkeypatch.setenv("INVOICES_AUTH_TOKEN", server.token)
        code, text = doctor(capsys, f"--base-url={server.base_url}", f"--invoice-id={INVOICE_ID}")
        assert server.token not in text
    assert code == 0
    assert "token       a JSON Web Token (HS256) that expires on " in text
    assert "invoices    1 invoice given\nanswer      200 with application/vnd.api+json and " in text
    judged = [each for each in registry().values() if not each.excluded]
    assert f" of {len(judged)} requirements can be judged\n" in text
    assert " more with --signing-key\n" in text


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([], 4, "--base-url: is missing; give it, or --embedded\n"),
        (["--embedded", "--base-url=http://a"], 4, "--base-url: and --embedded: leave out one of them\n"),
        (["--base-url="], 4, "--base-url: is empty: give it a value, or leave it out\n"),
        (["--embedded", "--replay={file}"], 4, "--replay: a record has no server to look at\n"),
        ([f"--auth-tokn={EXPIRED}"], 4, "--auth-tokn: no option has this name; did you mean --auth-token?\n"),
        (["--auth-token", "a", EXPIRED], 4, "a word stands by itself: put the whole value of an option in quotes\n"),
        (
            ["--base-url=http://127.0.0.1:9", "--invoice-id=1", f"--auth-token={EXPIRED}", "--other-auth-token=a.b.c"],
            6,
            "token       a JSON Web Token (HS256) that expired on 2025-11-29 at 00:00:00 UTC\nsecond      is not",
        ),
        (
            ["--base-url=http://127.0.0.1:9", "--invoice-id=1"],
            6,
            "token       none\nproblem     http://127.0.0.1:9 can",
        ),
    ],
)
def test_what_cannot_be_looked_at(
    arguments: list[str], code: int, expected: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    ended, text = doctor(capsys, *(each.format(file=tmp_path / "file") for each in arguments))
    assert ended == code
    assert expected in text
    assert EXPIRED not in text
