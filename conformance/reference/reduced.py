"""Reduced servers: the reference server without one thing on which many checks depend.

They show whether one deviation hides another: a fault has to be reported beside each of them. They are wrong, or lack
what a server need not have, each in one way.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.reference.app import Api
from conformance.reference.message import Answer, Document, Problem, Request
from conformance.reference.serialise import PREFIX
from conformance.reference.variants.tools import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference.model import Invoice
    from conformance.reference.query import Endpoint, Query
    from conformance.reference.selection import Record

Install = Callable[[Api], None]
Route = tuple[str, str] | None


@dataclass(frozen=True)
class Reduced:
    """One reduced server: its name, what it lacks, and what takes that away."""

    name: str
    description: str
    install: Install

    def apply(self, api: Api) -> None:
        """Take it away from ``api``."""
        self.install(api)


_REDUCED: dict[str, Reduced] = {}


def _reduced(name: str) -> Callable[[Install], Install]:
    def register(install: Install) -> Install:
        _REDUCED[name] = Reduced(name, str(install.__doc__), install)
        return install

    return register


def all_reduced() -> dict[str, Reduced]:
    """Every reduced server by its name."""
    return dict(_REDUCED)


@_reduced("no-relationship-links")
def no_relationship_links(api: Api) -> None:
    """Relationships have linkage and no links."""

    def relationship(_original: object, _request: Request, invoice: Invoice, _query: Query) -> Document:
        return {"data": api.linkage(invoice)}

    api.replace("relationship", relationship)


@_reduced("no-self-link")
def no_self_link(api: Api) -> None:
    """Resource objects have no links."""

    def without(original: Callable[..., Document], *arguments: Any) -> Document:
        resource = original(*arguments)
        resource.pop("links", None)
        return resource

    api.replace("invoice_resource", without)
    api.replace("account_resource", without)


@_reduced("names-with-underscores")
def names_with_underscores(api: Api) -> None:
    """The names of attributes have underscores in the place of hyphens."""

    def renamed(original: Callable[..., Document], *arguments: Any) -> Document:
        resource = original(*arguments)
        if "attributes" in resource:
            resource["attributes"] = {name.replace("-", "_"): value for name, value in resource["attributes"].items()}
        return resource

    api.replace("invoice_resource", renamed)
    api.replace("account_resource", renamed)


@_reduced("types-in-singular")
def types_in_singular(api: Api) -> None:
    """The types of resources are in the singular, invoice and account."""

    def renamed(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") in ("invoices", "accounts") and "id" in value:
                value["type"] = value["type"].removesuffix("s")
            renamed(list(value.values()))
        elif isinstance(value, list):
            for each in value:
                renamed(each)

    api.on_document(lambda _request, document: renamed(document))


@_reduced("no-head")
def no_head(api: Api) -> None:
    """HEAD is refused with 405."""
    api.allow = "GET, OPTIONS"

    def refuse(request: Request) -> None:
        if request.method == "HEAD":
            raise api.method_not_allowed()

    api.on_request(refuse)


def _without_routes(api: Api, *names: str) -> None:
    def route(original: Callable[[str], Route], path: str) -> Route:
        found = original(path)
        return None if found is not None and (found[0] in names) else found

    api.replace("route", route)


@_reduced("no-account")
def no_account(api: Api) -> None:
    """Accounts are not served by themselves: 404."""
    _without_routes(api, "related", "account", "accounts")


@_reduced("no-collection")
def no_collection(api: Api) -> None:
    """There are no collections: 404."""
    _without_routes(api, "invoices", "accounts")


def _of_errors(api: Api, change: Callable[[Answer], None]) -> None:
    def error_answer(original: Callable[[Request, Problem], Answer], request: Request, problem: Problem) -> Answer:
        answer = original(request, problem)
        change(answer)
        return answer

    api.replace("error_answer", error_answer)


@_reduced("errors-as-json")
def errors_as_json(api: Api) -> None:
    """Error documents have the media type application/json."""
    _of_errors(api, lambda answer: answer.set("Content-Type", "application/json"))


@_reduced("refused-tokens-403")
def refused_tokens_403(api: Api) -> None:
    """What lacks a token, or a token that is accepted, is refused with 403 and without a challenge."""

    def forbidden(answer: Answer) -> None:
        if answer.status == 401:
            answer.status = 403
            answer.remove("WWW-Authenticate")
            answer.body = answer.body.replace(b'"401"', b'"403"')

    _of_errors(api, forbidden)


@_reduced("errors-as-html")
def errors_as_html(api: Api) -> None:
    """Errors are HTML pages."""

    def page(answer: Answer) -> None:
        answer.set("Content-Type", "text/html; charset=utf-8")
        answer.body = PAGE

    _of_errors(api, page)


@_reduced("no-etag")
def no_etag(api: Api) -> None:
    """Answers have no entity tag."""
    api.on_answer(lambda _request, answer: answer.remove("ETag"))


def _bare(tag: str) -> str:
    return tag.removeprefix("W/").strip('"').strip()


@_reduced("malformed-etag")
def malformed_etag(api: Api) -> None:
    """Entity tags are sent without quotes, and understood so."""

    def precondition_status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        fields = [
            (name, tag if name in _CONDITIONS and value == _bare(tag) else value) for name, value in request.fields
        ]
        asked = copy.copy(request)
        asked.fields = fields
        return original(asked, tag)

    def unquote(_request: Request, answer: Answer) -> None:
        if (tag := answer.get("ETag")) is not None:
            answer.set("ETag", _bare(tag))

    api.replace("precondition_status", precondition_status)
    api.on_answer(unquote)


_CONDITIONS = frozenset({"if-none-match", "if-match"})


@_reduced("no-vary")
def no_vary(api: Api) -> None:
    """Answers have no Vary."""
    api.vary = ""


@_reduced("collection-behind-redirect")
def collection_behind_redirect(api: Api) -> None:
    """The collections are at paths with a slash at their end, to which redirects lead."""
    paths = {f"{PREFIX}/invoices", f"{PREFIX}/accounts"}

    def redirect(request: Request) -> Answer | None:
        if request.path in paths and request.method in {"GET", "HEAD"}:
            query = f"?{request.query}" if request.query else ""
            return Answer(308, [("Location", f"{request.base}{request.path}/{query}"), ("Cache-Control", "no-store")])
        return None

    def route(original: Callable[[str], Route], asked: str) -> Route:
        return original(asked[:-1] if asked[:-1] in paths else asked)

    api.on_request(redirect)
    api.replace("route", route)


@_reduced("invoices-behind-redirect")
def invoices_behind_redirect(api: Api) -> None:
    """What is below the collection is at paths with a slash at their end, to which redirects lead."""
    above = f"{PREFIX}/invoices/"

    def redirect(request: Request) -> Answer | None:
        below = request.path.startswith(above) and not request.path.endswith("/")
        if below and api.route(request.path) is not None and request.method in {"GET", "HEAD"}:
            query = f"?{request.query}" if request.query else ""
            return Answer(308, [("Location", f"{request.base}{request.path}/{query}"), ("Cache-Control", "no-store")])
        return None

    def route(original: Callable[[str], Route], asked: str) -> Route:
        return original(asked.removesuffix("/") if asked.startswith(above) else asked)

    api.on_request(redirect)
    api.replace("route", route)


def _bad_query(api: Api, status: int) -> None:
    def parse_query(original: Callable[[str, Endpoint], Query], text: str, endpoint: Endpoint) -> Query:
        try:
            return original(text, endpoint)
        except Problem as problem:
            if problem.status == 400:
                problem.status = status
            raise

    api.replace("parse_query", parse_query)


@_reduced("bad-query-403")
def bad_query_403(api: Api) -> None:
    """Bad queries are refused with 403."""
    _bad_query(api, 403)


@_reduced("bad-query-422")
def bad_query_422(api: Api) -> None:
    """Bad queries are refused with 422."""
    _bad_query(api, 422)


@_reduced("extra-error-members")
def extra_error_members(api: Api) -> None:
    """Error objects have members that JSON:API does not know."""

    def error_document(original: Callable[[Problem], Document], problem: Problem) -> Document:
        document = original(problem)
        for error in document["errors"]:
            error["severity"] = "error"
        return document

    api.replace("error_document", error_document)


@_reduced("links-with-slash")
def links_with_slash(api: Api) -> None:
    """Links end in a slash, and so do the paths that are served."""

    def slashed(original: Callable[..., Document], *arguments: Any) -> Document:
        return {name: f"{link}/" for name, link in original(*arguments).items()}

    def route(original: Callable[[str], Route], path: str) -> Route:
        return original(path.removesuffix("/"))

    api.replace("resource_links", slashed)
    api.replace("relationship_links", slashed)
    api.replace("route", route)


@_reduced("one-page")
def one_page(api: Api) -> None:
    """Every collection is one page, whatever page is asked for."""

    def arranged(
        original: Callable[[Request, Sequence[Record], int, Query], Document],
        request: Request,
        _page: Sequence[Record],
        total: int,
        query: Query,
    ) -> Document:
        name = "accounts" if request.path.rstrip("/").endswith("accounts") else "invoices"
        whole = api.arrange(api.select(api.records(request, name), query.conditions), query.sort)
        document = original(request, whole, total, replace(query, page_number=1, page_size=max(1, total)))
        del document["links"]
        return document

    api.replace("collection_document", arranged)


@_reduced("no-request-id")
def no_request_id(api: Api) -> None:
    """Answers have no X-Request-Id."""
    api.on_answer(lambda _request, answer: answer.remove("X-Request-Id"))
