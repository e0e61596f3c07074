"""Secrets stay symbols: requests are declared, shown and recorded with placeholders, revealed only when sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from conformance.syntax.secret_runs import MOST_HITS, RUN, SHORTEST, Hit, Runs
from conformance.syntax.spellings import (
    REDACTED,
    Decoded,
    Part,
    Squeezed,
    Undone,
    from_base64,
    from_hexadecimal,
    from_numbers,
    has_zlib_header,
    opened,
    squeezed,
)

# Private-use characters: no header field value that a server sends can hold them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_DERIVED = "token:"

AUTH_TOKEN: Final = f"{_OPEN}INVOICES_AUTH_TOKEN{_CLOSE}"
OTHER_AUTH_TOKEN: Final = f"{_OPEN}INVOICES_OTHER_AUTH_TOKEN{_CLOSE}"

# How often escapes are undone.
_LEVELS = 4
# How much compressed content may hold: so many times its size, but at least and at most so many bytes.
_EXPANDED, _LEAST_OPENED, _MOST_OPENED = 2, 512 * 1024, 16 * 1024 * 1024
# Larger texts are examined one after the other, for each takes memory.
_SMALL = 4096
# Texts of so many characters are remembered, so many of them.
_SHORT, _MOST_REMEMBERED = 100, 2000
# Larger contents up to so many bytes are remembered, the last ones.
_MOST_LARGE, _RECENT = 262_144, 16
# How zip, PDF, xz, bzip2, zstd and 7z begin: each part of them is compressed by itself, or in another way.
_ARCHIVES = (b"PK\x03\x04", b"%PDF-", b"\xfd7zXZ", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf")
_WITHHELD = b"[withheld: %d bytes: secrets throughout]"
# What follows a secret may go on like another one, by chance.
_LOOSE = 16
_LOOSE_BEGIN, _LOOSE_END = re.compile(rb'[^\W_]{1,3}[\W_]*"[\W_]*'), re.compile(rb'[\W_]*"[\W_]*[^\W_]{1,3}\Z')
# Longest secret of which all is looked for.
_LONGEST = 16_384
# What nearly every answer of such an API has in it.
_USUAL = (
    "application/vnd.api+json application/json text/html; charset=utf-8 multipart/form-data",
    "Content-Type Content-Length Authorization WWW-Authenticate Bearer realm unauthorized forbidden",
    "Cache-Control: no-cache, no-store, max-age=0, must-revalidate, private keep-alive",
    "X-Request-Id X-Content-Type-Options nosniff X-Forwarded-For Transfer-Encoding chunked Accept-Encoding gzip",
    "invoices customer relationships attributes account related pagination total-count [redacted]",
)


def derived_token(name: str) -> str:
    """Return the placeholder of a token that is derived from the given one; see ``conformance.tokens.altered``."""
    return f"{_OPEN}{_DERIVED}{name}{_CLOSE}"


def environment_secret(name: str) -> str:
    """Return the placeholder of a value that the reader keeps in the environment variable ``name``."""
    return f"{_OPEN}{name}{_CLOSE}"


def has_placeholder(text: str) -> bool:
    """Return whether ``text`` stands for a secret."""
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


def split_cookie(line: str) -> tuple[str, str]:
    """Return a Set-Cookie field value with its secret removed, and that secret, empty when there is none."""
    name, equals, rest = line.partition("=")
    value, semicolon, attributes = rest.partition(";")
    if len(value.strip()) < SHORTEST:
        return line, ""
    return f"{name}{equals}{REDACTED.decode()}{semicolon}{attributes}", value.strip().strip('"')


def is_looked_for(secret: str) -> bool:
    """Return whether ``secret`` is long enough to be looked for in what is kept."""
    return len(secret) >= SHORTEST


class _AbandonedError(Exception):
    """Nobody waits any more for what a thread looks at."""


class Redactor:
    """Removes every known secret, in every spelling that comes about without intent, from what is kept or shown.

    What cannot be cut out exactly is withheld as a whole. The time is in proportion to the length of the text.
    """

    def __init__(self, secrets: Iterable[str] = (), *, public: Iterable[str] = ()) -> None:
        """Know ``secrets``; more can be added. ``public`` are texts that everybody may know."""
        self._public = (*_USUAL, *public)
        self._runs = Runs(self._public)
        self._known: set[str] = set()
        self._lock, self._large = threading.Lock(), threading.Lock()
        self._abandoned = False
        # What became of short texts, most of which are in many answers; begun anew with each secret.
        self._remembered: dict[str, tuple[str, bool]] = {}
        self._recent: dict[bytes, tuple[bytes, bool]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str, *, quiet: bool = False) -> None:
        """Redact ``secret`` from now on; strings of fewer than 12 characters are left alone.

        That the target has it is not a finding when it is ``quiet``.
        """
        if not is_looked_for(secret) or secret in self._known or any(secret in text for text in self._public):
            return
        with self._lock:
            cut = secret[:_LONGEST]
            for form in {cut.encode("utf-8", "surrogatepass"), cut.encode("latin-1", "replace")}:
                self._runs.add(form, quiet=quiet)
            self._known.add(secret)
            self._remembered, self._recent = {}, {}

    @property
    def size(self) -> int:
        """How much is known; it only grows."""
        return len(self._known)

    def text(self, text: str) -> str:
        """Return ``text`` without any known secret."""
        return self.examined_text(text)[0]

    def examined_text(self, text: str) -> tuple[str, bool]:
        """Return ``text`` without any known secret, and whether one was found that is not quiet."""
        if len(text) < RUN:
            return text, False
        remembered = self._remembered
        if (known := remembered.get(text)) is not None:
            return known
        data = text.encode("utf-8", "surrogatepass")
        clean, loud = self.examined(data)
        found = (text, False) if clean is data else (clean.decode("utf-8", "replace"), loud)
        if len(text) <= _SHORT and len(remembered) < _MOST_REMEMBERED:
            # If a secret has been added meanwhile, nobody looks at these any more.
            remembered[text] = found
        return found

    def content(self, data: bytes) -> bytes:
        """Return ``data`` without any known secret."""
        return self.examined(data)[0]

    def examined(self, data: bytes) -> tuple[bytes, bool]:
        """Return ``data`` without any known secret, and whether one was found that is not quiet."""
        if not self._known or len(data) < RUN:
            return data, False
        if len(data) < _SMALL:
            return self._examined(data, inside=True)
        try:
            with self._large:
                return self._examined_large(data)
        except _AbandonedError:
            return b"[withheld: %d bytes: the run was interrupted]" % len(data), False

    def _examined_large(self, data: bytes) -> tuple[bytes, bool]:
        """Do as ``examined``; many a server answers the same large content again and again."""
        recent = self._recent
        if (known := recent.get(data)) is not None:
            return known
        clean, loud = self._examined(data, inside=True)
        if len(data) <= _MOST_LARGE:
            if len(recent) == _RECENT:
                del recent[next(iter(recent))]
            # If a secret has been added meanwhile, nobody looks at these any more.
            recent[data] = clean, loud
        return clean, loud

    def abandon(self) -> None:
        """Let all threads but the main one end their search: what they look at is withheld."""
        self._abandoned = True

    def _expect_interest(self) -> None:
        if self._abandoned and threading.current_thread() is not threading.main_thread():
            raise _AbandonedError

    def plain(self, value: Any, *, names: bool = False) -> Any:
        """Return plain data, such as JSON has, without any known secret in its texts.

        The names of members are searched only with ``names``: those of reports are not a target's.
        """
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key) if names else key: self.plain(each, names=names) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(each, names=names) for each in value]
        return value

    def _examined(self, data: bytes, *, inside: bool) -> tuple[bytes, bool]:
        """Do as ``examined``; what base64 in ``data`` stands for is examined, too, if ``inside``."""
        self._expect_interest()
        if (withheld := self._withheld(data)) is not None:
            return withheld
        plain = self._runs.within(data.lower())
        if len(plain) <= MOST_HITS and 2 * sum(hit.end - hit.start for hit in plain) > len(data):
            # The rest is looked at more quickly without it.
            clean, loud = self._examined(_cut(data, plain), inside=inside)
            return clean, loud or not all(hit.quiet for hit in plain)
        hits = self._all_hits(data, plain, inside=inside)
        if len(hits) > MOST_HITS:
            return _WITHHELD % len(data), not all(hit.quiet for hit in hits)
        return (_cut(data, hits), not all(hit.quiet for hit in hits)) if hits else (data, False)

    def _all_hits(self, data: bytes, plain: list[Hit], *, inside: bool) -> list[Hit]:
        """Return the places of secrets in ``data``, ``plain`` ones among them; when they are too many, some of them."""
        hits = list(plain)
        levels: list[Undone] = []
        while True:
            self._expect_interest()
            level = levels[-1].data if levels else data
            hits += _mapped(self._hits(level, inside=inside), levels)
            undone = Undone(level)
            if len(hits) > MOST_HITS or not undone.changed or len(levels) == _LEVELS:
                return hits
            levels.append(undone)
            if self._runs.has_odd or len(squeezed(undone.data)) == len(undone.data):
                hits += _mapped(self._runs.within(undone.data.lower()), levels)

    def _hits(self, data: bytes, *, inside: bool) -> list[Hit]:
        """Return the places of secrets in ``data`` but for those that are written out."""
        bare = Squeezed(data)
        found = [] if bare.data == data.lower() else _mapped(self._runs.within(bare.data), [bare])
        hits = [_without_loose_ends(data, hit) for hit in found]
        if self._runs.may_be_in_digits(bare.data):
            hexadecimal, numbers = from_hexadecimal(bare.data), from_numbers(data)
            hits += _mapped(self._runs.within(hexadecimal.data.lower()), [bare, hexadecimal])
            hits += _mapped(self._runs.within(numbers.data.lower()), [numbers])
            # As UTF-16.
            letters = Squeezed(hexadecimal.data)
            hits += _mapped(self._runs.within(letters.data), [bare, hexadecimal, letters])
        return hits + self._hits_in_base64(data) if inside else hits

    def _hits_in_base64(self, data: bytes) -> list[Hit]:
        """Return the parts of ``data`` that stand for a text with a secret, or for more than can be looked at."""
        parts: list[Part] = []
        found: list[Hit] = []
        left = _most_opened(data)
        for part in from_base64(data):
            if not has_zlib_header(part.content):
                parts.append(part)
                continue
            inner, whole = opened(part.content, left) or (b"", True)
            left -= len(inner)
            parts.append(replace(part, content=inner))
            if not whole:
                found.append(Hit(part.start, part.end, quiet=True))
        if not parts:
            return found
        # All are looked at together: to look at each by itself takes much longer where they are many.
        texts = Decoded(parts)
        plain = self._runs.within(texts.data.lower())
        return found + _mapped(self._all_hits(texts.data, plain, inside=False), [texts])

    def _withheld(self, data: bytes) -> tuple[bytes, bool] | None:
        """Return what stands for content that holds a secret where it is compressed, or cannot be looked at.

        Beside it, whether a secret was found that is not quiet.
        """
        if data.startswith(_ARCHIVES):
            return b"[withheld: %d bytes: an archive or a document, which is not opened]" % len(data), False
        content = opened(data, _most_opened(data))
        if content is None:
            return None
        inner, whole = content
        if not whole:
            text = b"[withheld: %d bytes: compressed content too large to be searched for secrets]"
            return text % len(data), False
        clean, loud = self._examined(inner, inside=False)
        if clean is inner:
            return None
        return b"[withheld: %d bytes: compressed content that holds a secret]" % len(data), loud


def _most_opened(data: bytes) -> int:
    """Return how much of the compressed content of ``data`` is looked at: what it costs depends on its size."""
    return min(max(_LEAST_OPENED, _EXPANDED * len(data)), _MOST_OPENED)


def _mapped(hits: list[Hit], views: Sequence[Undone | Squeezed | Decoded]) -> list[Hit]:
    """Return where ``hits`` in the last of ``views``, each made of the one before, are in the source of the first."""
    found = []
    for hit in hits:
        start, end = hit.start, hit.end
        for view in reversed(views):
            start, end = view.source(start, end)
        found.append(Hit(start, end, hit.quiet))
    return found


def _without_loose_ends(data: bytes, hit: Hit) -> Hit:
    """Return ``hit`` without a few characters beyond a quotation mark: what is cut out must not break JSON."""
    start, end = hit.start, hit.end
    if match := _LOOSE_END.search(data, max(start, end - _LOOSE), end):
        end = match.start()
    if match := _LOOSE_BEGIN.match(data, start, end):
        start = match.end()
    return replace(hit, start=start, end=end)


def _cut(data: bytes, hits: Iterable[Hit]) -> bytes:
    """Return ``data`` with a mark in place of what was hit."""
    pieces: list[bytes] = []
    place = 0
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        if hit.end <= place:
            continue
        if hit.start > place or not pieces:
            pieces += (data[place : hit.start], REDACTED)
        place = hit.end
    return b"".join((*pieces, data[place:]))
