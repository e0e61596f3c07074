"""Fields by which gateways name to a server behind them who asks: from a client they mean nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from conformance.model.exchange import Exchange
from conformance.plan.identity_fields import (
    CLAIMING,
    COOKIES,
    FIELDS_FOR_TOKENS,
    FOR_TOKENS,
    NAMING,
    NAMING_PARAMETERS,
    RARE_COOKIES,
    RARELY_FOR_TOKENS,
    RARELY_NAMING,
    RARELY_TRUSTED,
    TRUSTED,
    TRUSTED_OTHERWISE,
    TRUSTED_PARAMETERS,
)
from conformance.plan.probe import Headers, HeadersFunction, Parameter, Part, Probe, family, get, pack
from conformance.plan.probes.base import item_without_token
from conformance.plan.probes.caching import other_item
from conformance.plan.probes.collection import listing
from conformance.reading.effects import on_refusal, on_shown_data
from conformance.syntax.redaction import AUTH_TOKEN, OTHER_AUTH_TOKEN, derived_token

_ANONYMOUS = {"Authorization": None}
# The token itself, where the interface does not look for it.
_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(FIELDS_FOR_TOKENS, AUTH_TOKEN),
    "Proxy-Authorization": f"Bearer {AUTH_TOKEN}",
}


def _without_token(fields: Mapping[str, str], *needs: str, more: Iterable[Part] = ()) -> Probe:
    probe = get("/invoices/{invoice_id}", needs=needs).but(headers=_ANONYMOUS)
    return pack(probe, [*({name: value} for name, value in fields.items()), *more], on_refusal, item_without_token)


def _from_here(item: Exchange) -> Headers:
    """Name the invoice as the page from which it is asked for."""
    return {"Referer": item.request.url}


def _of_here(item: Exchange) -> Headers:
    """Name the origin of the server as that of the page."""
    return {"Origin": item.request.url.removesuffix(item.request.target)}


def _rarely_without_token(fields: Mapping[str, str], more: Iterable[Part] = ()) -> Probe:
    return _without_token(fields, "contested", more=more)


def _cookies(names: Iterable[str], token: str = AUTH_TOKEN) -> HeadersFunction:
    """Put a token in cookies, but not in the one in which this server rightly looks for it."""
    return lambda session_cookie: {"Cookie": "; ".join(f"{name}={token}" for name in names if name != session_cookie)}


def _tokens(names: Iterable[str], token: str = AUTH_TOKEN) -> dict[str, str]:
    return {name: f"bearer, {token}" if name == "Sec-WebSocket-Protocol" else token for name in names}


trusted_fields_without_token = _without_token(TRUSTED)
names_without_token = _without_token(
    {**dict.fromkeys(NAMING, derived_token("subject")), **_ELSEWHERE, "X-Forwarded-For": "10.0.0.1, 192.168.1.1, ::1"},
    more=[
        _cookies(("jwt", "access_token")),
        *(Parameter(f"{name}={derived_token('subject')}") for name in NAMING_PARAMETERS),
        *(Parameter(f"{name}=1") for name in TRUSTED_PARAMETERS),
    ],
)
identified_otherwise = family(
    {
        "tokens": _without_token(
            {**_tokens(FOR_TOKENS), **TRUSTED_OTHERWISE}, more=(_cookies(COOKIES), _from_here, _of_here)
        ),
        "trusted": _rarely_without_token(RARELY_TRUSTED),
        "names": _rarely_without_token(dict.fromkeys(RARELY_NAMING, derived_token("subject"))),
        "claims": _rarely_without_token(dict.fromkeys(CLAIMING, derived_token("claims"))),
        **{
            f"tokens-{number}": _rarely_without_token(_tokens(names), [_cookies(cookies)])
            for number, (names, cookies) in enumerate(zip(RARELY_FOR_TOKENS, RARE_COOKIES, strict=True), 2)
        },
    }
)

_NAMING_OTHER = [{name: derived_token("subject-of-other")} for name in NAMING]
names_of_other_customer = pack(other_item, _NAMING_OTHER, on_refusal, other_item)
names_of_other_customer_for_listing = pack(
    listing.but(needs=("second-customer", "collection")), _NAMING_OTHER, on_shown_data, listing
)
_NAMED_RARELY: Mapping[str, Sequence[Part]] = {
    "names": [
        *({name: derived_token("subject-of-other")} for name in RARELY_NAMING),
        _cookies(("customer_id", "customer", "account_id", "tenant", "user_id"), derived_token("subject-of-other")),
    ],
    "tokens": [
        *({name: token} for name, token in _tokens((*FOR_TOKENS, *FIELDS_FOR_TOKENS), OTHER_AUTH_TOKEN).items()),
        _cookies(("jwt", "access_token", *COOKIES), OTHER_AUTH_TOKEN),
    ],
    "parameters": [Parameter(f"{name}={derived_token('subject-of-other')}") for name in NAMING_PARAMETERS],
}
other_customer_named_otherwise = family(
    {
        name: pack(other_item.but(needs=("second-customer", "contested")), parts, on_refusal, other_item)
        for name, parts in _NAMED_RARELY.items()
    }
)
