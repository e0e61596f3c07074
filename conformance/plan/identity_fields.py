"""Fields by which gateways, single sign-on and examples name who asks, and other places for a token.

From a client they mean nothing: only the documented field authenticates. What is called rare travels only where more
requests may be sent.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    # What frameworks say to themselves.
    "X-Middleware-Subrequest": ":".join(["middleware"] * 5),
    "X-ISR": "1",
    "X-Vinext-Mw-Ctx": "{}",
    "Sec-Fetch-Site": "same-origin",
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
    *("X-Ms-Client-Principal-Id", "X-Ms-Client-Principal-Name", "X-Amzn-Oidc-Identity", "Account-Id"),
    *("Cf-Access-Authenticated-User-Email", "Customer", "X-Customer", "X-Customer-Id", "Customer-Id"),
    *("X-Account", "X-Account-Id", "X-Tenant", "X-Tenant-Id", "X-Org-Id", "X-Organization-Id", "X-Scope-OrgID"),
    *("X-Subject", "X-Sub", "X-Jwt-Sub", "Oidc-Claim-Sub", "IV-User", "X-Principal", "X-Identity"),
    *("X-Client-Id", "X-Impersonate-User", "Impersonate-User", "X-On-Behalf-Of", "X-Sudo", "X-Act-As", "Sudo"),
    *("X-Session-User", "X-Owner-Id", "X-Remote-User-Id", "Username", "User", "User-Id", "X-Api-User", "From"),
    *("X-Hasura-User-Id", "X-Auth-Username", "X-Authentik-Username", "X-Vouch-User", "X-Pomerium-Claim-Email"),
    *("X-Ms-Client-Principal", "X-Token-Sub", "X-Auth-Subject", "UserId", "Client-Id"),
    *("X-SSL-Client-CN", "X-Test-User", "X-Dev-User", "X-Proxy-User", "X-Switch-User"),
)
# Other values of such fields, as a reader of lists, or one who knows IPv6, looks at them.
TRUSTED_OTHERWISE: Mapping[str, str] = {
    "X-Forwarded-For": "192.0.2.1, 127.0.0.1",
    "X-Real-IP": "::1",
    "X-Client-IP": "10.0.0.1",
    "True-Client-IP": "192.168.0.1",
    "Forwarded": 'for="[::1]";host=localhost',
    "X-Forwarded-Host": "localhost",
    "X-Forwarded-Server": "localhost",
    "X-Host": "localhost",
    "User-Agent": "ELB-HealthChecker/2.0 (compatible; Googlebot/2.1)",
}
RARELY_TRUSTED: Mapping[str, str] = {
    **dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "X-Azure-ClientIP", "Remote-Addr", "X-True-IP"), "10.0.0.1"),
    "Forwarded": "for=10.0.0.1;by=127.0.0.1;host=127.0.0.1",
    **dict.fromkeys(
        ("X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-By", "X-Host", "X-Original-Host"), "127.0.0.1"
    ),
    **dict.fromkeys(("Forwarded-For", "X-WAP-Profile", "X-Appengine-Remote-Addr", "X-Envoy-Original-Dst-Host"), _HERE),
    **dict.fromkeys(
        (
            *("X-Kubernetes", "X-Healthcheck", "X-Monitor", "X-Monitoring", "X-Service", "X-CloudScheduler"),
            *("X-Anonymous-Consumer", "X-Superuser", "X-Root", "X-Dev", "X-Local", "X-Proxy", "X-Verified", "X-Secure"),
            *("X-Auth-Verified", "X-Token-Valid", "X-Jwt-Verified", "X-Auth-Status", "X-Disable-Auth", "X-B3-Flags"),
        ),
        _YES,
    ),
    **dict.fromkeys(
        ("X-User-Roles", "X-Permissions", "X-Scope", "X-Hasura-Role", "IV-Groups", "Remote-Groups", "X-Service-Name"),
        _SOMEBODY,
    ),
    **dict.fromkeys(
        ("X-Internal-Auth", "X-Hasura-Admin-Secret", "X-Parse-Master-Key", "X-RapidAPI-Proxy-Secret"), "secret"
    ),
    **dict.fromkeys(("X-3scale-Proxy-Secret-Token", "X-Service-Token", "X-Internal-Token"), "secret"),
    **dict.fromkeys(("X-Original-URI", "X-Envoy-Original-Path", "X-Middleware-Rewrite", "X-Accel-Redirect"), "/health"),
    **dict.fromkeys(("SSL-Client-S-DN", "X-SSL-Client-DN", "X-Client-DN", "X-Client-Cert-DN"), "CN=admin"),
    **dict.fromkeys(("X-Client-Cert", "X-SSL-Cert", "X-ARR-ClientCert"), "MA=="),
    "Client-Cert": ":MA==:",
    "X-Appengine-QueueName": "default",
    "X-Appengine-Inbound-AppId": "conformance",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Ssl": "on",
    # A request before another one, ahead of one, or for what is stored already.
    "Access-Control-Request-Method": "GET",
    "Sec-Purpose": "prefetch",
    "X-Moz": "prefetch",
    "Cache-Control": "only-if-cached",
    "If-None-Match": "*",
    "Range": "bytes=0-0",
    "Content-Type": "application/grpc",
    "Accept": "text/html",
    "Upgrade": "websocket",
    "Via": "1.1 localhost",
    "CDN-Loop": "conformance",
    "User-Agent": "GoogleHC/1.0 Prometheus/2.0 HealthCheck",
    "Cookie": "user=1; user_id=1; customer_id=1; role=admin; is_admin=1; uid=1; account=1; tenant=1; sub=1; customer=1",
}
RARELY_NAMING = (
    *("X-Amzn-Requestor", "Tailscale-User-Login", "X-Company-Id", "X-Claims-Sub", "X-Token-Subject", "X-Partner-Id"),
    *("X-Reseller-Id", "X-Contractor-Id", "X-Customer-Number", "X-Shop-Id", "X-Profile-Id", "X-Mock-User"),
    *("X-Workspace-Id", "X-Project-Id", "X-Owner", "X-Impersonate", "X-Login-As"),
    *("X-Acting-As", "X-Actor", "X-Delegate", "X-Effective-User", "X-MSCallerId", "MSCRMCallerID", "X-Debug-User"),
    *(
        "X-Email",
        "X-Mail",
        "X-Principal-Id",
        "X-Caller-Id",
        "X-Caller",
        "X-Uid",
        "Uid",
        "X-Oidc-User",
    ),
    *("OIDC_CLAIM_sub", "X-Oidc-Claim-Sub", "X-Saml-User", "SM_USER", "SM-User", "SM_UNIVERSALID"),
    *("HTTP_IV_USER", "EPPN", "X-Shib-User", "X-Pomerium-Claim-Sub", "X-Authentik-Uid", "X-Authelia-User"),
    *("Remote-Email", "Remote-Name", "X-Traefik-User", "X-Cognito-Sub", "X-ApiGw-User", "X-RapidAPI-User"),
    *("X-Mashape-User", "X-Gateway-User", "X-Edge-User", "X-Nginx-User", "X-Appengine-User-Email", "X-Device-Id"),
    *("X-Appengine-User-Id", "X-Session-Id", "X-From", "X-Parse-Application-Id", "X-Customer-Ref", "X-Merchant-Id"),
    *("X-Vendor-Id", "X-Site-Id", "X-Domain-Id", "X-Entity-Id", "X-Member-Id", "X-Person-Id", "Tenant"),
    *("X-Subscriber-Id", "X-Billing-Account", "X-Auth-Id", "X-Auth-Sub", "X-Amzn-Oidc-Sub"),
)
# What a gateway has read in the token.
CLAIMING = (
    *("X-Jwt-Payload", "X-Jwt-Claims", "X-Endpoint-API-UserInfo", "X-Apigateway-Api-Userinfo", "X-Userinfo"),
    *("X-Ms-Client-Principal", "X-Amzn-Oidc-Data", "X-Claims", "X-Auth-Claims", "X-Token-Claims", "X-Id-Token-Payload"),
)
FIELDS_FOR_TOKENS = ("X-Auth-Token", "X-Access-Token", "X-Authorization", "X-Jwt-Assertion", "Token")
# For the token itself: as many in a request as the section of fields holds, also with longer tokens.
FOR_TOKENS = (
    *("X-Api-Key", "Api-Key", "X-Token", "Access-Token", "Auth-Token", "X-Id-Token", "X-Jwt", "X-Session-Token"),
    *("X-Forwarded-Access-Token", "X-Original-Authorization", "X-User-Token", "Bearer"),
)
RARELY_FOR_TOKENS = (
    (
        *(
            "Authentication",
            "Auth",
            "Jwt",
            "Id-Token",
            "X-Auth",
            "X-Bearer-Token",
            "Authorization-Token",
            "X-Api-Token",
        ),
        *("X-Amz-Security-Token", "X-Csrf-Token", "Private-Token", "X-Vault-Token", "X-Gitlab-Token"),
    ),
    (
        *("X-Forwarded-Authorization", "X-Auth-Request-Access-Token", "X-Goog-Iap-Jwt-Assertion", "X-Amzn-Oidc-Data"),
        *("X-Amzn-Oidc-Accesstoken", "Cf-Access-Jwt-Assertion", "X-Pomerium-Jwt-Assertion", "X-Ms-Token-Aad-Id-Token"),
        *("X-Ms-Token-Aad-Access-Token", "X-Client-Token", "X-Customer-Token", "X-Refresh-Token"),
    ),
    (
        *("Api-Token", "Apikey", "X-App-Token", "X-Session-Id", "X-Authenticated-Token", "Sec-WebSocket-Protocol"),
        *("X-Xsrf-Token", "X-Service-Token", "X-Internal-Token", "X-Firebase-Auth", "X-Shopify-Access-Token"),
    ),
)
COOKIES = ("token", "auth_token", "session", "id_token")
RARE_COOKIES = (
    ("sid", "auth", "Authorization", "bearer", "api_key", "__session", "__Host-token", "_session_id"),
    ("AUTH_TOKEN", "remember_token", "refresh_token", "idToken", "accessToken", "XSRF-TOKEN", "connect.sid", "user"),
    ("authorization", "apikey", "JSESSIONID", "PHPSESSID", "laravel_session", "sessionid", "Token", "__Secure-token"),
)
PARAMETERS = (
    *("access_token", "token", "jwt", "auth_token", "api_key", "apikey", "id_token", "auth", "authorization", "key"),
)
RARE_PARAMETERS = (
    ("Authorization", "bearer_token", "bearer", "api-key", "api_token", "session", "session_token", "sid", "assertion"),
    ("accessToken", "authToken", "x-access-token", "access-token", "auth-token", "private_token", "signature", "sig"),
    ("ticket", "code", "secret", "oauth_token", "password", "t", "jwt_token", "user_token", "apiKey", "X-Api-Key"),
)
# By which a query could name who asks, or another customer.
NAMING_PARAMETERS = (
    *("customer_id", "account_id", "user_id", "tenant_id", "customer", "as", "user", "sudo", "impersonate", "sub"),
    *("uid", "username", "client_id", "tenant"),
)
# By which a query could ask to be trusted.
TRUSTED_PARAMETERS = ("debug", "admin", "is_admin", "preview", "internal")
