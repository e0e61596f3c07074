"""Content negotiation by RFC 9110, sections 12.4 and 12.5.1, and by the server responsibilities of JSON:API 1.1."""

from __future__ import annotations

import re
from dataclasses import dataclass

MEDIA_TYPE = "application/vnd.api+json"

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110 calls it so
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*(?:"|$))+')
_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}")
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:(?P<name>{_TOKEN})=(?P<value>{_TOKEN}|"(?:[^"\\]|\\.)*"))?')


@dataclass(frozen=True)
class MediaRange:
    """A media type or range: names in lower case, parameters in order, quotes removed."""

    type: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def weight(self) -> float:
        """The ``q`` parameter, wherever it stands; 1 when absent or malformed."""
        for name, value in self.parameters:
            if name == "q" and re.fullmatch(r"0(\.\d*)?|1(\.0*)?", value, re.ASCII):
                return float(value)
        return 1.0

    @property
    def modifiers(self) -> tuple[tuple[str, str], ...]:
        """The parameters without the weight, which is none of the media type."""
        return tuple(pair for pair in self.parameters if pair[0] != "q")


def split_list(lines: list[str]) -> list[str]:
    """Return the members of a list field over all its lines, empty ones left out (RFC 9110, section 5.6.1)."""
    members = (member.strip(" \t") for line in lines for member in _MEMBER.findall(line))
    return [member for member in members if member]


def media_range(text: str) -> MediaRange | None:
    """Parse one media type or range; ``None`` when it is malformed."""
    head = _TYPE.match(text)
    if head is None:
        return None
    parameters = []
    position = head.end()
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter is None:
            return None
        position = parameter.end()
        if parameter["name"]:
            value = parameter["value"]
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            parameters.append((parameter["name"].lower(), value))
    return MediaRange(head[0].lower(), tuple(parameters))


class Negotiation:
    """The part of the server that reads ``Accept`` and ``Content-Type``."""

    media_type = MEDIA_TYPE

    def acceptable(self, lines: list[str]) -> bool:
        """Return whether the ``Accept`` lines allow a JSON:API document without parameters."""
        members = split_list(lines)
        if not members:
            return True
        ranges = [accepted for accepted in map(media_range, members) if accepted]
        own = [accepted for accepted in ranges if accepted.type == MEDIA_TYPE]
        if own:
            # JSON:API: instances with foreign parameters do not count, and 406 when there is no other.
            return any(accepted.weight > 0 for accepted in own if self.supported(accepted.modifiers))
        for wildcard in ("application/*", "*/*"):
            weights = [accepted.weight for accepted in ranges if accepted.type == wildcard and not accepted.modifiers]
            if weights:
                return max(weights) > 0
        return False

    def supported(self, parameters: tuple[tuple[str, str], ...]) -> bool:
        """Return whether JSON:API supports these parameters: profiles are ignored, no extension is supported."""
        return all(name == "profile" or (name == "ext" and not value.split()) for name, value in parameters)

    def content_type_supported(self, lines: list[str]) -> bool:
        """Return False when a ``Content-Type`` names JSON:API with parameters that ask for 415."""
        types = [media_range(line.strip(" \t")) for line in lines]
        return all(self.supported(sent.parameters) for sent in types if sent and sent.type == MEDIA_TYPE)
