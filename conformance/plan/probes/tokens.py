"""Requests with tokens that are minted with the signing key, each wrong, or right, in one respect."""

from __future__ import annotations

from conformance.plan.probe import Family, PathFunction, Probe, family, get
from conformance.plan.probes.base import account_or_invoice, relationship_or_invoice
from conformance.syntax.redaction import derived_token
from conformance.tokens import minted

_ITEM = "/invoices/{invoice_id}"
_MINTING = ("signing-key",)
_KINDS = ("null", "true", "number", "text", "list", "object")


def _bearing(name: str, needs: tuple[str, ...] = _MINTING, path: str | PathFunction = _ITEM) -> Probe:
    return get(path, needs=needs).but(headers={"Authorization": derived_token(name)})


def _bearing_each(prefix: str, *names: str) -> Family:
    return family({name: _bearing(f"{prefix}{name}") for name in names})


# The claims of the given token: when this one is refused, the key is not that of the server.
minted_token = _bearing("minted")

# With what is made of the key by another way to read it.
token_of_key_in_other_form = _bearing_each("key-", "line", "decoded", "cut")

# What looks after one resource may look at another less closely, so one of each kind goes there, if that is served.
expired_token = family(
    {
        **{name: _bearing(f"expired-{name}") for name in ("lately", "ever", "never", "as-text")},
        "in-1970": _bearing("expired-in-1970", path=account_or_invoice),
    }
)
token_valid_since = _bearing("not-before-past")
token_not_yet_valid = _bearing_each("not-before-", "future", "never")

token_with_right_audience = _bearing_each("audience-", "text", "array", "among-others")
token_with_wrong_audience = family(
    {
        **{
            name: _bearing(f"audience-{name}")
            for name in ("foreign", "longer", "other-case", "blank", "empty", "empty-text", "null", "missing")
        },
        "shorter": _bearing("audience-shorter", path=relationship_or_invoice),
    }
)
token_with_wrong_subject = family(
    {
        **{
            name: _bearing(f"subject-{name}")
            for name in (
                *("unknown", "word", "array", "injected", "huge", "true", "null", "missing"),
                *("blank", "signed", "cut", "wildcard", "empty", "zero", "negative", "odd"),
            )
        },
        "no-claims": _bearing("claims-nothing"),
    }
)
token_of_other_algorithm = _bearing_each("algorithm-", "hs384", "hs512", "of-java", "spaced")
token_of_lower_case_algorithm = _bearing("algorithm-lower-case")

token_with_extension = _bearing("extension")
token_with_critical_extension = _bearing("extension-critical")

token_with_other_critical_extension = _bearing_each("extension-", "absent", "not-encoded")

token_with_audience_twice_last_foreign = _bearing("audience-twice-last-foreign")
token_with_expiry_twice_last_past = _bearing("expiry-twice-last-past")
token_with_subject_twice_last_unknown = _bearing("subject-twice-last-unknown")
token_with_expiry_twice_last_future = _bearing("expiry-twice-last-future")

token_with_signature_of_other = _bearing(minted.SWAPPED, ("second-customer",))

unusual_token = family(
    {
        name: _bearing(name)
        for name in (
            *("expiry-fraction", "not-before-fraction", "issued-fraction"),
            *("type-named", "claims-spaced", "claims-unknown"),
        )
    }
)
token_of_impossible_types = family(
    {
        name: _bearing(name)
        for name in (
            *("expiry-null", "expiry-list", "expiry-object", "expiry-true", "expiry-word"),
            *("expiry-empty", "expiry-false", "expiry-not-a-number"),
            *("not-before-text", "not-before-list", "not-before-object", "not-before-true"),
            *("audience-object", "audience-number", "audience-true", "audience-nested", "audience-of-names"),
            *("subject-object", "subject-fraction", "subject-prefixed"),
            *("claims-array", "claims-text", "claims-number", "claims-null", "claims-empty", "claims-broken"),
            *("claims-not-utf8", "header-null", "header-text", "algorithm-absent"),
            *("critical-text", "algorithm-list", "algorithm-null", "algorithm-number"),
            *("critical-number", "critical-object", "algorithm-object", "not-before-infinite"),
        )
    }
)
# JWT does not allow anybody to write them, but their meaning can be read.
token_of_readable_types = family(
    {
        name: _bearing(name)
        for name in ("expiry-text", "expiry-date", "not-before-null", "critical-empty", "critical-null")
    }
)
loosely_encoded_minted_token = family(
    {
        name: _bearing(name)
        for name in (
            *("header-padded", "claims-padded", "header-blank", "claims-blank", "signature-blank"),
            "signature-of-other-alphabet",
        )
    }
)
token_of_odd_types = family(
    {
        name: _bearing(name)
        for name in (
            *("expiry-huge", "expiry-infinite", "expiry-missing"),
            *("issued-text", "issued-null", "issued-huge", "issued-list", "issued-object", "issued-true"),
            *("id-object", "id-number", "id-list"),
            *("key-id-null", "key-id-number", "key-id-list", "key-id-object", "key-id-true"),
            *("key-id-odd", "key-id-empty"),
            # Many members at once: a library may look at one before it looks at another, and refuse it.
            *(f"{part}-{kind}" for part in ("parameters", "members") for kind in _KINDS),
        )
    }
)
