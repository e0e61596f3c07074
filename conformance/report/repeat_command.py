"""The command that does something of a run again, with the settings that the run had, for any shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from conformance.config.settings import SETTINGS
from conformance.config.target import EXTRA_HEADER

PROGRAM = "invoices-conformance run"
_PLAIN = re.compile(r"[A-Za-z0-9_./:=,@+-]+")
# What a shell reads between double quotes.
_READ = re.compile(r'["$`\\!%]')
# Settings that decide nothing about a single requirement, or that the selection itself has.
_ELSEWHERE = frozenset(
    {"embedded", "fuzz-examples", "fuzz-seed", "sweep", "sweep-limit", "sweep-shard", "embedded-invoices", "fail-on"}
)


def quoted(text: str) -> str:
    """Return ``text`` as one word: in double quotes, which every shell takes, wherever they do."""
    if _PLAIN.fullmatch(text):
        return text
    return shlex.quote(text) if _READ.search(text) else f'"{text}"'


def command(
    select: str,
    settings: Mapping[str, Any],
    base_url: str | None,
    program: str = PROGRAM,
    files: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the command that judges what ``select`` names; ``base_url`` None is the embedded server.

    ``settings`` are those that a report may show, by their names, and ``files`` those that name a file. Secrets are
    read from the environment, as in every command of a finding.
    """
    words = [program, select]
    files = list(files)
    if base_url is None:
        words += ["--embedded"] if "replay" not in dict(files) else []
    else:
        words.append(f"--base-url={quoted(base_url)}")
        words += _options(settings)
    words += [f"--{name}={quoted(value)}" for name, value in files]
    return " ".join(words)


def _options(settings: Mapping[str, Any]) -> Iterator[str]:
    for setting in SETTINGS:
        value = settings.get(setting.name)
        plain = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        if setting.secret or setting.is_local or setting.name in _ELSEWHERE or value in (None, plain):
            continue
        if setting.flag:
            yield setting.option
        elif setting.name == "request-header":
            # As the curl commands name the value.
            yield from (
                f'{setting.option}="{name}: ${EXTRA_HEADER}{number}"' for number, (name, _) in enumerate(value, 1)
            )
        else:
            yield f"{setting.option}={quoted(_as_text(setting.name, value))}"


def _as_text(name: str, value: Any) -> str:
    if name == "rate-limit":
        return f"{value:g}/s"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
