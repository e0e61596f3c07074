"""Run the unit tests of the checks against mutants of them, and list the mutants that no test notices.

Usage: python -m tests.mutation [-n N] [-s FILE.jsonl] [-o FILE.jsonl] FILE...

All tests run once to see which lines each of them executes. Every mutant is judged in a process of its own, by the
tests that execute what is changed in it, and by those of the file that is named as the module is.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import coverage
import pytest

from tests import conftest
from tests.mutation.operators import mutants

ROOT: Final = Path(__file__).parents[2]
# What has to notice mutants.
TESTS: Final = ("tests/checks", *(f"tests/model/test_{name}.py" for name in ("verdict", "blocked", "waivers")))
WITHOUT_SERVER: Final = ("-k", "not written_file and not reported_once")
LIMIT: Final = 120  # seconds of processor time, which other work on the machine does not change
# The tests by the lines that they execute; an empty text for what is executed when the module is imported.
Executing = Mapping[int, Collection[str]]


class Chosen:
    """Choose the tests that may notice a mutant: some, and those of the file that is named as the module is."""

    def __init__(self, name: str, wanted: Mapping[str, int]) -> None:
        """Take the name of the module, and by the node ids of tests how many of its lines each executes."""
        self.name, self.wanted = name.removeprefix("test_"), wanted

    def _is_wanted(self, item: pytest.Item) -> bool:
        return item.nodeid in self.wanted or item.path.stem == f"test_{self.name}"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out all others, and begin with those that do least."""
        items[:] = sorted(filter(self._is_wanted, items), key=lambda item: self.wanted.get(item.nodeid, 0))


class Measuring:
    """Measure which lines each test executes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        """Take what measures."""
        self.measured = measured

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note what is executed under the id of the test."""
        self.measured.switch_context(item.nodeid)
        return (yield)


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Give one module other source."""

    def __init__(self, name: str, source: str) -> None:
        """Take the name and the source of the module."""
        self.name, self.source = name, source

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Come before the importer of pytest, which takes all modules that are named as tests are."""
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, *_: Any) -> Any:
        """Find that module only."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        """Return the mutated source."""
        return self.source


def run(arguments: Sequence[str], *plugins: object) -> int:
    """Run tests, up to the first that fails."""
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments], plugins=list(plugins)))


def apart(judge: Callable[[], int]) -> int:
    """Return the exit code of ``judge`` in a silent process of its own; not 0 where that was ended."""
    gc.freeze()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = judge()
    finally:
        os._exit(code)


def import_what_stays() -> None:
    """Import what the checks are judged with, and let a correct server answer, once for all mutants of checks."""
    from tests.support import correct, judged  # noqa: F401

    correct.answers()
    correct.secure_answers()
    assert not any(name.startswith("conformance.checks") for name in sys.modules)


def executing(files: Sequence[Path]) -> dict[Path, Executing]:
    """Return by file and line which tests execute it; all have to pass."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "coverage"

        def measure() -> int:
            conftest.UNMEASURED = ()
            measured = coverage.Coverage(data_file=str(data), include=list(map(str, files)), config_file=False)
            measured.start()
            try:
                return run([*TESTS, *WITHOUT_SERVER], Measuring(measured))
            finally:
                measured.stop()
                measured.save()

        assert apart(measure) == 0, "the tests have to pass without a mutation"
        found = coverage.CoverageData(basename=str(data))
        found.read()
        return {path: found.contexts_by_lineno(str(path)) for path in files}


def lines_changed(before: str, after: str) -> set[int]:
    """Return the lines of ``before`` that are different in ``after``, from 1."""
    blocks = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    places = [(start, max(end, start + 1)) for kind, start, end, *_ in blocks if kind != "equal"]
    return {line + 1 for start, end in places for line in range(start, end)}


def noticing(changed: Iterable[int], known: Executing) -> dict[str, int]:
    """Return the tests that execute one of the ``changed`` lines, and how many lines of the module they execute.

    What is outside of functions is executed by none, and counts for all of them.
    """
    lines = Counter(test for tests in known.values() for test in tests if test)
    found = {test for line in changed for test in known.get(line, ()) if test}
    return {test: count for test, count in lines.items() if test in (found or lines)}


def survives(path: Path, mutated: str, wanted: Mapping[str, int]) -> bool:
    """Return whether the tests ``wanted`` pass with the module at ``path`` having the source ``mutated``."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)

    def judge() -> int:
        gc.disable()
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
        return run(
            sorted({test.partition("::")[0] for test in wanted}), Chosen(path.stem, wanted), Mutated(name, mutated)
        )

    return not wanted or apart(judge) == 0


def main() -> None:
    """Judge the mutants of the files that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument(
        "-n", dest="sample", type=int, metavar="N", help="at most N mutants of each file, always the same"
    )
    parser.add_argument("-o", dest="out", type=Path, default=Path("mutants.jsonl"), help="where the survivors go")
    parser.add_argument(
        "-s", dest="survivors", type=Path, metavar="FILE", help="only the mutants that this file lists as survivors"
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    options = parser.parse_args()
    known = None if options.survivors is None else set(options.survivors.read_text().splitlines())
    files = [path.resolve() for path in options.files]
    if all(path.is_relative_to(ROOT / "conformance/checks") for path in files):
        import_what_stays()
    tests = executing(files)
    for path in files:
        began = time.monotonic()
        source, count, survived = path.read_text(), 0, 0
        for operator, line, mutated in mutants(source, options.sample):
            diff = difflib.unified_diff(source.splitlines(), mutated.splitlines(), lineterm="", n=0)
            survivor = json.dumps({"file": path.name, "line": line, "operator": operator, "diff": list(diff)[3:]})
            if known is not None and survivor not in known:
                continue
            count += 1
            if survives(path, mutated, noticing(lines_changed(source, mutated), tests[path])):
                survived += 1
                with options.out.open("a") as out:
                    print(survivor, file=out)
        seconds = time.monotonic() - began
        sys.stdout.write(f"{path.name}: {count} mutants, {survived} survived, {seconds:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
