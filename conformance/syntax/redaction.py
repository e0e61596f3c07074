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
# A part is longer than a group of a UUID with both its hyphens: test keys and test ids are often of the same digits.
_SHORTEST_PART = 15
# Characters of which a part of a secret must hold some whole ones, counted from the secret's beginning.
_BLOCK = 8
# Of a text, pieces of so many characters are looked at, one from every third place on: one of them is in the first
# eight characters of whatever is looked for, wherever that stands.
_PIECE, _STRIDE = 6, 3


def derived_token(name: str) -> str:
    """Return the placeholder of a token that is derived from the given one; see ``conformance.tokens.altered``."""
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
    yield "".join(f"\\u{ord(character):04x}" for character in secret)
    yield "".join(f"&#{ord(character)};" for character in secret)
    yield "".join(f"&#x{ord(character):x};" for character in secret)
    raw = secret.encode()
    yield "".join(f"%{octet:02x}" for octet in raw)
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
        yield secret.rsplit(".", 1)[1]


def _indivisible(secret: str) -> Iterable[str]:
    """Yield what tells something even in parts: the words of ``secret``, and of a JWT no more than its signature."""
    for word in _SEPARATORS.split(secret):
        yield word.rsplit(".", 1)[1] if word.count(".") == 2 else word


def _without_parts(text: str, secret: str) -> str:
    """Return ``text`` without the parts of ``secret``, in lower case, that hold a whole block of it."""
    lowered = text.lower()
    ranges = []
    for offset in range(0, len(secret) - _BLOCK + 1, _BLOCK):
        start = lowered.find(secret[offset : offset + _BLOCK])
        while start >= 0:
            before = after = 0
            while before < min(start, offset) and lowered[start - before - 1] == secret[offset - before - 1]:
                before += 1
            while lowered[start + after : start + after + 1] == secret[offset + after : offset + after + 1] != "":
                after += 1
            if before + after >= _SHORTEST_PART:
                ranges.append((start - before, start + after))
            start = lowered.find(secret[offset : offset + _BLOCK], start + max(after, 1))
    for start, end in sorted(set(ranges), reverse=True):
        text = text[:start] + _REDACTED + text[end:]
    return text


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
        # By its blocks: a server may return a secret in parts.
        self._blocks: dict[str, frozenset[str]] = {}
        # Those pieces of what is looked for.
        self._beginnings: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Redact ``secret`` from now on; strings of fewer than 12 characters are left alone."""
        forms = {form.lower() for piece in _pieces(secret) for form in _forms(piece) if len(form) >= _SHORTEST}
        wholes = [word.lower() for word in _indivisible(secret) if len(word) >= 2 * _BLOCK]
        with self._lock:
            blocks = dict(self._blocks)
            for whole in wholes:
                for offset in range(0, len(whole) - _BLOCK + 1, _BLOCK):
                    block = whole[offset : offset + _BLOCK]
                    blocks[block] = blocks.get(block, frozenset()) | {whole}
            parts = (*forms, *(blocks.keys() - self._blocks.keys()))
            self._beginnings |= {part[offset : offset + _PIECE] for part in parts for offset in range(_STRIDE)}
            self._known |= forms
            self._blocks = blocks

    @property
    def size(self) -> int:
        """How many spellings are known; it only grows."""
        return len(self._known)

    def text(self, text: str) -> str:
        """Return ``text`` without any known secret."""
        if len(text) < _SHORTEST:
            return text
        lowered = text.lower()
        if self._beginnings.isdisjoint([lowered[at : at + _PIECE] for at in range(0, len(lowered), _STRIDE)]):
            return text
        # Plain searches: an alternation of all forms would take seconds on a large body.
        if found := [form for form in self._known if form in lowered]:
            text = _any_of(found).sub(_REDACTED, text)
            lowered = text.lower()
        blocks = self._blocks
        for secret in {each for block in blocks if block in lowered for each in blocks[block]}:
            text = _without_parts(text, secret)
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
