"""Faults of If-None-Match and If-Modified-Since: tags that are alike, other resources, refusals, dates."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from conformance.reference.conditional import entity_tags, opaque
from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_collection, is_related, is_relationship, set_field, status_is
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

    NoneMatch = Callable[[list[str], str], bool]

NONE_MATCH = "RFC 9110, section 13.1.2"
NOT_MODIFIED = "RFC 9110, section 15.4.5"
MODIFIED_SINCE = "RFC 9110, section 13.1.3"
MODIFIED = "Wed, 13 Nov 2024 09:56:08 GMT"


def _alike(api: Api, same: Callable[[str, str], bool]) -> None:
    """Take tags for the current one when ``same`` says so of the opaque part of both, without quotes."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        sent = [opaque(each)[1:-1] for each in entity_tags(lines)]
        return original(lines, tag) and not any(same(each, opaque(tag)[1:-1]) for each in sent)

    api.replace("none_match", none_match)


@fault("if-none-match-without-case", caught_by={"COND-005"}, clause="RFC 9110, section 8.8.3.2")
def without_case(api: Api) -> None:
    """Entity tags are compared without regard to case."""
    _alike(api, lambda sent, current: sent.lower() == current.lower())


@fault("if-none-match-beginning", caught_by={"COND-005"}, clause="RFC 9110, section 8.8.3.2")
def beginning(api: Api) -> None:
    """The beginning of the current tag counts as the tag."""
    _alike(api, lambda sent, current: bool(sent) and current.startswith(sent))


@fault("if-none-match-quoted-star", caught_by={"COND-005"}, clause=NONE_MATCH)
def quoted_star(api: Api) -> None:
    """An entity tag that is an asterisk is taken for the asterisk itself."""
    _alike(api, lambda sent, _: sent == "*")


def _unconditional(api: Api, where: Callable[[Request], bool]) -> None:
    api.replace(
        "precondition_status", lambda original, request, tag: None if where(request) else original(request, tag)
    )


@fault("if-none-match-any-in-a-list", caught_by={"COND-005"}, clause=NONE_MATCH)
def any_in_a_list(api: Api) -> None:
    """A list of entity tags always matches."""
    api.replace("none_match", lambda original, lines, tag: len(entity_tags(lines)) < 2 and original(lines, tag))


@fault("if-none-match-ignored-on-relationship", caught_by={"COND-001"}, clause=NONE_MATCH)
def ignored_on_relationship(api: Api) -> None:
    """On the relationship If-None-Match is ignored."""
    _unconditional(api, is_relationship)


@fault("if-none-match-ignored-with-include", caught_by={"COND-001"}, clause=NONE_MATCH)
def ignored_with_include(api: Api) -> None:
    """With include If-None-Match is ignored."""
    _unconditional(api, lambda request: "include=account" in request.query)


@fault("if-none-match-ignored-with-fields", caught_by={"COND-001"}, clause=NONE_MATCH)
def ignored_with_fields(api: Api) -> None:
    """With sparse fieldsets If-None-Match is ignored."""
    _unconditional(api, lambda request: "fields" in request.query)


@fault("if-none-match-ignored-on-collection", caught_by={"COND-001"}, clause=NONE_MATCH, needs={"collection"})
def ignored_on_collection(api: Api) -> None:
    """On the collection If-None-Match is ignored."""
    _unconditional(api, is_collection)


def _never_modified(api: Api, where: Callable[[Request], bool]) -> None:
    def status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        return 304 if where(request) and request.lines("if-none-match") else original(request, tag)

    api.replace("precondition_status", status)


@fault("if-none-match-any-on-account", caught_by={"COND-005"}, clause=NONE_MATCH)
def any_on_account(api: Api) -> None:
    """On the related account every entity tag counts as the current one."""
    _never_modified(api, is_related)


@fault("if-none-match-any-on-collection", caught_by={"COND-005"}, clause=NONE_MATCH, needs={"collection"})
def any_on_collection(api: Api) -> None:
    """On the collection every entity tag counts as the current one."""
    _never_modified(api, is_collection)


@fault("if-none-match-any-with-include", caught_by={"COND-005"}, clause=NONE_MATCH)
def any_with_include(api: Api) -> None:
    """With include every entity tag counts as the current one."""
    _never_modified(api, lambda request: request.query == "include=account")


def _not_modified_instead(api: Api, status: int, where: Callable[[Request], bool]) -> None:
    """Answer 304 instead of a refusal when there is If-None-Match."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        try:
            return original(request)
        except Problem as problem:
            if problem.status == status and where(request) and request.lines("if-none-match"):
                return Answer(304, [("ETag", 'W/"0"'), ("Cache-Control", api.cache_control)])
            raise

    api.replace("answer", answer)


@fault("precondition-before-token-is-verified", caught_by={"COND-013"}, clause="RFC 9110, section 13.2.1")
def before_token(api: Api) -> None:
    """A refused token with If-None-Match gives 304."""
    _not_modified_instead(api, 401, lambda request: bool(request.lines("authorization")))


@fault("precondition-before-query", caught_by={"COND-013"}, clause="RFC 9110, section 13.2.1")
def before_query(api: Api) -> None:
    """A bad query with If-None-Match gives 304."""
    _not_modified_instead(api, 400, lambda _: True)


@fault("not-modified-without-etag-for-head", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def no_tag_for_head(api: Api) -> None:
    """A 304 to HEAD has no ETag."""
    set_field(api, "ETag", None, lambda request, answer: request.method == "HEAD" and answer.status == 304)


@fault("not-modified-account-public", caught_by={"COND-007"}, clause=NOT_MODIFIED)
def account_public(api: Api) -> None:
    """The 304 of the account lets every cache keep it."""
    set_field(
        api,
        "Cache-Control",
        "public, max-age=3600",
        lambda request, answer: is_related(request) and answer.status == 304,
    )


@fault("if-modified-since-ignored", caught_by={"COND-018"}, clause=MODIFIED_SINCE)
def since_ignored(api: Api) -> None:
    """Invoices have a Last-Modified, and If-Modified-Since is ignored."""
    set_field(api, "Last-Modified", MODIFIED, status_is(200))


@fault("if-modified-since-needs-later-date", caught_by={"COND-018"}, clause=MODIFIED_SINCE)
def needs_later_date(api: Api) -> None:
    """Only a date later than the Last-Modified gives 304."""
    modified = parsedate_to_datetime(MODIFIED)

    def status(original: Callable[[Request, str], int | None], request: Request, tag: str) -> int | None:
        if (found := original(request, tag)) or request.lines("if-none-match"):
            return found
        try:
            (since,) = map(parsedate_to_datetime, request.lines("if-modified-since"))
            later = since > modified
        except (ValueError, TypeError):
            return None
        return 304 if later else None

    api.replace("precondition_status", status)
    set_field(api, "Last-Modified", MODIFIED, status_is(200))
