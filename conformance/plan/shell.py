"""A request as a shell command, with the secrets left as environment variables."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

from conformance.model.exchange import Request
from conformance.syntax import redaction

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


def _piped(request: Request) -> str:
    """Return the messages of ``request`` as a shell command that writes them to a connection."""
    parts = urlsplit(request.url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    tool = "nc" if parts.scheme == "http" else "openssl s_client -quiet -connect"
    place = f"{parts.hostname} {port}" if parts.scheme == "http" else f"{parts.hostname}:{port}"
    messages = "; sleep 1; ".join(f"printf {_printf_argument(each)}" for each in request.raw)
    return f"{{ {messages}; sleep 1; }} | {tool} {place}"


def curl(request: Request) -> str:
    """Return ``request`` as a shell command; secrets are environment variables."""
    if request.raw:
        return _piped(request)
    words = ["curl", "-i", "--path-as-is", "--globoff"]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    names = set()
    for name, value in request.headers:
        names.add(name.lower())
        if name.lower() in {"host", "user-agent", "content-length"}:
            continue
        # curl sends a field without a value only when it is written with a semicolon.
        words += ["-H", _quoted(f"{name}: {value}" if value else f"{name};")]
    if "accept" not in names:
        words += ["-H", "'Accept:'"]
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
