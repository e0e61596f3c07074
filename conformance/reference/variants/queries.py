"""Parameters that a server need not have, and other statuses for those that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.message import Answer, Problem
from conformance.reference.query import decode
from conformance.reference.variants import variant
from conformance.reference.variants.tools import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request
    from conformance.reference.query import Endpoint, Query


@variant(
    "no-inclusion",
    clause="JSON:API 1.1, fetching-includes",
    touches={"include", "included", "linkage", "top-level-links"},
    departs={"INCL-007": "SHOULD"},
)
def no_inclusion(api: Api) -> None:
    """Include is refused with 400, as JSON:API demands of a server without it."""

    def refuse(_original: object, _query: Query, name: str, *_rest: object) -> None:
        api.refuse("Unsupported query parameter", "Nothing can be included.", name)

    api.replace("parse_include", refuse)


@variant("no-inclusion-on-the-relationship", clause="JSON:API 1.1, fetching-includes", touches={"include"})
def no_inclusion_on_the_relationship(api: Api) -> None:
    """The document of the relationship has no inclusion: it is refused with 400."""

    def include(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if endpoint.type == "accounts":
            api.refuse("Unsupported query parameter", "Nothing can be included.", name)
        original(query, name, value, endpoint)

    api.replace("parse_include", include)


@variant("no-sparse-fieldsets", clause="JSON:API 1.1, fetching-sparse-fieldsets", touches={"fields"})
def no_sparse_fieldsets(api: Api) -> None:
    """Every fields parameter is refused with 400."""

    def refuse(_original: object, _query: Query, name: str, *_rest: object) -> None:
        api.refuse("Unsupported query parameter", "There are no sparse fieldsets.", name)

    api.replace("parse_fields", refuse)


@variant(
    "unknown-fields-unprocessable",
    clause="RFC 9110, section 15.5.21",
    touches={"fields"},
    departs={"FLDS-004": "SHOULD"},
)
def unknown_fields(api: Api) -> None:
    """A fields parameter with an unknown name is refused with 422 in the place of the documented 400."""

    def fields(original: Callable[..., None], *arguments: Any) -> None:
        try:
            original(*arguments)
        except Problem as problem:
            raise Problem(422, problem.title, problem.detail, parameter=problem.parameter) from None

    api.replace("parse_fields", fields)


@variant("repeated-parameters-forbidden", clause="RFC 9110, section 15.5.4", touches={"repeated"})
def repeated_forbidden(api: Api) -> None:
    """A gateway refuses a parameter that is there twice with 403."""

    def refuse(request: Request) -> Answer | None:
        names = [pair.partition("=")[0] for pair in request.query.split("&") if pair]
        return Answer(403, [("Content-Type", "text/html")], PAGE) if len(set(names)) < len(names) else None

    api.on_request(refuse)


@variant("repeated-parameters-first-counts", clause="JSON:API 1.1, query-parameters-families", touches={"repeated"})
def first_counts(api: Api) -> None:
    """Of a parameter that is there twice the first counts."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        kept: dict[str, str] = {}
        for pair in filter(None, text.split("&")):
            kept.setdefault(decode(pair.partition("=")[0]), pair)
        return original("&".join(kept.values()), endpoint)

    api.replace("parse_query", parse)


@variant("filters-unprocessable", clause="JSON:API 1.1, fetching-filtering", touches={"filters"})
def filters_unprocessable(api: Api) -> None:
    """A value that does not fit a filter is refused with 422."""

    def parse(original: Callable[..., None], *arguments: Any) -> None:
        try:
            original(*arguments)
        except Problem as problem:
            status = 422 if problem.title == "Invalid filter value" else problem.status
            raise Problem(status, problem.title, problem.detail, parameter=problem.parameter) from None

    api.replace("parse_filter", parse)


def _no_filters(status: int) -> Callable[[Api], None]:
    def install(api: Api) -> None:
        def refuse(_original: object, _query: Query, name: str, *_rest: object) -> None:
            raise Problem(status, "Unsupported filter", "There is no such filter.", parameter=name.partition("[")[0])

        api.replace("parse_filter", refuse)

    return install


for _name, _status, _sentence in (
    ("no-filters", 400, "There are no filters: each is refused with 400."),
    ("no-filters-forbidden", 403, "There are no filters for customers: each is refused with 403."),
    ("no-filters-not-found", 404, "There are no filters: each is refused with 404."),
    ("no-filters-unprocessable", 422, "There are no filters: each is refused with 422."),
):
    _departs = {} if _status == 400 else {"FILT-001": "SHOULD"}
    variant(
        _name,
        clause="JSON:API 1.1, fetching-filtering",
        touches={"filters"},
        departs=_departs,
        sentence=_sentence,
    )(_no_filters(_status))


@variant("filters-of-another-syntax", clause="JSON:API 1.1, fetching-filtering", touches={"filters"})
def other_syntax(api: Api) -> None:
    """Filters are written as filter[name][operator]; those written as documented are refused with 400."""

    def parameter(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if not name.startswith("filter["):
            original(query, name, value, endpoint)
            return
        keys = name.removeprefix("filter[").removesuffix("]").split("][")
        if len(keys) != 2 or not endpoint.collection:
            api.unknown_parameter(name)
        written = f"{keys[0].replace('-', '_')}_{keys[1]}"
        api.parse_filter(query, name, written, value, endpoint)

    api.replace("parse_parameter", parameter)
