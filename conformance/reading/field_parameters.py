"""Field values with parameters: media types and challenges (RFC 9110, sections 8.3.1 and 11)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conformance.reading.header_fields import QUOTED_STRING, TOKEN

_VALUE = rf"(?:{TOKEN.pattern}|{QUOTED_STRING.pattern})"
_PARAMETER = re.compile(rf"[ \t]*;[ \t]*(?:(?P<name>{TOKEN.pattern})={_VALUE})?")
_END = r"(?=[ \t]*(?:,|$))"
_SCHEME = re.compile(rf"(?P<scheme>{TOKEN.pattern})(?= |{_END})")
_TOKEN68 = re.compile(rf" +[A-Za-z0-9._~+/-]+=*{_END}")
_AUTH_PARAMETER = re.compile(rf"(?P<name>{TOKEN.pattern})[ \t]*=[ \t]*(?P<value>{_VALUE}){_END}")
_SEPARATOR = re.compile(r"[ \t]*(?:,[ \t]*)+")


def parameter_names(media_type: str) -> list[str]:
    """Return the lower-case names of the parameters of a media type (RFC 9110, section 8.3.1).

    Raises ValueError when what follows the subtype is not a sequence of parameters.
    """
    rest = media_type.partition(";")
    text = rest[1] + rest[2].rstrip(" \t")
    names, position = [], 0
    while position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            raise ValueError(f"{text[position:].strip()!r} is not a parameter")
        position = found.end()
        if found["name"]:
            names.append(found["name"].lower())
    return names


@dataclass(slots=True)
class Challenge:
    """A challenge: its scheme as spelled, and its parameters, names in lower case, values as spelled.

    ``listing``: the blank follows after which a scheme has its parameters.
    """

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)
    token68: bool = False
    listing: bool = field(default=False, compare=False)


def challenges(value: str) -> list[Challenge]:
    """Return the challenges of WWW-Authenticate (RFC 9110, sections 11.2, 11.3 and 11.6.1).

    Raises ValueError saying what is wrong.
    """
    found: list[Challenge] = []
    start = _SEPARATOR.match(value)
    position = start.end() if start else len(value) - len(value.lstrip(" \t"))
    while position < len(value.rstrip(" \t")):
        parameter = _AUTH_PARAMETER.match(value, position)
        if parameter:
            if not found or found[-1].token68 or not found[-1].listing:
                raise ValueError(f"parameter {parameter['name']} belongs to no scheme")
            _add(found[-1], parameter)
            position = parameter.end()
        else:
            position = _begin(found, value, position)
        separator = _SEPARATOR.match(value, position)
        if separator:
            position = separator.end()
    return found


def _begin(found: list[Challenge], value: str, position: int) -> int:
    scheme = _SCHEME.match(value, position)
    if scheme is None:
        raise ValueError(f"{value[position : position + 40]!r} is neither a parameter nor a scheme")
    challenge = Challenge(scheme["scheme"])
    found.append(challenge)
    if token68 := _TOKEN68.match(value, scheme.end()):
        challenge.token68 = True
        return token68.end()
    rest = value[scheme.end() :]
    blanks = len(rest) - len(rest.lstrip(" "))
    challenge.listing = blanks > 0
    parameter = _AUTH_PARAMETER.match(value, scheme.end() + blanks)
    if blanks and parameter:
        _add(challenge, parameter)
        return parameter.end()
    if blanks and rest.strip(" \t") and not rest.lstrip(" \t").startswith(","):
        raise ValueError(f"{rest.strip()[:40]!r} is not a list of parameters")
    return scheme.end()


def _add(challenge: Challenge, parameter: re.Match[str]) -> None:
    name = parameter["name"].lower()
    if name in challenge.parameters:
        raise ValueError(f"parameter {name} occurs twice in one challenge")
    challenge.parameters[name] = parameter["value"]
