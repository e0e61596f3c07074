"""Check functions are for pytest: what they share with other parts stands in modules that are not test files."""

from __future__ import annotations

import grimp
import pytest


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("conformance", cache_dir=None)


def test_no_module_imports_a_test_file(graph: grimp.ImportGraph) -> None:
    files = {name for name in graph.modules if name.rpartition(".")[2].startswith("test_")}
    assert len(files) > 30
    importers = {name: graph.find_modules_that_directly_import(name) for name in files}
    assert {name: found for name, found in importers.items() if found} == {}
