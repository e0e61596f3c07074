"""Faults of range requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

RANGES = "RFC 9110, section 14.2"


def _ranges(api: Api, pattern: str, change: Callable[[Request, Answer], None], *, conditional: bool = False) -> None:
    """Change the answers to ranges like ``pattern``: those with If-Range, or those without."""

    def alter(request: Request, answer: Answer) -> None:
        if answer.status != 200 or bool(request.lines("if-range")) != conditional:
            return
        if any(re.match(pattern, line) for line in request.lines("range")):
            change(request, answer)

    api.on_answer(alter)


def _partial(answer: Answer, start: int = 0) -> None:
    answer.status = 206
    answer.headers.append(("Content-Range", f"bytes 0-9/{len(answer.body)}"))
    answer.body = answer.body[start : start + 10]


@fault("range-without-content-range", caught_by={"COND-015"}, clause="RFC 9110, section 15.3.7")
def without_content_range(api: Api) -> None:
    """A 206 answer has no Content-Range."""

    def change(_request: Request, answer: Answer) -> None:
        _partial(answer)
        answer.remove("Content-Range")

    _ranges(api, "bytes=0-9$", change)


@fault("range-other-bytes", caught_by={"COND-015"}, clause="RFC 9110, section 15.3.7")
def other_bytes(api: Api) -> None:
    """A 206 answer holds the bytes one place further on."""
    _ranges(api, "bytes=0-9$", lambda _, answer: _partial(answer, 1))


@fault("range-cut-200", caught_by={"COND-015"}, clause=RANGES, also={"JSON-001": "the document is cut"})
def cut_200(api: Api) -> None:
    """A range request is answered with 200 and the range only."""

    def change(_request: Request, answer: Answer) -> None:
        answer.body = answer.body[:10]

    _ranges(api, "bytes=0-9$", change)


@fault("range-unknown-unit", caught_by={"COND-016"}, clause=RANGES)
def unknown_unit(api: Api) -> None:
    """A range in an unknown unit gives 206."""
    _ranges(api, "(?!bytes)", lambda _, answer: _partial(answer))


@fault("range-if-range-ignored", caught_by={"COND-016"}, clause="RFC 9110, section 13.1.5")
def if_range_ignored(api: Api) -> None:
    """A range with If-Range and a weak tag gives 206."""
    _ranges(api, "bytes=0-9", lambda _, answer: _partial(answer), conditional=True)
