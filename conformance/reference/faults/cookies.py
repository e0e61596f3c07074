"""Faults of the session cookie."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import API_LOGIN, OWASP_SESSIONS, SIGNATURE
from conformance.reference.faults.needs import COOKIE
from conformance.reference.faults.seams import instead_of, on_answer
from conformance.reference.faults.token_tools import segment

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Answer, Request

fault = Area(__name__)


def _alter_cookie(change: Callable[[str], str]) -> Install:
    return instead_of(Api.session_cookie)(lambda original, request: change(original(request)))


fault("cookie-not-accepted", {"AUTH-012"}, API_LOGIN, needs=COOKIE)(
    "The cookie does not authenticate.", instead_of(Api.cookie)(lambda _original, _request: None)
)
fault("cookie-not-renewed", {"AUTH-012"}, API_LOGIN, needs=COOKIE)(
    "The session ends when its first token does.", on_answer(lambda _request, answer: answer.remove("Set-Cookie"))
)
fault("cookie-cleared", {"AUTH-012"}, API_LOGIN, needs=COOKIE)(
    "The answer that should renew the session ends it.",
    _alter_cookie(lambda line: re.sub("=[^;]*", "=", line, count=1)),
)
fault("cookie-ended", {"AUTH-012"}, API_LOGIN, needs=COOKIE)(
    "The renewed cookie has an age of zero.", _alter_cookie(lambda line: re.sub("Max-Age=[0-9]+", "Max-Age=0", line))
)


@fault("cookie-helps-bad-token", {"AUTH-012"}, API_LOGIN, needs=COOKIE)
def helps_bad_token(api: Api) -> None:
    """When the token in the header is not valid, the cookie counts."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        found = original(request)
        return found if found is not None and api.claims(found) else api.cookie(request) or found

    api.replace(Api.credentials, credentials)


@fault("cookie-signature-ignored", {"JWT-002"}, SIGNATURE, needs=COOKIE)
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

    api.replace(Api.cookie, cookie)
    api.replace(Api.claims, claims)


fault("cookie-open-to-scripts", {"SEC-016"}, OWASP_SESSIONS, needs=COOKIE)(
    "The cookie is not HttpOnly.", _alter_cookie(lambda line: line.replace("; HttpOnly", ""))
)
fault("cookie-sent-across-sites", {"SEC-016"}, OWASP_SESSIONS, needs=COOKIE)(
    "The cookie is sent with requests of other sites.",
    _alter_cookie(lambda line: line.replace("SameSite=Lax", "SameSite=None")),
)
fault("cookie-without-same-site", {"SEC-016"}, OWASP_SESSIONS, needs=COOKIE)(
    "The cookie leaves it to the browser whether other sites may send it.",
    _alter_cookie(lambda line: line.replace("; SameSite=Lax", "")),
)
fault("cookie-in-clear", {"SEC-016"}, OWASP_SESSIONS, needs={"cookie", "https"})(
    "The cookie is not Secure, though it is set over https.", _alter_cookie(lambda line: line.replace("; Secure", ""))
)


@fault(
    "cookie-in-public-answer",
    {"SEC-016"},
    OWASP_SESSIONS,
    also={"CACHE-003": "shared caches may keep it"},
    needs=COOKIE,
)
@on_answer
def in_public_answer(_request: Request, answer: Answer) -> None:
    """The answer that sets the cookie may be kept by shared caches."""
    if answer.get("Set-Cookie"):
        answer.set("Cache-Control", "max-age=0, must-revalidate")
