"""Every setting, once: its name, where it may come from, and how its text is read."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ENABLEABLE = ("collection", "wire", "load", "cookie", "contested")
# pytest has this option already, with the same meaning for its own rules.
PYTESTS_OWN = "strict"
# The constant invoices of the embedded server.
_LEAST_EMBEDDED = 12
_MOST_SHARDS = 1000
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class SettingError(ValueError):
    """A setting has an unusable value; the message names the setting."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. Order of sources: command line, environment, the file of ``--target``, pytest ini."""

    name: str
    read: Callable[[Any], Any]
    default: Any
    help: str
    metavar: str = ""
    flag: bool = False
    repeatable: bool = False
    env: str = ""
    secret: bool = False
    # What the option means when it is given without a value.
    bare: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it names a file of this machine: no report says so, and no record keeps it."""
        return self.metavar == "FILE"

    @property
    def option(self) -> str:
        """The command-line option."""
        return f"--{self.name}"

    @property
    def dest(self) -> str:
        """The name in pytest's options and ini file."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.env or f"INVOICES_{self.dest.upper()}"


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError("is not a text")
    return str(value).strip()


def _secret(value: Any) -> str:
    text = _text(value)
    if any(ord(character) < 0x21 or ord(character) > 0x7E for character in text):
        raise ValueError("holds a space, a line break or a non-ASCII character")
    return text


def fits_into_a_path(text: str) -> bool:
    """Tell whether ``text`` can stand in the path of a URL as it is (RFC 3986, section 3.3)."""
    return all("!" <= character <= "~" and character not in "?#" for character in text)


def _cookie_name(value: Any) -> str:
    text = _text(value)
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text):
        raise ValueError("is not the name of a cookie")
    return text


def _identifier(value: Any) -> str:
    text = _text(value)
    if not text or not fits_into_a_path(text) or "/" in text or "%" in text:
        raise ValueError("is not an invoice id that fits into a path")
    return text


def _several(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    def values(value: Any) -> tuple[str, ...]:
        listed = value if isinstance(value, list | tuple) else [value]
        parts = [part for entry in listed for part in (entry.split(",") if isinstance(entry, str) else [entry])]
        return tuple(dict.fromkeys(read(part.strip() if isinstance(part, str) else part) for part in parts if part))

    return values


def _names(value: Any) -> tuple[str, ...]:
    names = _several(_text)(value)
    unknown = [name for name in names if name not in ENABLEABLE]
    if unknown:
        raise ValueError(f"does not know {', '.join(unknown)}; known: {', '.join(ENABLEABLE)}")
    return names


def _prefix(value: Any) -> str:
    text = _text(value).rstrip("/")
    if text and not text.startswith("/"):
        raise ValueError("must start with /")
    if not fits_into_a_path(text):
        raise ValueError("is not a path")
    return text


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    lowered = str(value).strip().lower()
    if lowered in _TRUE | _FALSE:
        return lowered in _TRUE
    raise ValueError("is neither true nor false")


def _integer(least: int) -> Callable[[Any], int]:
    def number(value: Any) -> int:
        try:
            result = int(str(value))
        except ValueError:
            raise ValueError("is not a whole number") from None
        if result < least:
            raise ValueError(f"must be at least {least}")
        return result

    return number


def _embedded(value: Any) -> int:
    number = _integer(0)(value)
    if 0 < number < _LEAST_EMBEDDED:
        raise ValueError(f"must be at least {_LEAST_EMBEDDED}, or 0")
    return number


def _sample(value: Any) -> int | str | None:
    text = _text(value)
    if text in {"", "all"}:
        return text or None
    try:
        return _integer(0)(text)
    except ValueError:
        raise ValueError("is neither all nor a number of invoices") from None


def _shard(value: Any) -> tuple[int, int]:
    index, slash, of = _text(value).partition("/")
    if not (slash and index.isdecimal() and of.isdecimal() and 1 <= int(index) <= int(of) <= _MOST_SHARDS):
        raise ValueError(f"is not a part such as 1/4, of at most {_MOST_SHARDS}")
    return int(index), int(of)


def _seconds(value: Any) -> float:
    try:
        result = float(str(value))
    except ValueError:
        raise ValueError("is not a number of seconds") from None
    if not 0 < result <= 3600:
        raise ValueError("must be more than 0 and at most 3600 seconds")
    return result


def _rate(value: Any) -> float | None:
    text = _text(value)
    if not text:
        return None
    number, _, unit = text.partition("/")
    try:
        result = float(number)
    except ValueError:
        result = 0.0
    if not 0 < result < 1e6 or unit not in {"", "s", "m"}:
        raise ValueError("is not a rate such as 10/s or 100/m")
    return result / 60 if unit == "m" else result


def _file(value: Any) -> str | None:
    text = _text(value)
    if text and not Path(text).is_file():
        raise ValueError(f"names no file: {text}")
    return text or None


def _new_file(value: Any) -> str | None:
    text = _text(value)
    if text and (Path(text).is_dir() or not Path(text).parent.is_dir()):
        raise ValueError(f"names no file that can be written: {text}")
    return text or None


def _header_lines(value: Any) -> tuple[tuple[str, str], ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    pairs = []
    for entry in listed:
        if not entry:
            continue
        name, colon, text = str(entry).partition(":")
        name, text = name.strip(), text.strip()
        token = name and all(character.isalnum() or character in "!#$%&'*+-.^_`|~" for character in name)
        if not colon or not token or not name.isascii():
            raise ValueError("is not of the form 'Name: value'")
        if any((ord(character) < 0x20 and character != "\t") or ord(character) > 0xFF for character in text):
            raise ValueError("has a value with control or non-Latin-1 characters")
        pairs.append((name, text))
    return tuple(pairs)


SETTINGS: tuple[Setting, ...] = (
    Setting("api-prefix", _prefix, "/api/rest/customer/v1", "where the API is mounted under the base URL", "PATH"),
    Setting("auth-token", _secret, "", "the raw JWT of the customer", "T", secret=True),
    Setting(
        "invoice-id",
        _several(_identifier),
        (),
        "a known invoice of that customer (repeatable); absent: found through the collection",
        "ID",
        repeatable=True,
        env="INVOICES_INVOICE_IDS",
    ),
    Setting("other-auth-token", _secret, "", "the raw JWT of a second customer", "T", secret=True),
    Setting("other-invoice-id", _several(_identifier), (), "an invoice of the second customer", "ID"),
    Setting(
        "hidden-invoice-id",
        _several(_identifier),
        (),
        "an invoice that exists and must be invisible to this customer (repeatable)",
        "ID",
        repeatable=True,
        env="INVOICES_HIDDEN_INVOICE_IDS",
    ),
    Setting("signing-key", _text, "", "the HS256 key, to mint tokens that must be refused", "K", secret=True),
    Setting(
        "session-cookie",
        _cookie_name,
        "_yeti_customer_v1_session",
        "name of the cookie that may hold the token, for --enable cookie",
        "NAME",
    ),
    Setting("enable", _names, (), f"opt-in capabilities: {', '.join(ENABLEABLE)}", "NAME[,NAME]", repeatable=True),
    Setting("strict", _boolean, default=False, help="a SHOULD that does not hold fails the run", flag=True),
    Setting("waivers", _file, None, "known deviations (YAML) that do not fail the run", "FILE"),
    Setting("write-waivers", _new_file, None, "write what fails this run as known deviations, for 90 days", "FILE"),
    Setting(
        "fuzz-examples", _integer(0), 15, "cases that are drawn for an operation; 0 turns the generated part off", "N"
    ),
    Setting("fuzz-seed", _integer(0), 1, "decides which requests are generated", "S"),
    Setting("repeat", _integer(1), 1, "answers to each stable request, which are judged and compared", "N"),
    Setting(
        "sweep",
        _sample,
        None,
        "judge every invoice of the collection, and so many of them (default 100) by themselves",
        "all|N",
        bare="100",
    ),
    Setting("sweep-state", _new_file, None, "where the sweep keeps what it has done, to go on after an end", "FILE"),
    Setting("sweep-shard", _shard, (1, 1), "sweep one of N parts of the collection; merge joins the reports", "I/N"),
    Setting("concurrency", _integer(1), 8, "requests under way at once", "N"),
    Setting("rate-limit", _rate, None, "most requests sent per second, e.g. 10/s or 100/m", "N/s"),
    Setting("request-timeout", _seconds, 10.0, "seconds within which a whole answer must arrive", "S"),
    Setting("max-latency", _seconds, 1.0, "seconds that 95 of 100 parallel requests may take, for --enable load", "S"),
    Setting("max-body", _integer(1024), 8 * 1024 * 1024, "octets of an answer that are read", "BYTES"),
    Setting(
        "embedded-invoices", _embedded, 0, "how many invoices the embedded server has; the others are generated", "N"
    ),
    Setting("plain-url", _text, "", "where an https target answers plain http; default: port 80, beside 443", "URL"),
    Setting("ca-bundle", _file, None, "certificates (PEM) to trust for https", "FILE"),
    Setting("insecure", _boolean, default=False, help="do not verify the server's certificate", flag=True),
    Setting(
        "request-header",
        _header_lines,
        (),
        "header field sent with every request (repeatable), e.g. for a gateway",
        "'N: v'",
        repeatable=True,
    ),
    Setting("record", _new_file, None, "keep every exchange in a HAR file", "FILE"),
    Setting("replay", _file, None, "judge the exchanges of such a file; nothing is sent", "FILE"),
    Setting("report-json", _new_file, None, "write the report for programs", "FILE"),
    Setting("report-html", _new_file, None, "write the report for people", "FILE"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all settings, read and checked."""

    values: Mapping[str, Any] = field(repr=False)  # some are secrets

    def __getitem__(self, name: str) -> Any:
        """Return the value of the setting ``name``."""
        return self.values[name]


def add_options(parser: pytest.Parser) -> None:
    """Declare the options and ini values of all settings."""
    group = parser.getgroup("invoices conformance")
    group.addoption("--target", metavar="FILE", help="YAML file with settings, named as the options are")
    group.addoption("--plan", action="store_true", help="print every request as a curl command and send nothing")
    for setting in SETTINGS:
        if setting.name == PYTESTS_OWN:
            continue
        described = f"{setting.help} [{setting.variable}]"
        if setting.flag:
            group.addoption(
                setting.option, dest=setting.dest, action="store_const", const=True, default=None, help=described
            )
        elif setting.bare:
            group.addoption(
                setting.option,
                dest=setting.dest,
                metavar=setting.metavar,
                help=described,
                nargs="?",
                const=setting.bare,
            )
        elif setting.repeatable:
            group.addoption(setting.option, dest=setting.dest, action="append", metavar=setting.metavar, help=described)
        else:
            group.addoption(setting.option, dest=setting.dest, metavar=setting.metavar, help=described)
        ini_type: Any = "linelist" if setting.repeatable else "string"
        parser.addini(setting.dest, setting.help, type=ini_type, default=None)


def taken_for_a_place(config: pytest.Config) -> str | None:
    """Return the file option whose value pytest took for a place of tests, as it should be written.

    A file outside of the current folder that stands by itself moves pytest's root folder away, and with it the
    configuration that names the checks: everything that looks like a test would be collected.
    """
    if config.args_source is not pytest.Config.ArgsSource.INVOCATION_DIR:
        return None
    given, here = config.invocation_params.args, config.invocation_params.dir
    files = {"--target", *(setting.option for setting in SETTINGS if setting.is_local)}
    for option, value in itertools.pairwise(map(str, given)):
        if option in files and (here / value).exists() and not (here / value).resolve().is_relative_to(here):
            return f"{option}={value}"
    return None


def option_of(config: pytest.Config, dest: str) -> Any:
    """Return the command line's value of a setting, or None.

    ``--strict`` is pytest's: 9 turns it into an ini override, 8 keeps it as a flag.
    """
    if dest == PYTESTS_OWN:
        overridden = "strict=true" in (config.getoption("override_ini") or [])
        return True if overridden or config.getoption("strict", default=False) else None
    return config.getoption(dest)


def ini_of(config: pytest.Config, dest: str) -> Any:
    """Return the ini file's value of a setting, or None."""
    try:
        return config.getini(dest)
    except (KeyError, ValueError):
        return None


def read_target_file(path: str) -> dict[str, Any]:
    """Read the YAML file of ``--target``; ``base-url`` is allowed beside the settings.

    Raises SettingError when it cannot be read, is not YAML, or has an unknown setting.
    """
    from conformance import uniquekeys

    try:
        content = uniquekeys.read(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingError(f"--target: {path}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise SettingError(f"--target: {path}: not UTF-8") from None
    except uniquekeys.UnreadableError as error:
        raise SettingError(f"--target: {path}: {error}") from None
    if not isinstance(content, dict):
        raise SettingError(f"--target: {path}: not a YAML mapping of settings")
    known = {setting.name for setting in SETTINGS} | {"base-url"}
    named = {str(name).replace("_", "-"): value for name, value in content.items()}
    if unknown := sorted(set(named) - known):
        raise SettingError(f"--target: {path}: unknown settings: {', '.join(unknown)}")
    return named


def read_settings(
    option: Callable[[str], Any],
    ini: Callable[[str], Any],
    target_file: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Return every setting from the first source that has it.

    Raises SettingError naming the source and the setting when a value cannot be used.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        sources: Sequence[tuple[str, Any]] = (
            (setting.option, option(setting.dest)),
            (setting.variable, environment.get(setting.variable) or None),
            (f"--target file, {setting.name}", target_file.get(setting.name)),
            (f"ini {setting.dest}", ini(setting.dest) or None),
        )
        values[setting.name] = setting.default
        for source, value in sources:
            if value is None:
                continue
            try:
                values[setting.name] = setting.read(value)
            except ValueError as error:
                raise SettingError(f"{source}: the value {error}") from None
            break
    return Settings(values)
