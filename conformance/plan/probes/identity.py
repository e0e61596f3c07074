"""Fields by which gateways name to a server behind them who asks: from a client they mean nothing."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.plan.probe import Probe, get, pack
from conformance.plan.probes.base import item_without_token
from conformance.plan.probes.caching import other_item
from conformance.plan.probes.collection import listing
from conformance.reading.effects import on_refusal, on_shown_data
from conformance.syntax.redaction import AUTH_TOKEN, derived_token

_ANONYMOUS = {"Authorization": None}
_HERE, _YES, _SOMEBODY = "127.0.0.1", "true", "admin"

# Where a request comes from, what it is for, and that somebody has looked at it already.
TRUSTED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("X-Real-IP", "X-Forwarded-For", "X-Client-IP", "X-Remote-IP", "X-Remote-Addr", "X-Originating-IP"),
            *("True-Client-IP", "Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "X-Cluster-Client-IP"),
            *("X-Custom-IP-Authorization", "X-Envoy-External-Address", "X-ProxyUser-Ip"),
        ),
        _HERE,
    ),
    "Forwarded": "for=127.0.0.1;proto=https",
    **dict.fromkeys(
        (
            *("X-Authenticated", "X-Auth", "X-Is-Authenticated", "X-Skip-Auth", "X-No-Auth", "X-Bypass-Auth"),
            *("X-Internal", "X-Internal-Request", "X-Envoy-Internal", "X-Trusted", "X-Health-Check", "X-Debug"),
            *("X-Test", "X-Is-Admin", "X-Admin", "X-Preview", "X-Cron", "X-Appengine-Cron", "X-Gateway"),
        ),
        _YES,
    ),
    **dict.fromkeys(("X-Role", "X-Roles", "X-User-Role", "X-Groups", "X-Forwarded-Groups", "X-Scopes"), _SOMEBODY),
    "X-SSL-Client-Verify": "SUCCESS",
    "SSL-Client-Verify": "SUCCESS",
    "X-Client-Verify": "SUCCESS",
    "X-SSL-Client-S-DN": "CN=admin",
    "X-Forwarded-Client-Cert": 'By=spiffe://local;Subject="CN=admin"',
    "X-Middleware-Subrequest": ":".join(["middleware"] * 5),
    "X-Original-URL": "/health",
    "X-Rewrite-URL": "/health",
    "X-Forwarded-Uri": "/health",
    "X-Forwarded-Path": "/health",
    "X-Original-Method": "OPTIONS",
    "X-Forwarded-Method": "OPTIONS",
    "X-HTTP-Method-Override": "OPTIONS",
    "X-HTTP-Method": "OPTIONS",
    "X-Method-Override": "OPTIONS",
    "X-Forwarded-Proto": "https",
    "X-Requested-With": "XMLHttpRequest",
    "X-Purpose": "preview",
    "Purpose": "prefetch",
    "X-Api-Key": "test",
    "X-Api-Version": "internal",
    "User-Agent": "kube-probe/1.30",
    "Referer": "http://localhost/admin",
    "Origin": "http://localhost",
    "Cookie": "admin=true; authenticated=1; logged_in=yes; debug=1",
}
# Who asks, by the names of gateways, of single sign-on and of examples.
NAMING = (
    *("X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username", "X-Remote-User", "Remote-User"),
    *("X-User", "X-User-Id", "X-UserId", "X-Username", "X-User-Name", "X-User-Email", "X-Auth-User", "X-Login"),
    *("X-Auth-Request-User", "X-Auth-Request-Email", "X-WebAuth-User", "X-Authenticated-User"),
    *("X-Authenticated-Userid", "X-Credential-Identifier", "X-Consumer-Id", "X-Consumer-Custom-Id"),
    *("X-Consumer-Username", "X-Goog-Authenticated-User-Id", "X-Goog-Authenticated-User-Email"),
    *("X-Ms-Client-Principal-Id", "X-Ms-Client-Principal-Name", "X-Amzn-Oidc-Identity", "X-Amzn-Requestor"),
    *("Cf-Access-Authenticated-User-Email", "Tailscale-User-Login", "X-Customer", "X-Customer-Id", "Customer-Id"),
    *("X-Account", "X-Account-Id", "X-Tenant", "X-Tenant-Id", "X-Org-Id", "X-Scope-OrgID", "X-Company-Id"),
    *("X-Subject", "X-Sub", "X-Jwt-Sub", "X-Claims-Sub", "X-Token-Subject", "X-Principal", "X-Identity"),
    *("X-Client-Id", "X-Impersonate-User", "Impersonate-User", "X-On-Behalf-Of", "X-Sudo", "X-Act-As", "Sudo"),
    *("X-Session-User", "X-Owner-Id", "X-Partner-Id", "X-Reseller-Id", "X-Contractor-Id", "X-Api-User", "From"),
    *("X-Hasura-User-Id", "X-Auth-Username", "X-Authentik-Username", "X-Vouch-User", "X-Pomerium-Claim-Email"),
    *("X-Ms-Client-Principal", "X-Token-Sub", "X-Auth-Subject", "X-Customer-Number", "X-Shop-Id"),
)
# The token itself, where the interface does not look for it.
_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("X-Auth-Token", "X-Access-Token", "X-Authorization", "X-Jwt-Assertion", "Token"), AUTH_TOKEN),
    "Proxy-Authorization": f"Bearer {AUTH_TOKEN}",
    "Cookie": f"jwt={AUTH_TOKEN}; access_token={AUTH_TOKEN}",
}


def _without_token(fields: Mapping[str, str]) -> Probe:
    probe = get("/invoices/{invoice_id}").but(headers=_ANONYMOUS)
    return pack(probe, [{name: value} for name, value in fields.items()], on_refusal, item_without_token)


trusted_fields_without_token = _without_token(TRUSTED)
names_without_token = _without_token({**dict.fromkeys(NAMING, derived_token("subject")), **_ELSEWHERE})

_NAMING_OTHER = [{name: derived_token("subject-of-other")} for name in NAMING]
names_of_other_customer = pack(other_item, _NAMING_OTHER, on_refusal, other_item)
names_of_other_customer_for_listing = pack(
    listing.but(needs=("second-customer", "collection")), _NAMING_OTHER, on_shown_data, listing
)
