"""Faults of caching fields."""

from __future__ import annotations

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import AUTHORISED_CACHING, EXAMPLE_FIELDS, PRIVATE, VARY, rfc
from conformance.reference.faults.effects import field, setting
from conformance.reference.faults.needs import COLLECTION
from conformance.reference.faults.seams import both, instead_of
from conformance.reference.faults.where import (
    has,
    has_fields,
    has_query,
    includes_account,
    is_anonymous,
    is_collection,
    is_item,
    is_related,
    is_relationship,
)

fault = Area(__name__)

fault("cache-control-long-lived", {"CACHE-001"}, EXAMPLE_FIELDS)(
    "An invoice may be reused for an hour.", setting(cache_control="max-age=3600, private, must-revalidate")
)
fault("cache-control-may-be-stale", {"CACHE-013"}, EXAMPLE_FIELDS)(
    "The directive must-revalidate is missing.", setting(cache_control="max-age=0, private")
)
fault("cache-control-no-cache-of-a-field", {"CACHE-001"}, rfc(9111, "5.2.2.4"))(
    "Instead of an age of zero there is no-cache, but for one field only.",
    setting(cache_control='private, no-cache="Set-Cookie"'),
)
fault("cache-control-quoted-age", {"CACHE-002"}, rfc(9111, "5.2.2.1"), also={"CACHE-001": "it is not an age"})(
    "The value of max-age is quoted.", setting(cache_control='max-age="0", private, must-revalidate')
)
fault("cache-control-negative-age", {"CACHE-002"}, rfc(9111, "1.2.2"), also={"CACHE-001": "it is not the age 0"})(
    "The value of max-age is negative.", setting(cache_control="max-age=-1, private, must-revalidate")
)
fault(
    "cache-control-semicolons",
    {"CACHE-002"},
    rfc(9111, "5.2"),
    also={"CACHE-001": "no directive is understood", "CACHE-003": "no directive is understood"},
)("The directives are separated by semicolons.", setting(cache_control="max-age=0; private; must-revalidate"))
fault("cache-control-age-twice", {"CACHE-014"}, rfc(9111, "4.2.1"))(
    "The directive max-age is there twice with different values.",
    setting(cache_control="max-age=0, private, must-revalidate, max-age=60"),
)
fault(
    "cache-control-public",
    {"CACHE-003"},
    PRIVATE,
    also={"RELD-008": "so is the account", "SEC-016": "so would be an answer with a cookie"},
)("Everything may be stored by shared caches.", setting(cache_control="max-age=0, public, must-revalidate"))
fault("cache-control-not-private", {"CACHE-003"}, AUTHORISED_CACHING, also={"RELD-008": "so is the account"})(
    "The directive private is missing, and must-revalidate lets shared caches store what is authorised.",
    setting(cache_control="max-age=0, must-revalidate"),
)
fault("cache-control-shared-age", {"CACHE-003"}, rfc(9111, "5.2.2.10"), also={"RELD-008": "so is the account"})(
    "A shared cache may reuse everything for a minute.",
    setting(cache_control="max-age=0, private, must-revalidate, s-maxage=60"),
)
fault("cache-control-public-relationship", {"CACHE-003"}, PRIVATE)(
    "The relationship may be stored by shared caches.",
    field("Cache-Control", "public, max-age=60", is_relationship, {200, 304}),
)
fault("cache-control-public-collection", {"CACHE-003"}, PRIVATE, needs=COLLECTION)(
    "The collection may be stored by shared caches.",
    field("Cache-Control", "public, max-age=60", is_collection, {200, 304}),
)
fault("cache-control-missing", {"CACHE-001", "CACHE-003"}, EXAMPLE_FIELDS)(
    "No answer with data has Cache-Control.", field("Cache-Control", None, status={200, 304})
)
fault("cache-control-missing-on-include", {"CACHE-003"}, AUTHORISED_CACHING)(
    "An invoice with its account included has no Cache-Control.", field("Cache-Control", None, includes_account, 200)
)
fault("cache-errors-for-an-hour", {"CACHE-004"}, rfc(9110, "15.5.5"))(
    "A 404 may be reused for an hour by every cache.", field("Cache-Control", "max-age=3600", status=404)
)
fault("cache-errors-heuristically", {"CACHE-004"}, rfc(9110, "15.1"))(
    "406 answers have no Cache-Control.", field("Cache-Control", None, status=406)
)
fault("vary-missing", {"CACHE-005"}, EXAMPLE_FIELDS, also={"CACHE-006": "it is missing in every case"})(
    "There is no Vary.", setting(vary="")
)
fault("vary-other-field", {"CACHE-005"}, EXAMPLE_FIELDS, also={"CACHE-006": "it is so in every case"})(
    "Vary names Accept-Encoding instead of Accept.", setting(vary="Accept-Encoding")
)
fault("vary-missing-without-accept", {"CACHE-006"}, rfc(9111, "4.1"))(
    "There is no Vary when the request has no Accept.", field("Vary", None, ~has("accept"))
)
fault("vary-missing-for-browsers", {"CACHE-006"}, rfc(9111, "4.1"))(
    "There is no Vary when Accept has a wildcard, as that of a browser does.",
    field("Vary", None, lambda request: any("*/*" in line for line in request.lines("accept"))),
)
fault("vary-missing-on-406", {"CACHE-006"}, VARY)("A 406 has no Vary.", field("Vary", None, status=406))
fault("vary-missing-with-suffix", {"CACHE-006"}, VARY)(
    "The suffix .json makes no difference, but there is no Vary with it.",
    both(
        instead_of(Api.route)(lambda original, path: original(path.removesuffix(".json"))),
        field("Vary", None, lambda request: request.path.endswith(".json")),
    ),
)
fault("cache-control-long-lived-with-fields", {"CACHE-001"}, EXAMPLE_FIELDS)(
    "With sparse fieldsets an invoice may be used for a minute without validation.",
    field("Cache-Control", "max-age=60, private, must-revalidate", has_fields, {200, 304}),
)
fault("cache-bad-requests-public", {"CACHE-004"}, rfc(9111, "5.2.2.9"))(
    "A 400 may be reused by every cache.", field("Cache-Control", "public, max-age=300", status=400)
)
fault("cache-missing-tokens-public", {"CACHE-004"}, rfc(9111, "5.2.2.9"))(
    "The 401 of the relationship may be reused by every cache, also for those who have a token.",
    field("Cache-Control", "public, max-age=300", is_relationship & is_anonymous, 401),
)
fault("vary-missing-with-query", {"CACHE-005"}, EXAMPLE_FIELDS)(
    "An invoice has no Vary when there is a query.", field("Vary", None, is_item & has_query)
)
fault("vary-missing-on-account", {"CACHE-006"}, VARY)(
    "The related account has no Vary.", field("Vary", None, is_related, 200)
)
fault("vary-missing-on-collection", {"CACHE-006"}, VARY, needs=COLLECTION)(
    "The collection has no Vary.", field("Vary", None, is_collection, 200)
)
fault("cdn-keeps-invoices", {"CACHE-012"}, rfc(9213, "2.2"))(
    "CDN-Cache-Control gives invoices ten minutes in shared caches, whatever Cache-Control says.",
    field("CDN-Cache-Control", "max-age=600", status=200),
)
fault("surrogate-keeps-account", {"CACHE-012"}, rfc(9213, "2.2"))(
    "Surrogate-Control gives the related account a day in the cache in front of the server.",
    field("Surrogate-Control", 'max-age=86400+60, content="ESI/1.0"', is_related),
)
