"""Faults of collections: their documents, pages, sorts and filters."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.reference.data import INVOICES
from conformance.reference.faults import fault
from conformance.reference.faults.tools import alter_collection, alter_invoices
from conformance.reference.message import Problem
from conformance.reference.selection import Condition, Record, value_of
from conformance.reference.serialise import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Endpoint, Query

JSON_API = "JSON:API 1.1"
COLLECTION = {"collection"}
PAGING = f"{JSON_API}, fetching-pagination"
SORTING = f"{JSON_API}, fetching-sorting"
FILTERING = f"{JSON_API}, fetching-filtering"


@fault(
    "collection-null-when-empty",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    also={"FILT-003": "it is no empty array", "PAGE-007": "it is no empty array"},
    needs=COLLECTION,
)
def null_when_empty(api: Api) -> None:
    """A collection without elements is null."""
    alter_collection(api, lambda document: document.update(data=document["data"] or None))


@fault(
    "collection-object-when-single",
    caught_by={"COLL-001"},
    clause=f"{JSON_API}, fetching-resources-responses-200",
    also={"PAGE-003": "pages of one element cannot be walked"},
    needs=COLLECTION,
)
def object_when_single(api: Api) -> None:
    """A page with one element is that element."""

    def change(document: Document) -> None:
        if len(document["data"]) == 1:
            document["data"] = document["data"][0]

    alter_collection(api, change)


@fault(
    "collection-element-twice",
    caught_by={"COLL-002"},
    clause=f"{JSON_API}, document-compound-documents",
    also={"COLL-004": "there are more elements than counted", "PAGE-003": "an element is visited twice"},
    needs=COLLECTION,
)
def element_twice(api: Api) -> None:
    """A page with several elements repeats its first at the end."""

    def change(document: Document) -> None:
        if len(document["data"]) > 2:
            document["data"].append(document["data"][0])

    alter_collection(api, change)


@fault(
    "collection-included-twice",
    caught_by={"COLL-002"},
    clause=f"{JSON_API}, document-compound-documents",
    needs=COLLECTION,
)
def included_twice(api: Api) -> None:
    """Each invoice of a collection brings its account, whether it is included already or not."""

    def change(document: Document) -> None:
        document["included"] = document["included"] * 2 if "included" in document else []
        if not document["included"]:
            del document["included"]

    alter_collection(api, change)


@fault(
    "collection-rounded-amounts",
    caught_by={"COLL-003", "SEM-012"},
    clause="RFC 9110, section 9.3.1",
    also={"INV-001": "the rounded parts no longer add up"},
    needs=COLLECTION,
)
def rounded_amounts(api: Api) -> None:
    """The collection shows amounts with two decimals."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            for name, value in resource.get("attributes", {}).items():
                if name.endswith("amount-spent"):
                    resource["attributes"][name] = f"{Decimal(value):.2f}"

    alter_collection(api, change)


@fault(
    "collection-without-relationship-links",
    caught_by={"COLL-003"},
    clause="RFC 9110, section 9.3.1",
    needs=COLLECTION,
)
def other_links(api: Api) -> None:
    """The self links of the elements differ from those of the invoices by themselves."""

    def change(document: Document) -> None:
        for resource in document["data"]:
            resource["links"]["self"] += "?"

    alter_collection(api, change)


@fault(
    "collection-count-of-all-customers",
    caught_by={"COLL-004"},
    clause="Documented API, collection",
    also={"SEC-004": "it tells how many the others have", "FILT-003": "an empty answer counts some"},
    needs=COLLECTION,
)
def count_of_all(api: Api) -> None:
    """The total count includes the invoices of other customers."""
    api.replace("collection_meta", lambda _original, _total: {"total-count": len(INVOICES)})


@fault("collection-count-of-page", caught_by={"COLL-004"}, clause="Documented API, collection", needs=COLLECTION)
def count_of_page(api: Api) -> None:
    """The total count is that of the page."""
    alter_collection(api, lambda document: document["meta"].update({"total-count": len(document["data"])}))


@fault("collection-count-as-string", caught_by={"COLL-004"}, clause="Documented API, collection", needs=COLLECTION)
def count_as_string(api: Api) -> None:
    """The total count is a string."""
    api.replace("collection_meta", lambda _original, total: {"total-count": str(total)})


@fault("collection-oldest-first", caught_by={"COLL-005"}, clause="Documented API, collection", needs=COLLECTION)
def oldest_first(api: Api) -> None:
    """Without sort the oldest invoice comes first."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        if endpoint.default_sort:
            endpoint = dataclasses.replace(endpoint, default_sort=(("start-date", False),))
        return original(text, endpoint)

    api.replace("parse_query", parse)


@fault("collection-overlapping-periods", caught_by={"COLL-006"}, clause="Names of the attributes", needs=COLLECTION)
def overlapping(api: Api) -> None:
    """Every period ends forty days later, so that it runs into the next one."""
    alter_invoices(api, lambda invoice: dataclasses.replace(invoice, end=invoice.end + timedelta(days=40)))


# Pages.


def _alter_page_links(api: Api, change: Callable[[Document, Query], None]) -> None:
    def links(original: Callable[..., Document], request: Request, total: int, query: Query) -> Document:
        shown = original(request, total, query)
        change(shown, query)
        return shown

    api.replace("page_links", links)


@fault(
    "page-link-renamed",
    caught_by={"PAGE-001"},
    clause=PAGING,
    needs=COLLECTION,
)
def link_renamed(api: Api) -> None:
    """The link to the page before is called previous."""

    def change(links: Document, _: Query) -> None:
        if "prev" in links:
            links["previous"] = links.pop("prev")

    _alter_page_links(api, change)


@fault("page-prev-on-first", caught_by={"PAGE-001"}, clause=PAGING, needs=COLLECTION)
def prev_on_first(api: Api) -> None:
    """The first page has a link to the page before."""
    _alter_page_links(api, lambda links, _: links.setdefault("prev", links["first"]))


@fault(
    "page-next-on-last",
    caught_by={"PAGE-001"},
    clause=PAGING,
    also={"PAGE-003": "following next visits the last page again"},
    needs=COLLECTION,
)
def next_on_last(api: Api) -> None:
    """The last page has a link to a next one, which is itself."""
    _alter_page_links(api, lambda links, _: links.setdefault("next", links["last"]))


@fault(
    "page-links-in-meta",
    caught_by={"PAGE-001"},
    clause=PAGING,
    also={"PAGE-003": "no next can be followed", "PAGE-004": "there are no links to look at"},
    needs=COLLECTION,
)
def links_in_meta(api: Api) -> None:
    """The pagination links stand in meta."""

    def change(document: Document) -> None:
        document["meta"].update(document.pop("links"))

    alter_collection(api, change)


@fault(
    "page-size-ignored",
    caught_by={"PAGE-002"},
    clause=PAGING,
    also={"PAGE-001": "the borders are elsewhere", "PAGE-003": "every page repeats"},
    needs=COLLECTION,
)
def size_ignored(api: Api) -> None:
    """Every page has the default size."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        original(query, name, key, value)
        query.page_size = api.default_page_size

    api.replace("parse_page", parse)


@fault("page-unstable-ties", caught_by={"PAGE-003"}, clause=PAGING, needs=COLLECTION)
def unstable_ties(api: Api) -> None:
    """Elements that the sort leaves tied come in another order on every second page."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        api.__dict__["_page"] = query.page_number
        return original(request, name, query)

    def arrange(original: Callable[..., list[Record]], records: list[Record], order: Sequence[Any]) -> list[Record]:
        arranged = original(records, order)
        if api.__dict__.get("_page", 1) % 2 == 0:
            keys = [[api.sort_key(record, attribute) for attribute, _ in order] for record in arranged]
            groups: list[list[Record]] = []
            for index, record in enumerate(arranged):
                if index and keys[index] == keys[index - 1]:
                    groups[-1].insert(0, record)
                else:
                    groups.append([record])
            arranged = [record for group in groups for record in group]
        return arranged

    api.replace("collection", collection)
    api.replace("arrange", arrange)


@fault(
    "page-gap",
    caught_by={"PAGE-003"},
    clause=PAGING,
    also={"COLL-004": "fewer can be reached than counted"},
    needs=COLLECTION,
)
def gap(api: Api) -> None:
    """The second page begins one element too late."""

    def arrange(original: Callable[..., list[Record]], records: list[Record], order: Sequence[Any]) -> list[Record]:
        arranged = original(records, order)
        size = api.__dict__.get("_size", 50)
        return arranged[:size] + arranged[size + 1 :]

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        api.__dict__["_size"] = query.page_size
        return original(request, name, query)

    api.replace("collection", collection)
    api.replace("arrange", arrange)


def _forgetful(api: Api, forgotten: str) -> None:
    def link(original: Callable[..., str], request: Request, number: int, query: Query) -> str:
        kept = [pair for pair in query.parameters if not pair[0].startswith(forgotten)]
        return original(request, number, dataclasses.replace(query, parameters=kept))

    api.replace("page_link", link)


@fault("page-links-lose-filter", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_filter(api: Api) -> None:
    """Pagination links leave out the filter."""
    _forgetful(api, "filter")


@fault(
    "page-links-lose-sort",
    caught_by={"PAGE-004"},
    clause=PAGING,
    also={"PAGE-003": "the order changes along the way"},
    needs=COLLECTION,
)
def lose_sort(api: Api) -> None:
    """Pagination links leave out the sort."""
    _forgetful(api, "sort")


@fault("page-links-lose-include", caught_by={"PAGE-004"}, clause=PAGING, needs=COLLECTION)
def lose_include(api: Api) -> None:
    """Pagination links leave out include."""
    _forgetful(api, "include")


@fault("page-bad-values-ignored", caught_by={"PAGE-005"}, clause="Documented API, collection", needs=COLLECTION)
def bad_values_ignored(api: Api) -> None:
    """Page values that are no number are taken for the default."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.isdecimal() and int(value) > 0:
            original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-zero-accepted", caught_by={"PAGE-005"}, clause="Documented API, collection", needs=COLLECTION)
def zero_accepted(api: Api) -> None:
    """The page number 0 is the first page."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        original(query, name, key, "1" if (key, value) == ("number", "0") else value)

    api.replace("parse_page", parse)


@fault("page-negative-crash", caught_by={"PAGE-005", "ERR-011"}, clause="Documented API, collection", needs=COLLECTION)
def negative_crash(api: Api) -> None:
    """A negative page value is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.startswith("-"):
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-size-unbounded", caught_by={"PAGE-006"}, clause="OWASP API4:2023", needs=COLLECTION)
def unbounded(api: Api) -> None:
    """A page may have any size."""
    api.max_page_size = 10**18


@fault("page-number-overflow", caught_by={"PAGE-007", "ERR-011"}, clause="Documented API, collection", needs=COLLECTION)
def overflow(api: Api) -> None:
    """A page number beyond 64 bits is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str) -> None:
        if value.isdecimal() and int(value) >= 2**63:
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, key, value)

    api.replace("parse_page", parse)


@fault("page-past-the-end-is-last", caught_by={"PAGE-007"}, clause="Documented API, collection", needs=COLLECTION)
def past_the_end(api: Api) -> None:
    """A page past the end repeats the last one."""

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        total = len(api.select(api.records(request, name), query.conditions))
        query.page_number = min(query.page_number, max(1, -(-total // query.page_size)))
        return original(request, name, query)

    api.replace("collection", collection)


# Sorts.


@fault("sort-decimals-as-text", caught_by={"SORT-001"}, clause=SORTING, needs=COLLECTION)
def decimals_as_text(api: Api) -> None:
    """Amounts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        value = value_of(record, attribute)
        return (False, str(plain(value))) if isinstance(value, Decimal) else original(record, attribute)

    api.replace("sort_key", key)


@fault(
    "sort-minus-ignored",
    caught_by={"SORT-001"},
    clause=SORTING,
    also={"SORT-002": "so it is for a second field"},
    needs=COLLECTION,
)
def minus_ignored(api: Api) -> None:
    """A minus sign before a sort field is ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.replace("-", "", 1) if value.startswith("-") else value, endpoint)

    api.replace("parse_sort", parse)


@fault(
    "sort-counts-as-text",
    caught_by={"SORT-001"},
    clause=SORTING,
    also={"SORT-002": "so are they as a first key"},
    needs=COLLECTION,
)
def counts_as_text(api: Api) -> None:
    """Counts are sorted as text."""

    def key(original: Callable[..., Any], record: Record, attribute: str) -> Any:
        return (
            (False, str(value_of(record, attribute))) if attribute.endswith("-count") else original(record, attribute)
        )

    api.replace("sort_key", key)


@fault("sort-second-field-ignored", caught_by={"SORT-002"}, clause=SORTING, needs=COLLECTION)
def second_field_ignored(api: Api) -> None:
    """Only the first sort field counts."""
    api.replace("arrange", lambda original, records, order: original(records, order[:1]))


@fault("sort-unknown-ignored", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def unknown_sort_ignored(api: Api) -> None:
    """A sort that is not possible is ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        try:
            original(query, name, value, endpoint)
        except Problem:
            return

    api.replace("parse_sort", parse)


@fault("sort-any-case", caught_by={"SORT-003"}, clause=SORTING, needs=COLLECTION)
def any_case_sort(api: Api) -> None:
    """Sort fields are compared without regard to case."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.lower(), endpoint)

    api.replace("parse_sort", parse)


@fault("sort-flag-crash", caught_by={"SORT-004", "ERR-011"}, clause=SORTING, needs=COLLECTION)
def flag_crash(api: Api) -> None:
    """Sorting by has-pdf is answered with 500."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        if "has-pdf" in value:
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(query, name, value, endpoint)

    api.replace("parse_sort", parse)


# Filters.


def _alter_filter(api: Api, change: Callable[[Callable[[], None], str, str], None]) -> None:
    def parse(original: Callable[..., None], query: Query, name: str, key: str, value: str, endpoint: Endpoint) -> None:
        change(lambda: original(query, name, key, value, endpoint), key, value)

    api.replace("parse_filter", parse)


@fault("filter-unknown-ignored", caught_by={"FILT-001"}, clause=FILTERING, needs=COLLECTION)
def unknown_filter_ignored(api: Api) -> None:
    """Unknown filters are ignored."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title != "Unsupported filter":
                raise

    _alter_filter(api, change)


@fault("filter-not-eq-is-eq", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def not_eq_is_eq(api: Api) -> None:
    """The filter account_id_not_eq selects like account_id_eq."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        same = (wanted.attribute, wanted.operator) == ("account-id", "not_eq")
        return original(record, dataclasses.replace(wanted, operator="eq") if same else wanted)

    api.replace("matches", matches)


@fault("filter-in-takes-first", caught_by={"FILT-002"}, clause="Documented API, filters", needs=COLLECTION)
def in_takes_first(api: Api) -> None:
    """Of the accounts in account_id_in only the first counts."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        first = dataclasses.replace(wanted, operand=wanted.operand[:1]) if wanted.operator == "in" else wanted
        return original(record, first)

    api.replace("matches", matches)


@fault("filter-unknown-account-dropped", caught_by={"FILT-003"}, clause=FILTERING, needs=COLLECTION)
def unknown_account_dropped(api: Api) -> None:
    """A filter for an account that does not exist is dropped, and everything comes back."""

    def select(
        original: Callable[..., list[Record]], records: Sequence[Record], conditions: Sequence[Condition]
    ) -> list[Record]:
        known = {record.account.id for record in INVOICES}
        kept = [wanted for wanted in conditions if wanted.attribute != "account-id" or wanted.operand in known]
        return original(records, kept)

    api.replace("select", select)


@fault("filter-wrong-type-dropped", caught_by={"FILT-004"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_dropped(api: Api) -> None:
    """A filter with a value of the wrong type is dropped."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title != "Invalid filter value":
                raise

    _alter_filter(api, change)


@fault("filter-wrong-type-crash", caught_by={"FILT-004", "ERR-011"}, clause="OWASP API8:2023", needs=COLLECTION)
def wrong_type_crash(api: Api) -> None:
    """A filter with a value of the wrong type is answered with 500."""

    def change(original: Callable[[], None], _key: str, _value: str) -> None:
        try:
            original()
        except Problem as problem:
            if problem.title == "Invalid filter value":
                raise Problem(500, "Internal server error", "Something went wrong.") from None
            raise

    _alter_filter(api, change)


@fault("filter-range-in-local-time", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def local_time(api: Api) -> None:
    """Ranges of dates are compared two hours off."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        if wanted.operator in ("gteq", "lteq") and wanted.attribute.endswith("-date"):
            shift = timedelta(hours=-2 if wanted.operator == "gteq" else 2)
            # Other invoices are days apart; one that nearly fits must exist to be let in.
            wanted = dataclasses.replace(wanted, operand=wanted.operand + shift * 24)
        return original(record, wanted)

    api.replace("matches", matches)


@fault("filter-range-ignored", caught_by={"FILT-005"}, clause="Documented API, filters", needs=COLLECTION)
def range_ignored(api: Api) -> None:
    """The filters gteq and lteq select everything."""

    def matches(original: Callable[..., bool], record: Record, wanted: Condition) -> bool:
        return wanted.operator in ("gteq", "lteq") or original(record, wanted)

    api.replace("matches", matches)
