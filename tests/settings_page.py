"""The page of all settings, made from the settings themselves and the options of ``run``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from conformance.commands import options
from conformance.config.settings import SETTINGS
from conformance.config.sources import BASE_URL_VARIABLE

_BEGINNING = """# Settings

These are the options of `invoices-conformance run`, and of `pytest` in a checkout. A setting
that stands in several places is taken from the first of them:

1. the command line;
2. the environment variable;
3. the YAML file of `--target`, where the keys are the options without the leading dashes.
   `invoices-conformance init` writes such a file, with every setting explained;
4. the ini file of pytest, where the keys have underscores.

Write an option and its value with `=`. pytest takes a name that stands by itself for a
place to collect tests from.

A setting that is empty, misspelt or contradicts another one ends the run with exit code 4,
before anything is sent. So does a setting without a server to judge: give `--base-url` or
`--embedded`. `pytest` in a checkout judges the embedded server when there is no setting at all.

Give tokens and keys as environment variables: other users of the machine can read a command
line. Where another plugin of pytest has an option of the same name, the option of the suite
is `--invoices-NAME`, and the run says so.

`/dev/stdout`, or `-`, as the file of a report or record is the standard output. What is meant
for people is then on standard error: `run --report-json=- | jq .verdict`. When nobody reads
the standard output any more, as with `run -v | head`, a run that writes no file ends at once,
with exit code 141.

Every option of pytest works, too: `-k COND-002` judges one requirement, `-k "COND or ETAG"`
two areas. Only the requests that the selected checks need are sent.
"""
_SEVERAL = "In the environment, commas separate several."
# What a user needs to know beyond the help of the option.
_MORE: Mapping[str, str] = MappingProxyType(
    {
        "base-url": "For example `https://staging.example.org`.",
        "invoice-id": f"[Give several](operators.md#which-invoices). {_SEVERAL}",
        "hidden-invoice-id": _SEVERAL,
        "expendable-invoice-id": "[What is tried](operators.md#writes).",
        "enable": "[What each adds](operators.md#enable).",
        "fail-on": "[Levels](operators.md#read-the-verdict).",
        "waivers": "[How to write them](operators.md#waivers).",
        "repeat": "[20 finds what comes and goes](operators.md#what-comes-and-goes).",
        "fuzz-examples": "[What is generated](operators.md#generated-requests).",
        "sweep": "[How a sweep works](operators.md#a-sweep).",
        "sweep-shard": "[How to share a sweep](operators.md#several-processes-several-jobs).",
        "plain-url": "One request without any credential goes there.",
        "connect-to": "[The way to the server](operators.md#the-way-to-the-server).",
        "record": "Without secrets: see [SECURITY.md](../SECURITY.md).",
        "report-json": "Its form is [`schemas/report.schema.json`](../schemas/report.schema.json).",
        "report-html": "One file, which needs no network.",
        "report-ctrf": "[What is in it](ci.md#the-ctrf-report).",
        "format": "`-v` shows everything, too, and `-q` the verdict alone.",
    }
)
_BY_NAME = MappingProxyType({each.name: each for each in SETTINGS})


def text() -> str:
    """Return the page."""
    return _BEGINNING + "".join(f"{line}\n" for line in _tables())


def _tables() -> Iterator[str]:
    titles = set(options.GROUPS)
    for group in options.parser("run")._action_groups:
        if group.title not in titles:
            continue
        yield from ("", f"## {str(group.title).capitalize()}", "")
        yield "| option | environment | default | meaning |"
        yield "|---|---|---|---|"
        yield from (_row(action) for action in group._group_actions)


def _row(action: argparse.Action) -> str:
    name = action.option_strings[0].removeprefix("--")
    setting = _BY_NAME.get(name)
    meaning = setting.help if setting else re.sub(r" \[[A-Z_]+\]$", "", str(action.help))
    # A URL with a default of its own says so in its help.
    default = options.default_of(setting) if setting and "default" not in setting.help else ""
    variable = setting.variable if setting else {"base-url": BASE_URL_VARIABLE}.get(name, "")
    cells = (_code(_form(name, action)), _code(variable), _code(default), _sentence(meaning, _MORE.get(name, "")))
    return f"| {' | '.join(cells)} |"


def _form(name: str, action: argparse.Action) -> str:
    if not action.metavar:
        return f"--{name}"
    value = f"={action.metavar}"
    return f"--{name}[{value}]" if action.nargs == "?" else f"--{name}{value}"


def _sentence(meaning: str, more: str) -> str:
    sentence = f"{meaning[0].upper()}{meaning[1:]}.".replace("|", "\\|")
    return f"{sentence} {more}" if more else sentence


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""
