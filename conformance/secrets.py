"""Secrets stay symbols: requests are declared, shown and recorded with placeholders, revealed only when sent."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

# Private-use characters: no header field value that a server sends can hold them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_DERIVED = "token:"
_SEPARATORS = re.compile(r"[\s;,=]+")

AUTH_TOKEN: Final = f"{_OPEN}INVOICES_AUTH_TOKEN{_CLOSE}"
OTHER_AUTH_TOKEN: Final = f"{_OPEN}INVOICES_OTHER_AUTH_TOKEN{_CLOSE}"

# Shorter strings would be found by chance.
_SHORTEST = 12
_REDACTED = "[redacted]"


def derived_token(name: str) -> str:
    """Return the placeholder of a token that is derived from the given one; see ``conformance.forge``."""
    return f"{_OPEN}{_DERIVED}{name}{_CLOSE}"


def environment_secret(name: str) -> str:
    """Return the placeholder of a value that the reader keeps in the environment variable ``name``."""
    return f"{_OPEN}{name}{_CLOSE}"


def has_placeholder(text: str) -> bool:
    """Tell whether ``text`` stands for a secret."""
    return _OPEN in text


def display(text: str) -> str:
    """Return ``text`` as a shell would read it between double quotes: secrets are variables or commands."""

    def shell(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith(_DERIVED):
            return f"$(invoices-conformance token {name.removeprefix(_DERIVED)})"
        return f"${name}"

    return _PLACEHOLDER.sub(shell, text)


def reveal(text: str, variable: Callable[[str], str], derive: Callable[[str], str]) -> str:
    """Replace each placeholder in ``text`` by its value.

    ``variable`` gives the value of a named setting, ``derive`` a derived token.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return derive(name.removeprefix(_DERIVED)) if name.startswith(_DERIVED) else variable(name)

    return _PLACEHOLDER.sub(value, text)


def _forms(secret: str) -> Iterable[str]:
    """Yield the spellings in which a server may echo ``secret``."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield html.escape(secret)
    text = json.dumps(secret)[1:-1]
    yield text
    yield text.replace("/", "\\/")
    raw = secret.encode()
    yield raw.decode("latin-1")
    yield raw.hex()
    for lead in range(3):
        # The characters at both ends depend on the neighbours; those between do not.
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        core = encoded[4 if lead else 0 : -4]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _pieces(secret: str) -> Iterable[str]:
    """Yield ``secret`` and the parts that must not leak either: behind a scheme or a name, and a JWT's signature."""
    yield secret
    yield from _SEPARATORS.split(secret)
    if secret.count(".") == 2:
        signature = secret.rsplit(".", 1)[1]
        middle = len(signature) // 2
        # A tampered token differs in the middle of the signature: each half is as telling.
        yield from (signature, signature[:middle], signature[middle:])


def split_cookie(line: str) -> tuple[str, str]:
    """Return a Set-Cookie field value with its secret removed, and that secret, empty when there is none."""
    name, equals, rest = line.partition("=")
    value, semicolon, attributes = rest.partition(";")
    if len(value.strip()) < _SHORTEST:
        return line, ""
    return f"{name}{equals}{_REDACTED}{semicolon}{attributes}", value.strip().strip('"')


class Redactor:
    """Removes every known secret, in every usual spelling, from what is kept or shown."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know ``secrets``; more can be added."""
        self._known: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Redact ``secret`` from now on; strings of fewer than 12 characters are left alone."""
        forms = {form.lower() for piece in _pieces(secret) for form in _forms(piece) if len(form) >= _SHORTEST}
        with self._lock:
            self._known |= forms

    @property
    def size(self) -> int:
        """How many spellings are known; it only grows."""
        return len(self._known)

    def text(self, text: str) -> str:
        """Return ``text`` without any known secret."""
        lowered = text.lower()
        # Plain searches: an alternation of all forms would take seconds on a large body.
        if found := [form for form in self._known if form in lowered]:
            return _any_of(found).sub(_REDACTED, text)
        return text

    def bytes(self, data: bytes) -> bytes:
        """Return ``data`` without any known secret."""
        # Latin-1 gives every octet a character, so that the rest comes back as it was.
        characters = data.decode("latin-1")
        clean = self.text(characters)
        return data if clean is characters else clean.encode("latin-1")


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
