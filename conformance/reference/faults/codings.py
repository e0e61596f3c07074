"""Faults of content codings."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING

from conformance.reference.faults import Area
from conformance.reference.faults.clauses import CODINGS, LENGTH, NONE_MATCH, VARY, rfc
from conformance.reference.faults.effects import crashes, field
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, on_answer
from conformance.reference.faults.tools import set_field
from conformance.reference.faults.where import has, is_collection, is_item
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

fault = Area(__name__)


def _accepts_gzip(request: Request) -> bool:
    return any("gzip" in line and "gzip;q=0" not in line.replace(" ", "") for line in request.lines("accept-encoding"))


def _names_gzip(request: Request) -> bool:
    return any("gzip" in line for line in request.lines("accept-encoding"))


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


@effect
def _compress(
    api: Api,
    when: Callable[[Request], bool],
    code: Callable[[bytes], bytes],
    *,
    vary: bool = True,
    coding: str = "gzip",
) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == 200 and when(request):
            answer.headers.append(("Content-Encoding", coding))
            answer.body = code(answer.body)
        if vary:
            answer.set("Vary", "Accept, Accept-Encoding")

    api.on_answer(change)


fault("coding-not-applied-to-errors", {"CACHE-007"}, CODINGS)(
    "Where the client lists gzip, Content-Encoding is set before an error takes the place of the content.",
    field("Content-Encoding", "gzip", _names_gzip, 400),
)
fault("coding-not-applied", {"CACHE-007"}, CODINGS)(
    "Content-Encoding says gzip, and the content is plain.", _compress(_accepts_gzip, bytes)
)
fault(
    "coding-applied-twice",
    {"CACHE-007"},
    CODINGS,
    also={
        "JSON-001": "what is left is not JSON",
        "JSON-002": "what is left is not UTF-8",
        "ROB-014": "odd codings are listed beside gzip",
    },
)(
    "The content is compressed twice, and Content-Encoding says so once.",
    _compress(_accepts_gzip, lambda body: _gzip(_gzip(body))),
)
fault("coding-of-nothing-but-identity", {"CACHE-010"}, rfc(9110, "12.5.3"), needs=COLLECTION)(
    "The content is compressed where identity alone is listed.",
    _compress(has("accept-encoding", "identity"), _gzip),
)
fault("coding-gzip-for-deflate", {"CACHE-010"}, rfc(9110, "12.5.3"), needs=COLLECTION)(
    "The content is in gzip where deflate alone is listed.", _compress(has("accept-encoding", "deflate"), _gzip)
)
fault("coding-deflate-cut", {"CACHE-007"}, rfc(9110, "8.4.1.2"), needs=COLLECTION)(
    "Content in deflate lacks its end.",
    _compress(has("accept-encoding", "deflate"), lambda body: zlib.compress(body)[:-6], coding="deflate"),
)
fault("coding-refused-but-used", {"CACHE-010"}, rfc(9110, "12.5.3"))(
    "The content is compressed wherever gzip is named, even to refuse it.", _compress(_names_gzip, _gzip)
)
fault("coding-of-an-empty-list", {"CACHE-010"}, rfc(9110, "12.5.3"))(
    "The content is compressed where an empty field says that no coding is wanted.",
    _compress(has("accept-encoding", ""), _gzip),
)
fault("coding-in-capitals-crash", {"ROB-014", "ERR-011"}, rfc(9110, "8.4.1"))(
    "A coding that is written in capitals ends in 500.",
    crashes(lambda request: any(re.search("GZ", line) for line in request.lines("accept-encoding"))),
)
fault("coding-any-crash", {"ROB-014", "ERR-011"}, rfc(9110, "12.5.3"))(
    "An asterisk by itself is looked up among the codings, in vain.", crashes(has("accept-encoding", "*"))
)
fault("coding-not-applied-to-not-found", {"CACHE-007"}, CODINGS)(
    "Where the client lists gzip, a page that takes the place of the content keeps the name of the coding.",
    field("Content-Encoding", "gzip", _names_gzip, 404),
)
fault("coding-without-vary", {"CACHE-011"}, VARY)(
    "The content is compressed on request, and Vary does not say so.", _compress(_accepts_gzip, _gzip, vary=False)
)


@fault("coding-drops-tag", {"ETAG-001"}, rfc(9110, "8.8.3.3"))
def drops_tag(api: Api) -> None:
    """What compresses the content drops its entity tag."""
    _compress(_accepts_gzip, _gzip)(api)
    set_field(api, "ETag", None, lambda _, answer: answer.get("Content-Encoding") == "gzip")


fault("coding-br-not-applied", {"CACHE-007"}, CODINGS)(
    "Where the client names no coding, Content-Encoding says br, and the content is plain.",
    _compress(~has("accept-encoding"), bytes, coding="br"),
)
fault(
    "coding-deflate-without-zlib",
    {"CACHE-007"},
    rfc(9110, "8.4.1.2"),
    also={
        "CACHE-010": "it is not listed",
        "JSON-001": "what is left is not JSON",
        "JSON-002": "what is left is not UTF-8",
        "ROB-014": "odd codings are listed beside gzip",
    },
)(
    "The coding deflate is sent without the format of zlib around it.",
    _compress(_accepts_gzip, lambda body: zlib.compress(body, wbits=-15), coding="deflate"),
)
fault("coding-deflate-not-listed", {"CACHE-010"}, rfc(9110, "12.5.3"))(
    "Who lists gzip gets deflate.", _compress(_accepts_gzip, zlib.compress, coding="deflate")
)


@fault("coding-in-tag-never-matches", {"COND-001"}, NONE_MATCH)
@on_answer
def coding_in_tag(request: Request, answer: Answer) -> None:
    """The tag of compressed content has a suffix by which it is never recognised."""
    answer.set("Vary", "Accept, Accept-Encoding")
    if answer.status == 200 and request.lines("accept-encoding") == ["gzip"] and answer.body:
        answer.body = _gzip(answer.body)
        answer.set("Content-Encoding", "gzip")
        answer.set("ETag", f'{str(answer.get("ETag"))[:-1]}-gzip"')


def _gets_gzip(request: Request) -> bool:
    return request.method == "GET" and _accepts_gzip(request)


fault("coding-not-of-head", {"HTTP-018"}, LENGTH)(
    "What compresses leaves out HEAD, whose length is that of the plain content.", _compress(_gets_gzip, _gzip)
)


@fault("coding-of-head-without-name", {"HTTP-006"}, rfc(9110, "9.3.2"))
def of_head_without_name(api: Api) -> None:
    """The length of HEAD is that of the compressed content, and its fields do not say so."""
    _compress(_accepts_gzip, _gzip)(api)
    set_field(api, "Content-Encoding", None, lambda request, _: request.method == "HEAD")


def _without_included(document: Document) -> None:
    document["included"] = []


@effect
def _drops_from_coded(api: Api, where: Callable[[Request], object], drop: Callable[[Document], object]) -> None:
    """Compress what was made before the document was complete."""

    def change(request: Request, document: Document) -> None:
        if _accepts_gzip(request) and where(request):
            drop(document)

    api.on_document(change)


fault("coding-loses-inclusion", {"CACHE-007"}, CODINGS, also={"INCL-001": "nothing is included then"})(
    "A compressed invoice lacks what is included with it.",
    _drops_from_coded(lambda request: "include=" in request.query and is_item(request), _without_included),
)
fault("coding-cuts-included", {"CACHE-007"}, CODINGS)(
    "Of a compressed compound document the last included resource is lost.",
    _drops_from_coded(lambda request: "include=" in request.query, lambda document: document["included"].pop()),
)
fault("coding-cuts-collection", {"CACHE-007"}, CODINGS, needs=COLLECTION)(
    "A compressed collection ends after so many elements.",
    _drops_from_coded(is_collection, lambda document: document["data"].__delitem__(slice(8, None))),
)
fault("coding-identity-named", {"CACHE-015"}, rfc(9110, "8.4"))(
    "Content-Encoding is identity where the content is in no coding.",
    field("Content-Encoding", "identity", is_item, 200),
)
