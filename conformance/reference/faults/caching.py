"""Faults of caching fields, of content codings, and of a cache that is too keen."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from conformance.reference.data import INVOICE_IDS
from conformance.reference.faults import fault
from conformance.reference.faults.tools import (
    is_collection,
    is_item,
    is_related,
    is_relationship,
    set_field,
    status_is,
)
from conformance.reference.message import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.app import Api
    from conformance.reference.message import Request

DOCUMENTED = "Documented example, response headers"
DIRECTIVES = "RFC 9111, section 5.2"
SHARED = "RFC 9111, section 5.2.2.7"
TARGETED = "RFC 9213, section 2.2"
CODINGS = "RFC 9110, section 8.4"


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
        lambda request, answer: is_relationship(request) and answer.status == 200,
    )


@fault("cache-control-public-collection", caught_by={"CACHE-003"}, clause=SHARED, needs={"collection"})
def public_collection(api: Api) -> None:
    """The collection may be stored by shared caches."""
    set_field(
        api,
        "Cache-Control",
        "public, max-age=60",
        lambda request, answer: is_collection(request) and answer.status == 200,
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


def _accepts_gzip(request: Request) -> bool:
    return any("gzip" in line and "gzip;q=0" not in line.replace(" ", "") for line in request.lines("accept-encoding"))


def _compress(
    api: Api,
    when: Callable[[Request], bool],
    code: Callable[[bytes], bytes],
    *,
    vary: bool = True,
    coding: str = "gzip",
) -> None:
    def change(request: Request, answer: Answer) -> None:
        if answer.status == 200 and when(request):
            answer.headers.append(("Content-Encoding", coding))
            answer.body = code(answer.body)
        if vary:
            answer.set("Vary", "Accept, Accept-Encoding")

    api.on_answer(change)


@fault("coding-not-applied", caught_by={"CACHE-007"}, clause=CODINGS)
def not_applied(api: Api) -> None:
    """Content-Encoding says gzip, and the content is plain."""
    _compress(api, _accepts_gzip, bytes)


@fault(
    "coding-applied-twice",
    caught_by={"CACHE-007"},
    clause=CODINGS,
    also={"JSON-001": "what is left is no JSON", "JSON-002": "what is left is no UTF-8"},
)
def applied_twice(api: Api) -> None:
    """The content is compressed twice, and Content-Encoding says so once."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(gzip.compress(body, mtime=0), mtime=0))


@fault("coding-refused-but-used", caught_by={"CACHE-010"}, clause="RFC 9110, section 12.5.3")
def refused_but_used(api: Api) -> None:
    """The content is compressed wherever gzip is named, even to refuse it."""
    _compress(
        api,
        lambda request: any("gzip" in line for line in request.lines("accept-encoding")),
        lambda body: gzip.compress(body, mtime=0),
    )


@fault("coding-without-vary", caught_by={"CACHE-011"}, clause="RFC 9110, section 12.5.5")
def without_vary(api: Api) -> None:
    """The content is compressed on request, and Vary does not say so."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(body, mtime=0), vary=False)


@fault("coding-drops-tag", caught_by={"ETAG-001"}, clause="RFC 9110, section 8.8.3.3")
def drops_tag(api: Api) -> None:
    """What compresses the content drops its entity tag."""
    _compress(api, _accepts_gzip, lambda body: gzip.compress(body, mtime=0))
    set_field(api, "ETag", None, lambda _, answer: answer.get("Content-Encoding") == "gzip")


@fault("coding-br-not-applied", caught_by={"CACHE-007"}, clause=CODINGS)
def br_not_applied(api: Api) -> None:
    """Where the client names no coding, Content-Encoding says br, and the content is plain."""
    _compress(api, lambda request: not request.lines("accept-encoding"), bytes, coding="br")


@fault(
    "coding-deflate-without-zlib",
    caught_by={"CACHE-007"},
    clause="RFC 9110, section 8.4.1.2",
    also={
        "CACHE-010": "it is not listed",
        "JSON-001": "what is left is no JSON",
        "JSON-002": "what is left is no UTF-8",
    },
)
def deflate_without_zlib(api: Api) -> None:
    """The coding deflate is sent without the format of zlib around it."""
    _compress(api, _accepts_gzip, lambda body: zlib.compress(body, wbits=-15), coding="deflate")


@fault("coding-deflate-not-listed", caught_by={"CACHE-010"}, clause="RFC 9110, section 12.5.3")
def deflate_not_listed(api: Api) -> None:
    """Who lists gzip gets deflate."""
    _compress(api, _accepts_gzip, zlib.compress, coding="deflate")


def _keep(api: Api, served: Callable[[Request], bool]) -> None:
    kept: dict[tuple[str, str], Answer] = {}

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        key = (request.method, f"{request.path}?{request.query}")
        if key in kept and served(request):
            return Answer(200, list(kept[key].headers), kept[key].body)
        made = original(request)
        if made.status == 200 and request.method == "GET":
            kept[key] = Answer(200, list(made.headers), made.body)
        return made

    api.replace("answer", answer)


@fault(
    "cache-serves-nobody",
    caught_by={"CACHE-008"},
    clause="RFC 9111, section 3.5",
    also={
        "AUTH-001": "a stored copy needs no credentials",
        "AUTH-005": "a missing token is answered in another way",
        "SEC-019": "a known and an unknown invoice differ without a token",
    },
)
def serves_nobody(api: Api) -> None:
    """A stored copy is served to requests without credentials."""
    _keep(api, lambda request: not request.lines("authorization"))


@fault(
    "cache-serves-other-customer",
    caught_by={"CACHE-009"},
    clause="RFC 9111, section 3.5",
    also={
        "SEC-001": "an invoice of the other customer is shown",
        "SEC-002": "an account of the other customer is shown",
        "ROB-008": "customers get each other's invoices",
    },
    needs={"second-customer"},
)
def serves_other_customer(api: Api) -> None:
    """A stored copy is served to whoever has valid credentials."""

    def served(request: Request) -> bool:
        try:
            api.authenticate(request)
        except Exception:  # noqa: BLE001 - a fault, and any refusal means the same
            return False
        plain = not any(request.lines(name) for name in ("if-none-match", "if-match", "range", "content-type"))
        return plain and request.lines("accept") == ["application/vnd.api+json"]

    _keep(api, served)


@fault("cache-control-long-lived-with-fields", caught_by={"CACHE-001"}, clause=DOCUMENTED)
def long_lived_with_fields(api: Api) -> None:
    """With sparse fieldsets an invoice may be used for a minute without validation."""
    set_field(
        api,
        "Cache-Control",
        "max-age=60, private, must-revalidate",
        lambda request, answer: "fields" in request.query and answer.status == 200,
    )


@fault("cache-bad-requests-public", caught_by={"CACHE-004"}, clause="RFC 9111, section 5.2.2.9")
def bad_requests_public(api: Api) -> None:
    """A 400 may be reused by every cache."""
    set_field(api, "Cache-Control", "public, max-age=300", status_is(400))


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


def _keep_for_all(api: Api, where: Callable[[Request], bool]) -> None:
    """Serve whoever has credentials with the first answer to the same path and query."""
    kept: dict[tuple[str, str], Answer] = {}

    def answer(original: Callable[[Request], Answer], request: Request) -> Answer:
        plain = request.method == "GET" and not request.lines("if-none-match")
        if not plain or not where(request) or request.lines("accept") != ["application/vnd.api+json"]:
            return original(request)
        api.authenticate(request)
        key = (request.path, request.query)
        if key not in kept:
            found = original(request)
            kept[key] = Answer(200, list(found.headers), found.body)
        return Answer(200, list(kept[key].headers), kept[key].body)

    api.replace("answer", answer)


@fault(
    "cache-serves-collection-to-all",
    caught_by={"CACHE-009"},
    clause="RFC 9111, section 3.5",
    needs={"second-customer", "collection"},
)
def serves_collection(api: Api) -> None:
    """Whoever asks for the collection gets the first customer's stored copy."""
    _keep_for_all(api, lambda request: is_collection(request) and not request.query)


@fault(
    "cache-serves-account-to-all", caught_by={"CACHE-009"}, clause="RFC 9111, section 3.5", needs={"second-customer"}
)
def serves_account(api: Api) -> None:
    """Whoever asks for the account of an invoice gets the owner's stored copy."""
    _keep_for_all(api, lambda request: is_related(request) and any(own in request.path for own in INVOICE_IDS))


@fault("coding-in-tag-never-matches", caught_by={"COND-001"}, clause="RFC 9110, section 13.1.2")
def coding_in_tag(api: Api) -> None:
    """The tag of compressed content has a suffix by which it is never recognised."""

    def change(request: Request, answer: Answer) -> None:
        answer.set("Vary", "Accept, Accept-Encoding")
        if answer.status == 200 and request.lines("accept-encoding") == ["gzip"] and answer.body:
            answer.body = gzip.compress(answer.body, mtime=0)
            answer.set("Content-Encoding", "gzip")
            answer.set("ETag", f'{str(answer.get("ETag"))[:-1]}-gzip"')

    api.on_answer(change)


@fault("cdn-keeps-invoices", caught_by={"CACHE-012"}, clause=TARGETED)
def cdn_keeps(api: Api) -> None:
    """CDN-Cache-Control gives invoices ten minutes in shared caches, whatever Cache-Control says."""
    set_field(api, "CDN-Cache-Control", "max-age=600", lambda _, answer: answer.status == 200)


@fault("surrogate-keeps-account", caught_by={"CACHE-012"}, clause=TARGETED)
def surrogate_keeps(api: Api) -> None:
    """Surrogate-Control gives the related account a day in the cache in front of the server."""
    set_field(api, "Surrogate-Control", 'max-age=86400+60, content="ESI/1.0"', lambda request, _: is_related(request))
