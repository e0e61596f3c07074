"""Input that must stay text: it is neither run, nor resolved, nor sent back so that it means something."""

from __future__ import annotations

from conformance.checks.support.documents import Part, urls
from conformance.judge.api import expect, require, requirement, status_line
from conformance.judge.preconditions import contents, expect_survived, require_status
from conformance.model.exchange import JSON_API, Exchange
from conformance.plan.probes.injection import FOREIGN_HOST, INJECTED, MARKUP, PRODUCT
from conformance.syntax.scalars import shown
from conformance.syntax.urls import host_of

# Where browsers run scripts, by the label or by sniffing.
_ACTIVE = ("html", "xml", "javascript")
_REDIRECTS = (301, 302, 303, 307, 308)


@requirement("SEC-008")
def test_markup_that_comes_back_is_inert(reflected: Exchange) -> None:
    text = reflected.body.decode("utf-8", errors="replace")
    tag = MARKUP.partition('"')[0]
    require(tag in text, "nothing comes back as it was sent")
    kind = reflected.media_type
    sniffed = kind in {None, "text/plain"} and reflected.fields.get("X-Content-Type-Options") != "nosniff"
    active = sniffed or any(word in (kind or "") for word in _ACTIVE)
    expect(not active, "input that is escaped", f"{tag} as {kind or 'unlabelled content'}", reflected)
    # In JSON < and > need no escape; the quotation mark does.
    if kind is not None and kind.endswith("json"):
        expect(reflected.json.readable, "input that is escaped", f"JSON that {MARKUP} breaks", reflected)


@requirement("SEC-009")
def test_an_injected_id_matches_nothing(
    item: Exchange, every_malformed_id: tuple[Exchange, ...], injected_id: Exchange
) -> None:
    require_status(item, 200)
    require(
        all(400 <= each.status < 500 for each in every_malformed_id), "no malformed id is refused", owner="ITEM-025"
    )
    expect_survived(injected_id, may_be_cut_off=True)
    expect(not injected_id.succeeded, "a client error", status_line(injected_id), injected_id)


@requirement("ITEM-025")
def test_an_id_with_a_line_end_names_nothing(item: Exchange, id_with_line_end: Exchange) -> None:
    require_status(item, 200)
    # A firewall may refuse it in other words; that it crashes is another finding.
    expect(not id_with_line_end.succeeded, "a client error", status_line(id_with_line_end), id_with_line_end)


@requirement("SEC-009")
def test_an_injected_parameter_is_not_run(
    item: Exchange, unknown_include: Exchange, injected_parameter: Exchange
) -> None:
    require_status(item, 200)
    require(unknown_include.status < 500, "the server fails where it has to refuse")
    expect_survived(injected_parameter, may_be_cut_off=True)
    run = PRODUCT in injected_parameter.body.decode("utf-8", errors="replace")
    expect(not run, "an expression that stays text", f"its result, {PRODUCT}", injected_parameter)


@requirement("SEC-009")
def test_an_injected_condition_matches_nothing(
    listing: Exchange, listing_of_unknown: Exchange, injected_listing: Exchange
) -> None:
    require_status(listing, 200)
    expect_survived(injected_listing, may_be_cut_off=True)
    require("filter" in injected_listing.request.target and injected_listing.status == 200, "refused, or no condition")
    require(
        listing_of_unknown.status == 200 and not listing_of_unknown.document.get("data"), "the filter has no effect"
    )
    found = injected_listing.document.get("data")
    expect(not found, "nothing, as no invoice has that id", shown(found), injected_listing, part="/data")


@requirement("SEC-010")
def test_a_path_trick_leads_nowhere_else(item: Exchange, item_again: Exchange, path_trick: Exchange) -> None:
    require_status(item, 200)
    require(contents(item) == contents(item_again), "the invoice changes from one request to the next")
    expect_survived(path_trick, may_be_cut_off=True)
    if path_trick.status in _REDIRECTS or 400 <= path_trick.status < 500:
        return
    same = path_trick.status == 200 and path_trick.json.readable and contents(path_trick) == contents(item)
    expect(same, "a client error, or the same invoice", status_line(path_trick), path_trick)


@requirement("SEC-011")
def test_encoded_line_ends_add_no_field(line_end: Exchange) -> None:
    lines = line_end.fields.lines(INJECTED)
    expect(not lines, f"no field {INJECTED}", f"{INJECTED}: {', '.join(lines)}", line_end, part=INJECTED)


@requirement("SEC-012")
def test_a_foreign_host_does_not_steer_the_links(item: Exchange, foreign_host: Exchange) -> None:
    require_status(item, 200)
    require(foreign_host.status < 400, "the request is refused")
    location = foreign_host.fields.get("Location")
    found = [Part("Location", location)] if location else list(urls(foreign_host))
    require(found, "there are no links")
    for part, link in found:
        own = host_of(link, item.request.url) != FOREIGN_HOST
        expect(own, f"links to {host_of(item.request.url, '')}", shown(link), foreign_host, part=part)


@requirement("SEC-023")
def test_another_url_in_the_fields_is_not_looked_at(
    item: Exchange, item_again: Exchange, other_url_in_fields: Exchange
) -> None:
    require_status(item, 200)
    require_status(item_again, 200)
    # A firewall may refuse such fields in its own way.
    require_status(other_url_in_fields, 200, 404)
    wanted, data = item.resource, None
    if other_url_in_fields.status == 200:
        data = other_url_in_fields.ok_document.get("data")
    same = isinstance(data, dict) and all(data.get(name) == wanted.get(name) for name in ("type", "id"))
    observed = shown(data) if data is not None else status_line(other_url_in_fields)
    expect(same, "the invoice, which the request line names", observed, other_url_in_fields)


@requirement("SEC-020")
def test_the_functions_of_administrators_are_closed(item: Exchange, administration: Exchange) -> None:
    require_status(item, 200)
    # A page for people, perhaps to log in, is not the function itself.
    page = administration.media_type not in {JSON_API, "application/json", None}
    require(not (administration.succeeded and page), "no answer of an API")
    expect(not administration.succeeded, "a refusal", status_line(administration), administration)
