"""What several variants need: fields added to answers, and tags that do not follow from the bytes."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import threading
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from conformance.reference.conditional import Preconditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request

# Their values differ from run to run.
_OF_THE_RUN = frozenset({"authorization", "cookie", "host", "user-agent"})
CONTENT_STATUSES = frozenset({200, 206})
PAGE = b"<!DOCTYPE html><html><head><title>Refused</title></head><body><h1>Refused</h1></body></html>\n"


def add_fields(api: Api, fields: Iterable[tuple[str, str]], when: Callable[[Request, Answer], bool]) -> None:
    """Add ``fields`` to the answers for which ``when`` is true."""
    kept = tuple(fields)

    def add(request: Request, answer: Answer) -> None:
        if when(request, answer):
            answer.headers += kept

    api.on_answer(add)


def has_content(request: Request, answer: Answer) -> bool:
    """True for a successful answer with content, and for its HEAD."""
    return request.method in {"GET", "HEAD"} and answer.status in CONTENT_STATUSES


def tag_by(api: Api, normal: Callable[[Document], Any]) -> None:
    """Make entity tags from what ``normal`` keeps of a document, and not from its bytes."""

    def entity_tag(original: Callable[[bytes], str], body: bytes) -> str:
        return original(json.dumps(normal(json.loads(body)), sort_keys=True).encode())

    api.replace("entity_tag", entity_tag)


def strong_tags(api: Api) -> None:
    """Make entity tags strong: the bytes are the same for the same tag."""
    api.replace("entity_tag", lambda _original, body: Preconditions.entity_tag(api, body).removeprefix("W/"))


def accepts_gzip(request: Request) -> bool:
    """True when the request lists gzip and does not refuse it."""
    listed = ",".join(request.lines("accept-encoding")).replace(" ", "").lower().split(",")
    return any(member.split(";")[0] == "gzip" and not member.endswith((";q=0", ";q=0.0")) for member in listed)


def compress(answer: Answer) -> None:
    """Send the content of an answer in gzip."""
    answer.set("Content-Encoding", "gzip")
    answer.body = gzip.compress(answer.body, mtime=0)


def vary_by(answer: Answer, *names: str) -> None:
    """Add names to Vary."""
    answer.set("Vary", ", ".join(filter(None, (answer.get("Vary"), *names))))


def page_answer(answer: Answer) -> None:
    """Replace an answer by the page of a gateway. The status stays, and the fields that HTTP demands for it."""
    kept = {"allow", "connection", "date", "location", "retry-after", "www-authenticate"}
    answer.headers = [pair for pair in answer.headers if pair[0].lower() in kept]
    answer.headers.append(("Content-Type", "text/html"))
    answer.body = PAGE


class AnswerCounts:
    """Counts how often the same request was answered."""

    def __init__(self) -> None:
        """Begin with no answers."""
        self._counts: dict[str, itertools.count[int]] = defaultdict(itertools.count)
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> tuple[int, int]:
        """Return the number of the answer, from 0, and another number, the same in every run for the same request."""
        asked = (request.method, request.path, request.query)
        steady = sorted(pair for pair in request.fields if pair[0] not in _OF_THE_RUN)
        with self._lock:
            return next(self._counts[repr((asked, request.fields))]), zlib.crc32(repr((asked, steady)).encode())


def plain_letters(path: str) -> str:
    """Decode what stands for a letter or a digit (RFC 3986, section 2.3)."""
    return re.sub(r"%(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])", lambda found: unquote(found[0]), path)
