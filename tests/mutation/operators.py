"""What a mutant changes: operators of Cosmic Ray, and some for the way in which checks are written."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from typing import Any, Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

Position = tuple[tuple[int, int], tuple[int, int]]
Node = Any

# Of the comparisons each one's opposite, and the one that differs at the border alone.
_COMPARISONS: Final = (
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
)
_OF_THE_TOOL: Final = (
    *(f"ReplaceComparisonOperator_{change}" for change in _COMPARISONS),
    *(f"ReplaceBinaryOperator_{change}" for change in ("Add_Sub", "Sub_Add")),
    *("AddNot", "ReplaceUnaryOperator_Delete_Not", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("NumberReplacer", "ExceptionReplacer", "ZeroIterationForLoop"),
)
# The arguments of these that are texts for the reader, by position.
_TEXTS: Final = {
    "expect": (1, 2),
    "require": (1,),
    "NotObserved": (0,),
    "Violation": (0, 1),
    "expect_same_invoice": (3,),
}


def _other(code: str, like: Node) -> Node:
    """Return ``code`` as a node in the place of ``like``."""
    return get_ast(like.get_first_leaf().prefix + code)


class _Of(Operator):  # type: ignore[misc]
    """An operator that changes nodes by ``changes``: the new code, by position."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        """Yield what is to be replaced, and by what."""
        raise NotImplementedError

    def mutation_positions(self, node: Node) -> Iterator[Position]:
        return (position for position, _ in self.changes(node))

    def mutate(self, node: Node, index: int) -> Node:
        return _other([code for _, code in self.changes(node)][index], node)

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class RemoveStatement(_Of):
    """A call or a raise that stands alone is left out."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        parent = node.parent
        if parent is None or parent.type != "simple_stmt" or parent.children[0] is not node:
            return
        is_call = node.type == "atom_expr" and node.children[-1].get_code().startswith("(")
        if is_call or node.type == "raise_stmt":
            yield (node.start_pos, node.end_pos), "pass"


class DropOperand(_Of):
    """One operand of ``and`` or ``or`` is left out."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        if node.type in {"and_test", "or_test"}:
            operands = [child.get_code().strip() for child in node.children[::2]]
            for number, child in enumerate(node.children[::2]):
                rest = operands[:number] + operands[number + 1 :]
                yield (child.start_pos, child.end_pos), f" {node.children[1].value} ".join(rest)


class DropElement(_Of):
    """One element of a tuple, list, set or mapping of constants is left out."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        if node.type not in {"testlist_comp", "dictorsetmaker", "testlist_star_expr"}:
            return
        if node.type == "testlist_star_expr" and node.parent.type != "expr_stmt":
            return
        try:
            value = ast.parse(
                f"({node.get_code().strip()})" if node.parent.type != "atom" else node.parent.get_code().strip(),
                mode="eval",
            ).body
        except SyntaxError:
            return
        if isinstance(value, ast.Dict):
            parts = [
                f"{ast.unparse(key)}: {ast.unparse(each)}" if key else f"**{ast.unparse(each)}"
                for key, each in zip(value.keys, value.values, strict=True)
            ]
        elif isinstance(value, ast.Tuple | ast.List | ast.Set):
            parts = [ast.unparse(each) for each in value.elts]
        else:
            return
        if len(parts) > 1:
            for number in range(len(parts)):
                yield (node.start_pos, node.end_pos), ", ".join(parts[:number] + parts[number + 1 :]) + ","


class NegateCondition(_Of):
    """The first argument of ``expect`` and ``require`` is negated."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        call, arguments = _call_of(node)
        if call in {"expect", "require"} and arguments and arguments[0] is node and node.type != "comparison":
            yield (node.start_pos, node.end_pos), f"not ({node.get_code().strip()})"


class SwapMembership(_Of):
    """``in`` and ``not in`` change places."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        if node.type == "comparison" and len(node.children) == 3:
            left, operator, right = (child.get_code().strip() for child in node.children)
            swapped = {"in": "not in", "not in": "in"}.get(" ".join(operator.split()))
            if swapped:
                yield (node.start_pos, node.end_pos), f"{left} {swapped} {right}"


class ChangeText(_Of):
    """A text that is compared, looked up or searched for is another one."""

    def changes(self, node: Node) -> Iterator[tuple[Position, str]]:
        # What has a blank in it is a text for the reader.
        if (
            node.type == "string"
            and node.value[-2:] not in {'""', "''"}
            and " " not in node.value
            and node.value[0] != "b"
        ):
            yield (node.start_pos, node.end_pos), f"{node.value[:-1]}~{node.value[-1]}"


def _call_of(node: Node) -> tuple[str, list[Node]]:
    """Return the name of the function that ``node`` is an argument of, and all arguments."""
    holder = node.parent
    if node.type in {"arglist", "operator"}:
        return "", []
    if holder is not None and holder.type == "arglist":
        arguments = [child for child in holder.children if child.type != "operator"]
        holder = holder.parent
    else:
        arguments = [node]
    if holder is None or holder.type != "trailer" or holder.children[0].value != "(":
        return "", []
    name = holder.get_previous_sibling()
    return (name.value if name is not None and name.type == "name" else ""), arguments


def _is_text(node: Node) -> bool:
    """Return whether ``node`` is something that no judgement depends on: texts for the reader, types, imports."""
    if node.type in {"fstring", "decorator", "import_from", "import_name", "annassign", "param"}:
        # The value of an annotated assignment is not a type.
        return node.type not in {"annassign", "param"}
    parent = node.parent
    if parent is not None and parent.type in {"annassign", "param", "tfpdef"} and node.get_previous_sibling() == ":":
        return True
    if parent is not None and parent.type == "funcdef" and node.get_previous_sibling() == "->":
        return True
    if node.type == "string" and parent is not None and parent.type == "simple_stmt":
        return True
    if node.type == "argument" and node.children[0].get_code().strip() in {"why", "part"}:
        return True
    call, arguments = _call_of(node)
    return call in _TEXTS and any(len(arguments) > place and arguments[place] is node for place in _TEXTS[call])


def mutants(source: str, sample: int | None = None) -> Iterator[tuple[str, int, str]]:
    """Yield operator, line and source of the mutants of ``source`` that may judge otherwise, or of ``sample`` of them.

    The sample is the same for the same source.
    """
    tree = get_ast(source)
    nodes = list(ast_nodes(tree))
    texts = [(node.start_pos, node.end_pos) for node in nodes if _is_text(node)]
    own = (RemoveStatement, DropOperand, DropElement, NegateCondition, SwapMembership, ChangeText)
    operators = [get_operator(f"core/{name}")() for name in _OF_THE_TOOL] + [each() for each in own]
    places = [
        (number, occurrence, start)
        for number, operator in enumerate(operators)
        for occurrence, (start, end) in enumerate(
            position for node in nodes for position in operator.mutation_positions(node)
        )
        if not any(first <= start and end <= last for first, last in texts)
    ]
    if sample is not None and sample < len(places):
        places = sorted(random.Random(0).sample(places, sample))
    seen = {source}
    for number, occurrence, start in places:
        mutated = MutationVisitor.mutate_code(source, operators[number], occurrence)
        if mutated is not None and mutated not in seen and _compiles(mutated):
            seen.add(mutated)
            yield type(operators[number]).__name__, start[0], mutated


def _compiles(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
