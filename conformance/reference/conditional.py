"""Validators and preconditions (RFC 9110, sections 8.8.3 and 13)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.message import Request

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_TAGS = re.compile(_TAG)


def entity_tags(lines: list[str]) -> list[str]:
    """Return the members of an entity-tag list over all its field lines; none when the list is malformed."""
    value = ", ".join(lines)
    return _TAGS.findall(value) if _LIST.fullmatch(value) else []


def opaque(tag: str) -> str:
    """Return the opaque part of an entity tag with its quotes: what weak comparison compares."""
    return tag.removeprefix("W/")


class Preconditions:
    """The part of the server that makes validators and evaluates preconditions. There is no Last-Modified."""

    def entity_tag(self, body: bytes) -> str:
        """Return the weak entity tag of a body, in the documented form."""
        return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'

    def none_match(self, lines: list[str], tag: str) -> bool:
        """Evaluate ``If-None-Match`` with weak comparison: false when the current ``tag`` is listed."""
        if [line.strip() for line in lines] == ["*"]:
            return False
        return opaque(tag) not in map(opaque, entity_tags(lines))

    def match(self, lines: list[str], tag: str) -> bool:
        """Evaluate ``If-Match`` with strong comparison, which no weak tag passes."""
        if [line.strip() for line in lines] == ["*"]:
            return True
        return not tag.startswith("W/") and tag in entity_tags(lines)

    def precondition_status(self, request: Request, tag: str) -> int | None:
        """Return 304 or 412 when a precondition decides the answer of GET or HEAD, else ``None`` (section 13.2.2).

        If-Modified-Since and If-Unmodified-Since are ignored, as a resource without a modification date demands.
        """
        if (lines := request.lines("if-match")) and not self.match(lines, tag):
            return 412
        if (lines := request.lines("if-none-match")) and not self.none_match(lines, tag):
            return 304
        return None
