"""Faults of content codings."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    set_field,
)
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

CODINGS = "RFC 9110, section 8.4"


def _accepts_gzip(request: Request) -> bool:
    return any("gzip" in line and "gzip;q=0" not in line.replace(" ", "") for line in request.lines("accept-encoding"))


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


@fault("coding-not-applied-to-errors", caught_by={"CACHE-007"}, clause="RFC 9110, section 8.4")
def not_applied_to_errors(api: Api) -> None:
    """Where the client lists gzip, Content-Encoding is set before an error takes the place of the content."""

    def label(request: Request, answer: Answer) -> None:
        if answer.status == 400 and any("gzip" in line for line in request.lines("accept-encoding")):
            answer.set("Content-Encoding", "gzip")

    api.on_answer(label)


@fault("coding-not-applied", caught_by={"CACHE-007"}, clause=CODINGS)
def not_applied(api: Api) -> None:
    """Content-Encoding says gzip, and the content is plain."""
    _compress(api, _accepts_gzip, bytes)


@fault(
    "coding-applied-twice",
    caught_by={"CACHE-007"},
    clause=CODINGS,
    also={"JSON-001": "what is left is no JSON", "JSON-002": "what is left is no UTF-8"},
)
def applied_twice(api: Api) -> None:
    """The content is compressed twice, and Content-Encoding says so once."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(gzip.compress(body, mtime=0), mtime=0))


@fault("coding-refused-but-used", caught_by={"CACHE-010"}, clause="RFC 9110, section 12.5.3")
def refused_but_used(api: Api) -> None:
    """The content is compressed wherever gzip is named, even to refuse it."""
    _compress(
        api,
        lambda request: any("gzip" in line for line in request.lines("accept-encoding")),
        lambda body: gzip.compress(body, mtime=0),
    )


@fault("coding-without-vary", caught_by={"CACHE-011"}, clause="RFC 9110, section 12.5.5")
def without_vary(api: Api) -> None:
    """The content is compressed on request, and Vary does not say so."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(body, mtime=0), vary=False)


@fault("coding-drops-tag", caught_by={"ETAG-001"}, clause="RFC 9110, section 8.8.3.3")
def drops_tag(api: Api) -> None:
    """What compresses the content drops its entity tag."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(body, mtime=0))
    set_field(api, "ETag", None, lambda _, answer: answer.get("Content-Encoding") == "gzip")


@fault("coding-br-not-applied", caught_by={"CACHE-007"}, clause=CODINGS)
def br_not_applied(api: Api) -> None:
    """Where the client names no coding, Content-Encoding says br, and the content is plain."""
    _compress(api, lambda request: not request.lines("accept-encoding"), bytes, coding="br")


@fault(
    "coding-deflate-without-zlib",
    caught_by={"CACHE-007"},
    clause="RFC 9110, section 8.4.1.2",
    also={
        "CACHE-010": "it is not listed",
        "JSON-001": "what is left is no JSON",
        "JSON-002": "what is left is no UTF-8",
    },
)
def deflate_without_zlib(api: Api) -> None:
    """The coding deflate is sent without the format of zlib around it."""
    _compress(api, _accepts_gzip, lambda body: zlib.compress(body, wbits=-15), coding="deflate")


@fault("coding-deflate-not-listed", caught_by={"CACHE-010"}, clause="RFC 9110, section 12.5.3")
def deflate_not_listed(api: Api) -> None:
    """Who lists gzip gets deflate."""
    _compress(api, _accepts_gzip, zlib.compress, coding="deflate")


@fault("coding-in-tag-never-matches", caught_by={"COND-001"}, clause="RFC 9110, section 13.1.2")
def coding_in_tag(api: Api) -> None:
    """The tag of compressed content has a suffix by which it is never recognised."""

    def change(request: Request, answer: Answer) -> None:
        answer.set("Vary", "Accept, Accept-Encoding")
        if answer.status == 200 and request.lines("accept-encoding") == ["gzip"] and answer.body:
            answer.body = gzip.compress(answer.body, mtime=0)
            answer.set("Content-Encoding", "gzip")
            answer.set("ETag", f'{str(answer.get("ETag"))[:-1]}-gzip"')

    api.on_answer(change)
