"""Faults of authentication: which credentials are looked at, and how they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.reference.data import CUSTOMER, OTHER_CUSTOMER
from conformance.reference.faults import fault
from conformance.reference.faults.tools import is_busy, is_collection, is_related, is_relationship, set_field, status_is
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Customer


@fault(
    "auth-missing-is-forbidden",
    caught_by={"AUTH-001"},
    clause="RFC 9110, section 11.4",
    also={
        "AUTH-005": "a missing token is answered in another way than a bad one",
        "CACHE-008": "nobody is answered with 403",
        "COND-013": "a missing token is not 401",
    },
)
def missing_is_forbidden(api: Api) -> None:
    """A request without credentials is answered with 403."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        if request.lines("authorization"):
            return original(request)
        return Problem(403, "Forbidden", "Access is forbidden.")

    api.replace("unauthorised", unauthorised)


@fault("auth-no-challenge", caught_by={"AUTH-002"}, clause="RFC 9110, section 15.5.2")
def no_challenge(api: Api) -> None:
    """401 answers have no WWW-Authenticate."""
    set_field(api, "WWW-Authenticate", None, status_is(401))


@fault("auth-no-challenge-for-bad-token", caught_by={"AUTH-002"}, clause="RFC 9110, section 15.5.2")
def no_challenge_for_bad_token(api: Api) -> None:
    """401 answers have WWW-Authenticate only when the credentials are missing."""
    set_field(
        api,
        "WWW-Authenticate",
        None,
        lambda request, answer: answer.status == 401 and bool(request.lines("authorization")),
    )


@fault(
    "auth-no-challenge-on-head",
    caught_by={"AUTH-002"},
    clause="RFC 9110, section 15.5.2",
    also={"HTTP-006": "HEAD lacks a field of GET"},
)
def no_challenge_on_head(api: Api) -> None:
    """401 answers to HEAD have no WWW-Authenticate."""
    set_field(api, "WWW-Authenticate", None, lambda request, answer: answer.status == 401 and request.method == "HEAD")


@fault("auth-challenge-unquoted", caught_by={"AUTH-003"}, clause="RFC 9110, section 11.5")
def challenge_unquoted(api: Api) -> None:
    """The realm is a token instead of a quoted string, and an error text follows bare."""
    api.challenge = "Bearer realm=customer, error=invalid token"


@fault("auth-challenge-twice", caught_by={"AUTH-003"}, clause="RFC 9110, section 11.2")
def challenge_twice(api: Api) -> None:
    """The challenge has the parameter realm twice."""
    api.challenge = 'Bearer realm="a", realm="b"'


@fault("auth-challenge-parameter-of-its-own", caught_by={"AUTH-003"}, clause="RFC 9110, section 11.3")
def challenge_parameter_alone(api: Api) -> None:
    """A comma stands between the scheme and its parameter, which so belongs to none."""
    api.challenge = 'Bearer, realm="customer-v1"'


@fault("auth-challenge-unterminated", caught_by={"AUTH-003"}, clause="RFC 9110, section 5.6.4")
def challenge_unterminated(api: Api) -> None:
    """The quoted realm does not end."""
    api.challenge = 'Bearer realm="customer-v1'


@fault(
    "auth-malformed-token-crash",
    caught_by={"AUTH-004", "ERR-011"},
    clause="RFC 7519, section 7.2",
    also={"AUTH-005": "a malformed token is answered in another way", "AUTH-010": "two lines may be malformed"},
)
def malformed_crash(api: Api) -> None:
    """A token without two dots is answered with 500."""

    def claims(original: Callable[[str], Document | None], token: str) -> Document | None:
        if token.count(".") != 2:
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(token)

    api.replace("claims", claims)


@fault("auth-empty-token-served", caught_by={"AUTH-004"}, clause="RFC 7519, section 7.2")
def empty_served(api: Api) -> None:
    """An empty Authorization field is taken for a trusted internal request."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        return CUSTOMER if request.lines("authorization") == [""] else original(request)

    api.replace("authenticate", authenticate)


@fault("auth-reason-told", caught_by={"AUTH-005"}, clause="OWASP API2:2023", also={"ERR-006": "the titles vary"})
def reason_told(api: Api) -> None:
    """The 401 answer tells a missing token from a bad one."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        problem = original(request)
        problem.detail = "Signature verification failed." if request.lines("authorization") else "No token was sent."
        return problem

    api.replace("unauthorised", unauthorised)


@fault(
    "auth-raw-token-refused",
    caught_by={"AUTH-006"},
    clause="Documented example, request header",
    also={"ITEM-001": "the documented request is refused"},
)
def raw_refused(api: Api) -> None:
    """For the busiest invoice, the token is accepted after Bearer only."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        if is_busy(request) and not request.lines("authorization")[0].lower().startswith("bearer "):
            raise api.unauthorised(request)
        return original(request)

    api.replace("authenticate", authenticate)


@fault("auth-bearer-crash", caught_by={"AUTH-007", "ERR-011"}, clause="RFC 6750, section 2.1")
def bearer_crash(api: Api) -> None:
    """The scheme Bearer is answered with 500."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        if any(line.lower().startswith("bearer") for line in request.lines("authorization")):
            raise Problem(500, "Internal server error", "Something went wrong.")
        return original(request)

    api.replace("credentials", credentials)


@fault("auth-bearer-other-identity", caught_by={"AUTH-007"}, clause="RFC 6750, section 2.1")
def bearer_other_identity(api: Api) -> None:
    """A token after Bearer stands for another customer."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        customer = original(request)
        return OTHER_CUSTOMER if request.lines("authorization")[0].lower().startswith("bearer") else customer

    api.replace("authenticate", authenticate)


@fault("auth-any-scheme", caught_by={"AUTH-008"}, clause="RFC 9110, section 11.1", needs={"contested"})
def any_scheme(api: Api) -> None:
    """Whatever word stands before the token, the last word counts."""

    def credentials(_original: Callable[[Request], str | None], request: Request) -> str | None:
        lines = request.lines("authorization")
        return (lines[0].split() or [""])[-1] if len(lines) == 1 else None

    api.replace("credentials", credentials)


@fault("auth-token-in-url", caught_by={"AUTH-009"}, clause="RFC 6750, section 5.3")
def token_in_url(api: Api) -> None:
    """A token in the query authenticates."""
    names = ("token", "access_token", "jwt", "auth_token")

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        found = [value for name, value in parse_qsl(request.query) if name in names]
        if found and not request.lines("authorization"):
            request.query = ""
            return found[0]
        return original(request)

    api.replace("credentials", credentials)


@fault("auth-first-line-counts", caught_by={"AUTH-010"}, clause="RFC 9110, section 5.3")
def first_line(api: Api) -> None:
    """Of two Authorization lines the first counts."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        lines = request.lines("authorization")
        return lines[0] if len(lines) > 1 else original(request)

    api.replace("credentials", credentials)


@fault("auth-last-line-counts", caught_by={"AUTH-010"}, clause="RFC 9110, section 5.3")
def last_line(api: Api) -> None:
    """Of two Authorization lines the last counts."""

    def credentials(original: Callable[[Request], str | None], request: Request) -> str | None:
        lines = request.lines("authorization")
        return lines[-1] if len(lines) > 1 else original(request)

    api.replace("credentials", credentials)


@fault("auth-sets-cookie", caught_by={"AUTH-011"}, clause="Documented example, response headers")
def sets_cookie(api: Api) -> None:
    """Every successful answer starts a session."""
    set_field(api, "Set-Cookie", "session=1; HttpOnly; SameSite=Lax; Path=/", lambda _, answer: answer.status == 200)


@fault("auth-sets-cookie-on-304", caught_by={"AUTH-011"}, clause="Documented example, response headers")
def sets_cookie_on_304(api: Api) -> None:
    """A 304 starts a session."""
    set_field(api, "Set-Cookie", "session=1; HttpOnly; SameSite=Lax; Path=/", status_is(304))


@fault(
    "auth-data-in-401",
    caught_by={"AUTH-013"},
    clause="Documented API, errors",
    also={"ITEM-002": "there are data and errors", "ERR-001": "there are data beside errors"},
)
def data_in_401(api: Api) -> None:
    """401 answers carry the invoice beside the error."""

    def change(request: Request, document: Document) -> None:
        if document.get("errors", [{}])[0].get("status") == "401":
            route = api.route(request.path)
            if route and route[0] == "item":
                document["data"] = {"type": "invoices", "id": route[1], "attributes": {"reference": "23"}}

    api.on_document(change)


@fault(
    "auth-weak-key",
    stateful=True,
    caught_by={"JWT-011"},
    clause="RFC 8725, section 3.5",
    also={"JWT-014": "the key is short, too"},
)
def weak_key(api: Api) -> None:
    """The tokens are signed with a key from a tutorial."""
    api.signing_key = "secret"


@fault("auth-reason-told-by-account", caught_by={"AUTH-005"}, clause="OWASP API2:2023")
def reason_told_by_account(api: Api) -> None:
    """The 401 answer of the related account tells why the token was refused."""

    def unauthorised(original: Callable[[Request], Problem], request: Request) -> Problem:
        problem = original(request)
        if is_related(request) and request.lines("authorization"):
            problem.detail = "Signature verification failed."
        return problem

    api.replace("unauthorised", unauthorised)


def _page_for_people(api: Api, where: Callable[[Request], bool]) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == 401 and where(request):
            answer.headers = [(name, value) for name, value in answer.headers if name != "Content-Type"]
            answer.headers.append(("Content-Type", "text/html; charset=utf-8"))
            answer.body = b"<!doctype html><title>Unauthorized</title><h1>Unauthorized</h1>"

    api.on_answer(change)


@fault("auth-page-for-people-relationship", caught_by={"ERR-014"}, clause="Documented API, errors")
def page_of_relationship(api: Api) -> None:
    """The 401 answer of the relationship is an HTML page."""
    _page_for_people(api, is_relationship)


@fault("auth-page-for-people-account", caught_by={"ERR-014"}, clause="Documented API, errors")
def page_of_account(api: Api) -> None:
    """The 401 answer of an account by itself is an HTML page."""
    _page_for_people(api, lambda request: "/accounts/" in request.path)


@fault("auth-page-for-people-collection", caught_by={"ERR-014"}, clause="Documented API, errors", needs={"collection"})
def page_of_collection(api: Api) -> None:
    """The 401 answer of the collection is an HTML page."""
    _page_for_people(api, is_collection)
