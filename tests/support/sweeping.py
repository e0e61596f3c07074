"""Sweeps against the reference server, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.config.target import Target
from conformance.model.outcome import Judgement, Outcome
from conformance.reference import data
from conformance.reference.faults import all_faults
from conformance.reference.query import decode
from conformance.reference.server import ReferenceServer
from conformance.sweep.judgements import concluded, judgements
from conformance.sweep.session import Sweep
from tests.support.targets import target_of

if TYPE_CHECKING:
    from conformance.reference.app import Api
    from conformance.reference.message import Document, Request
    from conformance.reference.query import Query

# How many invoices a small collection has, and a page of it.
MANY, PAGE = 60, 14
PAGES = -(-MANY // PAGE)
VIOLATED = {Outcome.FAILED, Outcome.WARNED, Outcome.NOTED}


def target_for(server: ReferenceServer, **given: Any) -> Target:
    """Return the server as a target with a collection."""
    known = {"auth_token": server.token, "invoice_id": [data.INVOICE_IDS[0]], "enable": "collection,contested"}
    return target_of(server.base_url, **{**known, **given})


def sweep_of(
    server: ReferenceServer,
    sample: int | str = 0,
    part: tuple[int, int] = (1, 1),
    path: Path | None = None,
    **given: Any,
) -> Sweep:
    """Return a sweep that does not wait before it tries again."""
    made = Sweep(target_for(server, **given), sample, 1, part, str(path) if path else None)
    made.observer.backoff = (0.0, 0.0, 0.0)
    return made


def swept(
    server: ReferenceServer,
    sample: int | str = "all",
    part: tuple[int, int] = (1, 1),
    path: Path | None = None,
    advance: Callable[[int, int | None], None] = lambda _done, _total: None,
) -> dict[str, Any]:
    """Sweep, and return what was found."""
    made = sweep_of(server, sample, part, path)
    try:
        return made.run(advance)
    finally:
        made.close()


def judged(*parts: dict[str, Any]) -> list[Judgement]:
    """Return all judgements of the parts of a sweep."""
    found = [judgement for part in parts for judgement in judgements(part, "sweep", "")]
    return [*found, *concluded(parts, "sweep", "", alone=False)]


def violations(*parts: dict[str, Any]) -> dict[str, Judgement]:
    """Return what is violated, by requirement."""
    return {each.requirement: each for each in judged(*parts) if each.outcome in VIOLATED}


def outcomes(*parts: dict[str, Any]) -> dict[str, Outcome]:
    """Return the outcome of each requirement."""
    return {each.requirement: each.outcome for each in judged(*parts)}


# Servers that page otherwise.


def by_offset(api: Api) -> None:
    """Page by ``page[offset]`` and ``page[limit]``."""

    def parse(_: object, query: Query, name: str, key: str, value: str) -> None:
        if key not in {"offset", "limit"} or not value.isdecimal():
            api.refuse("Invalid page value", "Only offset and limit.", name)
        setattr(query, {"offset": "page_number", "limit": "page_size"}[key], int(value))

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        given = dict(query.parameters)
        offset = int(given.get("page[offset]", "0"))
        query.page_size = int(given.get("page[limit]", "14"))
        query.page_number = offset // query.page_size + 1
        return original(request, name, query)

    def link(_: object, request: Request, number: int, query: Query) -> str:
        offset = (number - 1) * query.page_size
        return f"{request.base}{request.path}?page%5Boffset%5D={offset}&page%5Blimit%5D={query.page_size}"

    api.replace("parse_page", parse)
    api.replace("collection", collection)
    api.replace("page_link", link)


def by_cursor(api: Api) -> None:
    """Page by an opaque position, with the links first and next only."""

    def parse(_: object, query: Query, name: str, key: str, value: str) -> None:
        if key != "after":
            api.refuse("Invalid page value", "Only after.", name)
        query.page_number = int(value.removeprefix("c"), 16) // 7

    def collection(original: Callable[..., Document], request: Request, name: str, query: Query) -> Document:
        query.page_size = 14
        document = original(request, name, query)
        document["links"] = {key: each for key, each in document["links"].items() if key in {"first", "next"}}
        del document["meta"]
        return document

    def link(_: object, request: Request, number: int, query: Query) -> str:
        del query
        return f"{request.base}{request.path}?page%5Bafter%5D=c{number * 7:x}"

    api.replace("parse_page", parse)
    api.replace("collection", collection)
    api.replace("page_link", link)


def requested(server: ReferenceServer) -> list[str]:
    """Return a list to which the path of each request will be added."""
    seen: list[str] = []
    server.api.on_request(lambda request: seen.append(request.path))
    return seen


def page_requests(server: ReferenceServer) -> list[str]:
    """Return a list to which the decoded query of each request for a page will be added."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.path.endswith("/invoices"):
            seen.append(decode(request.query))

    server.api.on_request(note)
    return seen


def faulty(name: str, invoices: int = MANY) -> ReferenceServer:
    """Return a server with one fault."""
    return ReferenceServer(faults=[all_faults()[name]], invoices=invoices)


def like(summary: dict[str, Any]) -> dict[str, Any]:
    """Return what two sweeps of the same collection have in common."""
    kept = {name: summary[name] for name in ("invoices", "complete", "pages", "holding", "by_themselves")}
    # The answer has the time and the id of its request.
    findings = [{name: each[name] for name in each if name != "answer"} for each in summary["findings"]]
    return {**kept, "findings": findings}
