"""Content codings undone within a limit (RFC 9110, section 8.4.1)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

# Content in one of these can be read here.
UNDONE = frozenset({"gzip", "x-gzip", "deflate", "identity"})
# The bits of the window with which zlib reads the header and the checksum of gzip.
_GZIP = 16 + zlib.MAX_WBITS
# Bytes fed at once: what is left of them at the end of a member is copied, and there may be many members.
_PIECE = 1024


def decode(content: bytes, codings: Iterable[str], limit: int, *, whole: bool = True) -> tuple[bytes, str | None]:
    """Undo ``codings``, named in the order in which they were applied.

    Returns at most ``limit`` bytes, and what went wrong, if anything: then they are the content as it was.
    ``whole`` is false for content that was cut: that its end is missing is not a defect.
    """
    data = content
    for coding in reversed([name.strip().lower() for name in codings]):
        if coding in {"identity", ""}:
            continue
        if coding not in UNDONE:
            return content, f"content coding {coding} is not known here"
        try:
            data, ended = _inflate(data, limit) if coding == "deflate" else _gunzip(data, limit)
        except zlib.error as error:
            return content, f"the content is not {coding}: {error}"
        if whole and not ended:
            return content, f"the {coding} stream is not complete"
    return data, None


def _inflate(data: bytes, limit: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj()
    decoded = inflater.decompress(data, limit)
    return decoded, inflater.eof or len(decoded) >= limit


def _gunzip(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Undo gzip, which may have several members (RFC 1952, section 2.2) and zeros behind them."""
    decoded, place, end = bytearray(), 0, len(data.rstrip(b"\0")) or len(data)
    while place < end and len(decoded) < limit:
        inflater = zlib.decompressobj(_GZIP)
        while not inflater.eof and len(decoded) < limit:
            if place >= len(data):
                return bytes(decoded), False
            piece = data[place : place + _PIECE]
            decoded += inflater.decompress(piece, limit - len(decoded))
            place += len(piece) - len(inflater.unused_data)
    return bytes(decoded), True
