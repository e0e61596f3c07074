"""Other outcomes of negotiation: representations, profiles and content codings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.message import Problem
from conformance.reference.negotiation import MEDIA_TYPE, media_range, split_list
from conformance.reference.variants import variant
from conformance.reference.variants.tools import accepts_gzip, compress, vary_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

ACCEPT = "RFC 9110, section 12.5.1"
CODINGS = "RFC 9110, section 8.4"
PROFILES = "JSON:API 1.1, media-type-parameter-rules"
_OTHERS = ("text/html", "application/json")


def _weights(request: Request) -> dict[str, float]:
    """Return the media ranges that the request names without parameters, with their weights."""
    ranges = filter(None, map(media_range, split_list(request.lines("accept"))))
    return {each.type: each.weight for each in ranges if not each.modifiers or each.type != MEDIA_TYPE}


def _preferred(request: Request) -> str | None:
    """Return the other representation that the request prefers, if any."""
    weights = _weights(request)
    if any("vnd.api+json" in line for line in request.lines("accept")):
        return None
    rest = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    best = max(_OTHERS, key=lambda name: weights.get(name, 0.0))
    return best if weights.get(best, 0.0) > rest else None


@variant("other-representations", clause=ACCEPT, touches={"negotiation", "coding", "ranges"})
def other_representations(api: Api) -> None:
    """Who prefers a page, or plain JSON, gets that."""

    def acceptable(original: Callable[[Request], None], request: Request) -> None:
        if not _preferred(request):
            original(request)

    def change(request: Request, answer: Answer) -> None:
        wanted = _preferred(request)
        if wanted and answer.status == 200 and request.method in {"GET", "HEAD"}:
            answer.set("Content-Type", wanted)
            # A tag of its own would have to be known again.
            answer.remove("ETag")
            if wanted == "text/html":
                answer.body = b"<!DOCTYPE html><html><head><title>Billing</title></head><body></body></html>"

    api.replace("negotiate", acceptable)
    api.on_answer(change)


@variant("accept-disregarded", clause="RFC 9110, section 12.4.1", touches={"negotiation"})
def accept_disregarded(api: Api) -> None:
    """Who accepts other types only gets JSON:API all the same."""

    def acceptable(original: Callable[[list[str]], bool], lines: list[str]) -> bool:
        return original(lines) or not any(MEDIA_TYPE in line.lower() for line in lines)

    api.replace("acceptable", acceptable)


@variant("application-wildcard-refused", clause=ACCEPT, touches={"negotiation"}, departs={"NEGO-018": "SHOULD"})
def application_wildcard_refused(api: Api) -> None:
    """An Accept of application/* alone is refused with 406; no text forbids it, and it serves nobody."""

    def negotiate(original: Callable[[Request], None], request: Request) -> None:
        if _weights(request).keys() == {"application/*"}:
            raise Problem(406, "Not acceptable", f"The representations are available as {MEDIA_TYPE}.")
        original(request)

    api.replace("negotiate", negotiate)


@variant("profile-applied", clause=PROFILES, touches={"media-type"})
def profile_applied(api: Api) -> None:
    """Answers apply a profile that nobody asked for, and name it in their media type."""
    api.media_type = f'{MEDIA_TYPE};profile="https://example.org/profiles/billing https://example.org/profiles/b"'


@variant("media-type-in-capitals", clause="RFC 9110, section 8.3.1", touches={"media-type"})
def media_type_in_capitals(api: Api) -> None:
    """The media type of answers is written in capitals."""
    api.media_type = "Application/VND.API+JSON"


def _compressing(when: Callable[[Request, Answer], bool]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def change(request: Request, answer: Answer) -> None:
            if answer.status in {204, 304} or not when(request, answer):
                return
            vary_by(answer, "Accept-Encoding")
            if accepts_gzip(request):
                compress(answer)

        api.on_answer(change)

    return install


# Name, which answers, sentence.
_GZIP: tuple[tuple[str, Callable[[Request, Answer], bool], str], ...] = (
    ("gzip", lambda _, answer: answer.status == 200, "Documents are compressed where gzip is listed."),
    ("gzip-of-everything", lambda _, answer: bool(answer.body), "Errors are compressed, too, where gzip is listed."),
    ("gzip-of-long-content", lambda _, answer: len(answer.body) > 1200, "Long content alone is compressed."),
)
for _name, _which, _sentence in _GZIP:
    variant(_name, clause=CODINGS, touches={"coding", "vary", "ranges"}, sentence=_sentence)(_compressing(_which))


@variant("gzip-not-of-head", clause="RFC 9110, section 9.3.2", touches={"coding", "vary", "ranges", "head-length"})
def gzip_not_of_head(api: Api) -> None:
    """What compresses needs content: an answer to HEAD has neither a coding nor a length."""

    def change(request: Request, answer: Answer) -> None:
        vary_by(answer, "Accept-Encoding")
        if answer.status not in {204, 304} and accepts_gzip(request):
            if request.method == "HEAD":
                answer.chunked = True
            else:
                compress(answer)

    api.on_answer(change)


@variant("gzip-in-ranges", clause="RFC 9110, section 14.2", touches={"coding", "vary", "ranges"})
def gzip_in_ranges(api: Api) -> None:
    """Documents are compressed where gzip is listed, and the first two bytes alone can be asked for."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status != 200:
            return
        vary_by(answer, "Accept-Encoding")
        if accepts_gzip(request):
            compress(answer)
        first = [line.lower() for line in request.lines("range")] == ["bytes=0-1"]
        if first and request.method == "GET" and not request.lines("if-range"):
            answer.headers.append(("Content-Range", f"bytes 0-1/{len(answer.body)}"))
            answer.status, answer.body = 206, answer.body[:2]

    api.on_answer(change)
