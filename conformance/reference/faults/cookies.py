"""Faults of the session cookie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.token_tools import segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

SESSIONS = "Documented API, cookie login"
COOKIES = "OWASP Session Management"
NEEDED = {"cookie"}


def _alter_cookie(api: Api, change: Callable[[str], str]) -> None:
    api.replace("session_cookie", lambda original, request: change(original(request)))


@fault("cookie-not-accepted", caught_by={"AUTH-012"}, clause=SESSIONS, needs=NEEDED)
def not_accepted(api: Api) -> None:
    """The cookie does not authenticate."""
    api.replace("cookie", lambda _original, _request: None)


@fault("cookie-not-renewed", caught_by={"AUTH-012"}, clause=SESSIONS, needs=NEEDED)
def not_renewed(api: Api) -> None:
    """The session ends when its first token does."""

    def change(_request: Request, answer: Answer) -> None:
        answer.remove("Set-Cookie")

    api.on_answer(change)


@fault("cookie-cleared", caught_by={"AUTH-012"}, clause=SESSIONS, needs=NEEDED)
def cleared(api: Api) -> None:
    """The answer that should renew the session ends it."""
    _alter_cookie(api, lambda line: re.sub("=[^;]*", "=", line, count=1))


@fault("cookie-ended", caught_by={"AUTH-012"}, clause=SESSIONS, needs=NEEDED)
def ended(api: Api) -> None:
    """The renewed cookie has an age of zero."""
    _alter_cookie(api, lambda line: re.sub("Max-Age=[0-9]+", "Max-Age=0", line))


@fault("cookie-helps-bad-token", caught_by={"AUTH-012"}, clause=SESSIONS, needs=NEEDED)
def helps_bad_token(api: Api) -> None:
    """When the token in the header is not valid, the cookie counts."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        found = original(request)
        return found if found is not None and api.claims(found) else api.cookie(request) or found

    api.replace("credentials", credentials)


@fault("cookie-signature-ignored", caught_by={"JWT-002"}, clause="RFC 7515, section 5.2", needs=NEEDED)
def signature_ignored(api: Api) -> None:
    """The token in the cookie is believed as it is."""
    believed: set[str] = set()

    def cookie(original: Callable[[Request], str | None], request: Request) -> str | None:
        found = original(request)
        if found:
            believed.add(found)
        return found

    def claims(original: Callable[[str], dict[str, Any] | None], token: str) -> dict[str, Any] | None:
        stated = segment(token.split(".")[1]) if token in believed and token.count(".") == 2 else None
        believed.discard(token)
        return original(token) or (stated if isinstance(stated, dict) else None)

    api.replace("cookie", cookie)
    api.replace("claims", claims)


@fault("cookie-open-to-scripts", caught_by={"SEC-016"}, clause=COOKIES, needs=NEEDED)
def open_to_scripts(api: Api) -> None:
    """The cookie is not HttpOnly."""
    _alter_cookie(api, lambda line: line.replace("; HttpOnly", ""))


@fault("cookie-sent-across-sites", caught_by={"SEC-016"}, clause=COOKIES, needs=NEEDED)
def across_sites(api: Api) -> None:
    """The cookie is sent with requests of other sites."""
    _alter_cookie(api, lambda line: line.replace("SameSite=Lax", "SameSite=None"))


@fault("cookie-without-same-site", caught_by={"SEC-016"}, clause=COOKIES, needs=NEEDED)
def without_same_site(api: Api) -> None:
    """The cookie leaves it to the browser whether other sites may send it."""
    _alter_cookie(api, lambda line: line.replace("; SameSite=Lax", ""))


@fault("cookie-in-clear", caught_by={"SEC-016"}, clause=COOKIES, needs={"cookie", "https"})
def in_clear(api: Api) -> None:
    """The cookie is not Secure, though it is set over https."""
    _alter_cookie(api, lambda line: line.replace("; Secure", ""))


@fault(
    "cookie-in-public-answer",
    caught_by={"SEC-016"},
    clause=COOKIES,
    also={"CACHE-003": "shared caches may keep it"},
    needs=NEEDED,
)
def in_public_answer(api: Api) -> None:
    """The answer that sets the cookie may be kept by shared caches."""

    def change(_request: Request, answer: Answer) -> None:
        if answer.get("Set-Cookie"):
            answer.set("Cache-Control", "max-age=0, must-revalidate")

    api.on_answer(change)
