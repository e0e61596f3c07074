"""Inclusion, sparse fieldsets and undefined parameters on the collection."""

from __future__ import annotations

from typing import Any

from conformance.checks.support import documents, resources
from conformance.judge.api import expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probes.paging import VIEW_FIELDS
from conformance.reading import collection_pages
from conformance.reading.classification import declares_version_1_0
from conformance.reading.type_names import documented_type
from conformance.syntax.scalars import shown
from conformance.syntax.wording import counted

_WANTED = {"reference", "amount-spent"}


def _included(page: Exchange) -> list[Any]:
    """Return the included resources. Raises NotObserved when there is no array of them."""
    included = page.document.get("included")
    if not isinstance(included, list):
        raise NotObserved("no included resources", owner="INCL-001")
    return included


@requirement("INCL-001")
def test_an_empty_collection_is_a_compound_document_too(
    listing_with_account: Exchange, unmatched_filter_with_account: Exchange
) -> None:
    require(isinstance(listing_with_account.ok_document.get("included"), list), "nothing is included at all")
    require(
        collection_pages.data_of(unmatched_filter_with_account) == [], "the collection is not empty", owner="FILT-003"
    )
    require(not declares_version_1_0(unmatched_filter_with_account), "JSON:API 1.0 does not ask for it")
    document = unmatched_filter_with_account.document
    observed = shown(document["included"]) if "included" in document else "no member included"
    wanted = "an array, though an empty one"
    expect(
        isinstance(document.get("included"), list), wanted, observed, unmatched_filter_with_account, part="/included"
    )


@requirement("INCL-001")
def test_the_accounts_of_the_collection_are_included(listing_with_account: Exchange) -> None:
    accounts = collection_pages.account_ids(listing_with_account)
    included = listing_with_account.document.get("included")
    observed = shown(included) if "included" in listing_with_account.document else "no member included"
    expect(isinstance(included, list), "an array of resources", observed, listing_with_account, part="/included")
    found = {identifier.lower() for _, identifier in resources.identities(included)}
    missing = [account for account in accounts if account not in found]
    observed = f"without {len(missing)} of {len(accounts)}"
    expect(not missing, "the account of every invoice", observed, listing_with_account, part="/included")


@requirement("INCL-001")
def test_the_accounts_are_included_beside_other_parameters(
    listing_with_account: Exchange,
    every_listing_arranged: tuple[Exchange, ...],
    every_page_of_view: tuple[Exchange, ...],
) -> None:
    require(_included(listing_with_account), "nothing is included without them either")

    def judge(page: Exchange) -> None:
        accounts = collection_pages.account_ids(page)
        found = {identifier.lower() for _, identifier in resources.identities(page.document.get("included"))}
        missing = [account for account in accounts if account not in found]
        observed = f"without {len(missing)} of {len(accounts)}"
        expect(not missing, "the account of every invoice", observed, page, part="/included")

    observe_each((*every_listing_arranged, *every_page_of_view), judge)


@requirement("INCL-002")
def test_included_resources_are_linked_from_the_collection(
    listing_with_account: Exchange, item_with_account: Exchange | None
) -> None:
    require(collection_pages.elements(listing_with_account), "the collection is empty")
    elsewhere = item_with_account is not None and "data" in item_with_account.account_relationship
    require(elsewhere or _linked(listing_with_account), "no linkage is shown at all", owner="INCL-007")
    found = resources.identities(_included(listing_with_account))
    require(found, "nothing is included", owner="INCL-001")
    linked = _linked(listing_with_account)
    loose = [identity for identity in found if identity not in linked]
    observed = f"none to {' '.join(loose[0])}" if loose else ""
    expect(not loose, "linkage to every included resource", observed, listing_with_account, part="/included")


@requirement("INCL-003")
def test_nothing_but_accounts_is_included(listing_with_account: Exchange) -> None:
    collection_pages.account_ids(listing_with_account)
    # What nothing links to is judged by INCL-002.
    included = resources.identities(_included(listing_with_account))
    kinds = {documented_type(kind) for kind, _ in _linked(listing_with_account).intersection(included)}
    require("accounts" in kinds, "no account is included", owner="INCL-001")
    others = sorted(kinds - {"accounts"})
    observed = f"resources of other types: {', '.join(map(shown, others[:3]))}"
    expect(not others, "accounts alone, as include=account asks", observed, listing_with_account, part="/included")


def _linked(page: Exchange) -> set[tuple[str, str]]:
    """Return what relationships of the document link to."""
    parts = (part.value for part in documents.identifiers(page))
    return {(each["type"], each["id"]) for each in parts if resources.is_identifier(each)}


@requirement("INCL-004")
def test_an_unknown_include_path_is_refused_by_the_collection(
    listing: Exchange, listing_unknown_include: Exchange
) -> None:
    require_status(listing, 200)
    expect_status(listing_unknown_include, 400, why="no relationship is named nosuch")


@requirement("FLDS-001")
def test_elements_have_only_the_named_fields(listing: Exchange, listing_sparse: Exchange) -> None:
    full = collection_pages.elements(listing)
    require(full, "the collection is empty")
    expect_status(listing_sparse, 200, 400, why="sparse fieldsets are supported or refused")
    if listing_sparse.status == 400:
        return
    for place, (identifier, element) in enumerate(collection_pages.elements(listing_sparse).items()):
        require(identifier in full, "the collection changed")
        has, had = _fields(element), _fields(full[identifier])
        require(had >= _WANTED, "the elements do not have these fields", owner="ITEM-022")
        observed = f"{counted(len(has), 'field')}: {', '.join(sorted(has)[:5])}"
        expect(
            has == _WANTED, f"the fields {', '.join(sorted(_WANTED))}", observed, listing_sparse, part=f"/data/{place}"
        )


@requirement("FLDS-001")
def test_fields_hold_beside_other_parameters(
    listing_sparse: Exchange, every_page_of_view: tuple[Exchange, ...]
) -> None:
    alone = collection_pages.elements(listing_sparse).values()
    require(
        alone and all(_fields(element) <= _WANTED for element in alone),
        "fields does not select alone either; another check judges that",
    )
    first, *_ = every_page_of_view
    require_status(first, 200)
    for place, element in enumerate(collection_pages.elements(first).values()):
        further = sorted(_fields(element) - set(VIEW_FIELDS))
        expected, observed = f"{' and '.join(VIEW_FIELDS)} alone", f"other fields: {', '.join(further[:4])}"
        expect(not further, expected, observed, first, part=f"/data/{place}")


def _fields(element: documents.Object) -> set[str]:
    attributes, relationships = resources.fields_of(element)
    return attributes | relationships


@requirement("FLDS-004")
def test_an_unknown_field_is_refused_by_the_collection(listing: Exchange, listing_unknown_field: Exchange) -> None:
    require_status(listing, 200)
    expect_status(listing_unknown_field, 400, why="there is no field nosuch")


@requirement("QRY-001")
def test_an_undefined_parameter_is_refused_by_the_collection(
    listing: Exchange, listing_unknown_parameter: Exchange
) -> None:
    require_status(listing, 200)
    expect_status(listing_unknown_parameter, 400, why="JSON:API does not define foo and reserves such names")


@requirement("QRY-004")
def test_a_sort_of_the_wrong_shape_is_refused(listing: Exchange, listing_sort_list: Exchange) -> None:
    require_status(listing, 200)
    expect_status(listing_sort_list, 400, why="JSON:API does not define this form of sort")
