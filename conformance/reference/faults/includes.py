"""Faults of query parameters, of include and of sparse fieldsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.data import FOREIGN
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import COMPOUND, GET, INCLUDES
from conformance.reference.faults.seams import after, effect, instead_of
from conformance.reference.faults.tools import in_links
from conformance.reference.query import Endpoint, Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Document, Request
    from conformance.reference.model import Account

fault = Area(__name__)
_RELATIONSHIP = {"REL-007": "the relationship includes its account in the same way"}


@effect
def _alter_compound(api: Api, change: Callable[[Document, Query], object]) -> None:
    """Alter documents that were asked for with include."""
    after(Api.compound)(
        lambda shown, _document, _request, _invoices, query: change(shown, query) if "included" in shown else None
    )(api)


@effect
def _read_as(api: Api, change: Callable[[str, Endpoint], str]) -> None:
    """Read another value of include than the one that was sent."""

    def parse(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
        original(query, name, change(value, endpoint), endpoint)

    api.replace(Api.parse_include, parse)


def _known(value: str, endpoint: Endpoint) -> str:
    return ",".join(path for path in value.split(",") if path in (endpoint.include or ()))


@fault("include-as-map", {"INCL-001"}, INCLUDES, also=_RELATIONSHIP)
@_alter_compound
def included_as_map(document: Document, query: Query) -> None:
    """The included resources are an object by id."""
    if query.include:
        document["included"] = {resource["id"]: resource for resource in document["included"]}


@fault("include-without-included", {"INCL-001"}, INCLUDES, also=_RELATIONSHIP)
@_alter_compound
def without_included(document: Document, query: Query) -> None:
    """The linkage is shown, and the included account is missing."""
    if query.include:
        del document["included"]


@fault("include-account-with-another-link", {"INCL-005"}, COMPOUND)
@_alter_compound
def account_with_another_link(document: Document, _query: Query) -> None:
    """The self link of the included account is another than that of the related one."""
    for resource in document["included"]:
        in_links(lambda links: links.update(self=f"{links['self']}?"))(resource)


@fault("include-twice", {"INCL-008"}, COMPOUND)
@_alter_compound
def twice(document: Document, _query: Query) -> None:
    """With an invoice its account is included twice, as by a join."""
    if isinstance(document["data"], dict):
        document["included"] *= 2


@fault("include-primary-data", {"INCL-008"}, COMPOUND)
@_alter_compound
def primary_data(document: Document, query: Query) -> None:
    """The invoice itself stands among what is included with it."""
    if query.include and isinstance(document["data"], dict) and "attributes" in document["data"]:
        document["included"].append(document["data"])


fault(
    "include-without-linkage",
    {"INCL-007"},
    COMPOUND,
    also={"INCL-001": "no linked account can be found", "REL-008": "the linkage is missing"},
)(
    "The account is included without linkage in the invoice.",
    after(Api.relationship)(lambda shown, *_: shown.pop("data", None)),
)


@fault("include-unlinked-resource", {"INCL-002"}, COMPOUND)
@_alter_compound
def unlinked_resource(document: Document, query: Query) -> None:
    """The contractor of the account is included, too."""
    if query.include:
        document["included"].append(
            {"id": "36f675cc-81e7-4ef5-a8e2-5d940ed90476", "type": "contractors", "attributes": {"name": "x"}}
        )


fault("include-empty-includes-all", {"INCL-003"}, INCLUDES)(
    "An empty include parameter includes the account.", _read_as(lambda value, _: value or "account")
)


@fault(
    "include-bogus-accepted", {"INCL-004"}, INCLUDES, also={"REL-007": "so it is there", "RELD-007": "so it is there"}
)
@instead_of(Api.parse_include)
def bogus_accepted(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    """Unknown include paths are ignored."""
    original(query, name, _known(value, endpoint), endpoint if endpoint.include else Endpoint("", include=frozenset()))


fault("include-any-case", {"INCL-004"}, INCLUDES)(
    "Include paths are compared without regard to case.", _read_as(lambda value, _: value.lower())
)
fault("include-deep-path-cut", {"INCL-004"}, INCLUDES, also={"REL-007": "so it is there"})(
    "Of an include path only the first segment counts.",
    _read_as(lambda value, _: ",".join(path.partition(".")[0] for path in value.split(","))),
)


@fault("include-other-serializer", {"INCL-005"}, GET)
@_alter_compound
def other_serializer(document: Document, _: Query) -> None:
    """The included account shows its balance with two decimals."""
    for resource in document["included"]:
        if "balance" in resource.get("attributes", {}):
            resource["attributes"]["balance"] = f"{float(resource['attributes']['balance']):.2f}"


@fault("include-empty-without-included", {"INCL-006"}, INCLUDES)
@_alter_compound
def empty_without_included(document: Document, query: Query) -> None:
    """The empty included member is left out, though the document declares version 1.1."""
    if not query.include:
        del document["included"]


@fault("include-refused", {"INCL-007"}, "Documented API, include")
@instead_of(Api.parse_include)
def refused(original: Callable[..., None], query: Query, name: str, value: str, endpoint: Endpoint) -> None:
    """Every include parameter is refused on the invoice."""
    original(query, name, value, Endpoint("invoices") if endpoint.type == "invoices" else endpoint)


@fault(
    "include-account-of-other-customer",
    {"INCL-001"},
    COMPOUND,
    also={"SEC-004": "an account of the other customer is shown"},
)
@instead_of(Api.account_resource)
def foreign_account(original: Callable[..., Document], request: Request, account: Account, query: Query) -> Document:
    """An account of another customer is included instead of the linked one."""
    return original(request, FOREIGN if query.include else account, query)


fault("include-unknown-beside-known", {"INCL-004"}, INCLUDES)(
    "Of several include paths those that do not exist are left out.",
    _read_as(lambda value, endpoint: _known(value, endpoint) or value),
)
