"""What a shell is answered that completes a line."""

from __future__ import annotations

import io
import sys
from functools import partial

import argcomplete
import pytest
from argcomplete.finders import CompletionFinder

from conformance import cli
from conformance.reference.variants import all_variants


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("do", {"doctor"}),
        ("run --report-", {"--report-json", "--report-html", "--report-ctrf"}),
        ("doctor --client-", {"--client-cert", "--client-key"}),
        ("explain COND-00", {f"COND-00{number}" for number in range(1, 10)}),
        ("serve --fault if-none-match-star", {"if-none-match-star-unknown"}),
        ("serve --variant etag-", {name for name in all_variants() if name.startswith("etag-")}),
    ],
)
def test_a_shell_completes_commands_options_and_names(
    line: str, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = f"invoices-conformance {line}"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": words, "COMP_POINT": str(len(words)), "_ARGCOMPLETE_IFS": "\n"}
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    answer = io.StringIO()
    ask = partial(argcomplete.autocomplete, exit_method=sys.exit, output_stream=answer)
    monkeypatch.setattr(argcomplete, "autocomplete", ask)
    # Else it takes a file of pytest for its own.
    monkeypatch.setattr(CompletionFinder, "_init_debug_stream", lambda _: None)
    with pytest.raises(SystemExit):
        cli.main([])
    assert {each.strip() for each in answer.getvalue().split("\n")} == found


def test_a_shell_reads_what_completes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli.main(["completion", "bash"]) == 0
    assert "complete " in capsys.readouterr().out
    for name in ("argcomplete", "argcomplete.shell_integration"):
        monkeypatch.setitem(sys.modules, name, None)
    assert cli.main(["completion", "zsh"]) == 4
    assert capsys.readouterr().err == "completion: needs argcomplete: pip install argcomplete, where the suite is\n"
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    assert cli.main(["requirements"]) == 0
