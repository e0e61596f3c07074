"""Faults of range requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import Area
from conformance.reference.faults.clauses import rfc
from conformance.reference.faults.effects import field
from conformance.reference.faults.seams import both, effect
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

fault = Area(__name__)


@effect
def _ranges(api: Api, pattern: str, change: Callable[[Answer], object], *, conditional: bool = False) -> None:
    """Change the answers to ranges like ``pattern``: those with If-Range, or those without."""

    def alter(request: Request, answer: Answer) -> None:
        if answer.status != 200 or bool(request.lines("if-range")) != conditional:
            return
        if any(re.match(pattern, line) for line in request.lines("range")):
            change(answer)

    api.on_answer(alter)


def _partial(answer: Answer, start: int = 0) -> None:
    answer.status = 206
    answer.headers.append(("Content-Range", f"bytes 0-9/{len(answer.body)}"))
    answer.body = answer.body[start : start + 10]


fault("range-without-content-range", {"COND-015"}, rfc(9110, "15.3.7"))(
    "A 206 answer has no Content-Range.",
    both(_ranges("bytes=0-9$", _partial), field("Content-Range", None, status=206)),
)
fault("range-other-bytes", {"COND-015"}, rfc(9110, "15.3.7"))(
    "A 206 answer holds the bytes one place further on.", _ranges("bytes=0-9$", lambda answer: _partial(answer, 1))
)
fault("range-cut-200", {"COND-015"}, rfc(9110, "14.2"), also={"JSON-001": "the document is cut"})(
    "A range request is answered with 200 and the range only.",
    _ranges("bytes=0-9$", lambda answer: setattr(answer, "body", answer.body[:10])),
)
fault("range-unknown-unit", {"COND-016"}, rfc(9110, "14.2"))(
    "A range in an unknown unit gives 206.", _ranges("(?!bytes)", _partial)
)
fault("range-if-range-ignored", {"COND-016"}, rfc(9110, "13.1.5"))(
    "A range with If-Range and a weak tag gives 206.", _ranges("bytes=0-9", _partial, conditional=True)
)
