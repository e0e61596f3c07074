"""Which attributes an application looks up to answer a request: a fault in others changes nothing of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, TypeVar

from conformance.reference.app import Api

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def answers_and_lookups(
    api: Api, asked: Mapping[Asked, Callable[[Api], Answered]]
) -> tuple[dict[Asked, Answered], dict[Asked, frozenset[str]]]:
    """Return how ``api`` answers each of ``asked``, and what is looked up in it for that; it cannot be used again."""
    names: set[str] = set()

    class Noting(Api):
        def __getattribute__(self, name: str) -> Any:
            names.add(name)
            return super().__getattribute__(name)

    api.__class__ = Noting
    answers, lookups = {}, {}
    for key, answer in asked.items():
        names.clear()
        answers[key] = answer(api)
        lookups[key] = frozenset(names)
    return answers, lookups


class _Before:
    """The attributes of an application before it is altered."""

    def __init__(self, api: Api) -> None:
        """Keep them, with what lists and tables hold."""
        self._api = api
        self._values = {name: _kept(value) for name, value in vars(api).items()}

    def replaced(self) -> set[str]:
        """Return the names of those that are others by now, or hold something else."""
        now = vars(self._api)
        gone = self._values.keys() - now.keys()
        return gone | {name for name, value in now.items() if not self._is_same(name, value)}

    def _is_same(self, name: str, value: object) -> bool:
        if name not in self._values:
            return False
        before = self._values[name]
        return bool(before == value) if isinstance(value, list | dict) else before is value


def replaced_by(change: Callable[[Api], object], api: Api) -> set[str]:
    """Change ``api``, and return the names of the attributes that are others then, or hold something else."""
    before = _Before(api)
    change(api)
    return before.replaced()


def _kept(value: object) -> object:
    return copy(value) if isinstance(value, list | dict) else value
