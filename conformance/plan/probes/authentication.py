"""Requests with no token, with the token in other places and forms, and with tokens that are not valid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.plan.identity_fields import PARAMETERS, RARE_PARAMETERS
from conformance.plan.probe import Parameter, Probe, family, get, header_family, pack
from conformance.plan.probes.base import (
    account_or_invoice,
    included_or_invoice,
    item_with_account,
    item_without_token,
    related,
    related_head,
    relationship,
    relationship_head,
    relationship_or_invoice,
)
from conformance.plan.probes.collection import listing, listing_head
from conformance.plan.probes.relationship import account_from_self_link
from conformance.reading.effects import on_refusal
from conformance.syntax.redaction import AUTH_TOKEN, derived_token
from conformance.tokens import altered

_ITEM = "/invoices/{invoice_id}"
_ANONYMOUS = {"Authorization": None}
_CONTESTED = ("contested",)

# The invoice itself is item_without_token.
without_token = family(
    {
        "head": get(_ITEM).but(method="HEAD", headers=_ANONYMOUS),
        # Afterwards, so that a stored answer would be at hand.
        "relationship": relationship.but(headers=_ANONYMOUS, each_invoice=False, after=(relationship,)),
        "related": related.but(headers=_ANONYMOUS, each_invoice=False, after=(related,)),
        "relationship-head": relationship_head.but(headers=_ANONYMOUS, after=(relationship_head,)),
        "related-head": related_head.but(headers=_ANONYMOUS, after=(related_head,)),
    }
)
included_without_token = item_with_account.but(headers=_ANONYMOUS, each_invoice=False, after=(item_with_account,))
any_type_without_token = get(_ITEM).but(headers={**_ANONYMOUS, "Accept": None})
account_from_self_link_without_token = account_from_self_link.but(headers=_ANONYMOUS)
listing_without_token = listing.but(headers=_ANONYMOUS, after=(listing,))
listing_head_without_token = listing_head.but(headers=_ANONYMOUS, after=(listing_head,))
# Ways to look at what is shown, by each of which a server may come past its own guard. Fewer are sent by default.
view_without_token = family(
    {
        "sparse": get(_ITEM, needs=_CONTESTED).but(headers=_ANONYMOUS, query="fields%5Binvoices%5D=reference"),
        "any-type": get(_ITEM, needs=_CONTESTED).but(headers={**_ANONYMOUS, "Accept": "*/*"}),
        "form": get(_ITEM, needs=_CONTESTED).but(
            headers={**_ANONYMOUS, "Content-Type": "application/x-www-form-urlencoded"}
        ),
        "account-head": account_from_self_link.but(method="HEAD", headers=_ANONYMOUS, needs=_CONTESTED),
        "page": listing.but(
            headers=_ANONYMOUS,
            query="include=account&sort=start-date&page%5Bnumber%5D=2&page%5Bsize%5D=1",
        ),
        "filter": listing.but(headers=_ANONYMOUS, query="filter%5Breference_not_eq%5D=conformance"),
        "accounts": get("/accounts", needs=("collection",)).but(headers=_ANONYMOUS),
    }
)
unknown_item_without_token = get("/invoices/{unknown_id}").but(headers=_ANONYMOUS)

_NO_TOKENS: Mapping[str, str] = {
    "empty": "",
    # With a letter beyond ASCII, which a field value may have, and which is not base64.
    "word": "Basic invalid\xe9",
    # The last character alone stands for no byte.
    "not-json": "bm90LWpzb24.bm90LWpzb24.b",
    "arrays": derived_token("arrays"),
    "four-segments": derived_token("four-segments"),
    "deep": derived_token("deep"),
}
# What readers of other schemes take apart; more than a run by default may cost.
_OF_OTHER_SCHEMES: Mapping[str, str] = {
    "basic-without-colon": "Basic YWRtaW4=",
    "basic-beyond-alphabet": "Basic %%%=:",
    "basic-of-nobody": "Basic Og==",
    "basic-of-default": "Basic YWRtaW46YWRtaW4=",
    "basic-alone": "Basic",
    "digest": 'Digest username="a, b=%zz, nc',
    "negotiate": "Negotiate YII",
    "signature": "AWS4-HMAC-SHA256 Credential=, SignedHeaders=;",
    "parameters": 'Token token="{", realm=admin',
    "dots": "..",
    "nothing": "Bearer null",
    "scheme": "Bearer",
    "three-words": "Bearer a b",
    "five-segments": "e30.e30.e30.e30.e30",
    "subject": derived_token("subject"),
    "key": "ApiKey test",
    "number": "1",
}
malformed_token = family(
    {
        name: get(_ITEM, needs=() if name in _NO_TOKENS else ("contested",)).but(headers={"Authorization": value})
        for name, value in {**_NO_TOKENS, **_OF_OTHER_SCHEMES}.items()
    }
)
unsigned_token = header_family(
    get(_ITEM),
    "Authorization",
    {name: derived_token(name) for name in ("alg-none", "alg-none-signed", "alg-none-mixed-case")},
)
altered_token = header_family(
    get(_ITEM),
    "Authorization",
    {
        name: derived_token(name)
        for name in (
            "algorithm-missing",
            "algorithm-unknown",
            "algorithm-asymmetric",
            "two-segments",
            "signature-changed",
        )
    },
)
# None of these needs the signing key. Most are sent only where it was given, as the tokens are many then.
_MINTING = ("signing-key",)


def _bearing(probe: Probe, token: str) -> Probe:
    return probe.but(headers={"Authorization": derived_token(token)})


token_of_known_key = family(
    {
        **{name: _bearing(get(_ITEM), f"known-key-{name}") for name in altered.KNOWN_KEYS},
        **{name: _bearing(get(_ITEM, needs=_MINTING), f"known-key-{name}") for name in altered.MORE_KNOWN_KEYS},
        **{name: _bearing(get(_ITEM, needs=_CONTESTED), f"known-key-{name}") for name in altered.RARE_KNOWN_KEYS},
    }
)
loosely_encoded_token = family(
    {
        "padded": _bearing(get(_ITEM), "signature-padded"),
        **{name: _bearing(get(_ITEM, needs=_MINTING), f"token-{name}") for name in ("quoted", "escaped", "spaced")},
    }
)
interrupted_token = get(_ITEM).but(headers={"Authorization": derived_token("signature-interrupted")})

# What looks after one resource may look at another less closely; what is not served goes to the invoice.
related_with_altered_token = get(account_or_invoice).but(headers={"Authorization": derived_token("signature-dropped")})
altered_token_elsewhere = family(
    {
        # What reads the scheme may be another library than what reads the raw token.
        "bearer": get(_ITEM).but(headers={"Authorization": f"Bearer {derived_token('signature-shortened')}"}),
        "relationship": get(relationship_or_invoice).but(headers={"Authorization": derived_token("expiry-changed")}),
        "included": get(included_or_invoice).but(headers={"Authorization": derived_token("signature-extended")}),
        "head": get(_ITEM, needs=_CONTESTED).but(
            method="HEAD", headers={"Authorization": derived_token("signature-changed")}
        ),
    }
)
listing_with_altered_token = listing.but(
    headers={"Authorization": derived_token("signature-changed")}, after=(listing,)
)
token_of_foreign_key = header_family(
    get(_ITEM),
    "Authorization",
    {
        name: derived_token(name)
        for name in ("foreign-key-embedded", "foreign-key-file", "foreign-key-url", "foreign-key-injected")
    },
)

bearer_token = header_family(
    get(_ITEM), "Authorization", {"capitalised": f"Bearer {AUTH_TOKEN}", "lower-case": f"bearer {AUTH_TOKEN}"}
)
bearer_token_behind_blanks = get(_ITEM, needs=_CONTESTED).but(headers={"Authorization": f"Bearer  {AUTH_TOKEN}"})
token_of_other_scheme = family(
    {
        name: get(_ITEM, needs=_CONTESTED).but(headers={"Authorization": f"{words} {AUTH_TOKEN}"})
        for name, words in {"basic": "Basic", "two-words": "Foo bar"}.items()
    }
)


def _parameters_of_token(probe: Probe, names: Iterable[str], prefix: str = "") -> Probe:
    """Declare the request with the token in parameters.

    A server may refuse parameters that it does not know before it looks at the others; then each travels alone.
    """
    parts = [Parameter(f"{name}={prefix}{AUTH_TOKEN}") for name in names]
    return pack(probe.but(headers=_ANONYMOUS), parts, on_refusal, item_without_token)


token_in_query = family(
    {
        "usual": _parameters_of_token(get(_ITEM), PARAMETERS),
        **{
            str(number): _parameters_of_token(get(_ITEM, needs=_CONTESTED), names)
            for number, names in enumerate(RARE_PARAMETERS, 2)
        },
        "bearer": _parameters_of_token(
            get(_ITEM, needs=_CONTESTED), ("access_token", "token", "authorization", "auth"), "Bearer%20"
        ),
        "related": _parameters_of_token(related.but(each_invoice=False, needs=_CONTESTED), PARAMETERS),
    }
)
two_authorizations = header_family(
    get(_ITEM), "Authorization", {"valid-first": [AUTH_TOKEN, "invalid"], "valid-last": ["invalid", AUTH_TOKEN]}
)
