"""The sweep: its way over the pages, its parts, and servers that are busy, break down or change."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.model.outcome import Outcome
from conformance.reference.app import Api
from conformance.reference.faults import all_faults
from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from conformance.sweep import conclusion, session
from tests.support.sweeping import (
    MANY,
    PAGES,
    by_cursor,
    by_offset,
    faulty,
    judged,
    outcomes,
    page_requests,
    requested,
    sweep_of,
    swept,
    violations,
)

pytestmark = pytest.mark.usefixtures("small_pages")

# The way.


@pytest.mark.parametrize("paging", [None, by_offset, by_cursor], ids=["numbers", "offsets", "cursors"])
def test_every_way_of_paging_leads_to_every_invoice(
    server: ReferenceServer, paging: Callable[[Api], None] | None
) -> None:
    if paging:
        paging(server.api)
    summary = swept(server, 0)
    assert (summary["invoices"], len(summary["pages"]), summary["complete"]) == (MANY, PAGES, True)
    assert not violations(summary)


def test_each_page_is_asked_for_once(server: ReferenceServer) -> None:
    seen = page_requests(server)
    swept(server, 0)
    # The first page once more, to see that the count has not changed.
    assert len(seen) == PAGES + 1
    assert len(set(seen)) == PAGES


def test_a_sample_has_the_size_and_the_invoices_that_the_seed_says(server: ReferenceServer) -> None:
    seen: list[set[str]] = []
    for _ in range(2):
        asked = requested(server)
        assert swept(server, 7)["by_themselves"] == 7
        seen.append({path.rpartition("/")[2] for path in asked} - {"invoices"})
        server.api.request_hooks.clear()
    assert seen[0] == seen[1]
    assert len(seen[0]) == 7


def test_a_circle_of_links_comes_to_an_end(server: ReferenceServer) -> None:
    server.api.replace("page_link", lambda original, request, _number, query: original(request, 1, query))
    summary = swept(server, 0)
    assert not summary["complete"]
    assert "circle" in summary["reason"]
    assert "PAGE-001" in violations(summary) or "PAGE-003" in violations(summary)


def endless(api: Api, **changed: Any) -> None:
    """Let every page lead to one more, with invoices that were not seen before."""

    def collection(original: Callable[..., Any], request: Request, name: str, query: Any) -> Any:
        number, query.page_number = query.page_number, 1
        document = original(request, name, query)
        for place, element in enumerate(document["data"]):
            element["id"] = f"{number:08x}-a26e-11ef-be6d-{place:012x}"
        links = document["links"]
        following = links["first"].replace("5D=1", f"5D={number + 1}", 1) if number > 1 else links["next"]
        document["links"] = {**links, "next": following, **changed}
        return document

    api.replace("collection", collection)


@pytest.mark.parametrize("announces", ["total-count", "last", "nothing"])
def test_links_without_end_come_to_one(server: ReferenceServer, announces: str) -> None:
    changed: dict[str, Any] = {} if announces == "last" else {"last": None}
    endless(server.api, **changed)

    def without_total(_: Request, answer: Answer) -> None:
        answer.body = answer.body and answer.body.replace(b'"total-count"', b'"other"')

    if announces != "total-count":
        server.api.on_answer(without_total)
    made = sweep_of(server, 0, sweep_limit="12")
    summary = made.run(lambda _done, _total: None)
    made.close()
    found = violations(summary)
    assert not summary["complete"]
    if announces == "nothing":
        assert summary["reason"] == "there are more pages than --sweep-limit=12"
        assert len(summary["pages"]) == 12
        assert outcomes(summary)["PAGE-003"] is Outcome.INCONCLUSIVE
        return
    # More than a page further than announced; the page of last is known when it was walked.
    assert len(summary["pages"]) == (PAGES + 1 if announces == "total-count" else PAGES + 2)
    assert "beyond the end that it announces" in summary["reason"]
    violated = found["COLL-004" if announces == "total-count" else "PAGE-001"]
    assert "next leads on" in violated.observed


def test_a_collection_that_shrinks_is_not_an_endless_one(server: ReferenceServer) -> None:
    total = 1000

    def shrink(_: Request, answer: Answer) -> None:
        nonlocal total
        total -= 500
        answer.body = answer.body and answer.body.replace(b'"total-count":60', b'"total-count":%d' % max(total, 10))

    server.api.on_answer(shrink)
    summary = swept(server, 0)
    assert summary["complete"]
    assert not violations(summary)


def test_no_part_goes_beyond_the_limit(server: ReferenceServer) -> None:
    made = sweep_of(server, 0, (1, 2), sweep_limit="3")
    summary = made.run(lambda _done, _total: None)
    made.close()
    assert [page["number"] for page in summary["pages"]] == [0, 2]
    assert summary["reason"] == "there are more pages than --sweep-limit=3"


def test_a_link_to_another_origin_is_not_followed_there(server: ReferenceServer) -> None:
    def link(original: Callable[..., str], request: Request, number: int, query: Any) -> str:
        return original(request, number, query).replace("127.0.0.1", "elsewhere.invalid")

    server.api.replace("page_link", link)
    assert swept(server, 0)["invoices"] == MANY


def test_one_bad_invoice_among_three_thousand_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PAGE_SIZE", 1000)
    with faulty("swept-amount-with-comma", 3_000) as server:
        summary = swept(server, 0)
    found = violations(summary)["SEM-009"]
    assert summary["invoices"] == 3_000
    assert found.evidence["count"] == 1
    assert [each[:8] for each in found.evidence["invoices"]] == ["98c47536"]
    assert found.evidence["part"].startswith("/data/")
    assert "102,54526" in found.observed


def test_findings_are_grouped_by_cause_with_ids_and_count() -> None:
    with faulty("swept-offset-in-summer") as server:
        findings = [each for each in swept(server, 0)["findings"] if each["requirement"] == "SEM-015"]
    assert 1 <= len(findings) <= 2
    assert all(each["count"] == len(set(each["invoices"])) for each in findings)
    assert sum(each["count"] for each in findings) > 20


def test_a_list_may_show_a_part_of_each_invoice(server: ReferenceServer) -> None:
    def collection(original: Callable[..., Any], *arguments: Any) -> Any:
        document = original(*arguments)
        for element in document["data"]:
            del element["attributes"]["originated-calls-duration"]
        return document

    server.api.replace("collection", collection)
    assert not violations(swept(server, 3))


# A server that is busy, breaks down or changes.


def test_what_is_busy_for_a_moment_is_asked_again(server: ReferenceServer) -> None:
    seen: dict[str, int] = {}

    def busy(request: Request) -> Answer | None:
        seen[request.query] = seen.get(request.query, 0) + 1
        return Answer(503, []) if seen[request.query] == 1 and "5D=3" in request.query else None

    server.api.on_request(busy)
    summary = swept(server, 0)
    assert (summary["invoices"], summary["complete"]) == (MANY, True)
    assert summary["retries"] >= 1
    assert not violations(summary)


def test_a_limit_is_waited_for(server: ReferenceServer) -> None:
    count = 0

    def limited(_: Request) -> Answer | None:
        nonlocal count
        count += 1
        return Answer(429, [("Retry-After", "0")]) if count % 3 == 0 else None

    server.api.on_request(limited)
    assert not violations(swept(server, 5))


def test_what_stays_away_breaks_the_sweep_off_and_says_nothing_of_the_server(
    server: ReferenceServer, tmp_path: Path
) -> None:
    down = True
    server.api.on_request(lambda request: Answer(502, []) if down and "5D=4" in request.query else None)
    summary = swept(server, 0, path=tmp_path / "state")
    assert outcomes(summary)["PAGE-003"] is Outcome.INCONCLUSIVE
    errors = [each for each in judged(summary) if each.outcome is Outcome.ERROR]
    assert "page 4 was answered 502 after 4 attempts" in errors[0].reason
    assert not violations(summary)
    down = False
    assert swept(server, 0, path=tmp_path / "state")["invoices"] == MANY


def test_a_collection_that_grows_meanwhile_is_not_a_fault(server: ReferenceServer) -> None:
    """The newest invoice appears while page 2 is read: everything moves by one, and the count with it."""
    state = {"grown": False}

    def records(original: Callable[..., Any], request: Request, name: str) -> Any:
        found = list(original(request, name))
        newest = max(found, key=lambda invoice: invoice.start) if name == "invoices" else None
        return found if state["grown"] or newest is None else [each for each in found if each is not newest]

    def grow(request: Request) -> None:
        state["grown"] |= "5D=2" in request.query

    server.api.replace("records", records)
    server.api.on_request(grow)
    summary = swept(server, 0)
    assert summary["changed"]
    assert not violations(summary)
    assert outcomes(summary)["COLL-004"] is outcomes(summary)["PAGE-003"] is Outcome.NOT_OFFERED


def test_an_invoice_that_changes_meanwhile_is_not_a_fault(server: ReferenceServer) -> None:
    changed: set[str] = set()

    def values(original: Callable[..., Any], record: Any) -> Any:
        found = original(record)
        return {**found, "has-pdf": True} if record.id in changed else found

    def generate(request: Request) -> None:
        changed.add(request.path.rpartition("/")[2])

    server.api.replace("values", values)
    server.api.on_request(generate)
    assert not violations(swept(server, "all"))


# Parts.


@pytest.mark.parametrize("paging", [None, by_offset, by_cursor], ids=["numbers", "offsets", "cursors"])
@pytest.mark.parametrize("parts", [2, 3, 7])
def test_parts_together_judge_each_invoice_once(
    server: ReferenceServer, parts: int, paging: Callable[[Api], None] | None
) -> None:
    if paging:
        paging(server.api)
    found = [swept(server, 0, (number, parts)) for number in range(1, parts + 1)]
    assert not conclusion.parts_missing(found)
    assert sum(each["invoices"] for each in found) == MANY
    whole = swept(server, 0)
    assert outcomes(*found).items() >= {name: outcomes(whole)[name] for name in conclusion.OF_THE_WHOLE}.items()
    assert [page["number"] for page in conclusion.join(found).pages] == list(range(PAGES))


def test_a_part_of_numbered_pages_is_fetched_alone(server: ReferenceServer) -> None:
    seen = page_requests(server)
    swept(server, 0, (2, 3))
    assert {each.partition("page[number]=")[2][:1] for each in seen} - {""} == {"2", "5"}


@pytest.mark.parametrize("name", ["swept-duplicate-far-in", "swept-gap-far-in", "swept-order-of-pages"])
def test_what_only_the_whole_shows_is_found_in_parts(name: str) -> None:
    fault = all_faults()[name]
    with faulty(name) as server:
        swept(server, 0)  # the fault that repeats an invoice has to see it first
        found = [swept(server, 0, (number, 2)) for number in (1, 2)]
    assert fault.caught_by <= violations(*found).keys() <= fault.caught_by | fault.also.keys()


def test_what_does_not_fit_together_is_reported(server: ReferenceServer) -> None:
    one, two = (swept(server, 0, (number, 2)) for number in (1, 2))
    assert conclusion.parts_missing([one]) == ["part 2 of 2 is missing"]
    assert "part 1 of 2 is there 2 times" in conclusion.parts_missing([one, one])
    assert "divided into 2 and 3 parts" in conclusion.parts_missing([one, {**two, "shards": 3}])[0]
    assert "page 1 is in parts 1 and 2" in conclusion.parts_missing([one, {**two, "pages": one["pages"]}])
    assert "did not come to its end" in conclusion.parts_missing([one, {**two, "complete": False}])[0]
    cut = {**two, "pages": two["pages"][1:]}
    assert conclusion.parts_missing([one, cut]) == ["page 2 is in no part"]
    assert all(each.reason for each in conclusion.conclude(dataclasses.replace(conclusion.join([one]))))
