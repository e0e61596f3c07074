"""Other plugins: one that has the same names, and runs of pytest that do not ask for the checks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.config.settings import SETTINGS
from conformance.pytest_hooks import entry, run_command
from conformance.pytest_hooks.loading import PLUGIN, asks_for_checks
from tests.support.runs import CHECKS, ROOT, run

pytest_plugins = ["pytester"]

SAME_NAMES = """
def pytest_addoption(parser):
    group = parser.getgroup("other")
    group.addoption("--replay", dest="replay", help="of another plugin")
    group.addoption("--plan", dest="plan", default="theirs")
    parser.addini("record", "of another plugin", default="theirs")

def pytest_unconfigure(config):
    print("theirs:", config.option.replay, config.option.plan, config.getini("record"))
"""


PLACES = """
import pytest
from conformance.pytest_hooks.check_item import CheckItem

def pytest_collection_finish(session):
    own = [item for item in session.items if isinstance(item, CheckItem)]
    wrong = [item.nodeid for item in own if item.location != pytest.Item.location.func(item)]
    print("places:", len(own) > 100, wrong)
"""


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "same_names.py").write_text(SAME_NAMES)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_an_option_that_another_plugin_has_gets_another_name(other: Path) -> None:
    given = ["-p", "same_names", "--embedded", "-k", "ITEM-001", "--replay=x", f"--record={other / 'run.har'}"]
    result = run(*run_command.arguments(given))
    assert result.code == 0, result.output + result.errors
    assert "theirs: x theirs theirs" in result.lines
    note = next(line for line in result.lines if line.startswith("note "))
    assert note.endswith("--plan is --invoices-plan, --replay is --invoices-replay")
    record = f"--invoices-replay={other / 'run.har'}"
    again = run(*run_command.arguments(["-p", "same_names", record, "-k", "ITEM-001"]))
    assert again.code == 0
    assert "none now" in again.row("sent")
    # A record has stand-ins for secrets; that these are short says nothing.
    assert "too short" not in again.output
    wrong = run(*run_command.arguments(["-p", "same_names", "--invoices-replay=none"]))
    assert wrong.errors.startswith("ERROR: --invoices-replay: the value names no file: none")


def test_an_item_stands_where_pytest_would_find_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "places.py").write_text(PLACES)
    monkeypatch.syspath_prepend(tmp_path)
    for folder in (ROOT, tmp_path):
        monkeypatch.chdir(folder)
        given = run_command.arguments(["-p", "places", "--embedded", "--collect-only", "-q"])
        assert "places: True []" in run(*given).lines


def config_of(here: Path, places: list[str], *, pyargs: bool = False, testpaths: Sequence[str] = ()) -> pytest.Config:
    """Return what is known of a run when plugins are loaded."""
    known = SimpleNamespace(file_or_dir=places, pyargs=pyargs)
    invocation = SimpleNamespace(dir=here, args=places)
    config: Any = SimpleNamespace(known_args_namespace=known, invocation_params=invocation, rootpath=here)
    config.getini = {"testpaths": list(testpaths)}.__getitem__
    return cast(pytest.Config, config)


@pytest.mark.parametrize(
    ("places", "asked"),
    [
        ([], False),
        (["."], False),
        (["tests/test_a.py"], False),
        (["conformance"], False),
        ([CHECKS], True),
        ([f"{CHECKS}/test_item.py::test_item"], True),
        (["tests", str(ROOT / "conformance")], True),
    ],
)
def test_the_plugin_is_loaded_where_the_checks_are_asked_for(places: list[str], asked: bool, tmp_path: Path) -> None:
    assert asks_for_checks(config_of(tmp_path, places)) is asked


def test_a_package_and_a_checkout_ask_for_the_checks(tmp_path: Path) -> None:
    assert asks_for_checks(config_of(tmp_path, ["conformance.checks"], pyargs=True))
    assert asks_for_checks(config_of(ROOT, [], testpaths=["conformance/checks"]))
    assert not asks_for_checks(config_of(ROOT, ["tests"], testpaths=["conformance/checks"]))


def test_other_runs_know_no_option_of_the_suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with_entry = ("-p", entry.__name__)
    config = pytester.parseconfig(*with_entry)
    assert not config.pluginmanager.has_plugin(PLUGIN)
    # What they have for themselves stays theirs.
    pytester.makeconftest("def pytest_addoption(parser): [parser.addoption(f'--{name}') for name in NAMES]")
    pytester.path.joinpath("conftest.py").write_text(
        f"NAMES = {[each.name for each in SETTINGS]}\n" + pytester.path.joinpath("conftest.py").read_text()
    )
    pytester.makepyfile("def test_a(request): assert request.config.getoption('--record') == 'own'")
    assert pytester.inline_run(*with_entry, "--record=own").ret == 0
    loaded = pytester.parseconfig(*with_entry, "--noconftest", CHECKS, "--base-url=http://a")
    assert loaded.pluginmanager.has_plugin(PLUGIN)
    assert loaded.getoption("base_url") == "http://a"
