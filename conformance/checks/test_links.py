"""The links of an invoice, their form and where they lead."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from conformance.checks.support import documents, invoices, resources
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import JSON_API, Exchange, NotObserved, link_of
from conformance.reading import collection_pages
from conformance.syntax.scalars import shown
from conformance.syntax.urls import is_absolute, origin, path_of
from conformance.syntax.wording import counted

# Name of the link, path below that of the invoice, and where it stands.
_SELF = ("self", "", "/data/links/self")
_ACCOUNT_SELF = ("self", "/relationships/account", "/data/relationships/account/links/self")
_ACCOUNT_RELATED = ("related", "/account", "/data/relationships/account/links/related")
_ALL = (_SELF, _ACCOUNT_SELF, _ACCOUNT_RELATED)


@requirement("ITEM-015")
def test_the_account_has_both_links(item: Exchange, item_with_account: Exchange) -> None:
    account = documents.member_object(item.resource, "relationships").get("account")
    if isinstance(account, dict) and not resources.is_filled_relationship(item, account):
        raise NotObserved("the relationship object is empty, which is another finding")

    def judge(exchange: Exchange) -> None:
        part = "/data/relationships/account"
        relationships = exchange.resource.get("relationships", {})
        if not isinstance(relationships, dict):
            raise NotObserved("the relationships are not an object")
        expect("account" in relationships, "a relationship account", shown(relationships), exchange, part=part)
        links = exchange.account_relationship.get("links", {})
        if not isinstance(links, dict):
            raise NotObserved("the links are not an object")
        missing = [name for name in ("self", "related") if links.get(name) is None]
        expect(not missing, "links self and related", f"no {' and no '.join(missing)}", exchange, part=f"{part}/links")

    observe_each((item, item_with_account), judge)


@requirement("ITEM-017")
def test_the_self_link_leads_to_the_invoice(item: Exchange, item_from_self_link: Exchange) -> None:
    # Which invoice that is, ITEM-008 judges.
    invoice = item.resource
    invoices.well_formed(item.self_link)
    expect_status(item_from_self_link, 200, why="links.self can be fetched")
    resources.expect_same_resource(item_from_self_link, invoice)


@requirement("ITEM-031")
def test_the_document_link_can_be_fetched(item: Exchange, item_from_document_link: Exchange) -> None:
    _expect_data_behind(item, item_from_document_link)


@requirement("ITEM-031")
def test_the_document_link_of_a_view_can_be_fetched(
    item_with_account: Exchange, included_from_document_link: Exchange
) -> None:
    _expect_data_behind(item_with_account, included_from_document_link)


def _expect_data_behind(item: Exchange, linked: Exchange) -> None:
    """Raise Violation unless the self link of the document of an invoice gives primary data."""
    invoices.well_formed(link_of(item.document, "self", item))
    expect_status(linked, 200, why="the self link of the document can be fetched")
    documents.primary_data(linked)


@requirement("ITEM-019")
def test_the_document_link_leads_to_the_same_data(item: Exchange, item_from_document_link: Exchange) -> None:
    invoice = invoices.own_resource(item)
    invoices.well_formed(link_of(item.document, "self", item))
    require(item_from_document_link.status == 200, "it cannot be fetched", owner="ITEM-031")
    resources.expect_same_resource(item_from_document_link, invoice)


@requirement("ITEM-019")
def test_the_document_link_keeps_the_query(item_with_account: Exchange, included_from_document_link: Exchange) -> None:
    invoice = invoices.own_resource(item_with_account)
    invoices.well_formed(link_of(item_with_account.document, "self", item_with_account))
    require(included_from_document_link.status == 200, "it cannot be fetched", owner="ITEM-031")
    resources.expect_same_resource(included_from_document_link, invoice)
    expected, observed = (
        sorted(resources.identities(exchange.document.get("included")))
        for exchange in (item_with_account, included_from_document_link)
    )
    wanted = f"{counted(len(expected), 'included resource')}, as in the answer with the link"
    expect(
        observed == expected,
        wanted,
        counted(len(observed), "included resource"),
        included_from_document_link,
        part="/included",
    )


@requirement("ITEM-019")
def test_the_link_of_no_document_leads_to_another_view(every_success: tuple[Exchange, ...]) -> None:
    documents_sent = [each for each in every_success if _is_document(each)]
    # The first answer to a URL is that to the usual request.
    views = {_asked(each.request.url): each for each in reversed(documents_sent)}

    def judge(exchange: Exchange) -> None:
        require(_is_document(exchange), "no JSON:API document")
        # The link of a relationship is that of the invoice: REL-005.
        require(not documents.is_relationship_url(exchange), "a relationship")
        link = invoices.well_formed(link_of(exchange.ok_document, "self", exchange))
        asked = _asked(urljoin(exchange.request.url, link))
        view = views.get(asked)
        require(view and asked != _asked(exchange.request.url), "its own URL, or one that nobody asked for")
        assert view
        wanted, observed = resources.fields_of(exchange.resource), resources.fields_of(view.resource)
        number, found = len(wanted[0] | wanted[1]), len(observed[0] | observed[1])
        leads_to = f"{shown(link)}, which gives {counted(found, 'field')}, as the answer to {view.described} shows"
        if wanted != observed:
            same = f"a link that gives the same {counted(number, 'field')}"
            raise Violation(same, leads_to, exchange, part="/links/self", others=(view,))

    observe_each(every_success, judge)


def _is_document(exchange: Exchange) -> bool:
    return exchange.request.method == "GET" and exchange.media_type == JSON_API


def _asked(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return path and query of a URL, without the ways in which the same can be written."""
    parts = urlsplit(url)
    return unquote(parts.path), tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))


def _links(exchange: Exchange, *wanted: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    """Return the links of the invoice that can be read, as (link, path below the invoice, JSON Pointer)."""
    found = []
    for name, below, part in wanted:
        try:
            owner = exchange.resource if part == _SELF[2] else exchange.account_relationship
            found.append((invoices.well_formed(link_of(owner, name, exchange)), below, part))
        except NotObserved:
            continue
    if not found:
        raise NotObserved("the invoice has no such link")
    return found


def _judge_path(exchange: Exchange, wanted: tuple[str, str, str]) -> None:
    invoices.own_resource(exchange)
    ((link, below, part),) = _links(exchange, wanted)
    _expect_documented_path(exchange, link, below, part)


def _expect_documented_path(exchange: Exchange, link: str, below: str, part: str) -> None:
    documented = f"{documents.path_of_request(exchange)}{below}"
    path = path_of(link, exchange.request.url)
    expect(invoices.is_documented(exchange, link, below), documented, path, exchange, part=part)


@requirement("ITEM-018")
def test_the_self_links_have_the_documented_paths(item: Exchange, item_with_account: Exchange) -> None:
    observe_each((item, item_with_account), lambda exchange: _judge_path(exchange, _SELF))


@requirement("ITEM-018")
def test_the_link_of_the_relationship_has_the_documented_path(item: Exchange, item_with_account: Exchange) -> None:
    observe_each((item, item_with_account), lambda exchange: _judge_path(exchange, _ACCOUNT_SELF))


@requirement("ITEM-018")
def test_the_related_link_has_the_documented_path(
    item: Exchange, item_with_account: Exchange, related: Exchange
) -> None:
    def judge(exchange: Exchange) -> None:
        invoices.own_resource(exchange)
        ((link, below, part),) = _links(exchange, _ACCOUNT_RELATED)
        if _depends_on_the_account(link, item, related):
            raise NotObserved("the link depends on the account, which is another finding")
        _expect_documented_path(exchange, link, below, part)

    observe_each((item, item_with_account), judge)


@requirement("ITEM-018")
def test_the_links_beside_sparse_fields_have_the_documented_paths(
    item: Exchange, fields_of_attributes: Exchange, fields_of_relationship: Exchange
) -> None:
    invoices.own_resource(item)
    usual = {part: (link, below) for link, below, part in _links(item, *_ALL)}

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        invoices.own_resource(exchange)
        for link, below, part in _links(exchange, *_ALL):
            # A link that is another one without sparse fields is judged there.
            if part not in usual or invoices.is_documented(item, *usual[part]):
                _expect_documented_path(exchange, link, below, part)

    observe_each((fields_of_attributes, fields_of_relationship), judge)


def _depends_on_the_account(link: str, item: Exchange, related: Exchange) -> bool:
    try:
        return invoices.names_the_account(link, item, invoices.id_of(related))
    except NotObserved:
        return False


@requirement("ITEM-028")
def test_the_links_are_absolute(item: Exchange, item_with_account: Exchange) -> None:
    def judge(exchange: Exchange) -> None:
        for link, _, part in _links(exchange, *_ALL):
            expect(is_absolute(link), "an absolute http or https URL", shown(link), exchange, part=part)

    observe_each((item, item_with_account), judge)


@requirement("ITEM-029")
def test_the_links_have_the_requested_origin(item: Exchange, item_with_account: Exchange, link_origin: str) -> None:
    def judge(exchange: Exchange) -> None:
        absolute = [each for each in _links(exchange, *_ALL) if is_absolute(each[0])]
        if not absolute:
            raise NotObserved("the links are relative")
        for link, _, part in absolute:
            own = origin(link) == origin(link_origin) and "@" not in urlsplit(link).netloc
            expect(own, f"{link_origin}/...", shown(link), exchange, part=part)

    observe_each((item, item_with_account), judge)


@requirement("ITEM-029")
def test_the_links_between_pages_have_the_requested_origin(
    item: Exchange, listing: Exchange, every_page_of_three: tuple[Exchange, ...], link_origin: str
) -> None:
    # That all links are elsewhere is reported of the invoice.
    if "links" in item.resource:
        own_link = item.self_link
        usual = is_absolute(own_link) and origin(own_link) == origin(link_origin)
        require(usual, "the invoice has no such link; another check judges that")

    def judge(page: Exchange) -> None:
        links = [
            (name, link) for name in collection_pages.PAGE_LINKS if (link := collection_pages.page_link(page, name))
        ]
        require(links, "no links between pages")
        for name, link in links:
            own = is_absolute(link) and origin(link) == origin(link_origin)
            expect(own, f"{link_origin}/...", shown(link), page, part=f"/links/{name}")

    observe_each((listing, *every_page_of_three), judge)
