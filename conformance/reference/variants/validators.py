"""Entity tags of other kinds, dates of modification, and ranges."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING

from conformance.reference.faults.where import is_item
from conformance.reference.message import Answer, Problem
from conformance.reference.variants import variant
from conformance.reference.variants.tools import accepts_gzip, compress, strong_tags, vary_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request

TAGS = "RFC 9110, section 8.8.3"
DATES = "RFC 9110, section 8.8.2"
RANGES = "RFC 9110, section 14.2"
_ID = re.compile(rb'"id":"([0-9a-f-]{36})"')

# A strong entity tag is that of one coding of the content.
STRONG = frozenset({"etag", "coding"})


@variant("etag-strong", clause=TAGS, touches=STRONG)
def strong(api: Api) -> None:
    """Entity tags are strong."""
    strong_tags(api)


# Name, how the tag is made of the weak one, sentence.
_FORMS: tuple[tuple[str, Callable[[str], str], str], ...] = (
    ("etag-of-40-digits", lambda tag: f'W/"{tag[3:-1]}01234567"', "The entity tag is a longer digest."),
    ("etag-in-base64", lambda tag: f'W/"{tag[3:19]}+/=="', "The entity tag is written in base64."),
    ("etag-with-comma", lambda tag: f'W/"{tag[3:11]},{tag[11:19]}"', "A comma stands in the entity tag."),
    ("etag-short", lambda tag: f'W/"{tag[3:11]}"', "The entity tag is a short checksum."),
    ("etag-with-size", lambda tag: f'"{tag[3:11]}-1f4;{tag[11:15]}"', "The entity tag is strong and has a size in it."),
)


def _form(write: Callable[[str], str]) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.replace("entity_tag", lambda original, body: write(original(body)))

    return install


for _name, _write, _sentence in _FORMS:
    _touched = STRONG if _name == "etag-with-size" else {"etag"}
    variant(_name, clause=TAGS, touches=_touched, sentence=_sentence)(_form(_write))


@variant("etag-of-a-version-counter", clause=TAGS, touches={"etag"})
def version_counter(api: Api) -> None:
    """The entity tag is the number of the version, which is 1 for every resource that was never changed."""
    # Only where the URL shows one representation: a number of the version does not know of sparse fieldsets.
    api.replace("entity_tag", lambda _original, _body: 'W/"1"')


@variant("etag-of-the-resource", clause=TAGS, touches={"etag"})
def of_the_resource(api: Api) -> None:
    """The weak entity tag is that of the invoice, under every query."""

    def entity_tag(original: Callable[[bytes], str], body: bytes) -> str:
        found = _ID.findall(body)
        return original(found[0] if found else body)

    api.replace("entity_tag", entity_tag)


@variant("etag-weak-when-compressed", clause="RFC 9110, section 8.8.1", touches={"etag", "coding", "vary"})
def weak_when_compressed(api: Api) -> None:
    """What compresses makes a strong entity tag weak."""
    strong_tags(api)

    def change(request: Request, answer: Answer) -> None:
        vary_by(answer, "Accept-Encoding")
        if answer.status in {200, 304} and accepts_gzip(request) and answer.get("ETag"):
            answer.set("ETag", f"W/{answer.get('ETag')}")
            if answer.status == 200:
                compress(answer)

    api.on_answer(change)


@variant("etag-with-coding", clause="RFC 9110, section 8.8.3.3", touches={"etag", "coding", "vary"})
def with_coding(api: Api) -> None:
    """The entity tag of compressed content has a suffix, and is recognised with it and without."""
    suffix = "-gzip"

    def none_match(original: Callable[..., bool], lines: list[str], tag: str) -> bool:
        return original(lines, tag) and original(lines, f'{tag[:-1]}{suffix}"')

    def change(request: Request, answer: Answer) -> None:
        vary_by(answer, "Accept-Encoding")
        if answer.status in {200, 304} and accepts_gzip(request) and answer.get("ETag"):
            answer.set("ETag", f'{str(answer.get("ETag"))[:-1]}{suffix}"')
            if answer.status == 200:
                compress(answer)

    api.replace("none_match", none_match)
    api.on_answer(change)


def _modified(document: Document) -> datetime | None:
    """Return when an invoice was made: when its period ended."""
    data = document.get("data")
    end = data.get("attributes", {}).get("end-date") if isinstance(data, dict) else None
    return datetime.fromisoformat(end).astimezone(UTC).replace(microsecond=0) if isinstance(end, str) else None


def _date(lines: list[str]) -> datetime | None:
    """Return the one HTTP date of a field; ``None`` for what is none."""
    if len(lines) != 1 or not lines[0].endswith(" GMT") or lines[0].count(",") != 1:
        return None
    try:
        return parsedate_to_datetime(lines[0])
    except ValueError:
        return None


@variant("last-modified", clause=DATES, touches={"preconditions", "times", "invoices"})
def last_modified(api: Api) -> None:
    """Invoices have a date of modification, and preconditions with dates are evaluated."""

    def answer(original: Callable[..., Answer], request: Request, document: Document) -> Answer:
        modified = _modified(document) if is_item(request) else None
        sent = original(request, document)
        if modified is None:
            return sent
        since, unmodified = (_date(request.lines(f"if-{name}-since")) for name in ("modified", "unmodified"))
        if unmodified and not request.lines("if-match") and modified > unmodified:
            raise Problem(412, "Precondition failed", "The resource was modified since.")
        if since and not request.lines("if-none-match") and sent.status == 200 and modified <= since:
            sent.status, sent.body = 304, b""
            sent.remove("Content-Type")
        if sent.status == 200:
            sent.headers.append(("Last-Modified", format_datetime(modified, usegmt=True)))
        return sent

    api.replace("document_answer", answer)


@variant("ranges", clause=RANGES, touches={"ranges"})
def ranges(api: Api) -> None:
    """One range of bytes is honoured, several are ignored, and one beyond the end is refused with 416."""

    def change(request: Request, answer: Answer) -> None:
        if answer.status != 200:
            return
        answer.headers.append(("Accept-Ranges", "bytes"))
        found = re.fullmatch(r"(?i:bytes)=([0-9]{1,18})-([0-9]{0,18})", ",".join(request.lines("range")))
        # No tag here is strong, so that none in If-Range matches.
        if found and request.method == "GET" and not request.lines("if-range"):
            _cut(api, request, answer, int(found[1]), int(found[2] or 2**60))

    api.on_answer(change)


def _cut(api: Api, request: Request, answer: Answer, first: int, last: int) -> None:
    length = len(answer.body)
    if first >= length or last < first:
        refused = api.error_answer(request, Problem(416, "Range not satisfiable", "The range is beyond the end."))
        kept = {name.lower() for name, _ in refused.headers} | {"etag", "accept-ranges"}
        answer.headers = [pair for pair in answer.headers if pair[0].lower() not in kept] + refused.headers
        answer.headers.append(("Content-Range", f"bytes */{length}"))
        answer.status, answer.body = refused.status, refused.body
        return
    last = min(last, length - 1)
    answer.headers.append(("Content-Range", f"bytes {first}-{last}/{length}"))
    answer.status, answer.body = 206, answer.body[first : last + 1]


@variant("if-none-match-malformed-refused", clause="RFC 9110, section 2.4", touches={"preconditions"})
def malformed_refused(api: Api) -> None:
    """An If-None-Match that is not a list of entity tags is refused with 400."""

    def none_match(original: Callable[..., bool], lines: list[str], tag: str) -> bool:
        if any(line and line.strip() != "*" and '"' not in line for line in lines):
            raise Problem(400, "Bad request", "If-None-Match is malformed.")
        return original(lines, tag)

    api.replace("none_match", none_match)
