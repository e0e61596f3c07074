"""Run the unit tests of the checks against mutants of them, and list the mutants that no test notices.

Usage: python -m tests.mutation [-n N] [-s FILE.jsonl] [-o FILE.jsonl] FILE...

Every mutant is judged in a process of its own, forked from one that has run the tests before. A check is a pure
function, so what the mutated checks do not take part in is taken from that run: tests that call none of them are left
out, and the other checks repeat how they ended.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import functools
import gc
import importlib
import importlib.abc
import importlib.util
import json
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from tests.mutation.operators import mutants

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = "conformance.checks"
# The areas that are judged together, and the files that test them.
AREAS: Final[Sequence[tuple[str, str]]] = (
    ("validators conditional ranges caching http methods", "validators conditional caching http methods preconditions"),
    (
        "attributes item json links related relationship semantics structure",
        "attributes item json relationship semantics structure preconditions",
    ),
    (
        "negotiation error_documents errors headers parameters authentication disclosure",
        "negotiation errors headers parameters authentication disclosure preconditions",
    ),
    ("cookies isolation tokens transport", "isolation tokens transport preconditions"),
    ("collection collection_parameters", "collection"),
    ("filtering", "filtering"),
    ("pagination", "pagination"),
    ("sorting", "sorting"),
    ("wire", "wire"),
    ("robustness injection", "robustness injection"),
    ("cross_origin", "cross_origin"),
    ("connections load", "load"),
    ("repetition", "repetition"),
)
VERDICT: Final = (
    "tests/model/test_verdict.py",
    "tests/model/test_waivers.py",
    "-k",
    "not written_file and not reported_once",
)
LIMIT: Final = 60  # seconds of processor time, which other work on the machine does not change
# How the n-th call of a check in a test ended: without, or with an exception.
Call = tuple[str, str, int]
Log = dict[Call, BaseException | None]


def tests_of(module: str, dependents: set[str]) -> list[str]:
    """Return the files that test ``module``, or what imports it."""
    if module == "conformance.model.verdict":
        return list(VERDICT)
    names = {name.rpartition(".test_")[2] for name in {module, *dependents}}
    return [
        f"tests/checks/test_{test}.py"
        for area, tests in AREAS
        if names & set(area.split())
        for test in sorted(tests.split(), key=lambda each: each not in names)
    ]


def dependents_of(module: str) -> set[str]:
    """Return the check modules that import ``module``, at first or second hand."""
    imports = {}
    for path in sorted((ROOT / "conformance/checks").rglob("*.py")):
        named = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        imports[".".join(path.relative_to(ROOT).with_suffix("").parts)] = named
    found: set[str] = set()
    while more := {name for name, named in imports.items() if named & {module, *found}} - found:
        found |= more
    return found


def check_modules() -> Iterator[ModuleType]:
    """Yield the modules with checks."""
    for path in sorted((ROOT / "conformance/checks").glob("test_*.py")):
        yield importlib.import_module(f"{PACKAGE}.{path.stem}")


def watched(key: str, function: Callable[..., None], log: Log, *, replay: bool) -> Callable[..., None]:
    """Return a check that keeps how it ended in ``log``, or ends so again."""
    counts: Counter[str] = Counter()

    @functools.wraps(function)
    def check(*arguments: Any, **named: Any) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").removesuffix(" (call)")
        counts[test] += 1
        call = (test, key, counts[test])
        if not replay:
            try:
                function(*arguments, **named)
            except Exception as raised:
                log[call] = raised.with_traceback(None)
                raise
            log[call] = None
        elif call not in log:
            function(*arguments, **named)
        elif ending := log[call]:
            raise ending.with_traceback(None)

    return check


def watch(log: Log, affected: Callable[[str], bool] | None) -> None:
    """Record in ``log`` how checks end; with ``affected``, the others end as it has them."""
    for module in check_modules():
        for name, function in list(vars(module).items()):
            key = f"{module.__name__}.{name}"
            if name.startswith("test_") and not (affected and affected(key)):
                setattr(module, name, watched(key, function, log, replay=affected is not None))


class Chosen:
    """Choose the tests that call what is affected: those first in which it is violated, and short ones before long."""

    def __init__(self, wanted: dict[str, tuple[bool, int]]) -> None:
        """Take the tests, with a number to sort them by."""
        self.wanted = wanted

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out and sort the tests."""
        items[:] = sorted((each for each in items if each.nodeid in self.wanted), key=lambda i: self.wanted[i.nodeid])


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Give one module other source."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        """Take the name, the real path and the source of the module."""
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname: str, *_: Any) -> Any:
        """Find that module only."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def get_source(self, fullname: str) -> str:  # noqa: ARG002
        """Return the mutated source."""
        return self.source


def forget(names: Callable[[str], bool]) -> None:
    """Have modules imported again."""
    for name in [name for name in sys.modules if names(name)]:
        module = sys.modules.pop(name)
        parent, _, last = name.rpartition(".")
        if vars(sys.modules.get(parent, module)).get(last) is module:
            delattr(sys.modules[parent], last)


def run(files: Sequence[str], *plugins: object) -> int:
    """Run tests, up to the first that fails."""
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *files], plugins=list(plugins)))


def changed_checks(module: str, source: str, mutated: str, dependents: set[str]) -> Callable[[str], bool]:
    """Return which checks a mutant can change: one, or all of the modules that it reaches."""
    before, after = (ast.parse(text).body for text in (source, mutated))
    different = [new for old, new in zip(before, after, strict=True) if ast.dump(old) != ast.dump(new)]
    names = {each.name for each in different if isinstance(each, ast.FunctionDef)}
    if len(names) == len(different) and all(name.startswith("test_") for name in names):
        return lambda key: key in {f"{module}.{name}" for name in names} or key.rpartition(".")[0] in dependents
    return lambda key: key.rpartition(".")[0] in {module, *dependents}


class Attempt:
    """The mutants of one module."""

    def __init__(self, path: Path) -> None:
        """Run the tests of the module at ``path`` once; they have to pass."""
        self.path = path
        self.source = path.read_text()
        self.module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        self.dependents = dependents_of(self.module)
        self.files = tests_of(self.module, self.dependents)
        self.log: Log = {}
        if self.module != "conformance.model.verdict":
            watch(self.log, None)
            assert run(self.files) == 0, "the tests have to pass without a mutation"

    def survives(self, mutated: str) -> bool:
        """Return whether all tests pass with the module ``mutated``."""
        gc.freeze()
        child = os.fork()
        if not child:
            gc.disable()
            code = 1
            try:
                resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
                code = self._judge(mutated)
            finally:
                os._exit(code)
        return os.waitpid(child, 0)[1] == 0

    def _judge(self, mutated: str) -> int:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        again = {self.module, *self.dependents} if self.log else set()
        forget(lambda name: name in again or name.split(".")[0] == "tests" or (not again and "conformance" in name))
        sys.meta_path.insert(0, Mutated(self.module, self.path, mutated))
        if not self.log:
            return run(self.files)
        affected = changed_checks(self.module, self.source, mutated, self.dependents)
        for module in check_modules():
            for name, function in list(vars(module).items()):
                setattr(module, name, getattr(function, "__wrapped__", function) if name[:5] == "test_" else function)
        watch(self.log, affected)
        wanted: dict[str, tuple[bool, int]] = defaultdict(lambda: (True, 0))
        for (test, key, _), ending in self.log.items():
            if affected(key):
                silent, calls = wanted[test]
                wanted[test] = (silent and type(ending).__name__ != "Violation", calls + 1)
        return run(sorted({test.partition("::")[0] for test in wanted}), Chosen(wanted)) if wanted else 0


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
    for path in options.files:
        began = time.monotonic()
        # One process for each file: nothing of another file's run is left over.
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        output = os.fdopen(os.dup(1), "w")
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        attempt = Attempt(path.resolve())
        count = survived = 0
        with options.out.open("a") as out:
            for operator, line, mutated in mutants(attempt.source, options.sample):
                diff = difflib.unified_diff(attempt.source.splitlines(), mutated.splitlines(), lineterm="", n=0)
                survivor = json.dumps({"file": path.name, "line": line, "operator": operator, "diff": list(diff)[3:]})
                if known is not None and survivor not in known:
                    continue
                count += 1
                if attempt.survives(mutated):
                    survived += 1
                    print(survivor, file=out, flush=True)
        seconds = time.monotonic() - began
        print(f"{path}: {count} mutants, {survived} survived, {seconds:.0f} s", file=output, flush=True)
        os._exit(0)


if __name__ == "__main__":
    main()
