"""Faults of caching fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_collection,
    is_item,
    is_related,
    is_relationship,
    set_field,
    status_is,
)

if TYPE_CHECKING:
    from conformance.reference.app import Api
    from conformance.reference.message import Answer, Request

DOCUMENTED = "Documented example, response headers"
DIRECTIVES = "RFC 9111, section 5.2"
SHARED = "RFC 9111, section 5.2.2.7"
TARGETED = "RFC 9213, section 2.2"


@fault("cache-control-long-lived", caught_by={"CACHE-001"}, clause=DOCUMENTED)
def long_lived(api: Api) -> None:
    """An invoice may be reused for an hour."""
    api.cache_control = "max-age=3600, private, must-revalidate"


@fault("cache-control-may-be-stale", caught_by={"CACHE-001"}, clause=DOCUMENTED)
def may_be_stale(api: Api) -> None:
    """The directive must-revalidate is missing."""
    api.cache_control = "max-age=0, private"


@fault("cache-control-no-cache-of-a-field", caught_by={"CACHE-001"}, clause="RFC 9111, section 5.2.2.4")
def no_cache_of_a_field(api: Api) -> None:
    """Instead of an age of zero there is no-cache, but for one field only."""
    api.cache_control = 'private, no-cache="Set-Cookie"'


@fault(
    "cache-control-quoted-age",
    caught_by={"CACHE-002"},
    clause="RFC 9111, section 5.2.2.1",
    also={"CACHE-001": "it is no age"},
)
def quoted_age(api: Api) -> None:
    """The value of max-age is quoted."""
    api.cache_control = 'max-age="0", private, must-revalidate'


@fault(
    "cache-control-negative-age",
    caught_by={"CACHE-002"},
    clause="RFC 9111, section 1.2.2",
    also={"CACHE-001": "it is not the age 0"},
)
def negative_age(api: Api) -> None:
    """The value of max-age is negative."""
    api.cache_control = "max-age=-1, private, must-revalidate"


@fault(
    "cache-control-semicolons",
    caught_by={"CACHE-002"},
    clause=DIRECTIVES,
    also={"CACHE-001": "no directive is understood", "CACHE-003": "no directive is understood"},
)
def semicolons(api: Api) -> None:
    """The directives are separated by semicolons."""
    api.cache_control = "max-age=0; private; must-revalidate"


@fault("cache-control-age-twice", caught_by={"CACHE-002"}, clause=DIRECTIVES)
def age_twice(api: Api) -> None:
    """The directive max-age is there twice with different values."""
    api.cache_control = "max-age=0, private, must-revalidate, max-age=60"


@fault(
    "cache-control-public",
    caught_by={"CACHE-003"},
    also={"RELD-008": "so is the account", "SEC-016": "so would be an answer with a cookie"},
    clause=SHARED,
)
def public(api: Api) -> None:
    """Everything may be stored by shared caches."""
    api.cache_control = "max-age=0, public, must-revalidate"


@fault(
    "cache-control-not-private",
    caught_by={"CACHE-003"},
    clause="RFC 9111, section 3.5",
    also={"RELD-008": "so is the account"},
)
def not_private(api: Api) -> None:
    """The directive private is missing, and must-revalidate lets shared caches store what is authorised."""
    api.cache_control = "max-age=0, must-revalidate"


@fault(
    "cache-control-shared-age",
    caught_by={"CACHE-003"},
    clause="RFC 9111, section 5.2.2.10",
    also={"RELD-008": "so is the account"},
)
def shared_age(api: Api) -> None:
    """A shared cache may reuse everything for a minute."""
    api.cache_control = "max-age=0, private, must-revalidate, s-maxage=60"


@fault("cache-control-public-relationship", caught_by={"CACHE-003"}, clause=SHARED)
def public_relationship(api: Api) -> None:
    """The relationship may be stored by shared caches."""
    set_field(
        api,
        "Cache-Control",
        "public, max-age=60",
        lambda request, answer: is_relationship(request) and answer.status in {200, 304},
    )


@fault("cache-control-public-collection", caught_by={"CACHE-003"}, clause=SHARED, needs={"collection"})
def public_collection(api: Api) -> None:
    """The collection may be stored by shared caches."""
    set_field(
        api,
        "Cache-Control",
        "public, max-age=60",
        lambda request, answer: is_collection(request) and answer.status in {200, 304},
    )


@fault("cache-control-missing-on-include", caught_by={"CACHE-003"}, clause="RFC 9111, section 3.5")
def missing_on_include(api: Api) -> None:
    """An invoice with its account included has no Cache-Control."""
    set_field(
        api, "Cache-Control", None, lambda request, answer: "include=account" in request.query and answer.status == 200
    )


@fault("cache-errors-for-an-hour", caught_by={"CACHE-004"}, clause="RFC 9110, section 15.5.5")
def errors_for_an_hour(api: Api) -> None:
    """A 404 may be reused for an hour by every cache."""
    set_field(api, "Cache-Control", "max-age=3600", status_is(404))


@fault("cache-errors-heuristically", caught_by={"CACHE-004"}, clause="RFC 9110, section 15.1")
def errors_heuristically(api: Api) -> None:
    """406 answers have no Cache-Control."""
    set_field(api, "Cache-Control", None, status_is(406))


@fault("vary-missing", caught_by={"CACHE-005"}, also={"CACHE-006": "it is missing in every case"}, clause=DOCUMENTED)
def vary_missing(api: Api) -> None:
    """There is no Vary."""
    api.vary = ""


@fault("vary-other-field", caught_by={"CACHE-005"}, also={"CACHE-006": "it is so in every case"}, clause=DOCUMENTED)
def vary_other(api: Api) -> None:
    """Vary names Accept-Encoding instead of Accept."""
    api.vary = "Accept-Encoding"


@fault("vary-missing-without-accept", caught_by={"CACHE-006"}, clause="RFC 9111, section 4.1")
def vary_without_accept(api: Api) -> None:
    """There is no Vary when the request has no Accept."""
    set_field(api, "Vary", None, lambda request, _: not request.lines("accept"))


@fault("vary-missing-for-browsers", caught_by={"CACHE-006"}, clause="RFC 9111, section 4.1")
def vary_for_browsers(api: Api) -> None:
    """There is no Vary when Accept has a wildcard, as that of a browser does."""
    set_field(api, "Vary", None, lambda request, _: any("*/*" in line for line in request.lines("accept")))


@fault("vary-missing-on-406", caught_by={"CACHE-006"}, clause="RFC 9110, section 12.5.5")
def vary_on_406(api: Api) -> None:
    """A 406 has no Vary."""
    set_field(api, "Vary", None, status_is(406))


@fault("vary-missing-with-suffix", caught_by={"CACHE-006"}, clause="RFC 9110, section 12.5.5")
def vary_with_suffix(api: Api) -> None:
    """The suffix .json makes no difference, but there is no Vary with it."""
    api.replace("route", lambda original, path: original(path.removesuffix(".json")))
    set_field(api, "Vary", None, lambda request, _: request.path.endswith(".json"))


@fault("cache-control-long-lived-with-fields", caught_by={"CACHE-001"}, clause=DOCUMENTED)
def long_lived_with_fields(api: Api) -> None:
    """With sparse fieldsets an invoice may be used for a minute without validation."""
    set_field(
        api,
        "Cache-Control",
        "max-age=60, private, must-revalidate",
        lambda request, answer: "fields" in request.query and answer.status in {200, 304},
    )


@fault("cache-bad-requests-public", caught_by={"CACHE-004"}, clause="RFC 9111, section 5.2.2.9")
def bad_requests_public(api: Api) -> None:
    """A 400 may be reused by every cache."""
    set_field(api, "Cache-Control", "public, max-age=300", status_is(400))


@fault("cache-missing-tokens-public", caught_by={"CACHE-004"}, clause="RFC 9111, section 5.2.2.9")
def missing_tokens_public(api: Api) -> None:
    """The 401 of the relationship may be reused by every cache, also for those who have a token."""

    def anonymous(request: Request, answer: Answer) -> bool:
        return answer.status == 401 and is_relationship(request) and not request.lines("authorization")

    set_field(api, "Cache-Control", "public, max-age=300", anonymous)


@fault("vary-missing-with-query", caught_by={"CACHE-005"}, clause=DOCUMENTED)
def vary_missing_with_query(api: Api) -> None:
    """An invoice has no Vary when there is a query."""
    set_field(api, "Vary", None, lambda request, _: is_item(request) and bool(request.query))


@fault("vary-missing-on-account", caught_by={"CACHE-006"}, clause="RFC 9110, section 12.5.5")
def vary_missing_on_account(api: Api) -> None:
    """The related account has no Vary."""
    set_field(api, "Vary", None, lambda request, answer: is_related(request) and answer.status == 200)


@fault("vary-missing-on-collection", caught_by={"CACHE-006"}, clause="RFC 9110, section 12.5.5", needs={"collection"})
def vary_missing_on_collection(api: Api) -> None:
    """The collection has no Vary."""
    set_field(api, "Vary", None, lambda request, answer: is_collection(request) and answer.status == 200)


@fault("cdn-keeps-invoices", caught_by={"CACHE-012"}, clause=TARGETED)
def cdn_keeps(api: Api) -> None:
    """CDN-Cache-Control gives invoices ten minutes in shared caches, whatever Cache-Control says."""
    set_field(api, "CDN-Cache-Control", "max-age=600", lambda _, answer: answer.status == 200)


@fault("surrogate-keeps-account", caught_by={"CACHE-012"}, clause=TARGETED)
def surrogate_keeps(api: Api) -> None:
    """Surrogate-Control gives the related account a day in the cache in front of the server."""
    set_field(api, "Surrogate-Control", 'max-age=86400+60, content="ESI/1.0"', lambda request, _: is_related(request))
