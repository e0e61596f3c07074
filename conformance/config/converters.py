"""How the value of a setting is read, wherever it comes from.

Each function raises ValueError; its text goes on from "the value", as in "is not a whole number".
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.syntax.urls import place_of

ENABLEABLE = ("collection", "wire", "load", "cookie", "contested")
# The constant invoices of the embedded server.
_LEAST_EMBEDDED = 12
_MOST_SHARDS = 1000
# Header fields that no setting may add, and why.
_OF_THE_REQUEST = "which the requests have of their own"
_OWN_FIELDS = {
    "authorization": "which --auth-token sets",
    **dict.fromkeys(("host", "content-length", "transfer-encoding", "connection"), _OF_THE_REQUEST),
}
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def as_text(value: Any) -> str:
    """Read a text, which a file may spell as a number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError("is not a text")
    return str(value).strip()


def as_token(value: Any) -> str:
    """Read the raw JWT of a customer: visible ASCII characters."""
    text = as_text(value)
    if re.match("[\"']?bearer\\b", text, re.IGNORECASE):
        raise ValueError("begins with Bearer: the API takes the raw JWT, so leave that word out")
    if text[:1] in {'"', "'"}:
        raise ValueError("has quotes around it: leave them out")
    if any(ord(character) < 0x21 or ord(character) > 0x7E for character in text):
        raise ValueError("holds a space, a line break or a non-ASCII character")
    return text


def fits_into_a_path(text: str) -> bool:
    """Return whether ``text`` can stand in the path of a URL as it is (RFC 3986, section 3.3)."""
    return all("!" <= character <= "~" and character not in "?#" for character in text)


def as_cookie_name(value: Any) -> str:
    """Read the name of a cookie (RFC 6265, section 4.1.1)."""
    text = as_text(value)
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text):
        raise ValueError("is not the name of a cookie")
    return text


def as_identifier(value: Any) -> str:
    """Read an invoice id that can be a segment of a path."""
    text = as_text(value)
    if not text or not fits_into_a_path(text) or "/" in text or "%" in text:
        raise ValueError("is not an invoice id that fits into a path")
    return text


def as_several(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    """Read a list of what ``read`` reads, given as one or separated by commas, each once."""

    def values(value: Any) -> tuple[str, ...]:
        listed = value if isinstance(value, list | tuple) else [value]
        parts = [part for entry in listed for part in (entry.split(",") if isinstance(entry, str) else [entry])]
        found = [part.strip() if isinstance(part, str) else part for part in parts]
        if not any(found):
            raise ValueError("names nothing")
        return tuple(dict.fromkeys(read(part) for part in found if part))

    return values


def as_capabilities(value: Any) -> tuple[str, ...]:
    """Read the names of opt-in capabilities."""
    names = as_several(as_text)(value)
    unknown = [name for name in names if name not in ENABLEABLE]
    if unknown:
        raise ValueError(f"does not know {', '.join(unknown)}; known: {', '.join(ENABLEABLE)}")
    return names


def as_place(value: Any) -> str:
    """Read the name or address of a host with a port, as in ``host:443`` or ``[::1]:443``."""
    text = as_text(value)
    if place_of(text) is None:
        raise ValueError("is not a host with a port, such as staging-7.example.org:443")
    return text


def as_proxy(value: Any) -> str:
    """Read the URL of a proxy, without user name and password: they would go to it in clear."""
    text = as_text(value)
    if "@" in text:
        raise ValueError("holds a user name or password, which would go to the proxy in clear")
    scheme, _, place = text.rstrip("/").partition("://")
    if scheme.lower() != "http" or place_of(place) is None:
        raise ValueError("is not the URL of a proxy with its port, such as http://proxy.example.org:3128")
    return text


def as_path(value: Any) -> str:
    """Read a path, without a slash at its end; empty for none."""
    text = as_text(value).rstrip("/")
    if text and not text.startswith("/"):
        raise ValueError("must start with /")
    if not fits_into_a_path(text):
        raise ValueError("is not a path")
    return text


def as_boolean(value: Any) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    lowered = str(value).strip().lower()
    if lowered in _TRUE | _FALSE:
        return lowered in _TRUE
    raise ValueError("is neither true nor false")


def as_one_of(*names: str) -> Callable[[Any], str]:
    """Read one of ``names``, in any case."""

    def name(value: Any) -> str:
        text = as_text(value).lower()
        if text not in names:
            raise ValueError(f"is not one of {', '.join(names)}")
        return text

    return name


def as_integer(least: int) -> Callable[[Any], int]:
    """Read a whole number from ``least`` on."""

    def number(value: Any) -> int:
        try:
            result = int(str(value))
        except ValueError:
            raise ValueError("is not a whole number") from None
        if result < least:
            raise ValueError(f"must be at least {least}")
        return result

    return number


def as_size_of_collection(value: Any) -> int:
    """Read how many invoices the embedded server has; 0 for the constant ones."""
    number = as_integer(0)(value)
    if 0 < number < _LEAST_EMBEDDED:
        raise ValueError(f"must be at least {_LEAST_EMBEDDED}, or 0")
    return number


def as_sample(value: Any) -> int | str:
    """Read a number of invoices, or ``all``."""
    text = as_text(value)
    if text == "all":
        return text
    try:
        return as_integer(0)(text)
    except ValueError:
        raise ValueError("is neither all nor a number of invoices") from None


def as_shard(value: Any) -> tuple[int, int]:
    """Read a part of a sweep: its number, from 1 on, and how many parts there are."""
    index, slash, of = as_text(value).partition("/")
    if not (slash and index.isdecimal() and of.isdecimal() and 1 <= int(index) <= int(of) <= _MOST_SHARDS):
        raise ValueError(f"is not a part such as 1/4, of at most {_MOST_SHARDS}")
    return int(index), int(of)


def as_seconds(value: Any) -> float:
    """Read a number of seconds."""
    try:
        result = float(str(value))
    except ValueError:
        raise ValueError("is not a number of seconds") from None
    if not 0 < result <= 3600:
        raise ValueError("must be more than 0 and at most 3600 seconds")
    return result


def as_rate(value: Any) -> float:
    """Read requests per second."""
    number, _, unit = as_text(value).partition("/")
    try:
        result = float(number)
    except ValueError:
        result = 0.0
    if not 0 < result < 1e6 or unit not in {"", "s", "m"}:
        raise ValueError("is not a rate such as 10/s or 100/m")
    return result / 60 if unit == "m" else result


def as_file(value: Any) -> str:
    """Read the name of a file that exists."""
    text = as_text(value)
    if not os.path.isfile(text):  # noqa: PTH113 - it takes no exception to names that are too long
        raise ValueError(f"names no file: {text}")
    return text


def as_new_file(value: Any) -> str:
    """Read the name of a file that may be written; - is the standard output, as for other programs."""
    text = as_text(value)
    if text == "-":
        return "/dev/stdout"
    if not _may_be_written(Path(text)):
        raise ValueError(f"names no file that can be written: {text}")
    return text


def _may_be_written(path: Path) -> bool:
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return path.parent.is_dir()
    except (OSError, ValueError):  # too long a name, or a link that leads to itself
        return False


def as_header_fields(value: Any) -> tuple[tuple[str, str], ...]:
    """Read header fields, each a name and a value."""
    listed = value if isinstance(value, list | tuple) else [value]
    pairs = []
    for entry in listed:
        name, colon, text = str(entry).partition(":")
        name, text = name.strip(), text.strip()
        token = name and all(character.isalnum() or character in "!#$%&'*+-.^_`|~" for character in name)
        if not colon or not token or not name.isascii():
            raise ValueError("is not of the form 'Name: value'")
        if any((ord(character) < 0x20 and character != "\t") or ord(character) > 0xFF for character in text):
            raise ValueError("has a value with control or non-Latin-1 characters")
        if name.lower() in _OWN_FIELDS:
            raise ValueError(f"names {name}, {_OWN_FIELDS[name.lower()]}")
        pairs.append((name, text))
    return tuple(pairs)
