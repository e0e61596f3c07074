"""Faults of query parameters, of include and of sparse fieldsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.data import FOREIGN
from conformance.reference.faults import fault
from conformance.reference.query import Endpoint, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account, Invoice

JSON_API = "JSON:API 1.1"
INCLUDES = f"{JSON_API}, fetching-includes"
_RELATIONSHIP = {"REL-007": "the relationship includes its account in the same way"}


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


@fault("include-as-map", caught_by={"INCL-001"}, clause=INCLUDES, also=_RELATIONSHIP)
def included_as_map(api: Api) -> None:
    """The included resources are an object by id."""

    def change(document: Document, query: Query) -> None:
        if query.include:
            document["included"] = {resource["id"]: resource for resource in document["included"]}

    _alter_compound(api, change)


@fault("include-without-included", caught_by={"INCL-001"}, clause=INCLUDES, also=_RELATIONSHIP)
def without_included(api: Api) -> None:
    """The linkage is shown, and the included account is missing."""

    def change(document: Document, query: Query) -> None:
        if query.include:
            del document["included"]

    _alter_compound(api, change)


@fault("include-account-without-attributes", caught_by={"INCL-005"}, clause=f"{JSON_API}, document-compound-documents")
def account_without_attributes(api: Api) -> None:
    """The included account is only identified, without its attributes."""

    def change(document: Document, _query: Query) -> None:
        for resource in document["included"]:
            del resource["attributes"]

    _alter_compound(api, change)


@fault("include-twice", caught_by={"INCL-008"}, clause=f"{JSON_API}, document-compound-documents")
def twice(api: Api) -> None:
    """With an invoice its account is included twice, as by a join."""

    def change(document: Document, _query: Query) -> None:
        if isinstance(document["data"], dict):
            document["included"] *= 2

    _alter_compound(api, change)


@fault("include-primary-data", caught_by={"INCL-008"}, clause=f"{JSON_API}, document-compound-documents")
def primary_data(api: Api) -> None:
    """The invoice itself stands among what is included with it."""

    def change(document: Document, query: Query) -> None:
        if query.include and isinstance(document["data"], dict) and "attributes" in document["data"]:
            document["included"].append(document["data"])

    _alter_compound(api, change)


@fault(
    "include-without-linkage",
    caught_by={"INCL-007"},
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
    caught_by={"INCL-002"},
    clause=f"{JSON_API}, document-compound-documents",
)
def unlinked_resource(api: Api) -> None:
    """The contractor of the account is included, too."""
    contractor = {"id": "36f675cc-81e7-4ef5-a8e2-5d940ed90476", "type": "contractors", "attributes": {"name": "x"}}

    def change(document: Document, query: Query) -> None:
        if query.include:
            document["included"].append(contractor)

    _alter_compound(api, change)


@fault("include-empty-includes-all", caught_by={"INCL-003"}, clause=INCLUDES)
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
    caught_by={"INCL-001"},
    clause=f"{JSON_API}, document-compound-documents",
    also={"SEC-004": "an account of the other customer is shown"},
)
def foreign_account(api: Api) -> None:
    """An account of another customer is included instead of the linked one."""

    def resource(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
        return original(request, FOREIGN if query.include else account, query)

    api.replace("account_resource", resource)


@fault("include-unknown-beside-known", caught_by={"INCL-004"}, clause="JSON:API 1.1, fetching-includes")
def unknown_beside_known(api: Api) -> None:
    """Of several include paths those that do not exist are left out."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        known = [path for path in value.split(",") if path in (endpoint.include or ())]
        original(query, name, ",".join(known) if known else value, endpoint)

    api.replace("parse_include", parse)
