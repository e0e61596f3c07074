"""YAML in which a key that is written twice in one mapping is an error: YAML forbids it, PyYAML does not."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader  # about ten times faster; wheels of PyYAML carry it
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]


# Nobody writes more by hand; each alias may stand for all that is written before.
_DEEPEST, _MOST_ALIASES = 20, 100
# Bytes of a file of settings or of waivers.
LARGEST = 16 * 1024 * 1024


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
        seen = set[Hashable]()
        for position, key in enumerate(keys):
            if not isinstance(key, Hashable):
                # PyYAML refuses it.
                continue
            if key in seen:
                siblings = {name.value: value.value for name, value in node.value}
                raise DuplicateKeyError(key, siblings, node.value[position][0].start_mark.line + 1)
            seen.add(key)
        return super().construct_mapping(node, deep)


class UnreadableError(ValueError):
    """A text is not YAML, or is YAML that cannot be used; the message has the defect, and its line where known."""


def _expect_plain(text: str) -> None:
    """Raise UnreadableError for what takes more memory, or more of the stack, than its length lets expect."""
    aliases, within, composed = 0, list[str | None](), set[str | None]()
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            within.append(event.anchor)
        elif isinstance(event, yaml.CollectionEndEvent):
            within.pop()
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if event.anchor in composed or event.anchor in within:
                raise UnreadableError(f"*{event.anchor} stands for something with aliases")
            composed.update(within)
        if len(within) > _DEEPEST or aliases > _MOST_ALIASES:
            raise UnreadableError(f"more than {_DEEPEST} levels deep, or more than {_MOST_ALIASES} aliases")


def load(text: str) -> Any:
    """Read ``text`` with the safe loader. Raises yaml.YAMLError or DuplicateKeyError."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader


def read(text: str) -> Any:
    """Read ``text``, which somebody else may have written, with the safe loader. Raises UnreadableError."""
    try:
        _expect_plain(text)
        return load(text)
    except UnreadableError:
        raise
    except DuplicateKeyError as error:
        raise UnreadableError(str(error)) from None
    except yaml.MarkedYAMLError as error:
        where = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise UnreadableError(f"not YAML{where}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError(f"not YAML: {str(error).splitlines()[0]}") from None
    except ValueError as error:
        raise UnreadableError(f"has a date that is none: {error}") from None
