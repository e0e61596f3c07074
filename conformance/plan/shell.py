"""A request as a shell command, with the secrets left as environment variables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from conformance.config.way import FILES_OF_THE_WAY, Way
from conformance.model.exchange import Request
from conformance.plan.requests import USER_AGENT
from conformance.syntax import redaction
from conformance.syntax.urls import place_of

_STRAIGHT = Way()
# The options of curl for the files of the way; openssl has those of the client with one hyphen.
_OPTIONS = {"ca-bundle": "--cacert", "client-cert": "--cert", "client-key": "--key"}
# Options that stay with their values, where a command is broken.
_WITH_VALUE = frozenset({"-H", "-X", "-k", "--data-binary", "--proxy", "--connect-to", *_OPTIONS.values()})
_OWN_NAME = ("User-Agent", USER_AGENT)
_LONG_RUN = re.compile(r"([A-Za-z0-9])\1{199,}")


def _printf_argument(text: str) -> str:
    """Return ``text`` as an argument of printf, in double quotes."""
    escaped = ""
    for character in text:
        if character in '%\\"$`':
            escaped += {"%": "%%", "\\": "\\\\\\\\"}.get(character, f"\\{character}")
        elif " " <= character <= "~" or character > "\xff":  # the borders of a placeholder
            escaped += character
        else:
            escaped += {"\r": "\\r", "\n": "\\n"}.get(character, f"\\{ord(character):03o}")
    return f'"{redaction.display(escaped)}"'


def _piped(request: Request, way: Way) -> str:
    """Return the messages of ``request`` as a shell command that writes them to a connection."""
    parts = urlsplit(request.url)
    written = "; sleep 1; ".join(f"printf {_printf_argument(each)}" for each in request.raw)
    reader = _plain_reader(parts, way) if parts.scheme == "http" else " ".join(_secure_reader(parts, way))
    return f"{{ {written}; sleep 1; }} | {reader}"


def _plain_reader(parts: SplitResult, way: Way) -> str:
    host, port = place_of(way.connect_to) or (parts.hostname, parts.port or 80)
    return f"nc {host} {port}"


def _secure_reader(parts: SplitResult, way: Way) -> Iterator[str]:
    yield "openssl s_client -quiet -connect"
    yield shlex.quote(way.connect_to or f"{parts.hostname}:{parts.port or 443}")
    if way.connect_to:
        yield f"-servername {parts.hostname}"
    if way.proxy:
        yield f"-proxy {shlex.quote(way.proxy.rstrip('/').rpartition('/')[2])}"
    # It goes on whatever the certificate of the server is.
    yield from (f"{_OPTIONS[name][1:]} {_variable(name)}" for name in way.files if name != "ca-bundle")


def _variable(name: str) -> str:
    return f'"${FILES_OF_THE_WAY[name]}"'


def _options(way: Way) -> Iterator[str]:
    """Yield the options of curl, each with its value."""
    if way.proxy:
        yield f"--proxy {shlex.quote(way.proxy)}"
    if way.connect_to:
        yield f"--connect-to {shlex.quote(f'::{way.connect_to}')}"
    if way.insecure:
        yield "--insecure"
    yield from (f"{_OPTIONS[name]} {_variable(name)}" for name in way.files)


def curl(request: Request, way: Way = _STRAIGHT) -> str:
    """Return ``request`` as a shell command that goes the ``way`` of the run.

    Secrets and the names of files are environment variables. Plain http beside an https target goes straight.
    """
    if not request.url.startswith(f"{way.scheme}://"):
        way = _STRAIGHT
    if request.raw:
        return _piped(request, way)
    words = ["curl", "-i", "--path-as-is", "--globoff", *_options(way)]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    names = set()
    for name, value in request.headers:
        names.add(name.lower())
        if name.lower() in {"host", "content-length"} or (name, value) == _OWN_NAME:
            continue
        # curl sends a field without a value only when it is written with a semicolon.
        words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    # What curl sends of its own accord.
    for name in ("Accept", "User-Agent"):
        if name.lower() not in names:
            words += ["-H", f"'{name}:'"]
    if request.body:
        words += ["--data-binary", shlex.quote(request.body.decode("utf-8", errors="replace"))]
    words.append(_quoted(request.url))
    return " ".join(words)


def _shortened(text: str) -> str:
    """Return ``text`` as a word of a shell; what is one character very often is made by a command."""
    word, end = "", 0
    for run in _LONG_RUN.finditer(text):
        made = f"printf %{len(run[0])}s | tr ' ' {run[1]}"
        word += f'{shlex.quote(text[end : run.start()])}"$({made})"'
        end = run.end()
    return word + shlex.quote(text[end:]) if end < len(text) or not text else word


def _quoted(text: str) -> str:
    if not redaction.has_placeholder(text):
        return _shortened(text)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`")
    return f'"{redaction.display(escaped)}"'


def folded(command: str, width: int) -> list[str]:
    """Return the lines of a shell command, broken between its words with a continuation mark.

    Words that are longer, such as URLs, stay whole, so that they can be copied.
    """
    rows: list[str] = []
    for word in _words(command):
        if rows and len(rows[-1]) + len(word) + 3 <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(f"  {word}" if rows else word)
    return [f"{row} \\" for row in rows[:-1]] + rows[-1:]


def _words(command: str) -> list[str]:
    """Split at spaces outside of quotes; an option stays with its value."""
    words, quote, current = [], "", ""
    escaped = False
    for character in command:
        escaped, literal = character == "\\" and quote == '"' and not escaped, escaped
        if character == " " and not quote:
            words.append(current)
            current = ""
            continue
        if character in "'\"" and not literal and (not quote or quote == character):
            quote = "" if quote else character
        current += character
    words.append(current)
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in _WITH_VALUE:
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined
