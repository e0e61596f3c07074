"""The options of ``run`` and ``doctor``, grouped and with their defaults."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from conformance.commands.parser import Parser
from conformance.config.settings import SETTINGS, Setting, SettingError
from conformance.config.sources import BASE_URL_VARIABLE, suggestion

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "the server": ("embedded", "api-prefix", "embedded-invoices"),
        "tokens and invoices": (
            "auth-token",
            "invoice-id",
            "other-auth-token",
            "other-invoice-id",
            "hidden-invoice-id",
            "expendable-invoice-id",
            "signing-key",
            "session-cookie",
        ),
        "what is judged": ("enable", "fail-on", "waivers", "repeat", "fuzz-examples", "fuzz-seed"),
        "a sweep": ("sweep", "sweep-state", "sweep-limit", "sweep-shard"),
        "how requests are sent": (
            "concurrency",
            "rate-limit",
            "request-timeout",
            "max-latency",
            "max-body",
            "request-header",
            "plain-url",
            "connect-to",
            "proxy",
            "public-origin",
            "ca-bundle",
            "client-cert",
            "client-key",
            "insecure",
        ),
        "reports and records": (
            "format",
            "report-json",
            "report-html",
            "report-ctrf",
            "write-waivers",
            "record",
            "replay",
        ),
    }
)
_BY_NAME = {each.name: each for each in SETTINGS}
_USAGE = "invoices-conformance {} (--base-url=URL | --embedded) [OPTION ...]"
_CLOSING = """Every option of pytest works, too: -k COND-002 judges one requirement, -q shows the
verdict alone, -v everything, --junit-xml=FILE writes a report for CI systems; pytest --help
lists them. Secrets are better given in the environment than on the command line."""


def parser(command: str) -> Parser:
    """Return a parser of the options; all values are texts, as the settings read them."""
    made = Parser(usage=_USAGE.format(command), epilog=_CLOSING if command == "run" else None, allow_abbrev=False)
    for title, names in GROUPS.items():
        group = made.add_argument_group(title)
        if title == "the server":
            group.add_argument(
                "--base-url", metavar="URL", help=f"origin, or origin with a mount path [{BASE_URL_VARIABLE}]"
            )
            group.add_argument("--target", metavar="FILE", help="YAML file with settings, named as the options")
        if title == "how requests are sent" and command == "run":
            group.add_argument("--plan", action="store_true", help="print every request as a curl command, send none")
        for name in names:
            setting = _BY_NAME[name]
            group.add_argument(setting.option, dest=setting.dest, help=described(setting), **setting.form)
    return made


def described(setting: Setting) -> str:
    """Return the help of ``setting`` with its default and its variable."""
    default = default_of(setting)
    known = f" (default: {default})" if default and "default" not in setting.help else ""
    return f"{setting.help}{known} [{setting.variable}]".replace("%", "%%")


def default_of(setting: Setting) -> str:
    """Return the default as a text; empty where there is none that can be written."""
    value = setting.default
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options of ``doctor``. Raises SettingError for an unknown one; its value may be a secret."""
    made = parser("doctor")
    found, unknown = made.parse_known_args(arguments)
    if unknown:
        name = unknown[0].partition("=")[0]
        if not name.startswith("--"):
            raise SettingError("a word stands by itself: put the whole value of an option in quotes")
        known = [word for action in made._actions for word in action.option_strings]  # noqa: SLF001
        raise SettingError(f"{name}: no option has this name{suggestion(name, known)}")
    return found
