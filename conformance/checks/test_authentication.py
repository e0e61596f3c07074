"""Authentication: who is let in, how the others are refused, and what the token itself contains."""

from __future__ import annotations

import re

from conformance.checks.support.refusals import expect_documented_refusal, expect_refused, holds_resource
from conformance.judge.api import Violation, expect, expect_status, observe_each, require, requirement, status_line
from conformance.judge.comparison import expect_alike
from conformance.judge.preconditions import require_served_to_its_owner, require_status, variant
from conformance.model.exchange import Exchange
from conformance.reading.field_parameters import challenges
from conformance.syntax.scalars import shown
from conformance.tokens.inspected import TokenFacts

_SCHEME = re.compile(r"[\s,]*[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Cookies by which load balancers and firewalls keep a client on one server; they hold no session of the application.
_AFFINITY = re.compile(
    r"AWSALB\w*|AWSELB\w*|GCI?LB|ARRAffinity\w*|ApplicationGatewayAffinity\w*|X-Oracle-BMC-LBS-Route"
    r"|__cf\w*|_cfuvid|BIGipServer.*|TS[0-9a-f]{6,}|NSC_.+|citrix_ns_id\w*|SERVERID|INGRESSCOOKIE|route"
    r"|heroku-session-affinity|visid_incap_.*|incap_ses_.*|nlbi_.*|reese84|datadome|ak_bmsc|bm_\w+|_abck",
    re.IGNORECASE,
)
_YEAR = 366 * 24 * 3600


# What is not a JWS, or none of a known algorithm, can be taken for bad syntax.
_WITHOUT_FORM = re.compile(
    r"(malformed_token|related_with_altered_token|interrupted_token)\b.*"
    # The scheme may have no form that is known.
    r"|unsigned_token\[alg-none(-mixed-case)?\]|altered_token_elsewhere\[bearer\]"
    r"|altered_token\[(two-segments|algorithm-missing|algorithm-unknown|algorithm-asymmetric)\]"
)


def _expect_refusal(exchange: Exchange, why: str) -> None:
    """Expect that a token is refused; a crash lets nobody in and is left to ERR-011."""
    require(exchange.status < 500, "a server error", owner="ERR-011")
    expect_refused(exchange, why)


def _guarded(item: Exchange, item_without_token: Exchange) -> None:
    """Raise NotObserved unless the token gives access and its absence does not, which AUTH-001 judges."""
    require_status(item, 200)
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")


def _without_token(asked: Exchange, item_without_token: Exchange, others: tuple[Exchange, ...]) -> Exchange:
    """Return the same request as ``asked`` without a token: that of the account, or of the invoice in its place."""
    is_invoice = asked.request.url == item_without_token.request.url
    return item_without_token if is_invoice else variant(others, "related")


@requirement("AUTH-001")
def test_an_invoice_needs_credentials(item: Exchange, item_without_token: Exchange) -> None:
    require_status(item, 200)
    expect_status(item_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_every_resource_and_method_needs_credentials(  # noqa: PLR0913, PLR0917 - each has its counterpart
    item: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    item_head: Exchange | None,
    relationship_head: Exchange | None,
    related_head: Exchange | None,
    without_token: Exchange,
) -> None:
    require_status(item, 200)
    # Where there is nothing, or no HEAD, a request may be refused before the token is looked at: REL-001, HTTP-005 and
    # HTTP-025.
    counterparts = (relationship, related, item_head, relationship_head, related_head)
    asked = without_token.probe.removeprefix("without_token[").removesuffix("]").replace("-", "_")
    asked = "item_head" if asked == "head" else asked
    counterpart = next((each for each in counterparts if each and each.probe == asked), None)
    require(counterpart is None or counterpart.succeeded, "it is refused with a token, too")
    expect_status(without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_an_invoice_with_its_account_needs_credentials(
    item_with_account: Exchange, included_without_token: Exchange
) -> None:
    require_status(item_with_account, 200)
    expect_status(included_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_whoever_accepts_anything_needs_credentials(item: Exchange, any_type_without_token: Exchange) -> None:
    require_status(item, 200)
    require(any_type_without_token.status != 406, "a request without Accept is refused", owner="NEGO-003")
    expect_status(any_type_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_an_account_needs_credentials(
    account_from_self_link: Exchange, account_from_self_link_without_token: Exchange
) -> None:
    require_status(account_from_self_link, 200)
    expect_status(account_from_self_link_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_the_collection_needs_credentials(listing: Exchange, listing_without_token: Exchange) -> None:
    require_status(listing, 200)
    expect_status(listing_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_head_of_the_collection_needs_credentials(
    listing: Exchange, listing_head: Exchange, listing_head_without_token: Exchange
) -> None:
    require_status(listing, 200)
    require_status(listing_head, 200)
    expect_status(listing_head_without_token, 401, why="the request has no credentials")


@requirement("AUTH-001")
def test_no_view_is_shown_without_credentials(
    item: Exchange, item_without_token: Exchange, view_without_token: Exchange
) -> None:
    _guarded(item, item_without_token)
    # Parameters and fields that are not supported may be refused before the token is looked at, and so may HEAD.
    observed = status_line(view_without_token)
    expect(not view_without_token.succeeded, "401: the request has no credentials", observed, view_without_token)


@requirement("AUTH-002")
def test_every_401_has_a_challenge(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status == 401, "no 401")
        value = exchange.fields.get("WWW-Authenticate")
        expect(
            value and _SCHEME.match(value),
            "WWW-Authenticate with a challenge",
            "no such field" if value is None else shown(value),
            exchange,
            part="WWW-Authenticate",
        )

    observe_each(every_error, judge)


@requirement("AUTH-003")
def test_challenges_are_well_formed(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        value = exchange.fields.get("WWW-Authenticate")
        require(value and _SCHEME.match(value), "no challenge", owner="AUTH-002")
        try:
            realms = [challenge.parameters.get("realm", '""') for challenge in challenges(value or "")]
        except ValueError as error:
            raise Violation(
                "challenges as RFC 9110 writes them", f"{value}: {error}", exchange, part="WWW-Authenticate"
            ) from None
        unquoted = [realm for realm in realms if not realm.startswith('"')]
        expect(not unquoted, "the realm as a quoted string", value, exchange, part="WWW-Authenticate")

    observe_each(every_error, judge)


@requirement("AUTH-004")
def test_a_malformed_token_is_refused(item: Exchange, item_without_token: Exchange, malformed_token: Exchange) -> None:
    _guarded(item, item_without_token)
    require(malformed_token.status not in {413, 431}, "the token is too long here")
    expect_refused(malformed_token, "this is not a token")


def _expect_documented(exchange: Exchange) -> None:
    expect_documented_refusal(exchange, syntax=bool(_WITHOUT_FORM.fullmatch(exchange.probe)))


@requirement("AUTH-014")
def test_a_refused_token_has_the_documented_status(  # noqa: PLR0913, PLR0917 - one argument per kind of token
    item: Exchange,
    item_without_token: Exchange,
    every_malformed_token: tuple[Exchange, ...],
    every_unsigned_token: tuple[Exchange, ...],
    every_altered_token: tuple[Exchange, ...],
    every_interrupted_token: tuple[Exchange, ...],
    every_token_of_foreign_key: tuple[Exchange, ...],
) -> None:
    _guarded(item, item_without_token)
    changed = (*every_unsigned_token, *every_altered_token, *every_interrupted_token)
    observe_each((*every_malformed_token, *changed, *every_token_of_foreign_key), _expect_documented)


@requirement("AUTH-014")
def test_a_refused_token_has_the_documented_status_at_every_view(  # noqa: PLR0913, PLR0917 - one argument per view
    item: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    item_with_account: Exchange | None,
    every_related_with_altered_token: tuple[Exchange, ...] | None,
    every_altered_token_elsewhere: tuple[Exchange, ...],
) -> None:
    views = (item, relationship, related, item_with_account)
    served = {each.request.url for each in views if each and each.status == 200}

    def judge(exchange: Exchange) -> None:
        require(exchange.request.url in served, "not served to its owner")
        # HEAD may be refused before the token is looked at: HTTP-005.
        require(exchange.request.method == "GET", "not GET")
        _expect_documented(exchange)

    observe_each((*(every_related_with_altered_token or ()), *every_altered_token_elsewhere), judge)


@requirement("AUTH-014")
def test_a_refused_token_has_the_documented_status_at_the_collection(
    listing: Exchange, listing_with_altered_token: Exchange
) -> None:
    require_status(listing, 200)
    _expect_documented(listing_with_altered_token)


@requirement("AUTH-005")
def test_refused_tokens_are_answered_alike(
    item_without_token: Exchange,
    every_malformed_token: tuple[Exchange, ...],
    every_unsigned_token: tuple[Exchange, ...],
    every_altered_token: tuple[Exchange, ...],
    every_token_of_foreign_key: tuple[Exchange, ...],
) -> None:
    require(item_without_token.status == 401, "the request without a token was not answered 401", owner="AUTH-001")

    def judge(exchange: Exchange) -> None:
        require(exchange.status == 401, "not answered 401", owner="AUTH-014")
        expect_alike(exchange, item_without_token, "to a request without a token")

    tokens = (*every_malformed_token, *every_unsigned_token, *every_altered_token, *every_token_of_foreign_key)
    observe_each(tokens, judge)


@requirement("AUTH-005")
def test_a_refused_token_is_answered_alike_for_the_account(
    item_without_token: Exchange, every_without_token: tuple[Exchange, ...], related_with_altered_token: Exchange
) -> None:
    without = _without_token(related_with_altered_token, item_without_token, every_without_token)
    require(without.status == 401, "the request without a token was not answered 401", owner="AUTH-001")
    require(related_with_altered_token.status == 401, "not answered 401", owner="AUTH-014")
    expect_alike(related_with_altered_token, without, "to a request without a token")


@requirement("AUTH-006")
def test_the_raw_token_is_accepted(item: Exchange) -> None:
    expect(item.status not in {401, 403}, "the token without a scheme is accepted", status_line(item), item)
    require_status(item, 200)


@requirement("AUTH-007")
def test_a_bearer_token_gives_the_same_invoice_or_nothing(item: Exchange, bearer_token: Exchange) -> None:
    require_status(item, 200)
    expect_status(bearer_token, 200, 401, 400, why="a server may know the scheme or refuse it")
    if bearer_token.status == 200:
        same, other = item.resource.get("id"), bearer_token.resource.get("id")
        expect(same == other, f"invoice {shown(same)}", f"invoice {shown(other)}", bearer_token, part="/data/id")


@requirement("AUTH-007")
def test_blanks_behind_the_scheme_do_no_harm(
    item: Exchange, bearer_token: Exchange, bearer_token_behind_blanks: Exchange
) -> None:
    require_status(item, 200)
    require(bearer_token.status in {200, 400, 401}, "a single blank does harm, too; another check judges that")
    expect_status(bearer_token_behind_blanks, 200, 401, 400, why="there may be more than one blank")


@requirement("AUTH-007")
def test_the_case_of_the_scheme_does_not_matter(every_bearer_token: tuple[Exchange, ...]) -> None:
    require(len(every_bearer_token) == 2, "one of the two spellings got no answer")
    first, second = every_bearer_token
    require({first.status, second.status} <= {200, 400, 401}, "the scheme is answered otherwise")
    expect(first.status == second.status, f"{first.status} in any case", status_line(second), second)


@requirement("AUTH-008")
def test_another_scheme_does_not_authenticate(
    item: Exchange, item_without_token: Exchange, token_of_other_scheme: Exchange
) -> None:
    _guarded(item, item_without_token)
    expect_status(token_of_other_scheme, 401, 400, why="the server names no such scheme")


@requirement("AUTH-009")
def test_a_token_in_the_url_does_not_authenticate(
    item: Exchange, item_without_token: Exchange, token_in_query: Exchange
) -> None:
    _guarded(item, item_without_token)
    require(token_in_query.status < 500, "a server error", owner="ERR-011")
    expect(not token_in_query.succeeded, "401, or 400 for the parameter", status_line(token_in_query), token_in_query)


@requirement("AUTH-010")
def test_two_authorization_lines_are_refused(
    item: Exchange, item_without_token: Exchange, two_authorizations: Exchange
) -> None:
    _guarded(item, item_without_token)
    expect(
        400 <= two_authorizations.status < 500,
        "a client error: Authorization has one value",
        status_line(two_authorizations),
        two_authorizations,
    )


@requirement("AUTH-011")
def test_header_authentication_sets_no_cookie(every_answer: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.succeeded or exchange.status == 304, "perhaps not authenticated")
        request = exchange.request
        alone = request.header("Authorization") is not None and not request.header("Cookie")
        require(alone, "not authenticated by the header field alone")
        names = [line.split("=", 1)[0].strip() for line in exchange.fields.lines("Set-Cookie")]
        own = [name for name in names if not _AFFINITY.fullmatch(name)]
        expect(not own, "no Set-Cookie", ", ".join(map(shown, own)), exchange, part="Set-Cookie")

    observe_each(every_answer, judge)


@requirement("AUTH-013")
def test_a_401_has_no_data(every_error: tuple[Exchange, ...]) -> None:
    def judge(exchange: Exchange) -> None:
        require(exchange.status == 401, "no 401")
        document = exchange.json.value if isinstance(exchange.json.value, dict) else {}
        primary = document.get("data")
        holds = bool(primary) or holds_resource(document)
        expect(not holds, "no data of any resource", shown(primary or document), exchange, part="/data")

    observe_each(every_error, judge)


@requirement("JWT-001")
def test_an_unsigned_token_is_refused(item: Exchange, item_without_token: Exchange, unsigned_token: Exchange) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(unsigned_token, "the algorithm is none")


@requirement("JWT-002")
def test_an_altered_token_is_refused(item: Exchange, item_without_token: Exchange, altered_token: Exchange) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(altered_token, "the signature does not fit")


@requirement("JWT-002")
def test_an_altered_token_does_not_open_the_account(
    item: Exchange,
    item_without_token: Exchange,
    every_without_token: tuple[Exchange, ...],
    related_with_altered_token: Exchange,
) -> None:
    require_status(item, 200)
    without = _without_token(related_with_altered_token, item_without_token, every_without_token)
    require(without.status >= 400, "it is open to everybody", owner="AUTH-001")
    _expect_refusal(related_with_altered_token, "the signature was removed")


@requirement("JWT-002")
def test_an_altered_token_opens_no_view_of_an_invoice(
    item: Exchange,
    item_without_token: Exchange,
    relationship: Exchange | None,
    item_with_account: Exchange | None,
    altered_token_elsewhere: Exchange,
) -> None:
    _guarded(item, item_without_token)
    for resource in (relationship, item_with_account):
        require_served_to_its_owner(resource, altered_token_elsewhere)
    _expect_refusal(altered_token_elsewhere, "the signature does not fit")


@requirement("JWT-002")
def test_an_altered_token_does_not_open_the_collection(
    listing: Exchange, listing_without_token: Exchange, listing_with_altered_token: Exchange
) -> None:
    require_status(listing, 200)
    require(listing_without_token.status >= 400, "the collection is open to everybody", owner="AUTH-001")
    _expect_refusal(listing_with_altered_token, "the signature does not fit")


@requirement("JWT-016")
def test_a_token_with_a_foreign_character_is_refused(
    item: Exchange, item_without_token: Exchange, interrupted_token: Exchange
) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(interrupted_token, "the signature is not base64url")


@requirement("JWT-016")
def test_a_token_that_is_loosely_encoded_is_refused(
    item: Exchange, item_without_token: Exchange, loosely_encoded_token: Exchange
) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(loosely_encoded_token, "the parts of the token are not base64url without padding")


@requirement("JWT-017")
def test_a_known_key_does_not_sign(item: Exchange, item_without_token: Exchange, token_of_known_key: Exchange) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(token_of_known_key, "the token is signed with nothing, or with a key that everybody knows")


@requirement("JWT-008")
def test_key_hints_of_the_token_are_not_trusted(
    item: Exchange, item_without_token: Exchange, token_of_foreign_key: Exchange
) -> None:
    _guarded(item, item_without_token)
    _expect_refusal(token_of_foreign_key, "the token is signed with a key of its sender")


@requirement("JWT-011")
def test_the_key_is_not_a_known_default(token_facts: TokenFacts) -> None:
    require(token_facts.guessable_key is not None, "the token is not a JWT that is signed with a shared key")
    if token_facts.guessable_key:
        # Which one is not shown: it would be the key of the target in a report.
        raise Violation("a random key of at least the size of the hash", "a well-known default signs the token")


@requirement("JWT-012")
def test_the_token_expires(token_facts: TokenFacts) -> None:
    require(token_facts.is_jwt, "the token is not a JWT")
    if token_facts.lifetime is None:
        raise Violation("an expiry time", "no exp claim that is a number")
    if token_facts.lifetime > _YEAR:
        raise Violation("an expiry time within a year", f"exp in {token_facts.lifetime / _YEAR:.0f} years")
