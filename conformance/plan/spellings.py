"""Other spellings of the path of an invoice, as routers, gateways and databases read them more leniently than a guard.

Whatever a reader makes of one, it names that invoice or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from conformance.model.exchange import NotObserved


@dataclass(frozen=True)
class Path:
    """The path of an invoice in parts: what stands before ``/invoices``, the id, and what follows it."""

    prefix: str
    number: str
    rest: str = ""

    def __str__(self) -> str:
        """Return the usual spelling."""
        return f"{self.prefix}/invoices/{self.number}{self.rest}"

    @property
    def tail(self) -> str:
        """The id and what follows it."""
        return f"{self.number}{self.rest}"


Spelling = Callable[[Path], str]


def capital_id(path: Path) -> str:
    """Return the path with the letters of the id in capitals."""
    return f"{path.prefix}/invoices/{path.number.upper()}{path.rest}"


def mixed_id(path: Path) -> str:
    """Return the path with the first letter of the id in capitals."""
    first = next((letter for letter in path.number if letter.islower()), "")
    return f"{path.prefix}/invoices/{path.number.replace(first, first.upper(), 1)}{path.rest}"


def _behind(text: str) -> Spelling:
    return lambda path: f"{path}{text}"


def _before_id(text: str) -> Spelling:
    return lambda path: f"{path.prefix}/invoices/{text}{path.tail}"


def _around_id(before: str, after: str) -> Spelling:
    return lambda path: f"{path.prefix}/invoices/{before}{path.number}{after}{path.rest}"


def _in_place_of(separator: str) -> Spelling:
    """Write something else for the slash before the id."""
    return lambda path: f"{path.prefix}/invoices{separator}{path.tail}"


def _of_type(name: str) -> Spelling:
    """Write something else for the name of the type."""
    return lambda path: f"{path.prefix}/{name}/{path.tail}"


def _of_prefix(change: Callable[[str], str]) -> Spelling:
    return lambda path: str(replace(path, prefix=change(path.prefix)))


def _of_segment(place: int, change: Callable[[str], str]) -> Spelling:
    """Write a segment of the prefix otherwise. Raises NotObserved, once called, when there are fewer."""

    def spelled(path: Path) -> str:
        segments = path.prefix.split("/")
        if not -len(segments) < place < len(segments):
            raise NotObserved("the prefix of the path has fewer segments")
        segments[place] = change(segments[place])
        return str(replace(path, prefix="/".join(segments)))

    return spelled


def _encoded(letter: str) -> str:
    return f"%{ord(letter):02X}"


USUAL: Mapping[str, Spelling] = {
    "capitals": lambda path: str(path).upper(),
    "capital-letter": _of_type("Invoices"),
    "slash-behind": _behind("/"),
    "slash-before": lambda path: f"/{path}",
    "slashes-within": _before_id("/"),
    "dot-segment": _of_type("./invoices"),
    "encoded-dots": _before_id("%2e%2e/invoices/"),
    # Guards let pass what has such a word somewhere.
    "parameter": _behind(";conformance=%2Flogin%2Fpublic%2Fhealth"),
    "parameter-within": _of_type("invoices;x=1"),
    "parameter-of-dots": _before_id("..;/invoices/"),
    "encoded-letter": lambda path: f"{path.prefix}/invoices/{_encoded(path.number[0])}{path.tail[1:]}",
    "encoded-letter-of-type": _of_type("%69nvoices"),
    "encoded-slash": _in_place_of("%2F"),
    "backslash": _in_place_of("\\"),
    "suffix": _behind(".json"),
    "asset": _behind("/conformance.css"),
    "blank-behind": _behind("%20"),
    "fragment": _behind("%23conformance"),
}
# Beyond what a run by default may cost.
RARE: Mapping[str, Spelling] = {
    # Case.
    "capitals-of-first": _of_segment(1, str.upper),
    "capitals-of-second": _of_segment(2, str.upper),
    "capital-before-version": _of_segment(-2, str.title),
    "capitals-of-version": _of_segment(-1, str.upper),
    "capitals-of-type": _of_type("INVOICES"),
    "long-s": _of_type("invoice%C5%BF"),
    "dotless-i": _of_type("%C4%B1nvoices"),
    "full-width": _of_type("%EF%BD%89nvoices"),
    # Slashes and dots.
    "slashes-behind": _behind("//"),
    "slashes-of-prefix": _of_segment(1, lambda segment: f"{segment}/"),
    "slash-encoded-behind": _behind("%2f"),
    "encoded-backslash": _in_place_of("%5C"),
    "backslash-behind": _behind("\\"),
    "encoded-backslash-behind": _behind("%5c"),
    "overlong-slash": _in_place_of("%C0%AF"),
    "slash-encoded-twice": _in_place_of("%252F"),
    "full-width-slash": _in_place_of("%EF%BC%8F"),
    "parent-segment": _before_id("../invoices/"),
    "segment-and-parent": _behind("/conformance/.."),
    "dot-segment-behind": _behind("/."),
    "encoded-dot-behind": _behind("/%2e"),
    "dot-behind": _behind("."),
    "dots-behind": _behind(".."),
    "overlong-dots": _before_id("%C0%AE%C0%AE/invoices/"),
    # Escapes.
    "encoded-hyphen": lambda path: f"{path.prefix}/invoices/{path.number.replace('-', '%2D', 1)}{path.rest}",
    "encoded-letter-of-version": _of_segment(-1, lambda segment: _encoded(segment[0]) + segment[1:]),
    "letter-encoded-twice": _of_type("%2569nvoices"),
    "hyphen-encoded-twice": lambda path: f"{path.prefix}/invoices/{path.number.replace('-', '%252D', 1)}{path.rest}",
    "letter-in-unicode": _of_type("%u0069nvoices"),
    "nul-behind": _behind("%00"),
    "line-end-behind": _behind("%0a"),
    "tab-behind": _behind("%09"),
    "tab-within": _before_id("%09"),
    "nul-within": _before_id("%00"),
    "blank-within": _before_id("%20"),
    "plus-behind": _behind("+"),
    "no-break-space-behind": _behind("%C2%A0"),
    "zero-width-behind": _behind("%E2%80%8B"),
    "soft-hyphen-within": _of_type("in%C2%ADvoices"),
    "byte-order-mark": _before_id("%EF%BB%BF"),
    "broken-escape-behind": _behind("%"),
    "question-mark-behind": _behind("%3f"),
    "semicolon-encoded": _behind("%3ba=b"),
    "ampersand-behind": _behind("&a=b"),
    # Parameters of segments.
    "semicolon-behind": _behind(";"),
    "session-behind": _behind(";jsessionid=1"),
    "asset-as-parameter": _behind(";.css"),
    "parameter-of-prefix": _of_segment(1, lambda segment: f"{segment};a=b"),
    "parameter-of-dot": _of_type(".;/invoices"),
    "parameter-before": lambda path: f"/;a=b{path}",
    # Suffixes of formats and files.
    **{f"suffix-{name}": _behind(f".{name}") for name in ("xml", "jsonapi", "api", "csv", "pdf", "png")},
    **{f"suffix-{name}": _behind(f".{name}") for name in ("html", "php", "css", "js", "txt", "ico")},
    "word-in-parameter": _behind(";/login"),
    "word-as-parameter": _behind("/;login"),
    "word-in-query": _behind("?conformance=/public/login"),
    "parent-of-word": lambda path: f"/public/..{path}",
    "encoded-parent-of-word": lambda path: f"/public/%2e%2e{path}",
    "edit": _behind("/edit"),
    # What database and framework take for the same id.
    "unicode-hyphen": lambda path: f"{path.prefix}/invoices/{path.number.replace('-', '%E2%80%90', 1)}{path.rest}",
    "undashed": lambda path: f"{path.prefix}/invoices/{path.number.replace('-', '')}{path.rest}",
    "braces": _around_id("%7B", "%7D"),
    "urn": _before_id("urn:uuid:"),
    "quotes": _around_id("%22", "%22"),
    "apostrophes": _around_id("'", "'"),
    "letter-behind": _around_id("", "x"),
    "quote-behind": _around_id("", "'"),
    "digit-behind": _around_id("", "0"),
    "hyphen-behind": _around_id("", "-"),
    "comma-behind": _around_id("", ","),
    "colon-behind": _around_id("", ":"),
    "verb-behind": _around_id("", ":get"),
    "at-behind": _around_id("", "@conformance"),
    "tilde-behind": _around_id("", "~"),
    "asterisk-behind": _around_id("", "*"),
    "exclamation-behind": _around_id("", "!"),
    "twice": lambda path: f"{path.prefix}/invoices/{path.number},{path.tail}",
    "named": _before_id("id="),
    "parentheses": lambda path: f"{path.prefix}/invoices({path.number}){path.rest}",
    "dollar-behind": _behind("$"),
    # Where gateways mount the same application a second time.
    "version-with-zero": _of_segment(-1, lambda segment: f"{segment}.0"),
    "version-padded": _of_segment(-1, lambda segment: f"{segment[:1]}0{segment[1:]}"),
    "version-latest": _of_segment(-1, lambda _: "latest"),
    "version-next": _of_segment(-1, lambda segment: "v3" if segment == "v2" else "v2"),
    "parent-of-version": _of_segment(-1, lambda segment: f"v0/../{segment}"),
    "without-first": _of_prefix(lambda prefix: f"/{prefix.partition('/')[2].partition('/')[2]}"),
    "version-alone": _of_prefix(lambda prefix: f"/{prefix.rpartition('/')[2]}"),
    "without-prefix": _of_prefix(lambda _: ""),
    "first-twice": _of_segment(1, lambda segment: f"{segment}/{segment}"),
    "script-before": lambda path: f"/index.php{path}",
    "singular": _of_type("invoice"),
}
ALL = {**USUAL, **RARE}
