"""Requests with the token in the session cookie (RFC 6265, section 5.4)."""

from __future__ import annotations

from conformance.plan.probe import Probe, get
from conformance.syntax.redaction import AUTH_TOKEN, derived_token

_ALTERED = derived_token("signature-changed")


def _cookie(value: str, authorization: str | None) -> Probe:
    return get("/invoices/{invoice_id}", needs=("cookie",)).but(
        headers=lambda session_cookie: {"Authorization": authorization, "Cookie": f"{session_cookie}={value}"}
    )


item_by_cookie = _cookie(AUTH_TOKEN, None)
item_by_altered_cookie = _cookie(_ALTERED, None)
item_by_cookie_and_bad_token = _cookie(AUTH_TOKEN, _ALTERED)
