"""Faults of If-None-Match and If-Modified-Since: tags that are alike, other resources, refusals, dates."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.conditional import entity_tags, opaque
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import MODIFIED_SINCE, NONE_MATCH, NOT_MODIFIED, PRECEDENCE, TAG_COMPARISON
from conformance.reference.faults.effects import field, unconditional
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.where import (
    everywhere,
    has,
    has_fields,
    includes_account,
    is_anonymous,
    is_collection,
    is_head,
    is_inclusion,
    is_related,
    is_relationship,
)
from conformance.reference.message import Answer, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.faults.where import Where
    from conformance.reference.message import Request

    NoneMatch = Callable[[list[str], str], bool]

fault = Area(__name__)
MODIFIED = "Wed, 13 Nov 2024 09:56:08 GMT"


@effect
def _alike(api: Api, same: Callable[[str, str], bool]) -> None:
    """Take tags for the current one when ``same`` says so of the opaque part of both, without quotes."""

    def none_match(original: NoneMatch, lines: list[str], tag: str) -> bool:
        sent = [opaque(each)[1:-1] for each in entity_tags(lines)]
        return original(lines, tag) and not any(same(each, opaque(tag)[1:-1]) for each in sent)

    api.replace(Api.none_match, none_match)


def _never_modified(where: Where) -> Install:
    return instead_of(Api.precondition_status)(
        lambda original, request, tag: (
            304 if where(request) and has("if-none-match")(request) else original(request, tag)
        )
    )


@effect
def _not_modified_instead(api: Api, status: int, where: Callable[[Request], bool]) -> None:
    """Answer 304 instead of a refusal when there is If-None-Match."""

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        try:
            return original(request)
        except Problem as problem:
            if problem.status == status and where(request) and request.lines("if-none-match"):
                return Answer(304, [("ETag", 'W/"0"'), ("Cache-Control", api.cache_control)])
            raise

    api.replace(Api.answer, answer)


fault("if-none-match-without-case", {"COND-005"}, TAG_COMPARISON)(
    "Entity tags are compared without regard to case.", _alike(lambda sent, current: sent.lower() == current.lower())
)
fault("if-none-match-beginning", {"COND-005"}, TAG_COMPARISON)(
    "The beginning of the current tag counts as the tag.",
    _alike(lambda sent, current: bool(sent) and current.startswith(sent)),
)
fault("if-none-match-quoted-star", {"COND-005", "HTTP-029"}, NONE_MATCH)(
    "An entity tag that is an asterisk is taken for the asterisk itself.", _alike(lambda sent, _: sent == "*")
)
fault("if-none-match-any-in-a-list", {"COND-005", "HTTP-029"}, NONE_MATCH)(
    "A list of entity tags always matches.",
    instead_of(Api.none_match)(lambda original, lines, tag: len(entity_tags(lines)) < 2 and original(lines, tag)),
)
fault("if-none-match-ignored-on-relationship", {"COND-001"}, NONE_MATCH)(
    "On the relationship If-None-Match is ignored.", unconditional(is_relationship)
)
fault("if-none-match-ignored-with-include", {"COND-001"}, NONE_MATCH)(
    "With include If-None-Match is ignored.", unconditional(includes_account)
)
fault("if-none-match-ignored-with-fields", {"COND-001"}, NONE_MATCH)(
    "With sparse fieldsets If-None-Match is ignored.", unconditional(has_fields)
)
fault("if-none-match-ignored-on-collection", {"COND-001"}, NONE_MATCH, needs=COLLECTION)(
    "On the collection If-None-Match is ignored.", unconditional(is_collection)
)
fault("if-none-match-any-on-account", {"COND-005"}, NONE_MATCH)(
    "On the related account every entity tag counts as the current one.", _never_modified(is_related)
)
fault("if-none-match-any-on-collection", {"COND-005"}, NONE_MATCH, needs=COLLECTION)(
    "On the collection every entity tag counts as the current one.", _never_modified(is_collection)
)
fault("if-none-match-any-with-include", {"COND-005"}, NONE_MATCH)(
    "With include every entity tag counts as the current one.", _never_modified(is_inclusion)
)
fault("precondition-before-token-is-verified", {"COND-013"}, PRECEDENCE)(
    "A refused token with If-None-Match gives 304.", _not_modified_instead(401, ~is_anonymous)
)
fault("precondition-before-query", {"COND-013"}, PRECEDENCE)(
    "A bad query with If-None-Match gives 304.", _not_modified_instead(400, everywhere)
)
fault("not-modified-without-etag-for-head", {"COND-007"}, NOT_MODIFIED)(
    "A 304 to HEAD has no ETag.", field("ETag", None, is_head, 304)
)
fault("not-modified-account-public", {"COND-007"}, NOT_MODIFIED)(
    "The 304 of the account lets every cache keep it.", field("Cache-Control", "public, max-age=3600", is_related, 304)
)
fault("if-modified-since-ignored", {"COND-018"}, MODIFIED_SINCE)(
    "Invoices have a Last-Modified, and If-Modified-Since is ignored.", field("Last-Modified", MODIFIED, status=200)
)


@fault("if-modified-since-needs-later-date", {"COND-018"}, MODIFIED_SINCE)
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

    api.replace(Api.precondition_status, status)
    field("Last-Modified", MODIFIED, status=200)(api)
