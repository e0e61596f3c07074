"""YAML in which a key that is written twice in one mapping is an error: YAML forbids it, PyYAML does not."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader  # about ten times faster; wheels of PyYAML carry it
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


class DuplicateKeyError(ValueError):
    """A key is written twice; ``siblings`` are the texts of the mapping that has it."""

    def __init__(self, key: Hashable, siblings: dict[Any, Any], line: int) -> None:
        """``line`` counts from 1."""
        super().__init__(f"line {line}: {key}: written twice")
        self.key = key
        self.siblings = siblings


class _Loader(_SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                siblings = {name.value: value.value for name, value in node.value}
                raise DuplicateKeyError(key, siblings, node.value[position][0].start_mark.line + 1)
        return super().construct_mapping(node, deep)


class UnreadableError(ValueError):
    """A text is not YAML, or is YAML that cannot be used; the message has the defect, and its line where known."""


def load(text: str) -> Any:
    """Read ``text`` with the safe loader. Raises yaml.YAMLError or DuplicateKeyError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader


def read(text: str) -> Any:
    """Read ``text`` with the safe loader. Raises UnreadableError."""
    try:
        return load(text)
    except DuplicateKeyError as error:
        raise UnreadableError(str(error)) from None
    except yaml.MarkedYAMLError as error:
        where = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UnreadableError(f"not YAML{where}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError(f"not YAML: {str(error).splitlines()[0]}") from None
    except ValueError as error:
        raise UnreadableError(f"has a date that is none: {error}") from None
