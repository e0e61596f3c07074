"""What users report of servers of this kind: each example has a fault in the bank.

That each fault is caught by what it names is judged by the test of detection.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from conformance.reference.faults import all_faults

# The input or the state, and the fault that gives the wrong answer.
REPORTED: Mapping[str, str] = MappingProxyType(
    {
        # Field values that crash.
        "Cookie: utm=100%": "cookie-escape-crash",
        "X-Forwarded-For: unknown": "forwarded-for-address-crash",
        "User-Agent with bytes FF FE": "user-agent-encoding-crash",
        "If-Modified-Since that is empty": "modified-since-empty-crash",
        "If-Modified-Since before 1970": "modified-since-early-crash",
        "a date beyond the calendar": "unmodified-since-far-crash",
        "Range: bytes=-": "range-numbers-crash",
        "Range without an equals sign": "range-unit-crash",
        "If-Range that is not a date": "if-range-crash",
        "Content-Type that is not a media type gives 406": "content-type-unknown-not-acceptable",
        "Accept with one broken element": "accept-parameter-crash",
        "Authorization beyond ASCII": "auth-token-encoding-crash",
        "Referer with an impossible port": "referer-port-crash",
        "Origin with an open bracket": "origin-bracket-crash",
        "an address with a zone": "real-ip-zone-crash",
        "X-Forwarded-Port that is a word": "forwarded-port-crash",
        "X-Forwarded-Proto that is empty": "forwarded-proto-empty-drops-connection",
        "traceparent that is not hexadecimal": "traceparent-crash",
        "baggage without an equals sign": "baggage-crash",
        "Accept-Language with a weight of no number": "language-weight-crash",
        "Accept-Encoding with a weight of no number": "accept-encoding-weight-crash",
        "Priority with a letter": "priority-crash",
        "DNT that is empty": "do-not-track-crash",
        "Prefer: wait=abc": "prefer-crash",
        # Other spellings of a URL.
        "a path in capitals without a token": "spelling-capitals-unguarded",
        "a slash behind the invoice without a token": "spelling-slash-behind-unguarded",
        "an id of another customer in capitals": "spelling-capital-id-unscoped",
        "doubled slashes": "spelling-slashes-within-unguarded",
        "dot segments": "spelling-dot-segment-unguarded",
        "encoded letters": "spelling-encoded-type-unguarded",
        "an encoded slash": "spelling-encoded-slash-unguarded",
        "a backslash": "spelling-backslash-unguarded",
        "an encoded backslash": "spelling-encoded-backslash-unguarded",
        "a matrix parameter": "spelling-parameter-of-segment-unguarded",
        "a suffix": "spelling-suffix-unguarded",
        "a fragment": "spelling-fragment-unguarded",
        "a dot at the end": "spelling-dot-behind-unguarded",
        "a blank at the end": "spelling-blank-behind-unguarded",
        "a slash behind the account of an invoice": "spelling-related-unguarded",
        "a slash behind an account": "spelling-account-unguarded",
        "a slash behind the collection": "spelling-collection-unguarded",
        "a hidden invoice in capitals": "spelling-capital-id-shows-hidden",
        "a shortened id": "id-first-part-is-enough",
        "the nil id": "id-nil-is-first-invoice",
        "..%2f before an id": "id-with-parent-segment",
        # Identity from fields.
        "X-Forwarded-User without a token": "trusted-forwarded-user",
        "X-User-Id without a token": "trusted-user-id",
        "X-Customer-Id without a token": "trusted-customer-id",
        "X-Real-IP: 127.0.0.1": "trusted-real-ip",
        "X-Forwarded-For: 127.0.0.1": "trusted-forwarded-for",
        "X-Original-URL": "trusted-original-url",
        "a field that names the second customer": "trusted-customer-beside-token",
        "?access_token= and ?token=": "auth-token-in-url",
        "?jwt=": "trusted-token-in-parameter",
        # Types in tokens.
        "exp with a fraction is refused": "token-expiry-fraction-refused",
        "exp as a list": "token-expiry-list-crash",
        "aud as an object": "token-audience-object-accepted",
        "claims that are an array": "token-claims-array-crash",
        "crit as a text": "token-critical-text-accepted",
        "kid null": "token-key-id-null-crash",
        "exp as 1e400": "token-expiry-infinite-crash",
        "sub as a list": "jwt-subject-in-array",
        "sub true": "jwt-subject-true",
        "sub 1 OR 1=1": "jwt-subject-cast",
        "exp as a text": "token-expiry-text-accepted",
        "nbf as a text": "token-not-before-text-accepted",
        "a claim twice": "jwt-first-duplicate-counts",
        "alg as an object": "token-algorithm-object-crash",
        "b64 as a text": "token-not-encoded-crash",
        # Keys and encoding of tokens.
        "the empty key": "known-key-empty-accepted",
        "a key of zeros": "known-key-zeros-accepted",
        "the key secret": "known-key-secret-accepted",
        "an equals sign behind the signature": "token-signature-padding-accepted",
        "a blank in the header of a token": "token-header-blank-accepted",
        "the other alphabet of base64": "token-signature-of-other-alphabet-accepted",
        # Quotes in lists.
        'If-None-Match: "x,CURRENT,y"': "list-tag-split-at-commas",
        "a profile with a semicolon in quotes": "list-accept-split-in-quotes",
        "an empty If-None-Match": "list-empty-tags-crash",
        "an empty Accept": "list-empty-accept-refused",
        "a semicolon with nothing behind it": "list-accept-open-ended-refused",
        # Fields beside a precondition.
        "OPTIONS with If-None-Match: *": "options-if-none-match-evaluated",
        "Cache-Control: no-cache beside If-None-Match": "if-none-match-ignored-with-no-cache",
        "Pragma: no-cache beside If-None-Match": "if-none-match-ignored-with-pragma",
        # What a connection remembers.
        "no token after 400": "state-after-bad-request",
        "no token after 404": "state-after-not-found",
        "no token after 405": "state-after-not-allowed",
        "no token after 406": "state-after-not-acceptable",
        "no token after 415": "state-after-unsupported-type",
        "no token after 304": "state-after-not-modified",
        "no token after HEAD": "state-after-head",
        "the second customer after the first": "state-of-customer-after-bad-request",
        # Framing.
        "content of a refused PATCH": "wire-content-of-patch-left",
        "Transfer-Encoding: xchunked": "wire-coding-by-its-end",
        "a coding behind chunked": "wire-coding-behind-chunked-ignored",
        "a chunk size with a prefix": "wire-chunk-size-with-prefix",
        "a chunk size with a sign": "wire-chunk-size-with-sign",
        "a chunk size with an underscore": "wire-chunk-size-with-underscore",
        "Authorization in a trailer": "wire-trailer-merged",
        "Connection: keep-alive, close": "wire-close-in-a-list-ignored",
        "Connection: CLOSE": "wire-close-in-capitals-ignored",
        "a raw #x in the target": "wire-target-cut-at-number-sign",
        "raw UTF-8 in the target": "wire-target-beyond-ascii-served",
        # Compression.
        "HEAD with gzip": "coding-not-of-head",
        "a collection with gzip": "coding-cuts-collection",
        "a compound document with gzip": "coding-cuts-included",
        "gzip that is refused": "coding-refused-but-used",
        # Syntax of a query.
        "include=account&fields[invoices]=reference": "query-fields-drop-inclusion",
        "include=account,": "query-comma-behind-crash",
        "page[size]=1_0": "page-number-with-underscores",
        "a semicolon between parameters": "query-semicolon-crash",
        "an unknown member of page": "page-unknown-key-ignored",
        "the same sort field twice": "listing-sort-twice-crash",
        "filter=x": "query-filter-without-name-crash",
        "a known sort on an invoice": "query-sort-on-item-crash",
        "fields[invoices][a]=reference": "query-key-of-fields-crash",
        # What a listing selects.
        "include that selects": "include-selects",
        "sort that selects": "sort-drops-null-references",
        "a comma in a filter": "filter-text-is-a-list",
        "a percent sign in a filter": "filter-percent-is-a-wildcard",
        "an underscore in a filter": "filter-underscore-is-a-wildcard",
        "a blank as a filter": "filter-blank-dropped",
        "%00 as a filter": "filter-nul-dropped",
        "filter[reference_in]=,": "filter-list-of-nothing-dropped",
        "filter[account_id_eq]=abc": "filter-malformed-account-dropped",
        "filter[account_id_eq] of an unknown account": "filter-account-unknown-selects-all",
        "filter[account_id_eq] of another customer": "filter-account-foreign-forbidden",
        "filter[start_date_gteq]=300000-01-01T00:00:00Z": "filter-far-date-crash",
        "a known invoice that is not listed": "listing-without-one",
        "an invoice that is listed and not found": "listed-but-not-found",
        # Ends of a collection.
        "a link last to an empty page": "page-last-of-full-pages-is-empty",
        "the last page of nothing": "page-last-of-nothing-is-zero",
        "a%26b in links": "page-links-raw-ampersands",
        "no link next": "page-next-missing",
        "no link first": "page-link-first-missing",
        "an account that is not listed": "listed-accounts-incomplete",
        "a page of any size": "page-size-unbounded",
        # Slow on crafted values.
        "If-None-Match with a thousand blanks": "slow-blanks-of-tags",
        "Accept with a thousand commas": "slow-commas-of-accept",
        "User-Agent with a thousand letters": "slow-user-agent",
        # Documented members.
        "an invoice without links": "members-no-links",
        "a self link that is null": "members-null-self",
        "a relationship without links": "members-relationship-without-links",
        "elements without an attribute": "members-element-without-flag",
        # Texts instead of values.
        "null as a text": "text-null-for-no-reference",
        "None as a text": "text-none-for-no-reference",
        "undefined as a text": "text-undefined-for-no-reference",
        "NaN as a text": "text-nan-for-no-reference",
        "[object Object] as a text": "text-object-as-name",
        "#<...> as a text": "text-inspected-reference",
        # Retries that hide.
        "every eighth request is cut off": "recurring-eighth-request-cut-off",
        # Methods.
        "FOO on an invoice": "method-unknown-on-item-crash",
        "a 405 that is a page": "method-not-allowed-as-page",
        "_method=get in a form": "method-override-by-form",
        "PATCH of an invoice that is expendable": "write-by-patch",
        "PUT of an invoice that is expendable": "write-by-put",
        "POST of an invoice that is expendable": "write-by-post",
        "DELETE of an invoice that is expendable": "write-by-delete",
        "PATCH of its relationship": "write-to-relationship-accepted",
        # Parameters of the media type.
        "ext that nobody asked for": "extension-unasked-everywhere",
    }
)


@pytest.mark.parametrize("example", REPORTED)
def test_an_example_has_a_fault(example: str) -> None:
    assert REPORTED[example] in all_faults()


def test_each_example_has_a_fault_of_its_own() -> None:
    assert len(set(REPORTED.values())) == len(REPORTED)
