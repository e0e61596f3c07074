"""Answers that want to harm whoever reads them, or that are broken in a large way: each with a sentence."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tests.servers.raw import Talk, answer
from tests.support.targets import INVOICE_ID

MEGABYTE = 1024 * 1024
SOUND = answer("200 OK", json.dumps({"data": {"type": "invoices", "id": INVOICE_ID}}).encode(), 'ETag: "1"')
_STATUS = b"HTTP/1.1 200 OK\r\n"
_TYPE = b"Content-Type: application/vnd.api+json\r\n"


@dataclass(frozen=True)
class Hostile:
    """What a target does; ``code`` is how a run ends, ``from_the_start`` when the documented answer is hostile, too.

    ``each`` is for every request but the documented one, unless it is so from the start.
    """

    sentence: str
    each: Callable[[Talk], None]
    code: int = 1
    from_the_start: bool = False

    def script(self, talk: Talk) -> None:
        """Talk on one connection."""
        while head := talk.request():
            line = head.partition(b"\r\n")[0]
            plain = line == f"GET /api/rest/customer/v1/invoices/{INVOICE_ID} HTTP/1.1".encode()
            sound = plain and b"\r\nAuthorization: " in head and b"\r\nIf-" not in head
            if sound and not self.from_the_start:
                talk.send(SOUND)
            else:
                self.each(talk)


def sends(*parts: bytes) -> Callable[[Talk], None]:
    """Send ``parts``."""

    def each(talk: Talk) -> None:
        for part in parts:
            talk.send(part)

    return each


def ends(*parts: bytes) -> Callable[[Talk], None]:
    """Send ``parts`` and close the connection."""

    def each(talk: Talk) -> None:
        for part in parts:
            talk.send(part)
        talk.connection.close()

    return each


def forever(start: bytes, part: bytes) -> Callable[[Talk], None]:
    """Send ``start``, then ``part`` again and again until the client has gone."""

    def each(talk: Talk) -> None:
        talk.send(start)
        while True:
            talk.send(part)

    return each


def waits(start: bytes) -> Callable[[Talk], None]:
    """Send ``start`` and nothing more."""

    def each(talk: Talk) -> None:
        talk.send(start)
        talk.until_gone()

    return each


def text(body: bytes, *lines: str) -> Callable[[Talk], None]:
    """Answer 200 with ``body``."""
    return sends(answer("200 OK", body, *lines))


def _deep(opening: bytes, closing: bytes, levels: int = 100_000) -> bytes:
    return opening * levels + b"1" + closing * levels


@cache
def _bomb(kind: str) -> bytes:
    plain = b'{"data":"' + b"0" * (200 * MEGABYTE) + b'"}'
    return gzip.compress(plain, 1) if kind == "gzip" else zlib.compress(plain, 1)


@cache
def _empty_members() -> bytes:
    return gzip.compress(b"", mtime=0) * 100_000


def _section(line: str, count: int) -> bytes:
    lines = "".join(f"{line.format(number)}\r\n" for number in range(count))
    return _STATUS + _TYPE + lines.encode() + b"Content-Length: 2\r\n\r\n{}"


CHUNKED = _STATUS + _TYPE + b"Transfer-Encoding: chunked\r\n\r\n"
CLAIMS = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXN0b21lciIsImF1ZCI6WyJjdXN0b21lci12MSJdfQ"

ANSWERS: dict[str, Hostile] = {
    # Contents.
    "one long string": Hostile("A text of 7 MB that is one string.", text(b'{"data":"' + b"a" * 7_000_000 + b'"}')),
    "numbers": Hostile(
        "A text of 7 MB of small numbers, each of which takes much memory.", text(b"[1" + b",1" * 3_400_000 + b"]")
    ),
    "distinct numbers": Hostile(
        "A text of many numbers that are all different.", text(json.dumps(list(range(900_000))).encode())
    ),
    "empty lists": Hostile("A text of 2 million empty lists.", text(b"[[]" + b",[]" * 2_000_000 + b"]")),
    "objects": Hostile("A text of half a million objects.", text(b'[{"a":{}}' + b',{"a":{}}' * 500_000 + b"]")),
    "many members": Hostile(
        "An object of 300,000 members.", text(json.dumps({f"m{number}": 0 for number in range(300_000)}).encode())
    ),
    "the same member": Hostile("An object with one name 200,000 times.", text(b'{"a":1' + b',"a":1' * 200_000 + b"}")),
    "deep lists": Hostile("100,000 lists within each other.", text(_deep(b"[", b"]"))),
    "deep objects": Hostile("100,000 objects within each other.", text(_deep(b'{"a":', b"}"))),
    "deep and open": Hostile("100,000 lists that are never closed.", text(b"[" * 100_000)),
    "long number": Hostile("A number of a million digits.", text(b'{"data":' + b"9" * MEGABYTE + b"}")),
    "huge exponent": Hostile("A number with an exponent of nine digits.", text(b'{"data":1e999999999}')),
    "escapes": Hostile("A megabyte of escaped characters.", text(b'{"data":"' + b"\\u0041" * 170_000 + b'"}')),
    "percents": Hostile(
        "300 kB of percent signs, encoded over and over.", text(b'{"data":"' + b"%25" * 100_000 + b'"}')
    ),
    "entities": Hostile("300 kB of references of HTML.", text(b'{"data":"' + b"&amp;" * 60_000 + b'"}')),
    "tags": Hostile("A megabyte of opened tags.", text(b'{"data":"' + b"<a" * 500_000 + b'"}')),
    "base64": Hostile("400 kB of base64.", text(b'{"data":"' + b"QUFB" * 100_000 + b'"}')),
    "bombs in base64": Hostile(
        "300 kB of base64 that stands for 240 MB of zeros.",
        text(b'{"data":"' + (base64.b64encode(gzip.compress(b"0" * 10_000_000)) + b" ") * 24 + b'"}'),
    ),
    "hexadecimal": Hostile("A megabyte of hexadecimal digits.", text(b'{"data":"' + b"65794a68" * 125_000 + b'"}')),
    "numbers in a list": Hostile(
        "A megabyte of the numbers of characters.", text(b"[" + b"101, 121, 74, " * 70_000 + b"1]")
    ),
    "claims": Hostile("150 kB of what all tokens begin with.", text(b'{"data":"' + CLAIMS * 2_000 + b'"}')),
    "beginnings": Hostile(
        "170 kB of beginnings of a signature.", text(b'{"data":"' + b"c2VjcmV0LXBsYW" * 12_000 + b'"}')
    ),
    "nul": Hostile("200 kB of NUL.", text(b"\0" * 200_000)),
    "noise": Hostile("A megabyte of bytes that are not a text.", text(bytes(range(256)) * 4096)),
    "utf-16": Hostile("A text in UTF-16.", text('{"data":"x"}'.encode("utf-16"))),
    "bom": Hostile("Byte order marks only.", text(b"\xef\xbb\xbf" * 1000)),
    "surrogates": Hostile("100,000 halves of characters.", text(b'{"data":"' + b"\\ud800" * 100_000 + b'"}')),
    "one line of HTML": Hostile(
        "A page of 300 kB on one line.", text(b"<html>" + b"<p>" * 100_000, "Content-Type: text/html")
    ),
    "gzip bomb": Hostile("200 MB of zeros, compressed.", text(_bomb("gzip"), "Content-Encoding: gzip")),
    "deflate bomb": Hostile("The same with deflate.", text(_bomb("deflate"), "Content-Encoding: deflate")),
    "unlabelled bomb": Hostile("200 MB of zeros, compressed and not labelled.", text(_bomb("gzip"))),
    "bombs within": Hostile(
        "What is compressed twice.", text(gzip.compress(_bomb("gzip")), "Content-Encoding: gzip, gzip")
    ),
    "empty members": Hostile("100,000 members of gzip that hold nothing.", text(_empty_members())),
    "empty members, labelled": Hostile("The same, labelled.", text(_empty_members(), "Content-Encoding: gzip")),
    "empty members in base64": Hostile(
        "The same in base64.", text(b'{"data":"' + base64.b64encode(_empty_members()) + b'"}')
    ),
    "words of base64": Hostile(
        "100,000 words that begin as compressed content does.",
        text(b'{"data":"' + (b"eJ" + b"A" * 22 + b" ") * 100_000),
    ),
    "short words": Hostile("7 MB of words of two letters.", text(b'{"data":"' + b"ab " * 2_300_000 + b'"}')),
    "long name in gzip": Hostile(
        "A name of 2 MB in the header of gzip.",
        text(b"\x1f\x8b\x08\x08" + b"\0" * 6 + b"n" * 2_000_000 + b"\0\x03\0" + b"\0" * 8, "Content-Encoding: gzip"),
    ),
    "brotli": Hostile("Bytes in a coding that is not known here.", text(b"\xcf\xff" * 50_000, "Content-Encoding: br")),
    "colours": Hostile("A megabyte of colours of a terminal.", text(b'{"data":"' + b"\\u001b[1m" * 110_000 + b'"}')),
    "zeros of a reference": Hostile(
        "A reference of HTML with a megabyte of zeros.", text(b'{"data":"&#' + b"0" * MEGABYTE + b';"}')
    ),
    "many codings": Hostile("A thousand codings.", text(b"{}", f"Content-Encoding: {'gzip, ' * 1000}gzip")),
    "broken gzip": Hostile("Content that is not gzip and says so.", text(b"{}" * 1000, "Content-Encoding: gzip")),
    # Header sections.
    "many lines": Hostile("A header section of 25,000 tiny lines.", sends(_section("a:{}", 25_000)), 5),
    "as many as read": Hostile(
        "A header section with nearly as many lines as are read.", sends(_section("X-Line-{}: x", 990))
    ),
    "one long line": Hostile("A header field of 200 kB.", sends(_section("X-Long: " + "a" * 200_000, 1))),
    "too long a section": Hostile("A header section of 2 MB.", sends(_section("X-{}: " + "a" * 1000, 2000)), 5),
    "cookies": Hostile("900 cookies.", sends(_section("Set-Cookie: n{0}=0123456789abcdef-{0}", 900))),
    "a long cookie": Hostile("A cookie of 200 kB.", sends(_section("Set-Cookie: n=" + "a1b2" * 50_000, 1))),
    "commas": Hostile("A list of 60,000 empty members.", sends(_section("Vary: " + "," * 60_000, 1))),
    "quotes": Hostile("An entity tag of 60,000 quotes.", sends(_section("ETag: " + '"' * 60_001, 1))),
    "semicolons": Hostile(
        "A media type of 60,000 parameters.", sends(_section("Content-Type: a/b" + ";a=b" * 60_000, 1))
    ),
    "links": Hostile("A field Link of 200 kB.", sends(_section("Link: " + "<a>; rel=next, " * 13_000, 1))),
    "blanks": Hostile("A field of 200 kB of blanks.", sends(_section("X-Blank: a" + " " * 200_000 + "b", 1))),
    "folded": Hostile("A field folded 10,000 times.", sends(_STATUS + b"X-A: a\r\n" + b" a\r\n" * 10_000 + b"\r\n")),
    "long reason": Hostile("A reason of 200 kB.", sends(b"HTTP/1.1 200 " + b"a" * 200_000 + b"\r\n\r\n")),
    "leads to itself": Hostile("A redirect to where it comes from.", sends(answer("302 Found", b"", "Location: ?"))),
    "date of nowhere": Hostile("A date in the year 99999.", text(b"{}", "Date: Sat, 99 Jan 99999 99:99:99 GMT")),
    # Messages and the ends of connections.
    "hangs up": Hostile("Every connection ends without an answer.", ends(), 5),
    "half a status": Hostile("Half a status line, then the end.", ends(b"HTTP/1."), 5),
    "half a section": Hostile("Half a header section, then the end.", ends(_STATUS + _TYPE), 5),
    "half a body": Hostile(
        "Half of the content, then the end.", ends(_STATUS + _TYPE + b"Content-Length: 100\r\n\r\n{")
    ),
    "half a chunk": Hostile("Half a chunk, then the end.", ends(CHUNKED + b"ff\r\n{")),
    "wrong chunk": Hostile("A chunk whose size is not a number.", ends(CHUNKED + b"zz\r\n{}\r\n")),
    "negative length": Hostile("A content length below zero.", ends(_STATUS + b"Content-Length: -1\r\n\r\n{}"), 5),
    "two lengths": Hostile(
        "Two content lengths.", ends(_STATUS + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 5
    ),
    "no end of content": Hostile("Content that never ends.", forever(_STATUS + _TYPE + b"\r\n", b"a" * 65_536)),
    "no end of chunks": Hostile("Chunks of one byte that never end.", forever(CHUNKED, b"1\r\na\r\n" * 5000)),
    "no end of fields": Hostile("A header section that never ends.", forever(_STATUS, b"X-A: a\r\n" * 1000), 5),
    "no end of hints": Hostile(
        "Interim answers that never end.", forever(b"", b"HTTP/1.1 103 Hints\r\n\r\n" * 1000), 5
    ),
    "no end of an extension": Hostile(
        "A chunk whose extension never ends.", forever(CHUNKED, b"1;" + b"x=y;" * 20_000)
    ),
    "no end of trailers": Hostile(
        "Trailer fields that never end.", forever(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n" * 1000)
    ),
    "many trailers": Hostile(
        "25,000 trailer fields.", sends(CHUNKED + b"2\r\n{}\r\n0\r\n" + b"a:b\r\n" * 25_000 + b"\r\n")
    ),
    "many chunks": Hostile("100,000 chunks of one byte.", sends(CHUNKED + b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n")),
    "many hints": Hostile(
        "3000 interim answers before the answer.", sends(b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" * 3000 + SOUND)
    ),
    "a length of 5000 digits": Hostile(
        "A content length of 5000 digits.", sends(_STATUS + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}"), 5
    ),
    "a chunk of 5000 digits": Hostile(
        "A chunk whose size has 5000 digits.", sends(CHUNKED + b"0" * 5000 + b"1\r\na\r\n0\r\n\r\n")
    ),
    "garbage behind": Hostile("60 kB of noise behind each answer.", sends(SOUND + b"\x00\xff" * 30_000)),
    "unasked answers": Hostile("A second answer that nobody asked for.", sends(answer(), answer())),
    "another protocol": Hostile("The greeting of a mail server.", ends(b"220 mail ESMTP\r\n"), 5),
    "switches": Hostile(
        "101 to a protocol that nobody asked for.", ends(b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\n"), 5
    ),
    "silence": Hostile("No answer at all.", waits(b""), 5),
    "silence within": Hostile(
        "Half of the content, then silence.", waits(_STATUS + _TYPE + b"Content-Length: 9\r\n\r\n{")
    ),
    # From the first answer on.
    "hangs up at once": Hostile("No connection ever brings an answer.", ends(), 6, from_the_start=True),
    "another protocol at once": Hostile("This is a mail server.", ends(b"220 mail ESMTP\r\n"), 6, from_the_start=True),
    "too much at once": Hostile(
        "The invoice never ends.", forever(_STATUS + _TYPE + b"\r\n", b"a" * 65_536), 6, from_the_start=True
    ),
    "a page at once": Hostile("This is a page.", text(b"<html>", "Content-Type: text/html"), 6, from_the_start=True),
    "leads elsewhere": Hostile(
        "A redirect to another host.",
        sends(answer("302 Found", b"", "Location: http://169.254.169.254/")),
        6,
        from_the_start=True,
    ),
    "refuses": Hostile("401 for everything.", sends(answer("401 No", b"")), 6, from_the_start=True),
    "always later": Hostile(
        "429 for everything.", sends(answer("429 Later", b"", "Retry-After: 9999")), 6, from_the_start=True
    ),
}
