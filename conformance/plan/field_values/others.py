"""Fields of what is signed and of what stands before a server, and names that most fields do not have."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.plan.field_values.value import Value

FIELDS: Mapping[str, tuple[Value, ...]] = {
    "Signature-Input": ("sig=(", ""),
    "Signature": ("sig=:%:", "=", "x"),
    "Want-Digest": ("sha-256;q=abc",),
    "Content-Digest": ("sha-256=:%:", "="),
    "Repr-Digest": ("sha-256=::", "x"),
    "Want-Content-Digest": ("sha-256=x", "="),
    "Accept-Signature": ("sig=(", ""),
    "Available-Dictionary": (":%:", "x"),
    "Client-Cert": (":%:", ""),
    "X-SSL-Client-Cert": ("-----BEGIN CERTIFICATE-----", "%zz"),
    "X-ARR-ClientCert": ("%",),
    # What a gateway would have read in a token or in a session.
    "X-Ms-Client-Principal": ("%", "e30="),
    "X-Endpoint-API-UserInfo": ("%", "e30"),
    "X-Amzn-Oidc-Data": ("x",),
    "X-Forwarded-Uri": ("%",),
    "CDN-Loop": (";", "\xff"),
    "Alt-Used": ("::", "["),
    "Early-Data": ("2", ""),
    "X-Csrf-Token": ("", "%"),
    "X-Xsrf-Token": ("%",),
    "X-Forwarded-Server": (":", "\xff"),
    "X-Original-Host": ("[", ""),
    # Names that are tokens, and not what most names look like.
    "X_Conformance": ("1",),
    "1-Conformance": ("1",),
    "X-!#$%&'*+.^`|~": ("1",),
    "Q": ("1",),
    f"X-Conformance-{'n' * 60}": ("1",),
}
