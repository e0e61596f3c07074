"""Content codings: undone within limits, and never more wrong than they are."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from tests.servers.raw import always, answer, once
from tests.support.observing import HEAD, answered


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate, GZIP", lambda body: gzip.compress(zlib.compress(body))),
        ("gzip", lambda body: gzip.compress(body[:3]) + gzip.compress(body[3:])),
        ("gzip", lambda body: gzip.compress(body) + bytes(600)),
        ("identity", bytes),
    ],
)
def test_content_codings_are_undone(coding: str, encode: Callable[[bytes], bytes]) -> None:
    body = b'{"data": []}'
    whole = answered(always(answer("200 OK", encode(body), f"Content-Encoding: {coding}")))
    assert (whole.body, whole.coding_problem) == (body, None)
    assert whole.wire_length == len(encode(body))


@pytest.mark.parametrize(
    ("coding", "body", "problem"),
    [
        ("gzip", b'{"data": []}', "the content is not gzip"),
        ("deflate", gzip.compress(b"{}", mtime=0), "the content is not deflate"),
        ("gzip", zlib.compress(b"{}"), "the content is not gzip"),
        ("gzip", gzip.compress(b"{}" * 1000, mtime=0)[:-8], "the gzip stream is not complete"),
        ("deflate", zlib.compress(b"{}" * 1000)[:-3], "the deflate stream is not complete"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more", "the content is not gzip"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-8] + bytes(8), "the content is not gzip"),
        ("gzip", bytes(20), "the content is not gzip"),
        ("br", b"{}", "content coding br is not known here"),
    ],
)
def test_a_broken_content_coding_is_reported(coding: str, body: bytes, problem: str) -> None:
    whole = answered(always(answer("200 OK", body, f"Content-Encoding: {coding}")))
    assert whole.body == body
    assert (whole.coding_problem or "").startswith(problem)


def test_content_that_nobody_can_look_into_is_not_kept() -> None:
    whole = answered(always(answer("200 OK", b"\x0b\x02\x80{}\x03", "Content-Encoding: br")))
    assert whole.body == b"[withheld: 6 bytes: content that cannot be decoded]"
    assert whole.wire_length == 6


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_a_decompression_bomb_is_cut(compress: Callable[[bytes], bytes]) -> None:
    bomb = compress(b"0" * 5_000_000)
    coding = "gzip" if compress is gzip.compress else "deflate"
    whole = answered(always(answer("200 OK", bomb, f"Content-Encoding: {coding}")), max_body="20000")
    assert (len(whole.body), whole.truncated, whole.coding_problem) == (20000, True, None)


def test_coded_content_that_was_cut_is_not_broken() -> None:
    noise = gzip.compress(bytes(number * number % 251 for number in range(100_000)), compresslevel=0)
    whole = answered(always(answer("200 OK", noise, "Content-Encoding: gzip")), max_body="20000")
    assert (whole.truncated, whole.coding_problem) == (True, None)
    short = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n" + gzip.compress(b"{}" * 500)[:-4]
    part = answered(once(short))
    assert part.incomplete
    assert part.coding_problem is None
