"""Completion of commands, options and names in a shell, by argcomplete where it is installed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Final

SHELLS: Final = ("bash", "zsh", "fish")
_PROGRAM = "invoices-conformance"


class NotInstalledError(ImportError):
    """argcomplete is not there; the message is for the user."""


def _requirements() -> Iterable[str]:
    from conformance.model.requirements import registry

    return registry()


def _faults() -> Iterable[str]:
    from conformance.reference.faults import all_faults

    return all_faults()


def _variants() -> Iterable[str]:
    from conformance.reference.variants import all_variants

    return all_variants()


# What is asked for where a name is wanted, by the name of the argument.
_NAMES: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "id": _requirements,
    "fault": _faults,
    "variant": _variants,
}


def script(shell: str) -> str:
    """Return what ``shell`` has to read. Raises NotInstalledError."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        raise NotInstalledError("completion: needs argcomplete: pip install argcomplete, where the suite is") from None
    return shellcode([_PROGRAM], shell=shell)


def prepared(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Return ``parser`` after giving it the names that its arguments take."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to them
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                prepared(command)
        elif action.dest in _NAMES:
            names = _NAMES[action.dest]
            vars(action)["completer"] = lambda names=names, **_: names()
    return parser


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell, which asks by environment variables, and end. Does nothing without argcomplete."""
    try:
        import argcomplete
    except ImportError:
        return
    argcomplete.autocomplete(prepared(parser))
