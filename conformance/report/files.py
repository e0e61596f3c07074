"""The files that a run leaves: its record and its reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.observe.record.whole_files import replace_file
from conformance.report import github, json_report, waiver_file, workflow

if TYPE_CHECKING:
    from conformance.report.json_report import Ending
    from conformance.run import Run


def write(run: Run, ending: Ending) -> list[tuple[str, str]]:
    """Write what the settings name; return each file with what went wrong, empty when nothing did."""
    todo: list[tuple[str, Callable[[], None]]] = []
    if not run.kept and run.settings["record"]:
        todo.append((run.settings["record"], run.save_record))
    if step := workflow.summary_path():
        todo.append((step, partial(github.append_summary, run, run.verdict(), step)))
    if known := run.settings["write-waivers"]:
        todo.append((known, partial(_write_waivers, run, known)))
    reports = ("report-json", "report-html", "report-ctrf")
    wanted = {name: run.settings[name] for name in reports if run.settings[name]}
    if wanted:
        report = json_report.build(run, ending)
        for name, path in wanted.items():
            todo.append((path, _writer(name, path, report)))
    return [(path, problem_of(save)) for path, save in todo]


def _write_waivers(run: Run, path: str) -> None:
    replace_file(Path(path), waiver_file.text(run))


def _writer(name: str, path: str, report: dict[str, object]) -> Callable[[], None]:
    def save() -> None:
        if name == "report-json":
            replace_file(Path(path), json_report.text(report))
            return
        if name == "report-ctrf":
            from conformance.report import ctrf

            replace_file(Path(path), ctrf.text(report))
            return
        from conformance.report import html

        replace_file(Path(path), html.text(report))

    return save


def problem_of(save: Callable[[], None]) -> str:
    """Write a file; return what went wrong, empty when nothing did."""
    try:
        save()
    except OSError as error:
        return error.strerror or str(error)
    return ""
