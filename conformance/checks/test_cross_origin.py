"""Cross-origin resource sharing: which sites may use the API with the credentials of somebody else."""

from __future__ import annotations

from conformance.judge.api import expect, observe_each, require, requirement
from conformance.judge.preconditions import require_status
from conformance.model.exchange import Exchange
from conformance.reading.header_fields import elements

_ORIGIN, _CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
_METHODS = "Access-Control-Allow-Methods"
_WRITING = {"POST", "PUT", "PATCH", "DELETE", "*"}


@requirement("SEC-017")
def test_a_foreign_origin_gets_no_credentials(foreign_origin: Exchange) -> None:
    _expect_no_credentials(foreign_origin)


@requirement("SEC-017")
def test_an_origin_that_is_like_the_own_one_gets_no_credentials(own_origin_extended: Exchange) -> None:
    _expect_no_credentials(own_origin_extended)


@requirement("SEC-017")
def test_a_foreign_origin_gets_no_credentials_elsewhere(elsewhere_with_range: Exchange) -> None:
    _expect_no_credentials(elsewhere_with_range)


@requirement("SEC-017")
def test_a_preflight_promises_no_credentials(preflight: Exchange) -> None:
    _expect_no_credentials(preflight)


def _expect_no_credentials(foreign_origin: Exchange) -> None:
    sent = foreign_origin.request.header("Origin")
    allowed = foreign_origin.fields.lines(_ORIGIN) == [sent]
    credentials = "true" in foreign_origin.fields.lines(_CREDENTIALS)
    expect(
        not (allowed and credentials),
        f"credentials for origins that are known, not for {sent}",
        f"{_ORIGIN}: {sent} and {_CREDENTIALS}: true",
        foreign_origin,
        part=_ORIGIN,
    )


@requirement("SEC-018")
def test_origin_and_credentials_are_consistent(
    item: Exchange, every_foreign_origin: tuple[Exchange, ...], preflight: Exchange
) -> None:
    def judge(exchange: Exchange) -> None:
        origins, credentials = exchange.fields.lines(_ORIGIN), exchange.fields.lines(_CREDENTIALS)
        require(origins or credentials, "nothing is allowed")
        single = len(origins) < 2 and not any("," in value for value in origins)
        expect(single, "one origin", ", ".join(origins), exchange, part=_ORIGIN)
        if credentials:
            observed = " and ".join(credentials)
            expect(credentials == ["true"], "true, or no such field", observed, exchange, part=_CREDENTIALS)
            expect(origins != ["*"], "no credentials beside *", f"{_CREDENTIALS}: true", exchange, part=_ORIGIN)

    observe_each((item, *every_foreign_origin, preflight), judge)


@requirement("SEC-018")
def test_what_depends_on_the_origin_says_so(item: Exchange, every_foreign_origin: tuple[Exchange, ...]) -> None:
    require_status(item, 200)
    answers = (item, *every_foreign_origin)
    allowed = {tuple(each.fields.lines(_ORIGIN)) for each in answers if each.answer and each.status == 200}
    require(len(allowed) > 1, "the answer does not depend on the origin")

    def judge(exchange: Exchange) -> None:
        require_status(exchange, 200)
        # Where nothing is allowed, a stored copy does no more harm than to be refused by a browser.
        require(_ORIGIN in exchange.fields and exchange.fields.lines(_ORIGIN) != ["*"], "no origin is named")
        named = {name.lower() for name in elements(exchange.fields.lines("Vary"))}
        observed = exchange.fields.get("Vary") or "absent"
        expect(named & {"origin", "*"}, "Vary with Origin", observed, exchange, part="Vary")

    observe_each(answers, judge)


@requirement("SEC-030")
def test_no_writing_is_offered_to_other_sites(preflight: Exchange) -> None:
    require(_ORIGIN in preflight.fields, "nothing is allowed")
    methods = {name.upper() for name in elements(preflight.fields.lines(_METHODS))}
    writing = ", ".join(sorted(methods & _WRITING))
    expect(not writing, "methods that only read", writing, preflight, part=_METHODS)
