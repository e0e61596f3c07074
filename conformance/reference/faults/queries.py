"""Faults of query parameters, of include and of sparse fieldsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import FOREIGN
from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_item
from conformance.reference.message import Answer, Problem
from conformance.reference.query import Endpoint, Query
from conformance.reference.selection import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Invoice

JSON_API = "JSON:API 1.1"
INCLUDES = f"{JSON_API}, fetching-includes"
FIELDSETS = f"{JSON_API}, fetching-sparse-fieldsets"
CUSTOM = f"{JSON_API}, query-parameters-custom"
FAMILIES = f"{JSON_API}, query-parameters-families"


def _alter_compound(api: Api, change: Callable[[Document, Query], None]) -> None:
    def compound(
        original: Callable[..., Document],
        document: Document,
        request: Request,
        invoices: Sequence[Invoice],
        query: Query,
    ) -> Document:
        shown = original(document, request, invoices, query)
        if "included" in shown:
            change(shown, query)
        return shown

    api.replace("compound", compound)


@fault("include-as-map", caught_by={"INCL-001"}, clause=INCLUDES)
def included_as_map(api: Api) -> None:
    """The included resources are an object by id."""

    def change(document: Document, query: Query) -> None:
        if query.include:
            document["included"] = {resource["id"]: resource for resource in document["included"]}

    _alter_compound(api, change)


@fault("include-without-included", caught_by={"INCL-001"}, clause=INCLUDES)
def without_included(api: Api) -> None:
    """The linkage is shown, and the included account is missing."""

    def change(document: Document, query: Query) -> None:
        if query.include:
            del document["included"]

    _alter_compound(api, change)


@fault(
    "include-without-linkage",
    caught_by={"INCL-002", "INCL-007"},
    clause=f"{JSON_API}, document-compound-documents",
    also={"INCL-001": "no linked account can be found", "REL-008": "the linkage is missing"},
)
def without_linkage(api: Api) -> None:
    """The account is included without linkage in the invoice."""

    def relationship(original: Callable[..., Document], *arguments: object) -> Document:
        shown = original(*arguments)
        shown.pop("data", None)
        return shown

    api.replace("relationship", relationship)


@fault(
    "include-unlinked-resource",
    caught_by={"INCL-002", "INCL-003"},
    clause=f"{JSON_API}, document-compound-documents",
)
def unlinked_resource(api: Api) -> None:
    """The contractor of the account is included, too."""
    contractor = {"id": "36f675cc-81e7-4ef5-a8e2-5d940ed90476", "type": "contractors", "attributes": {"name": "x"}}

    def change(document: Document, query: Query) -> None:
        if query.include:
            document["included"].append(contractor)

    _alter_compound(api, change)


@fault("include-empty-includes-all", caught_by={"INCL-003", "INCL-006"}, clause=INCLUDES)
def empty_includes_all(api: Api) -> None:
    """An empty include parameter includes the account."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value or "account", endpoint)

    api.replace("parse_include", parse)


@fault(
    "include-bogus-accepted",
    caught_by={"INCL-004"},
    clause=INCLUDES,
    also={"REL-007": "so it is there", "RELD-007": "so it is there"},
)
def bogus_accepted(api: Api) -> None:
    """Unknown include paths are ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        known = [path for path in value.split(",") if path in (endpoint.include or ())]
        original(query, name, ",".join(known), endpoint if endpoint.include else Endpoint("", include=frozenset()))

    api.replace("parse_include", parse)


@fault("include-any-case", caught_by={"INCL-004"}, clause=INCLUDES)
def any_case(api: Api) -> None:
    """Include paths are compared without regard to case."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value.lower(), endpoint)

    api.replace("parse_include", parse)


@fault("include-deep-path-cut", caught_by={"INCL-004"}, clause=INCLUDES, also={"REL-007": "so it is there"})
def deep_path_cut(api: Api) -> None:
    """Of an include path only the first segment counts."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, ",".join(path.partition(".")[0] for path in value.split(",")), endpoint)

    api.replace("parse_include", parse)


@fault("include-other-serializer", caught_by={"INCL-005"}, clause="RFC 9110, section 9.3.1")
def other_serializer(api: Api) -> None:
    """The included account shows its balance with two decimals."""

    def change(document: Document, _: Query) -> None:
        for resource in document["included"]:
            if "balance" in resource.get("attributes", {}):
                resource["attributes"]["balance"] = f"{float(resource['attributes']['balance']):.2f}"

    _alter_compound(api, change)


@fault("include-empty-without-included", caught_by={"INCL-006"}, clause=INCLUDES)
def empty_without_included(api: Api) -> None:
    """The empty included member is left out, though the document declares version 1.1."""

    def change(document: Document, query: Query) -> None:
        if not query.include:
            del document["included"]

    _alter_compound(api, change)


@fault("include-refused", caught_by={"INCL-007"}, clause="Documented API, include")
def refused(api: Api) -> None:
    """Every include parameter is refused on the invoice."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, value, Endpoint("invoices") if endpoint.type == "invoices" else endpoint)

    api.replace("parse_include", parse)


@fault(
    "include-account-of-other-customer",
    caught_by={"INCL-002", "INCL-003"},
    clause=f"{JSON_API}, document-compound-documents",
    also={"SEC-004": "an account of the other customer is shown", "INCL-001": "the linked account is missing"},
)
def foreign_account(api: Api) -> None:
    """An account of another customer is included instead of the linked one."""

    def resource(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
        return original(request, FOREIGN if query.include else account, query)

    api.replace("account_resource", resource)


@fault(
    "fields-ignored",
    caught_by={"FLDS-001", "FLDS-002"},
    clause=FIELDSETS,
    also={"RELD-007": "so they are on the account", "ETAG-008": "the bodies no longer differ"},
)
def fields_ignored(api: Api) -> None:
    """Sparse fieldsets are ignored."""
    api.replace("sparse", lambda _original, resource, _query: resource)


@fault("fields-relationships-kept", caught_by={"FLDS-001", "FLDS-002"}, clause=FIELDSETS)
def relationships_kept(api: Api) -> None:
    """Sparse fieldsets leave the relationships alone."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        kept = resource.get("relationships")
        shown = original(resource, query)
        if kept:
            shown["relationships"] = kept
        return shown

    api.replace("sparse", sparse)


@fault(
    "fields-amounts-always-sent", caught_by={"FLDS-001"}, clause=FIELDSETS, also={"FLDS-002": "so they are for none"}
)
def amounts_always_sent(api: Api) -> None:
    """The attribute amount-spent is sent whatever is asked for."""

    def sparse(original: Callable[..., Document], resource: Document, query: Query) -> Document:
        always = {name: value for name, value in resource["attributes"].items() if name == "amount-spent"}
        shown = original(resource, query)
        if always:
            shown["attributes"] = {**shown.get("attributes", {}), **always}
        return shown

    api.replace("sparse", sparse)


@fault("fields-empty-is-all", caught_by={"FLDS-002"}, clause=FIELDSETS)
def empty_is_all(api: Api) -> None:
    """An empty fields parameter means all fields."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if value:
            original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


@fault("fields-empty-refused", caught_by={"FLDS-003"}, clause=FIELDSETS)
def empty_refused(api: Api) -> None:
    """An empty fields parameter is refused."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if not value:
            api.refuse("Unknown field", "The value is empty.", name)
        original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


@fault("fields-unknown-ignored", caught_by={"FLDS-004"}, clause="Documented API, fields")
def unknown_field_ignored(api: Api) -> None:
    """Unknown fields are ignored."""

    def parse(_original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if resource_type not in KINDS:
            api.refuse("Unknown resource type", "There is no such resource type.", name)
        query.fields[resource_type] = frozenset(value.split(","))

    api.replace("parse_fields", parse)


@fault("fields-unknown-type-ignored", caught_by={"FLDS-004"}, clause="Documented API, fields")
def unknown_type_ignored(api: Api) -> None:
    """Fields of unknown types are ignored."""

    def parse(original: Callable[..., None], query: Query, name: str, resource_type: str, value: str) -> None:
        if resource_type in KINDS:
            original(query, name, resource_type, value)

    api.replace("parse_fields", parse)


def _tolerate(api: Api, tolerated: Callable[[str], bool]) -> None:
    def unknown(original: Callable[..., None], name: str) -> None:
        if not tolerated(name):
            original(name)

    api.replace("unknown_parameter", unknown)


@fault(
    "query-unknown-ignored", caught_by={"QRY-001"}, clause=CUSTOM, also={"QRY-002": "it holds for custom names, too"}
)
def unknown_ignored(api: Api) -> None:
    """Unknown query parameters are ignored."""
    _tolerate(api, lambda name: name.isalpha() and name not in ("fields", "filter", "page", "sort", "include"))


@fault("query-limit-ignored", caught_by={"QRY-001"}, clause=CUSTOM)
def limit_ignored(api: Api) -> None:
    """The parameter limit, and only that, is ignored instead of refused."""
    _tolerate(api, lambda name: name == "limit")


@fault("query-custom-ignored", caught_by={"QRY-002"}, clause=CUSTOM, needs={"contested"})
def custom_ignored(api: Api) -> None:
    """Unknown query parameters with custom names are ignored."""
    _tolerate(api, lambda name: name.isalpha() and not name.islower())


@fault(
    "query-raw-brackets-ignored", caught_by={"QRY-003"}, clause=f"{JSON_API}, appendix-query-details-square-brackets"
)
def raw_brackets_ignored(api: Api) -> None:
    """A parameter with raw square brackets is ignored, an encoded one is not."""

    def parse(original: Callable[..., Query], text: str, endpoint: Endpoint) -> Query:
        return original("&".join(pair for pair in text.split("&") if "[" not in pair), endpoint)

    api.replace("parse_query", parse)


@fault("query-include-array-crash", caught_by={"QRY-004", "ERR-011"}, clause=FAMILIES)
def include_array_crash(api: Api) -> None:
    """The shape include[]= is answered with 500."""

    def unknown(original: Callable[..., None], name: str) -> None:
        if name == "include[]":
            raise Problem(500, "Internal server error", "Something went wrong.")
        original(name)

    api.replace("unknown_parameter", unknown)


@fault("query-include-array-ignored", caught_by={"QRY-004"}, clause=FAMILIES)
def include_array_ignored(api: Api) -> None:
    """The shapes include[]= and include[x]= are ignored."""
    _tolerate(api, lambda name: name.startswith("include["))


@fault("query-fields-without-type-ignored", caught_by={"QRY-004"}, clause=FAMILIES)
def fields_without_type(api: Api) -> None:
    """The shape fields= without a type is ignored."""
    _tolerate(api, lambda name: name == "fields")


@fault("query-sort-on-item-ignored", caught_by={"QRY-005"}, clause=f"{JSON_API}, fetching-sorting", needs={"contested"})
def sort_on_item(api: Api) -> None:
    """The parameters sort and page are ignored on an invoice."""

    def answer(original: Callable[..., Answer], request: Request) -> Answer:
        if is_item(request) and request.query.startswith(("sort=", "page")):
            request.query = ""
        return original(request)

    api.replace("answer", answer)
