"""What holds of the invoice by itself, judged of the relationship, of the account and of the collection."""

from __future__ import annotations

from conformance.checks.support import documents
from conformance.judge.api import expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import require_status, require_validation
from conformance.model.exchange import Exchange


def _view(exchange: Exchange, *views: Exchange | None) -> Exchange:
    """Return of the ``views`` the one of which ``exchange`` is a variant. Raises NotObserved unless it is served."""
    name = exchange.probe.partition("[")[2].removesuffix("]")
    found = [each for each in views if each is not None and each.probe == name]
    require(found and found[0].status == 200, "the usual request for it is not answered with 200")
    return found[0]


@requirement("COND-015")
def test_a_range_of_another_view_is_ignored_or_sent(
    relationship: Exchange | None, related: Exchange | None, listing: Exchange | None, elsewhere_with_range: Exchange
) -> None:
    usual = _view(elsewhere_with_range, relationship, related, listing)
    require(len(usual.body) > 10, "it has fewer bytes than the range")
    # A server may refuse a page of another origin, and a language that it does not speak.
    require(elsewhere_with_range.status not in {403, 406}, "refused, perhaps for its Origin or Accept-Language")
    expect_status(elsewhere_with_range, 200, 206)
    part = elsewhere_with_range.status == 206
    ranged = "Content-Range" in elsewhere_with_range.fields
    elsewhere_with_range.require_all_read()
    expect(not part or ranged, "Content-Range", "none", elsewhere_with_range, part="Content-Range")
    readable = elsewhere_with_range.json.readable
    expect(part or readable, "all of it, as the range is ignored", "no JSON", elsewhere_with_range)


@requirement("NEGO-011")
def test_a_content_type_with_parameters_is_refused_elsewhere(  # noqa: PLR0913, PLR0917 - one argument per view
    item: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    listing: Exchange | None,
    every_content_type_with_parameter: tuple[Exchange, ...],
    elsewhere_with_content_type: Exchange,
) -> None:
    require_status(item, 200)
    refused = all(each.status == 415 for each in every_content_type_with_parameter)
    require(refused, "the invoice is served with it, too; another check judges that")
    _view(elsewhere_with_content_type, relationship, related, listing)
    expect_status(elsewhere_with_content_type, 415, why="the Content-Type of the request has a charset parameter")


@requirement("COND-001")
def test_the_current_tag_is_not_modified_for_head_elsewhere(  # noqa: PLR0913, PLR0917 - one argument per view
    item: Exchange,
    item_head_not_modified: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    listing: Exchange | None,
    relationship_not_modified: Exchange | None,
    related_not_modified: Exchange | None,
    listing_not_modified: Exchange | None,
    elsewhere_not_modified_head: Exchange,
) -> None:
    require_validation(item, item_head_not_modified)
    usual = _view(elsewhere_not_modified_head, relationship, related, listing)
    answers = (relationship_not_modified, related_not_modified, listing_not_modified)
    by_get = [each for each in answers if each is not None and each.probe == f"{usual.probe}_not_modified"]
    require(by_get and by_get[0].status == 304, "GET does not give 304 either; another check judges that")
    if elsewhere_not_modified_head.status == 200:
        require(elsewhere_not_modified_head.fields.lines("ETag") == [usual.tag_as_sent], "it changed meanwhile")
    expect_status(elsewhere_not_modified_head, 304, why=f"{usual.tag_as_sent} is current")


@requirement("HTTP-022")
def test_no_write_succeeds_elsewhere(item: Exchange, elsewhere_written: Exchange) -> None:
    require_status(item, 200)
    method = elsewhere_written.request.method
    expect(not elsewhere_written.succeeded, f"a refusal of {method}", status_line(elsewhere_written), elsewhere_written)


@requirement("FLDS-004")
def test_an_unknown_field_of_the_account_is_refused(
    related: Exchange, related_sparse: Exchange, related_unknown_field: Exchange
) -> None:
    require_status(related, 200)
    documents.of_type(related, "accounts")
    require(related_sparse.status == 200, "sparse fieldsets of accounts are refused")
    expect_status(related_unknown_field, 400, why="accounts have no field nosuch")
