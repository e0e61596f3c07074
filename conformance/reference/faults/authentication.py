"""Faults of authentication: which credentials are looked at, and how they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from conformance.reference.app import Api
from conformance.reference.data import CUSTOMER, OTHER_CUSTOMER
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import (
    API_ERRORS,
    CREDENTIALS,
    EXAMPLE_FIELDS,
    FIELD_ORDER,
    FIELD_VALUES,
    OWASP_AUTHENTICATION,
    UNAUTHORISED,
    rfc,
)
from conformance.reference.faults.effects import crash, crashes, field, forbidden, setting
from conformance.reference.faults.needs import COLLECTION, CONTESTED
from conformance.reference.faults.seams import effect, instead_of
from conformance.reference.faults.where import (
    is_account,
    is_anonymous,
    is_busy,
    is_collection,
    is_head,
    is_related,
    is_relationship,
)
from conformance.reference.message import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.message import Answer, Document, Request
    from conformance.reference.model import Customer

fault = Area(__name__)


@effect
def _page_for_people(api: Api, where: Callable[[Request], bool]) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == 401 and where(request):
            answer.headers = [(name, value) for name, value in answer.headers if name != "Content-Type"]
            answer.headers.append(("Content-Type", "text/html; charset=utf-8"))
            answer.body = b"<!doctype html><title>Unauthorized</title><h1>Unauthorized</h1>"

    api.on_answer(change)


@fault(
    "auth-missing-is-forbidden",
    {"AUTH-001"},
    CREDENTIALS,
    also={
        "AUTH-005": "a missing token is answered in another way than a bad one",
        "CACHE-008": "nobody is answered with 403",
        "COND-013": "a missing token is not 401",
    },
)
@instead_of(Api.unauthorised)
def missing_is_forbidden(original: Callable[[Request], Problem], request: Request) -> Problem:
    """A request without credentials is answered with 403."""
    return forbidden() if is_anonymous(request) else original(request)


fault("auth-no-challenge", {"AUTH-002"}, UNAUTHORISED)(
    "401 answers have no WWW-Authenticate.", field("WWW-Authenticate", None, status=401)
)
fault("auth-no-challenge-for-bad-token", {"AUTH-002"}, UNAUTHORISED)(
    "401 answers have WWW-Authenticate only when the credentials are missing.",
    field("WWW-Authenticate", None, ~is_anonymous, 401),
)
fault("auth-no-challenge-on-head", {"AUTH-002"}, UNAUTHORISED, also={"HTTP-006": "HEAD lacks a field of GET"})(
    "401 answers to HEAD have no WWW-Authenticate.", field("WWW-Authenticate", None, is_head, 401)
)
fault("auth-challenge-unquoted", {"AUTH-003"}, rfc(9110, "11.5"))(
    "The realm is a token instead of a quoted string, and an error text follows bare.",
    setting(challenge="Bearer realm=customer, error=invalid token"),
)
fault("auth-challenge-twice", {"AUTH-003"}, rfc(9110, "11.2"))(
    "The challenge has the parameter realm twice.", setting(challenge='Bearer realm="a", realm="b"')
)
fault("auth-challenge-parameter-of-its-own", {"AUTH-003"}, rfc(9110, "11.3"))(
    "A comma stands between the scheme and its parameter, so that the parameter belongs to none.",
    setting(challenge='Bearer, realm="customer-v1"'),
)
fault("auth-challenge-unterminated", {"AUTH-003"}, rfc(9110, "5.6.4"))(
    "The quoted realm does not end.", setting(challenge='Bearer realm="customer-v1')
)


fault("auth-token-encoding-crash", {"AUTH-004", "ERR-011"}, FIELD_VALUES)(
    "A token with a letter beyond ASCII is answered with 500.",
    crashes(lambda request: not "".join(request.lines("authorization")).isascii()),
)


@fault(
    "auth-malformed-token-crash",
    {"AUTH-004", "ERR-011"},
    rfc(7519, "7.2"),
    also={"AUTH-005": "a malformed token is answered in another way", "AUTH-010": "two lines may be malformed"},
)
@instead_of(Api.claims)
def malformed_crash(original: Callable[[str], Document | None], token: str) -> Document | None:
    """A token without two dots is answered with 500."""
    if token.count(".") != 2:
        raise crash()
    return original(token)


fault("auth-empty-token-served", {"AUTH-004"}, rfc(7519, "7.2"))(
    "An empty Authorization field is taken for a trusted internal request.",
    instead_of(Api.authenticate)(
        lambda original, request: CUSTOMER if request.lines("authorization") == [""] else original(request)
    ),
)


@fault("auth-reason-disclosed", {"AUTH-005"}, OWASP_AUTHENTICATION, also={"ERR-006": "the titles vary"})
@instead_of(Api.unauthorised)
def reason_disclosed(original: Callable[[Request], Problem], request: Request) -> Problem:
    """The 401 answer to a missing token differs from that to a bad one."""
    problem = original(request)
    problem.detail = "Signature verification failed." if request.lines("authorization") else "No token was sent."
    return problem


@fault(
    "auth-raw-token-refused",
    {"AUTH-006"},
    "Documented example, request header",
    also={"ITEM-001": "the documented request is refused"},
)
def raw_refused(api: Api) -> None:
    """For the busiest invoice, the token is accepted after Bearer only."""

    def authenticate(original: Callable[[Request], Customer], request: Request) -> Customer:
        if is_busy(request) and not request.lines("authorization")[0].lower().startswith("bearer "):
            raise api.unauthorised(request)
        return original(request)

    api.replace(Api.authenticate, authenticate)


@fault(
    "auth-bearer-crash", {"AUTH-007", "ERR-011"}, rfc(6750, "2.1"), also={"AUTH-004": "other schemes are tried, too"}
)
@instead_of(Api.credentials)
def bearer_crash(original: Callable[[Request], str | None], request: Request) -> str | None:
    """The scheme Bearer is answered with 500."""
    if any(line.lower().startswith("bearer") for line in request.lines("authorization")):
        raise crash()
    return original(request)


@fault("auth-bearer-other-identity", {"AUTH-007"}, rfc(6750, "2.1"))
@instead_of(Api.authenticate)
def bearer_other_identity(original: Callable[[Request], Customer], request: Request) -> Customer:
    """A token after Bearer stands for another customer."""
    customer = original(request)
    return OTHER_CUSTOMER if request.lines("authorization")[0].lower().startswith("bearer") else customer


@fault("auth-any-scheme", {"AUTH-008"}, rfc(9110, "11.1"), needs=CONTESTED)
@instead_of(Api.credentials)
def any_scheme(_original: Callable[[Request], str | None], request: Request) -> str | None:
    """Whatever word stands before the token, the last word counts."""
    lines = request.lines("authorization")
    return (lines[0].split() or [""])[-1] if len(lines) == 1 else None


@fault("auth-token-in-url", {"AUTH-009"}, rfc(6750, "5.3"))
@instead_of(Api.credentials)
def token_in_url(original: Callable[[Request], str | None], request: Request) -> str | None:
    """A token in the query authenticates."""
    names = ("token", "access_token", "jwt", "auth_token")
    found = [value for name, value in parse_qsl(request.query) if name in names]
    if found and is_anonymous(request):
        request.query = ""
        return found[0]
    return original(request)


@fault("auth-first-line-counts", {"AUTH-010"}, FIELD_ORDER)
@instead_of(Api.credentials)
def first_line(original: Callable[[Request], str | None], request: Request) -> str | None:
    """Of two Authorization lines the first counts."""
    lines = request.lines("authorization")
    return lines[0] if len(lines) > 1 else original(request)


@fault("auth-last-line-counts", {"AUTH-010"}, FIELD_ORDER)
@instead_of(Api.credentials)
def last_line(original: Callable[[Request], str | None], request: Request) -> str | None:
    """Of two Authorization lines the last counts."""
    lines = request.lines("authorization")
    return lines[-1] if len(lines) > 1 else original(request)


fault("auth-sets-cookie", {"AUTH-011"}, EXAMPLE_FIELDS)(
    "Every successful answer starts a session.",
    field("Set-Cookie", "session=1; HttpOnly; SameSite=Lax; Path=/", status=200),
)
fault("auth-sets-cookie-on-304", {"AUTH-011"}, EXAMPLE_FIELDS)(
    "A 304 starts a session.", field("Set-Cookie", "session=1; HttpOnly; SameSite=Lax; Path=/", status=304)
)


@fault(
    "auth-data-in-401",
    {"AUTH-013"},
    API_ERRORS,
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


fault("auth-weak-key", {"JWT-011"}, rfc(8725, "3.5"), also={"JWT-014": "the key is short, too"}, stateful=True)(
    "The tokens are signed with a key from a tutorial.", setting(signing_key="secret")
)


@fault("auth-reason-disclosed-by-account", {"AUTH-005"}, OWASP_AUTHENTICATION)
@instead_of(Api.unauthorised)
def reason_disclosed_by_account(original: Callable[[Request], Problem], request: Request) -> Problem:
    """The 401 answer of the related account shows why the token was refused."""
    problem = original(request)
    if is_related(request) and request.lines("authorization"):
        problem.detail = "Signature verification failed."
    return problem


fault("auth-page-for-people-relationship", {"ERR-014"}, API_ERRORS)(
    "The 401 answer of the relationship is an HTML page.", _page_for_people(is_relationship)
)
fault("auth-page-for-people-account", {"ERR-014"}, API_ERRORS)(
    "The 401 answer of an account by itself is an HTML page.", _page_for_people(is_account)
)
fault("auth-page-for-people-collection", {"ERR-014"}, API_ERRORS, needs=COLLECTION)(
    "The 401 answer of the collection is an HTML page.", _page_for_people(is_collection)
)
fault("auth-blanks-behind-the-scheme-crash", {"AUTH-007", "ERR-011"}, CREDENTIALS, needs=CONTESTED)(
    "Two blanks behind Bearer are answered with 500.",
    crashes(lambda request: any(line.startswith("Bearer  ") for line in request.lines("authorization"))),
)
