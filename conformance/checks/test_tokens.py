"""Tokens signed with the right key that are nevertheless wrong: their time, audience, subject, algorithm or form."""

from __future__ import annotations

from conformance.checks.support.refusals import TOO_LONG, expect_documented_refusal, expect_refused, is_refused
from conformance.judge.api import Violation, expect_status, observe_each, require, requirement
from conformance.judge.comparison import expect_alike
from conformance.judge.preconditions import expect_survived, require_served_to_its_owner, require_status
from conformance.model.exchange import Exchange

Exchanges = tuple[Exchange, ...]
# RFC 7518, section 3.2: as many bits as the hash has.
_KEY_BITS = 256


def _key_fits(item_without_token: Exchange, minted_token: Exchange) -> None:
    """Raise NotObserved unless a correct token of our own opens the door, and its absence does not."""
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")
    require(
        minted_token.status == 200,
        f"a token minted with the claims of --auth-token is answered {minted_token.status}: "
        "--signing-key is not the HS256 key of this server",
    )


@requirement("JWT-003")
def test_an_expired_token_is_refused(
    item_without_token: Exchange, minted_token: Exchange, related: Exchange | None, expired_token: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    require_served_to_its_owner(related, expired_token)
    expect_refused(expired_token, "the token has expired at least ten minutes ago")


@requirement("JWT-004")
def test_a_token_that_is_not_yet_valid_is_refused(
    item_without_token: Exchange,
    minted_token: Exchange,
    token_valid_since: Exchange,
    token_not_yet_valid: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    require(token_valid_since.status == 200, "a token with the claim nbf in the past is refused, too")
    expect_refused(token_not_yet_valid, "the token becomes valid in an hour, or never")


@requirement("JWT-005")
def test_a_token_for_another_audience_is_refused(
    item_without_token: Exchange,
    minted_token: Exchange,
    relationship: Exchange | None,
    token_with_wrong_audience: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    require_served_to_its_owner(relationship, token_with_wrong_audience)
    expect_refused(token_with_wrong_audience, "the token is not meant for this service")


@requirement("JWT-013")
def test_the_audience_may_be_a_string_or_an_array(
    item_without_token: Exchange, minted_token: Exchange, token_with_right_audience: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_status(token_with_right_audience, 200, why="the audience is named, in another form")


@requirement("JWT-006")
def test_a_token_for_no_known_subject_is_refused(
    item_without_token: Exchange, minted_token: Exchange, token_with_wrong_subject: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_with_wrong_subject, "no customer has this subject")


@requirement("JWT-007")
def test_a_token_of_another_algorithm_is_refused(
    item_without_token: Exchange, minted_token: Exchange, token_of_other_algorithm: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_of_other_algorithm, "the token chooses its algorithm itself")


@requirement("JWT-022")
def test_another_form_of_the_key_does_not_sign(
    item_without_token: Exchange, minted_token: Exchange, token_of_key_in_other_form: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_of_key_in_other_form, "the token is signed with another form of the key")


@requirement("JWT-015")
def test_the_name_of_the_algorithm_is_case_sensitive(
    item_without_token: Exchange, minted_token: Exchange, token_of_lower_case_algorithm: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_of_lower_case_algorithm, "no algorithm is named hs256")


@requirement("JWT-009")
def test_an_unknown_critical_extension_is_refused(
    item_without_token: Exchange,
    minted_token: Exchange,
    token_with_extension: Exchange,
    token_with_critical_extension: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    require(token_with_extension.status == 200, "the extension is refused, critical or not")
    expect_refused(token_with_critical_extension, "crit names an extension that nobody knows")


@requirement("JWT-009")
def test_a_critical_extension_that_is_not_there_or_not_known_is_refused(
    item_without_token: Exchange, minted_token: Exchange, token_with_other_critical_extension: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_with_other_critical_extension, "crit names what is not there, or claims that are not encoded")


@requirement("JWT-016")
def test_a_minted_token_that_is_loosely_encoded_is_refused(
    item_without_token: Exchange, minted_token: Exchange, loosely_encoded_minted_token: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    require(loosely_encoded_minted_token.status < 500, "a server error", owner="ERR-011")
    expect_refused(loosely_encoded_minted_token, "a part is not base64url without padding")


@requirement("JWT-018")
def test_an_unusual_token_is_accepted(
    item_without_token: Exchange, minted_token: Exchange, unusual_token: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    require(unusual_token.status < 500, "a server error", owner="ERR-011")
    require(unusual_token.status not in TOO_LONG, "refused for its length")
    expect_status(unusual_token, 200, why="the token is valid in an unusual form")


@requirement("JWT-018")
def test_a_token_with_an_unknown_parameter_is_accepted(
    item_without_token: Exchange, minted_token: Exchange, token_with_extension: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    require(token_with_extension.status < 500, "a server error", owner="ERR-011")
    require(token_with_extension.status not in TOO_LONG, "refused for its length")
    expect_status(token_with_extension, 200, why="its header has a parameter that nobody has to know")


@requirement("JWT-019")
def test_a_token_of_impossible_types_is_refused(
    item_without_token: Exchange, minted_token: Exchange, token_of_impossible_types: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_of_impossible_types, "a part of the token has a type that it cannot have")


@requirement("JWT-021")
def test_a_token_of_readable_types_is_refused(
    item_without_token: Exchange, minted_token: Exchange, token_of_readable_types: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_refused(token_of_readable_types, "JWT does not allow anybody to write such a token")


@requirement("JWT-020")
def test_a_token_of_odd_types_is_survived(
    item_without_token: Exchange, minted_token: Exchange, token_of_odd_types: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    expect_survived(token_of_odd_types)
    expect_status(token_of_odd_types, 200, 401, 400, 403, why="it may be looked at or not")


def _refused_alone(exchanges: Exchanges, name: str) -> None:
    """Raise NotObserved unless the wrong claim is refused when it is there once: JWT-003, -005 and -006 own that."""
    require(
        any(each.probe.endswith(f"[{name}]") and is_refused(each) for each in exchanges),
        "the claim is not judged when it is there once",
    )


@requirement("JWT-010")
def test_of_a_repeated_expiry_the_first_does_not_count(
    item_without_token: Exchange,
    minted_token: Exchange,
    every_expired_token: Exchanges,
    token_with_expiry_twice_last_past: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    _refused_alone(every_expired_token, "lately")
    expect_refused(token_with_expiry_twice_last_past, "the last of two expiry times is past")


@requirement("JWT-010")
def test_of_a_repeated_subject_the_first_does_not_count(
    item_without_token: Exchange,
    minted_token: Exchange,
    every_token_with_wrong_subject: Exchanges,
    token_with_subject_twice_last_unknown: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    _refused_alone(every_token_with_wrong_subject, "unknown")
    expect_refused(token_with_subject_twice_last_unknown, "the last of two subjects is unknown")


@requirement("JWT-010")
def test_of_a_repeated_audience_the_first_does_not_count(
    item_without_token: Exchange,
    minted_token: Exchange,
    every_token_with_wrong_audience: Exchanges,
    token_with_audience_twice_last_foreign: Exchange,
) -> None:
    _key_fits(item_without_token, minted_token)
    _refused_alone(every_token_with_wrong_audience, "foreign")
    expect_refused(token_with_audience_twice_last_foreign, "the last of two audiences is foreign")


@requirement("JWT-010")
def test_of_a_repeated_claim_the_last_counts_or_none(
    item_without_token: Exchange, minted_token: Exchange, token_with_expiry_twice_last_future: Exchange
) -> None:
    _key_fits(item_without_token, minted_token)
    require(token_with_expiry_twice_last_future.status != 200, "the last claim counts")
    expect_refused(token_with_expiry_twice_last_future, "neither of two claims counts")


@requirement("JWT-002")
def test_a_signature_of_another_token_is_refused(
    item: Exchange, item_without_token: Exchange, token_with_signature_of_other: Exchange
) -> None:
    require_status(item, 200)
    require(item_without_token.status >= 400, "the invoice is open to everybody", owner="AUTH-001")
    expect_refused(token_with_signature_of_other, "the signature is that of another token")


@requirement("JWT-014")
def test_the_key_is_long_enough(item_without_token: Exchange, minted_token: Exchange, signing_key_bits: int) -> None:
    _key_fits(item_without_token, minted_token)
    if signing_key_bits < _KEY_BITS:
        raise Violation(f"a key of at least {_KEY_BITS} bits", f"a key of {signing_key_bits} bits")


@requirement("AUTH-005")
def test_refused_minted_tokens_are_answered_alike(
    item_without_token: Exchange,
    every_expired_token: Exchanges,
    every_token_with_wrong_audience: Exchanges,
    every_token_with_wrong_subject: Exchanges,
) -> None:
    require(item_without_token.status == 401, "the request without a token was not answered 401", owner="AUTH-001")

    def judge(exchange: Exchange) -> None:
        require(exchange.status == 401, "not answered 401", owner="AUTH-014")
        require(exchange.request.url == item_without_token.request.url, "another resource")
        expect_alike(exchange, item_without_token, "to a request without a token")

    observe_each((*every_expired_token, *every_token_with_wrong_audience, *every_token_with_wrong_subject), judge)


@requirement("AUTH-014")
def test_a_refused_minted_token_has_the_documented_status(  # noqa: PLR0913, PLR0917 - one argument per kind of token
    item_without_token: Exchange,
    minted_token: Exchange,
    relationship: Exchange | None,
    related: Exchange | None,
    every_expired_token: Exchanges,
    every_token_not_yet_valid: Exchanges,
    every_token_with_wrong_audience: Exchanges,
    every_token_with_wrong_subject: Exchanges,
    every_token_of_other_algorithm: Exchanges,
    every_token_of_lower_case_algorithm: Exchanges,
    every_token_with_critical_extension: Exchanges,
) -> None:
    _key_fits(item_without_token, minted_token)

    def judge(exchange: Exchange) -> None:
        for owned in (relationship, related):
            require_served_to_its_owner(owned, exchange)
        expect_documented_refusal(exchange, syntax=False)

    of_claims = (*every_expired_token, *every_token_not_yet_valid, *every_token_with_wrong_audience)
    of_headers = (*every_token_of_other_algorithm, *every_token_of_lower_case_algorithm)
    observe_each(
        (*of_claims, *every_token_with_wrong_subject, *of_headers, *every_token_with_critical_extension), judge
    )
