"""JSON judged on the bytes that were received (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

BOM = b"\xef\xbb\xbf"
# Python refuses to convert longer digit runs, and no counter needs them.
_LONGEST_INTEGER = 4000
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")

DefectKind = Literal["empty", "bom", "encoding", "syntax", "constant", "duplicate", "surrogate", "depth"]


class IntegerLexeme(int):
    """A JSON number written without fraction and exponent; keeps its spelling."""

    lexeme: str

    def __new__(cls, lexeme: str) -> IntegerLexeme:
        """Read ``lexeme``, an integer as JSON spells it."""
        self = super().__new__(cls, lexeme)
        self.lexeme = lexeme
        return self


class RealLexeme(float):
    """A JSON number with a fraction, an exponent or too many digits; keeps its spelling."""

    lexeme: str

    def __new__(cls, lexeme: str) -> RealLexeme:
        """Read ``lexeme``, a number as JSON spells it."""
        self = super().__new__(cls, lexeme)
        self.lexeme = lexeme
        return self


@dataclass(frozen=True, slots=True)
class Defect:
    """One way in which the bytes are not the JSON text that they should be."""

    kind: DefectKind
    message: str


@dataclass(slots=True)
class JsonText:
    """The outcome of reading a body as JSON.

    ``value`` is what a lenient reader makes of it, so that one defect does not hide the others;
    ``readable`` is false when not even that was possible.
    """

    value: Any = None
    readable: bool = False
    defects: list[Defect] = field(default_factory=list)

    def of_kind(self, *kinds: DefectKind) -> list[Defect]:
        """Return the defects of the given kinds, in the order of discovery."""
        return [defect for defect in self.defects if defect.kind in kinds]


# One object for each: not a number is equal to itself here, so that equal texts have equal values.
_CONSTANTS = {name: float(name) for name in ("NaN", "Infinity", "-Infinity")}


def _integer(lexeme: str) -> IntegerLexeme | RealLexeme:
    return IntegerLexeme(lexeme) if len(lexeme) <= _LONGEST_INTEGER else RealLexeme(lexeme)


def _syntax(error: json.JSONDecodeError) -> str:
    """Return what is wrong with a text; markup is named, as no place in it says more."""
    beginning = error.doc.lstrip()[:15].lower()
    if beginning.startswith("<"):
        return "HTML, not JSON" if beginning.startswith(("<!doctype html", "<html")) else "markup, not JSON"
    return f"line {error.lineno} column {error.colno}: {error.msg}"


def _decode(body: bytes, text: JsonText) -> str:
    if body.startswith(BOM):
        text.defects.append(Defect("bom", "the body starts with a byte order mark (EF BB BF)"))
        body = body[len(BOM) :]
    if (encoding := json.detect_encoding(body)) not in {"utf-8", "utf-8-sig"}:
        text.defects.append(Defect("encoding", f"the body is {encoding.upper()}, not UTF-8"))
        return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        text.defects.append(
            Defect("encoding", f"byte {error.start} (0x{body[error.start]:02X}) is not UTF-8: {error.reason}")
        )
    return body.decode("latin-1")


def _surrogates(value: Any, pointer: str) -> str | None:
    """Return the pointer of the first string with a lone surrogate (RFC 7493, section 2.1)."""
    if isinstance(value, str):
        return pointer if _SURROGATE.search(value) else None
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        if isinstance(name, str) and _SURROGATE.search(name):
            return pointer
        if (found := _surrogates(member, f"{pointer}/{name}")) is not None:
            return found
    return None


def most_values(body: bytes) -> int:
    """Return how many values ``body`` has at most when it is JSON: each takes much more memory than its text."""
    return body.count(b",") + body.count(b"[") + body.count(b"{")


def read(body: bytes) -> JsonText:
    """Read ``body`` strictly, note every defect, and keep what can be read (RFC 8259, sections 2 to 8)."""
    text = JsonText()
    if not body.strip(b" \t\r\n"):
        text.defects.append(Defect("empty", "the body is empty"))
        return text
    characters = _decode(body, text)

    def constant(name: str) -> float:
        text.defects.append(Defect("constant", f"{name} is not a JSON value"))
        return _CONSTANTS[name]

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    text.defects.append(Defect("duplicate", f"member {json.dumps(name)} occurs twice in one object"))
                seen.add(name)
        return value

    try:
        text.value = json.loads(
            characters,
            parse_int=_integer,
            parse_float=RealLexeme,
            parse_constant=constant,
            object_pairs_hook=members,
        )
        text.readable = True
        # What is decoded has none that is not escaped.
        if _ESCAPED_SURROGATE.search(characters) and (pointer := _surrogates(text.value, "")) is not None:
            text.defects.append(Defect("surrogate", f"the string at {pointer or '/'} holds a lone surrogate"))
    except json.JSONDecodeError as error:
        text.defects.append(Defect("syntax", _syntax(error)))
    except RecursionError:
        text.defects.append(Defect("depth", "the text is nested too deeply to be read"))
    return text
