"""How a text can be spelled: escapes undone, separators left out, compressed content opened. All in linear time."""

from __future__ import annotations

import base64
import html
import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

# What stands in place of a secret, and how it keeps what is around it apart: a byte that no text has.
REDACTED = b"[redacted]"
_APART = 0xFF
_LOWER = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_KEPT = frozenset((*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", _APART))
_DROPPED = bytes(sorted(set(range(256)) - _KEPT))
_CHUNK = 65_536
# A chunk ends where no escape is cut; such a place is searched for within so many bytes before its end.
_MARGIN = 256
# Without IGNORECASE the search for the first character is a fast one.
_ESCAPE = re.compile(
    rb"""(
      \x00
    | %(?:[uU][0-9a-fA-F]{4}|[0-9a-fA-F]{2})                         # percent, and as old browsers wrote it
    | \\(?:U[0-9a-fA-F]{8}|[uU][0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}                # programs
         |[xX][0-9a-fA-F]{2}|[0-3][0-7]{2}|\r?\n|[ -~])
    | &(?:\#[xX]0{0,20}[0-9a-fA-F]{1,6}|\#0{0,20}[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31}(?=;));?  # HTML
    | =(?:[0-9a-fA-F]{2}|\r?\n)                                      # quoted-printable
    | 0[xX][0-9a-fA-F]{2}(?![0-9a-zA-Z])                             # a list of numbers
    | </?[a-zA-Z][^<>]{0,60}>                                        # tags within a word
    | \x1b\[[0-9;]{0,20}[a-zA-Z]                                     # colours within a word
    )""",
    re.VERBOSE,
)
_SPECIAL = re.compile(rb"[\x00\x1b%\\&=<]|0[xX]")
_WITHOUT_TEXT = b"bfnrt\r\n"
# Distinct escapes whose meaning is remembered.
_REMEMBERED = 8192
_GZIP, _ANY_HEADER, _NO_HEADER = b"\x1f\x8b", 47, -15
# Members are many only where they are small: what is fed to one and left over is copied.
_FIRST_FEED, _FEED, _MOST_MEMBERS = 128, 16_384, 1000
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
# Base64, with both alphabets as one and all else blank. Of a text every fourth character is one of the first 32.
_IN_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_WORDS = bytes(byte if byte in _IN_BASE64 else 0x20 for byte in range(256)).translate(bytes.maketrans(b"-_", b"+/"))
_TEXTUAL = re.compile(rb"(?:[A-Za-f][A-Za-z0-9+/]{3}){6}|H4sI|eJ|eN")
_SHORTEST_WORD = 24
_OF_WORDS = 262_144
_HEXADECIMAL = re.compile(rb"[0-9a-f]{16,}")
_NUMBERS = re.compile(rb"(?:[0-9]{1,3}[,;. \t\r\n]{1,40}){8,}[0-9]{1,3}")


def squeezed(data: bytes) -> bytes:
    """Return the ASCII letters, in lower case, and digits of ``data``: no separators, blanks or invisible characters.

    So UTF-16 becomes what it spells, too.
    """
    return data.translate(_LOWER, _DROPPED)


class _Meanings(dict[bytes, bytes]):
    """What escapes stand for."""

    def __missing__(self, escape: bytes) -> bytes:
        meaning = _meaning(escape)
        if len(self) < _REMEMBERED:
            self[escape] = meaning
        return meaning


def _character(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else b""


def _meaning(escape: bytes) -> bytes:
    kind, rest = escape[:1], escape[1:]
    if kind == b"&":
        return _reference(rest.rstrip(b";"))
    if kind == b"\\":
        return _backslash(rest)
    if kind == b"0":
        return bytes([int(rest[1:], 16)])
    if kind in {b"%", b"="}:
        return _character(int(rest[1:], 16)) if rest[:1] in b"uU" else bytes.fromhex(rest.strip().decode("ascii"))
    return b""


def _reference(name: bytes) -> bytes:
    if name.startswith(b"#"):
        return _character(int(name[2:], 16) if name[1:2] in b"xX" else int(name[1:]))
    return html.unescape(f"&{name.decode('ascii')};").encode("utf-8", "surrogatepass")


def _backslash(rest: bytes) -> bytes:
    if len(rest) > 1 and rest[:1] in b"uUxX":
        return _character(int(rest[1:].strip(b"{}"), 16))
    if len(rest) == 3:
        return bytes([int(rest, 8)])
    return b"" if rest[:1] in _WITHOUT_TEXT else rest


_meanings = _Meanings()


def _chunks(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield pieces of ``data``, each up to a place that no escape crosses where one is near."""
    start = 0
    while start < len(data):
        end = min(start + _CHUNK, len(data))
        if end < len(data):
            place = max(data.rfind(mark, end - _MARGIN, end) for mark in (b'"', b" ", b",", b"\n"))
            end = place + 1 if place > start else end
        yield start, end
        start = end


def _pieces(chunk: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return a text in pieces, every other one an escape, and the same with what the escapes stand for."""
    pieces = _ESCAPE.split(chunk)
    meant = pieces.copy()
    meant[1::2] = map(_meanings.__getitem__, pieces[1::2])
    return pieces, meant


class Undone:
    """A text with its escapes undone once; ``changed`` is whether there are any."""

    def __init__(self, data: bytes) -> None:
        """Undo the escapes in ``data``."""
        self._source, self._starts, self._chunks = data, [0], list[tuple[int, int]]()
        self._latest: tuple[int, list[int], list[int]] = (-1, [], [])
        self.data, self.changed = data, False
        if not _SPECIAL.search(data):
            return
        self._chunks = list(_chunks(data))
        undone = [b"".join(_pieces(data[start:end])[1]) for start, end in self._chunks]
        self._starts = [0, *accumulate(map(len, undone))]
        self.data = b"".join(undone)
        self.changed = self.data != data

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the source of the part of ``data`` between two places."""
        return self._place(start, 0), self._place(end - 1, 1)

    def _place(self, place: int, side: int) -> int:
        """Return where the piece at ``place`` begins (``side`` 0) or ends (1), or the place itself in plain text."""
        number = bisect_right(self._starts, place) - 1
        if self._latest[0] != number:
            pieces, meant = _pieces(self._source[slice(*self._chunks[number])])
            self._latest = number, [0, *accumulate(map(len, pieces))], [0, *accumulate(map(len, meant))]
        _, written, read = self._latest
        within = place - self._starts[number]
        piece = bisect_right(read, within) - 1
        offset = self._chunks[number][0]
        if piece % 2:
            return offset + written[piece + side]
        return offset + written[piece] + within - read[piece] + side


class Squeezed:
    """A text without all but its letters and digits."""

    def __init__(self, data: bytes) -> None:
        """Leave the rest of ``data`` out."""
        self._source = data.replace(REDACTED, bytes([_APART]) * len(REDACTED))
        self.data = squeezed(self._source)
        self._starts: list[int] = []
        self._latest: tuple[int, list[int]] = (-1, [])

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the source of the part of ``data`` between two places."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, place: int) -> int:
        if not self._starts:
            parts = range(0, len(self._source), _CHUNK)
            self._starts = [0, *accumulate(len(squeezed(self._source[at : at + _CHUNK])) for at in parts)]
        number = bisect_right(self._starts, place) - 1
        if self._latest[0] != number:
            part = self._source[number * _CHUNK : (number + 1) * _CHUNK]
            self._latest = number, [at for at, byte in enumerate(part, number * _CHUNK) if byte in _KEPT]
        return self._latest[1][place - self._starts[number]]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that looks encoded; each byte of its content takes ``width`` of it, or only all has a place."""

    start: int
    end: int
    content: bytes
    width: int | None = None


class Decoded:
    """What the parts of a text that look encoded stand for, a line each."""

    def __init__(self, parts: Iterable[Part]) -> None:
        """Take the ``parts`` in their order."""
        self.parts = list(parts)
        self._starts = [0, *accumulate(len(part.content) + 1 for part in self.parts)]
        self.data = b"\n".join(part.content for part in self.parts)

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text the encoded form of the part between two places of ``data`` stands."""
        return self._place(start, 0), self._place(end - 1, 1)

    def _place(self, place: int, side: int) -> int:
        number = bisect_right(self._starts, place) - 1
        part = self.parts[number]
        if part.width is None:
            return part.end if side else part.start
        return part.start + part.width * (place - self._starts[number] + side)


def from_base64(data: bytes) -> Iterator[Part]:
    """Yield the long runs of base64 that stand for a text or for compressed content."""
    place, words = 0, data.translate(_WORDS)
    for word in _words(words):
        if not _TEXTUAL.match(word):
            continue
        place = words.index(word, place)
        content = base64.b64decode(word[: len(word) - len(word) % 4])
        if content.isascii() or has_zlib_header(content):
            yield Part(place, place + len(word), content)
        place += len(word)


def _words(words: bytes) -> Iterator[bytes]:
    """Yield the long words between blanks. Short ones take many times their length, so not all are there at once."""
    start = 0
    while start < len(words):
        end = words.find(b" ", start + _OF_WORDS)
        end = len(words) if end < 0 else end
        yield from [word for word in words[start:end].split() if len(word) >= _SHORTEST_WORD]
        start = end


def from_hexadecimal(data: bytes) -> Decoded:
    """Return what long runs of hexadecimal digits, in lower case, stand for, from either digit of the first two on."""

    def parts() -> Iterator[Part]:
        for match in _HEXADECIMAL.finditer(data):
            for start in (match.start(), match.start() + 1):
                run = data[start : match.end() - (match.end() - start) % 2]
                yield Part(start, match.end(), bytes.fromhex(run.decode("ascii")), 2)

    return Decoded(parts())


def from_numbers(data: bytes) -> Decoded:
    """Return what lists of numbers stand for, as some programs write bytes."""

    def parts() -> Iterator[Part]:
        for match in _NUMBERS.finditer(data):
            numbers = [int(each) for each in re.findall(rb"[0-9]+", match[0])]
            yield Part(*match.span(), bytes(number for number in numbers if number < 256))

    return Decoded(parts())


def has_zlib_header(data: bytes) -> bool:
    """Return whether ``data`` begins as gzip or zlib do (RFC 1952, section 2.3.1, and RFC 1950, section 2.2)."""
    return data.startswith(_GZIP) or (data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0)


def opened(data: bytes, limit: int) -> tuple[bytes, bool] | None:
    """Return what compressed ``data`` holds, and whether that is all; None when it does not look compressed.

    What is damaged or cut is opened as far as it can be. At most ``limit`` bytes, of at most a thousand members, are
    returned.
    """
    if len(data) < 8:
        return None
    if has_zlib_header(data):
        return _inflated(data, _ANY_HEADER, limit)
    if not _CONTROL.search(data[:512]):
        return None
    return _inflated(data, _NO_HEADER, limit)


def _inflated(data: bytes, header: int, limit: int) -> tuple[bytes, bool]:
    """Return the content of all members of a compressed text, one after the other."""
    found, place, members = bytearray(), 0, 0
    while place < len(data) and len(found) <= limit:
        if (members := members + 1) > _MOST_MEMBERS:
            return bytes(found), False
        inflater, size = zlib.decompressobj(header), _FIRST_FEED
        try:
            while place < len(data) and not inflater.eof and len(found) <= limit:
                piece = data[place : place + size]
                found += inflater.decompress(piece, limit + 1 - len(found))
                place, size = place + len(piece) - len(inflater.unused_data), _FEED
        except zlib.error:
            break
    return bytes(found[:limit]), len(found) <= limit
