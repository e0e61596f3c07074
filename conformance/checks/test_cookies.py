"""The session cookie: what it opens, what it does not, and how it is protected."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from conformance.checks.support.refusals import expect_refused, is_refused
from conformance.judge.api import expect, expect_status, require, requirement, status_line
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.reading.header_fields import number
from conformance.syntax.scalars import shown

_NOT_CACHEABLE = {"no-store", "private", "no-cache"}


def _guarded(item: Exchange, item_without_token: Exchange) -> None:
    """Raise NotObserved unless the token opens the door and its absence does not."""
    require_status(item, 200)
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")


def _session_cookie(exchange: Exchange) -> tuple[str, dict[str, str]] | None:
    """Return value and attributes (names in lower case) of the session cookie that the answer sets, None if none."""
    name = (exchange.request.header("Cookie") or "").partition("=")[0]
    for line in exchange.fields.lines("Set-Cookie"):
        pair, *attributes = line.split(";")
        given_name, _, value = pair.strip().partition("=")
        if given_name == name:
            pairs = (attribute.partition("=") for attribute in attributes)
            return value.strip(), {key.strip().lower(): text.strip() for key, _, text in pairs}
    return None


def _ends(attributes: dict[str, str], exchange: Exchange) -> bool:
    """Return whether the cookie is one that the client has to delete (RFC 6265, section 5.3)."""
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?[0-9]+", age, re.ASCII):
        return age.startswith("-") or number(age) == 0
    try:
        expiry = parsedate_to_datetime(attributes.get("expires", ""))
    except (ValueError, OverflowError):
        return False
    return bool(exchange.started and expiry.tzinfo and expiry <= exchange.started)


@requirement("AUTH-012")
def test_the_cookie_alone_authenticates(item: Exchange, item_without_token: Exchange, item_by_cookie: Exchange) -> None:
    _guarded(item, item_without_token)
    expect_status(item_by_cookie, 200, why="the session cookie holds a valid token")
    same, other = item.resource.get("id"), item_by_cookie.resource.get("id")
    expect(same == other, f"invoice {shown(same)}", f"invoice {shown(other)}", item_by_cookie, part="/data/id")


@requirement("AUTH-012")
def test_the_session_is_renewed(item: Exchange, item_without_token: Exchange, item_by_cookie: Exchange) -> None:
    _guarded(item, item_without_token)
    require_status(item_by_cookie, 200)
    found = _session_cookie(item_by_cookie)
    renewed = found is not None and bool(found[0]) and not _ends(found[1], item_by_cookie)
    observed = "no such cookie" if found is None else "a cookie that is empty or has ended"
    expect(renewed, "Set-Cookie with the session cookie", observed, item_by_cookie, part="Set-Cookie")


@requirement("AUTH-012")
def test_the_cookie_does_not_help_a_bad_token(
    item: Exchange,
    item_without_token: Exchange,
    item_by_cookie: Exchange,
    every_altered_token: tuple[Exchange, ...],
    item_by_cookie_and_bad_token: Exchange,
) -> None:
    _guarded(item, item_without_token)
    require_status(item_by_cookie, 200)
    alone = [each for each in every_altered_token if each.probe.endswith("[signature-changed]")]
    require(alone and is_refused(alone[0]), "the bad token alone is not refused", owner="JWT-002")
    expect_refused(item_by_cookie_and_bad_token, "the token in Authorization is not valid")


@requirement("JWT-002")
def test_an_altered_token_in_the_cookie_is_refused(
    item: Exchange, item_without_token: Exchange, item_by_cookie: Exchange, item_by_altered_cookie: Exchange
) -> None:
    _guarded(item, item_without_token)
    require_status(item_by_cookie, 200)
    expect_refused(item_by_altered_cookie, "the signature does not fit")


@requirement("SEC-016")
def test_the_session_cookie_is_protected(item_by_cookie: Exchange) -> None:
    found = _session_cookie(item_by_cookie)
    require(found is not None and found[0], "no session cookie is set", owner="AUTH-012")
    attributes = found[1] if found else {}
    missing = [] if "httponly" in attributes else ["HttpOnly"]
    if attributes.get("samesite", "").lower() not in {"lax", "strict"}:
        missing.append("SameSite=Lax or Strict")
    if item_by_cookie.request.url.startswith("https:") and "secure" not in attributes:
        missing.append("Secure")
    expect(not missing, "a protected cookie", f"without {', '.join(missing)}", item_by_cookie, part="Set-Cookie")


@requirement("SEC-016")
def test_the_answer_that_sets_the_cookie_is_not_for_others(item_by_cookie: Exchange) -> None:
    found = _session_cookie(item_by_cookie)
    require(found is not None and found[0], "no session cookie is set", owner="AUTH-012")
    require_status(item_by_cookie, 200)
    value = item_by_cookie.fields.get("Cache-Control") or ""
    directives = {part.partition("=")[0].strip().lower() for part in value.split(",")}
    expect(
        directives & _NOT_CACHEABLE,
        "no-store, private or no-cache",
        shown(value) if value else f"no Cache-Control, {status_line(item_by_cookie)}",
        item_by_cookie,
        part="Cache-Control",
    )
