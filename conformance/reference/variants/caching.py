"""Fields for caches: other directives of the same meaning, and fields that caches add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults.tools import set_field
from conformance.reference.faults.where import is_collection, is_related
from conformance.reference.variants import variant
from conformance.reference.variants.tools import add_fields, has_content, vary_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

DIRECTIVES = "RFC 9111, section 5.2"
NOT_CACHEABLE = "RFC 9110, section 15.1"
VARY = "RFC 9110, section 12.5.5"

# Name, value, clause, sentence, departs.
_CACHE_CONTROL: tuple[tuple[str, str, str, str, Mapping[str, str]], ...] = (
    (
        "cache-control-no-store",
        "no-store",
        "RFC 9111, section 5.2.2.5",
        "Invoices may not be stored at all, which is stricter than documented.",
        {},
    ),
    (
        "cache-control-private-no-cache",
        "private, no-cache",
        "RFC 9111, section 5.2.2.4",
        "Caches have to validate by the directive no-cache.",
        {},
    ),
    (
        "cache-control-in-capitals",
        "Max-Age=0, PRIVATE, Must-Revalidate",
        DIRECTIVES,
        "Directives are written in capitals.",
        {},
    ),
    (
        "cache-control-extended",
        'max-age=0, private, must-revalidate, no-transform, stale-if-error=0, community="UCI, billing"',
        "RFC 9111, section 5.2.3",
        "Cache-Control has further directives, one of them with a comma inside quotes.",
        {},
    ),
    (
        "cache-control-tight",
        "private,max-age=0,must-revalidate,,",
        "RFC 9110, section 5.6.1",
        "The list of directives has no blanks, and empty elements at its end.",
        {},
    ),
    (
        "cache-control-without-must-revalidate",
        "private, max-age=0",
        "RFC 9111, section 4.2",
        "The directive must-revalidate is missing: what is stale is validated before it is used, unless disconnected.",
        {"CACHE-013": "SHOULD"},
    ),
)


def _directives(value: str) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        api.cache_control = value

    return install


for _name, _value, _clause, _sentence, _departs in _CACHE_CONTROL:
    variant(_name, clause=_clause, touches={"cache-control"}, departs=_departs, sentence=_sentence)(_directives(_value))


@variant("cache-control-twice", clause="RFC 9111, section 4.2.1", touches={"cache-control"})
def twice(api: Api) -> None:
    """Application and gateway both send the same Cache-Control line."""

    def again(_request: Request, answer: Answer) -> None:
        answer.headers += [pair for pair in answer.headers if pair[0] == "Cache-Control"]

    api.on_answer(again)


@variant("cache-control-on-three-lines", clause="RFC 9110, section 5.3", touches={"cache-control"})
def three_lines(api: Api) -> None:
    """Each directive has a line of its own."""

    def split(_request: Request, answer: Answer) -> None:
        directives = (answer.get("Cache-Control") or "").split(", ")
        answer.remove("Cache-Control")
        answer.headers += [("Cache-Control", directive) for directive in directives if directive]

    api.on_answer(split)


@variant("refusals-without-cache-control", clause=NOT_CACHEABLE, touches={"cache-control-of-errors"})
def refusals_without_cache_control(api: Api) -> None:
    """Refusals whose status is not cacheable by itself, 401 and 406 among them, have no Cache-Control."""
    refused = {400, 401, 403, 406, 412, 415}
    set_field(api, "Cache-Control", None, lambda _, answer: answer.status in refused)


@variant("refusals-without-vary", clause=NOT_CACHEABLE, touches={"vary-of-errors"})
def refusals_without_vary(api: Api) -> None:
    """Errors, which are not stored, have no Vary."""
    set_field(api, "Vary", None, lambda _, answer: answer.status >= 400)


@variant("lists-not-stored-and-without-vary", clause=NOT_CACHEABLE, touches={"cache-control", "vary"})
def not_stored_without_vary(api: Api) -> None:
    """The collection and the account may not be stored, and have no Vary."""

    def other(request: Request, answer: Answer) -> bool:
        shown = has_content(request, answer) or answer.status == 304
        return shown and (is_collection(request) or is_related(request) or "/accounts" in request.path)

    set_field(api, "Cache-Control", "no-store", other)
    set_field(api, "Vary", None, other)


@variant("vary-anything", clause=VARY, touches={"vary"})
def vary_anything(api: Api) -> None:
    """Vary is an asterisk."""
    api.vary = "*"


@variant("vary-more", clause=VARY, touches={"vary"})
def vary_more(api: Api) -> None:
    """Vary lists more than Accept, in small letters and over two lines."""
    api.vary = "accept,origin"
    api.on_answer(lambda _, answer: answer.headers.append(("Vary", "Accept-Encoding, Authorization")))


@variant("vary-by-coding-on-content-only", clause=VARY, touches={"vary"})
def vary_by_coding(api: Api) -> None:
    """Vary lists Accept-Encoding where there is content that could be compressed."""

    def change(request: Request, answer: Answer) -> None:
        if request.method == "GET" and answer.status == 200:
            vary_by(answer, "Accept-Encoding")

    api.on_answer(change)


# Name, fields, clause, sentence.
_ADDED: tuple[tuple[str, tuple[tuple[str, str], ...], str, str], ...] = (
    (
        "cdn-fields",
        (
            ("CDN-Cache-Control", "no-store"),
            ("Surrogate-Control", "no-store"),
            ("X-Cache", "MISS"),
            ("Cache-Status", 'edge; fwd=bypass; detail="authorization"'),
        ),
        "RFC 9213, section 2.2; RFC 9211, section 2",
        "A network in front says that it stores nothing.",
    ),
    (
        "expired-fields",
        (("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"), ("Pragma", "no-cache")),
        "RFC 9111, sections 5.3 and 5.4",
        "Expires lies in the past, and Pragma is for old caches.",
    ),
    ("age-zero", (("Age", "0"), ("Via", "1.1 varnish")), "RFC 9111, section 5.1", "A cache validated just now."),
)


def _added(fields: tuple[tuple[str, str], ...]) -> Callable[[Api], None]:
    return lambda api: add_fields(
        api, fields, lambda request, answer: has_content(request, answer) or answer.status == 304
    )


for _name, _fields, _clause, _sentence in _ADDED:
    _touched = {name for name, _ in _fields}
    variant(_name, clause=_clause, touches=_touched, sentence=_sentence)(_added(_fields))
