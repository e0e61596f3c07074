"""Secrets stay symbols: requests are declared, shown and recorded with placeholders, revealed only when sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote

# Private-use characters: no header field value that a server sends can hold them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_DERIVED = "token:"

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


def without_placeholders(text: str) -> str:
    """Return ``text`` from a server with the placeholder marks removed, so that it cannot name a secret."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


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
    raw = secret.encode()
    yield raw.hex()
    for lead in range(3):
        # The characters at both ends depend on the neighbours; those between do not.
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        core = encoded[4 if lead else 0 : -4]
        yield core
        yield core.replace("+", "-").replace("/", "_")


def _pieces(secret: str) -> Iterable[str]:
    """Yield ``secret`` and, of a JWT, the parts of its signature that must not leak either."""
    yield secret
    if secret.count(".") == 2:
        signature = secret.rsplit(".", 1)[1]
        middle = len(signature) // 2
        # A tampered token differs in the middle of the signature: each half is as telling.
        yield from (signature, signature[:middle], signature[middle:])


class Redactor:
    """Removes every known secret, in every usual spelling, from what is kept or shown."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Know ``secrets``; more can be added."""
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._bytes: re.Pattern[bytes] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Redact ``secret`` from now on; strings of fewer than 12 characters are left alone."""
        forms = {form for piece in _pieces(secret) for form in _forms(piece) if len(form) >= _SHORTEST}
        if forms <= self._known:
            return
        self._known |= forms
        longest_first = sorted(self._known, key=len, reverse=True)
        joined = "|".join(re.escape(form) for form in longest_first)
        self._pattern = re.compile(joined, re.IGNORECASE)
        self._bytes = re.compile(joined.encode(), re.IGNORECASE)

    def text(self, text: str) -> str:
        """Return ``text`` without any known secret."""
        return self._pattern.sub(_REDACTED, text) if self._pattern else text

    def bytes(self, data: bytes) -> bytes:
        """Return ``data`` without any known secret."""
        return self._bytes.sub(_REDACTED.encode(), data) if self._bytes else data
