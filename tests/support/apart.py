"""Which checks of the whole record judge each exchange by itself."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache

from conformance.judge.suite import Check
from conformance.plan.parameters import RECORD_WIDE

# How a check ends that judges each exchange by itself.
_EACH = tuple(f"observe_each({start}every_" for start in ("", "documents.distinct("))


def wide_parameters(check: Check) -> list[str]:
    """Return the parameters of ``check`` that stand for the whole record."""
    return [name for name in check.parameters if name in RECORD_WIDE]


def _may_grow(value: ast.expr | None) -> bool:
    """Return whether something begins empty, as what is kept from one exchange to the next does."""
    return not isinstance(value, ast.Call | ast.Subscript | ast.Tuple | ast.ListComp | ast.SetComp)


@cache
def judges_each_apart(check: Callable[..., None]) -> bool:
    """Return whether a check of the record judges each exchange by itself, and keeps nothing from one to the next."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(check))).body
    assert isinstance(function, ast.FunctionDef)
    wide = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in RECORD_WIDE]
    kept = [node for node in function.body if isinstance(node, ast.Assign | ast.AnnAssign) and _may_grow(node.value)]
    return len(wide) == 1 and not kept and ast.unparse(function.body[-1]).startswith(_EACH)
