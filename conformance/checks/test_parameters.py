"""Query parameters on a single invoice: inclusion, sparse fieldsets, and names that JSON:API does not define."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.checks.support.documents import is_additional, is_relationship_url
from conformance.checks.support.resources import expect_same_values, identities, is_identifier
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange, NotObserved, link_of
from conformance.plan.probes.parameters import FIELDS_OF_EVERY_KIND
from conformance.reading import collection_pages
from conformance.reading.classification import declares_version_1_0
from conformance.syntax.scalars import shown
from conformance.syntax.wording import counted

Identifier = tuple[str, str]


def _identifier(value: Any) -> Identifier | None:
    """Return type and id of a resource or of its identifier object; None when it has not both (ITEM-005)."""
    return (value["type"], value["id"]) if is_identifier(value) else None


def _linked(resource: Any) -> set[Identifier]:
    """Return what the relationships of a resource link to."""
    relationships = resource.get("relationships") if isinstance(resource, dict) else None
    found: set[Identifier] = set()
    for relationship in relationships.values() if isinstance(relationships, dict) else ():
        data = relationship.get("data") if isinstance(relationship, dict) else None
        for entry in data if isinstance(data, list) else [data]:
            if identifier := _identifier(entry):
                found.add(identifier)
    return found


def _account(exchange: Exchange) -> Identifier:
    """Return the linked account. Raises NotObserved when the linkage names none."""
    linkage = exchange.account_relationship.get("data")
    if linkage is None:
        raise NotObserved("no linkage of the account", owner="INCL-007")
    identifier = _identifier(linkage)
    if identifier is None:
        raise NotObserved("the linkage of the account is not a resource identifier", owner="ITEM-021")
    return identifier


def _included(exchange: Exchange) -> dict[Identifier, dict[str, Any]]:
    """Return the included resources by identifier. Raises NotObserved when there is no array of them (INCL-001)."""
    included = exchange.ok_document.get("included")
    if not isinstance(included, list):
        raise NotObserved("no included resources", owner="INCL-001")
    return {identifier: entry for entry in included if (identifier := _identifier(entry))}


def _reached(exchange: Exchange, included: dict[Identifier, dict[str, Any]]) -> set[Identifier]:
    """Return all that chains of linkage from the primary data lead to (JSON:API, document-compound-documents)."""
    reached: set[Identifier] = set()
    pending = [exchange.resource]
    while pending:
        for identifier in _linked(pending.pop()) - reached:
            reached.add(identifier)
            if identifier in included:
                pending.append(included[identifier])
    return reached


@requirement("INCL-007")
def test_the_account_can_be_included(item: Exchange, item_with_account: Exchange) -> None:
    require_status(item, 200)
    expect_status(item_with_account, 200, why="include=account is documented")
    expect(
        "data" in item_with_account.account_relationship,
        "linkage of the account",
        f"a relationship with {', '.join(item_with_account.account_relationship) or 'nothing'}",
        item_with_account,
        part="/data/relationships/account",
    )


@requirement("INCL-001")
def test_the_linked_account_is_included(item_with_account: Exchange) -> None:
    included = item_with_account.ok_document.get("included")
    account = _account(item_with_account)
    expect(
        isinstance(included, list),
        "an array of resources",
        shown(included) if "included" in item_with_account.document else "no member included",
        item_with_account,
        part="/included",
    )
    assert isinstance(included, list)
    for place, entry in enumerate(included):
        expect(isinstance(entry, dict), "a resource", shown(entry), item_with_account, part=f"/included/{place}")
    expect(
        account in map(_identifier, included),
        f"the account {account[1]}",
        ", ".join(shown(entry.get("id")) for entry in included[:4]) or "nothing",
        item_with_account,
        part="/included",
    )


@requirement("INCL-002")
def test_included_resources_are_linked(item_with_account: Exchange) -> None:
    included = _included(item_with_account)
    if _account(item_with_account) not in included:
        raise NotObserved("the linked account is not included", owner="INCL-001")
    loose = sorted(set(included) - _reached(item_with_account, included) - {_identifier(item_with_account.resource)})
    expect(
        not loose,
        "linkage from the invoice to every included resource",
        f"none to {' '.join(loose[0])}" if loose else "",
        item_with_account,
        part="/included",
    )


@requirement("INCL-003")
def test_nothing_else_is_included(item_with_account: Exchange) -> None:
    included = _included(item_with_account)
    account = _account(item_with_account)
    # What nothing links to is judged by INCL-002.
    others = sorted(set(included).intersection(_reached(item_with_account, included)) - {account})
    expect(
        not others,
        "the account alone, as include=account asks",
        f"another resource: {' '.join(others[0])}" if others else "",
        item_with_account,
        part="/included",
    )


@requirement("INCL-003")
def test_an_empty_include_includes_nothing(include_empty: Exchange) -> None:
    included = include_empty.ok_document.get("included", [])
    expect(
        not (isinstance(included, list) and included),
        "no included resources for an empty include",
        shown(included),
        include_empty,
        part="/included",
    )


@requirement("INCL-004")
def test_an_unknown_include_path_is_refused(item: Exchange, unknown_include: Exchange) -> None:
    require_status(item, 200)
    expect_status(unknown_include, 400, why="no relationship is named nosuch")


@requirement("INCL-004")
def test_an_unsupported_include_path_is_refused(item: Exchange, include_unsupported: Exchange) -> None:
    require_status(item, 200)
    expect_status(include_unsupported, 400, why="there is no such path; names are case-sensitive")


@requirement("INCL-005")
def test_the_included_account_is_the_related_one(item_with_account: Exchange, related: Exchange) -> None:
    place, account = _included_as(item_with_account, related)
    expect_same_values(item_with_account, place, account, related.resource)


@requirement("INCL-005")
def test_the_included_account_has_the_link_of_the_related_one(item_with_account: Exchange, related: Exchange) -> None:
    _expect_link_of(related, item_with_account)


@requirement("INCL-005")
def test_the_included_account_has_the_link_of_the_account_to_which_it_leads(
    item_with_account: Exchange, related: Exchange | None, account_from_self_link: Exchange
) -> None:
    require(related is None or related.status != 200, "the related account is there, and another check judges it")
    _expect_link_of(account_from_self_link, item_with_account)


def _expect_link_of(by_itself: Exchange, item_with_account: Exchange) -> None:
    """Raise Violation unless the included account has the self link that it has by itself."""
    place, account = _included_as(item_with_account, by_itself)
    expected, observed = link_of(by_itself.resource, "self", by_itself), link_of(account, "self", item_with_account)
    part = f"{place}/links/self"
    expect(expected == observed, f"self {shown(expected)}", shown(observed), item_with_account, part=part)


@requirement("INCL-005")
def test_the_account_included_with_the_relationship_is_the_related_one(
    related: Exchange | None, item_with_account: Exchange | None, relationship_with_account: Exchange
) -> None:
    included = relationship_with_account.ok_document.get("included")
    require(isinstance(included, list), "the include parameter is ignored", owner="REL-007")
    if related is not None and related.status == 200:
        _expect_related(relationship_with_account, [related])
        return
    require(item_with_account is not None, "the account is included in nothing else")
    if item_with_account is not None:
        _expect_as_included(relationship_with_account, _included(item_with_account))


def _expect_as_included(exchange: Exchange, others: dict[Identifier, dict[str, Any]]) -> None:
    """Judge every included resource that another answer includes as well."""
    found = _included(exchange)
    require(found.keys() & others.keys(), "another account is included there")
    for identifier in sorted(found.keys() & others.keys()):
        place = f"/included/{exchange.document['included'].index(found[identifier])}"
        expect_same_values(exchange, place, found[identifier], others[identifier])


@requirement("INCL-005")
def test_the_accounts_included_with_the_collection_are_the_related_ones(
    every_related: tuple[Exchange, ...] | None,
    every_item_with_account: tuple[Exchange, ...],
    listing_with_account: Exchange,
) -> None:
    if shown_alone := [each for each in every_related or () if each.status == 200]:
        _expect_related(listing_with_account, shown_alone)
        return
    observe_each(every_item_with_account, lambda each: _expect_as_included(listing_with_account, _included(each)))


@requirement("INCL-005")
def test_the_listed_accounts_are_the_related_ones(
    every_related: tuple[Exchange, ...], accounts_listing: Exchange
) -> None:
    known = collection_pages.elements(accounts_listing)

    def judge(related: Exchange) -> None:
        require_status(related, 200)
        identifier = str(related.resource.get("id")).lower()
        require(identifier in known, "the account is not in the list", owner="COLL-011")
        place = list(known).index(identifier)
        expect_same_values(accounts_listing, f"/data/{place}", known[identifier], related.resource)

    observe_each(every_related, judge)


def _expect_related(exchange: Exchange, accounts: Iterable[Exchange]) -> None:
    """Judge every account that is included and was fetched by itself, too."""
    _included(exchange)

    def judge(related: Exchange) -> None:
        place, account = _included_as(exchange, related)
        expect_same_values(exchange, place, account, related.resource)

    observe_each(accounts, judge)


def _included_as(exchange: Exchange, related: Exchange) -> tuple[str, dict[str, Any]]:
    """Return JSON Pointer and resource of the included account that ``related`` shows. Raises NotObserved without."""
    included = _included(exchange)
    identifier = _identifier(related.resource) or ("", "")
    require(identifier in included, "the related account is not among the included resources", owner="INCL-001")
    account = included[identifier]
    return f"/included/{exchange.document['included'].index(account)}", account


@requirement("INCL-006")
def test_an_empty_include_gives_an_empty_array(include_empty: Exchange) -> None:
    document = include_empty.ok_document
    if declares_version_1_0(include_empty):
        raise NotObserved("JSON:API 1.0 does not demand it")
    # Resources in it are judged by INCL-003.
    expect(
        isinstance(document.get("included"), list),
        "an empty array",
        shown(document["included"]) if "included" in document else "no member included",
        include_empty,
        part="/included",
    )


@requirement("INCL-008")
def test_no_resource_is_included_twice(every_success: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        document = exchange.ok_document
        data, included = document.get("data"), document.get("included")
        require(isinstance(included, list) and not isinstance(data, list), "no single resource with others")
        # The data of a relationship only identifies a resource, which may be included.
        whole = isinstance(data, dict) and not data.keys().isdisjoint({"attributes", "relationships", "links"})
        seen = set(identities(data)) if whole and not is_relationship_url(exchange) else set()
        for identity in identities(included):
            observed = f"{' '.join(identity)} twice"
            expect(identity not in seen, "every resource once", observed, exchange, part="/included")
            seen.add(identity)

    observe_each(every_success, judge)


def _fields(exchange: Exchange) -> set[str]:
    """Return the names of the attributes and relationships shown. Raises NotObserved when one is not an object."""
    names: set[str] = set()
    for part in ("attributes", "relationships"):
        value = exchange.resource.get(part, {})
        if not isinstance(value, dict):
            raise NotObserved(f"{part} is not an object", owner="ITEM-011")
        # @-members and those of extensions are not fields.
        names |= {name for name in value if not is_additional(exchange, name)}
    return names


def _expect_fields(item: Exchange, sparse: Exchange, wanted: set[str]) -> None:
    require_status(item, 200)
    expect_status(sparse, 200, 400, why="sparse fieldsets are supported or refused")
    if sparse.status == 400:
        return
    if not wanted <= _fields(item):
        raise NotObserved("the invoice itself does not have these fields", owner="ITEM-015")
    found = _fields(sparse)
    expect(
        found == wanted,
        f"the fields {', '.join(sorted(wanted))}",
        f"{counted(len(found), 'field')}: {', '.join(sorted(found)[:5])}{', ...' if len(found) > 5 else ''}",
        sparse,
        part="/data",
    )


@requirement("FLDS-001")
def test_only_the_named_attributes_are_shown(item: Exchange, fields_of_attributes: Exchange) -> None:
    _expect_fields(item, fields_of_attributes, {"reference", "amount-spent"})


@requirement("FLDS-001")
def test_only_the_named_relationship_is_shown(item: Exchange, fields_of_relationship: Exchange) -> None:
    _expect_fields(item, fields_of_relationship, {"account"})


@requirement("FLDS-001")
def test_an_attribute_of_every_kind_can_be_named(
    item: Exchange, fields_of_attributes: Exchange, fields_with_encoded_comma: Exchange
) -> None:
    require_status(fields_of_attributes, 200)
    found = _fields(fields_with_encoded_comma)
    require({"reference", "amount-spent"} <= found, "the encoded comma is not understood", owner="QRY-007")
    require(
        _fields(fields_of_attributes) == {"reference", "amount-spent"},
        "fields does not select the named fields; another check judges that",
    )
    _expect_fields(item, fields_with_encoded_comma, {*FIELDS_OF_EVERY_KIND})


@requirement("FLDS-002")
def test_an_empty_fieldset_has_no_fields(
    item: Exchange, fields_of_attributes: Exchange, fields_empty: Exchange
) -> None:
    found = _fields(fields_empty)
    if fields_of_attributes.status == 200 and _fields(fields_of_attributes) == _fields(item):
        raise NotObserved("sparse fieldsets have no effect at all", owner="FLDS-001")
    expect(not found, "no fields", counted(len(found), "field"), fields_empty, part="/data")


@requirement("FLDS-003")
def test_an_empty_fieldset_is_understood(fields_of_attributes: Exchange, fields_empty: Exchange) -> None:
    require_status(fields_of_attributes, 200)
    expect_status(fields_empty, 200, why="an empty value asks for no fields")


@requirement("FLDS-004")
def test_unknown_fields_and_types_are_refused(item: Exchange, fields_unknown: Exchange) -> None:
    require_status(item, 200)
    expect_status(fields_unknown, 400, why="there is no such field or type")


@requirement("QRY-001")
def test_an_undefined_parameter_is_refused(
    item: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    every_unknown_parameter: tuple[Exchange, ...],
) -> None:
    counterparts = {"unknown_parameter[relationship]": relationship, "unknown_parameter[related]": related}

    def judge(exchange: Exchange) -> None:
        # Without a link to it there is no request for it either.
        require_status(counterparts.get(exchange.probe) or item, 200)
        expect_status(exchange, 400, why="JSON:API does not define this parameter and reserves such names")

    observe_each(every_unknown_parameter, judge)


@requirement("QRY-001")
def test_no_undefined_parameter_is_known_by_its_name(
    item: Exchange, every_unknown_parameter: tuple[Exchange, ...], every_odd_query: tuple[Exchange, ...]
) -> None:
    require_status(item, 200)
    require(not any(each.succeeded for each in every_unknown_parameter), "undefined parameters are ignored")

    def judge(exchange: Exchange) -> None:
        named = re.findall(r"(?:^|&)([a-z]+)(?:%5B[a-z]*%5D)*=", exchange.request.target.partition("?")[2])
        undefined = sorted(set(named) - {"include", "fields", "sort", "page", "filter"})
        require(undefined, "there is no parameter of such a name")
        why = f"JSON:API does not define {undefined[0]} and reserves such names"
        expect(exchange.status != 200, f"400: {why}", status_line(exchange), exchange)

    observe_each(every_odd_query, judge)


@requirement("QRY-002")
def test_an_unknown_custom_parameter_is_refused(item: Exchange, custom_parameter: Exchange) -> None:
    require_status(item, 200)
    if declares_version_1_0(item):
        raise NotObserved("JSON:API 1.0 does not demand it")
    expect_status(custom_parameter, 400, why="the server does not know how to process fooBar")


@requirement("QRY-003")
def test_raw_brackets_mean_the_same(fields_of_attributes: Exchange, fields_of_attributes_raw: Exchange) -> None:
    # Some servers refuse raw brackets, which RFC 3986 does not allow in a query.
    if fields_of_attributes_raw.status == 400:
        raise NotObserved("raw square brackets are refused, or sparse fieldsets are")
    require_status(fields_of_attributes_raw, 200)
    if fields_of_attributes.status != 200:
        raise Violation("200 as with raw square brackets", str(fields_of_attributes.status), fields_of_attributes)
    raw, encoded = _fields(fields_of_attributes_raw), _fields(fields_of_attributes)
    expect(
        raw == encoded,
        f"{counted(len(encoded), 'field')}, as with encoded brackets",
        counted(len(raw), "field"),
        fields_of_attributes_raw,
        part="/data",
    )


@requirement("QRY-003")
def test_escapes_in_lower_case_mean_the_same(
    fields_of_attributes: Exchange, fields_of_attributes_in_lower_case: Exchange
) -> None:
    require_status(fields_of_attributes, 200)
    exchange = fields_of_attributes_in_lower_case
    expect_status(exchange, 200, why="%5b is %5B")
    expected, observed = _fields(fields_of_attributes), _fields(exchange)
    expect(
        observed == expected, f"{len(expected)} fields, as with %5B", f"{len(observed)} fields", exchange, part="/data"
    )


@requirement("QRY-006")
def test_encoded_letters_mean_the_same(item_with_account: Exchange, include_in_encoded_letters: Exchange) -> None:
    require(_included(item_with_account), "nothing is included", owner="INCL-001")
    expect_status(include_in_encoded_letters, 200, why="%69nclude=%61ccount is include=account")
    included = include_in_encoded_letters.ok_document.get("included")
    observed = shown(included) if included else "nothing"
    expect(included, "the account, as with include=account", observed, include_in_encoded_letters, part="/included")


@requirement("QRY-007")
def test_an_encoded_comma_separates_fields(fields_of_attributes: Exchange, fields_with_encoded_comma: Exchange) -> None:
    require_status(fields_of_attributes, 200)
    expect_status(fields_with_encoded_comma, 200, why="%2C is a comma")
    wanted = {"reference", "amount-spent"}
    require(wanted <= _fields(fields_of_attributes), "a raw comma does not separate fields either", owner="FLDS-001")
    missing = sorted(wanted - _fields(fields_with_encoded_comma))
    # Fields that were not asked for are judged by FLDS-001.
    expect(not missing, "both fields", f"no {', '.join(missing)}", fields_with_encoded_comma, part="/data")


@requirement("QRY-004")
def test_a_parameter_of_the_wrong_shape_is_refused(item: Exchange, parameter_of_wrong_shape: Exchange) -> None:
    require_status(item, 200)
    expect_status(parameter_of_wrong_shape, 400, why="JSON:API does not define this form of the parameter")


@requirement("QRY-005")
def test_a_collection_parameter_is_refused(item: Exchange, collection_parameter: Exchange) -> None:
    require_status(item, 200)
    expect_status(collection_parameter, 400, why="it has no meaning for a single resource")


def _are_of(attributes: Mapping[str, Any], item: Exchange, *, sparse: bool) -> bool:
    """Return whether attributes are some of the invoice; their values beside fields are judged where that is asked."""
    return attributes.keys() <= item.attributes.keys() if sparse else attributes.items() <= item.attributes.items()


@requirement("QRY-008")
def test_a_query_of_odd_syntax_is_refused_or_leaves_the_invoice(
    item: Exchange, item_with_account: Exchange, unknown_include: Exchange, odd_query: Exchange
) -> None:
    require_status(item, 200, owner="ITEM-001")
    require(unknown_include.status < 500, "the server fails where it has to refuse", owner="ERR-011")
    if 400 <= odd_query.status < 500:
        return
    expect_status(odd_query, 200, 400, why="it is understood, or refused")
    known = [each.document for each in (item, item_with_account) if each.status == 200]
    attributes = odd_query.attributes if isinstance(odd_query.document.get("data"), dict) else None
    same = attributes is not None and _are_of(attributes, item, sparse="fields" in odd_query.request.target)
    observed = f"other data, {status_line(odd_query)}"
    expect(same or odd_query.document in known, "the invoice as it is, or 400", observed, odd_query)


@requirement("QRY-008")
def test_empty_parameters_leave_an_inclusion(
    item_with_account: Exchange, inclusion_between_ampersands: Exchange
) -> None:
    require(_included(item_with_account), "nothing is included", owner="INCL-001")
    if 400 <= inclusion_between_ampersands.status < 500:
        return
    expect_status(inclusion_between_ampersands, 200, 400, why="there is nothing between the ampersands")
    included = inclusion_between_ampersands.ok_document.get("included")
    expect(included, "the account in included", "nothing", inclusion_between_ampersands, part="/included")


@requirement("INCL-009")
def test_an_inclusion_is_honoured_beside_fields(
    item: Exchange, item_with_account: Exchange, item_with_account_and_fields: Exchange
) -> None:
    require_status(item, 200, owner="ITEM-001")
    included = item_with_account.ok_document.get("included")
    require(included, "nothing is included", owner="INCL-001")
    # Sparse fieldsets need not be supported.
    require_status(item_with_account_and_fields, 200)
    found = item_with_account_and_fields.document.get("included")
    observed = "no included" if found is None else shown(found)
    expect(bool(found), "the account in included", observed, item_with_account_and_fields, part="/included")
