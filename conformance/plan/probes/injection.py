"""Input that must stay text: markup, code, path tricks, line ends, and names of other hosts and origins."""

from __future__ import annotations

from conformance.model.exchange import Exchange, NotObserved
from conformance.plan.probe import family, get, header_family, query_family

_ITEM = "/invoices/{invoice_id}"
_CONTESTED = ("contested",)

# Markup, and the end of a JSON string with a member behind it.
MARKUP = '<svg onload=1>"},{"'
_MARKUP = "%3Csvg%20onload=1%3E%22%7D%2C%7B%22"
reflected = family(
    {
        "id": get(f"/invoices/{_MARKUP}"),
        "include": get(_ITEM).but(query=f"include={_MARKUP}"),
    }
)

# What the arithmetic in an expression would give.
PRODUCT = "9801547"
_SQL, _TEMPLATE = "'%20OR%20'1'='1", "%7B%7B1337*7331%7D%7D$%7B1337*7331%7D"
injected_id = get("/invoices/'%20OR%201=1%20--")
injected_parameter = get(_ITEM).but(query=f"include=account{_SQL}{_TEMPLATE}&fields%5Binvoices%5D={_TEMPLATE}")
injected_listing = query_family(
    get("/invoices", needs=("collection",)),
    {"filter": f"filter%5Bid_eq%5D={_SQL}", "sort": "sort=id%3BSELECT%20pg_sleep(0)"},
)
# The same filter with an id that nothing has.
listing_of_unknown = get("/invoices?filter%5Bid_eq%5D={unknown_id}", needs=("collection",))

# However they are read, they name the invoice or nothing.
_TRICKS = {
    "encoded-slash": "/invoices%2F{invoice_id}",
    "dot-segment": "/invoices/../invoices/{invoice_id}",
    "encoded-dots": "/invoices/%2e%2e/invoices/{invoice_id}",
    "encoded-twice": "/invoices/%252e%252e%252finvoices%252f{invoice_id}",
    "path-parameter": "/invoices/{invoice_id};conformance=1",
}
path_trick = family({name: get(path) for name, path in _TRICKS.items()})

# To an expression that ends in a dollar sign it looks like an id.
id_with_line_end = get(f"{_ITEM}%0A")

INJECTED = "X-Conformance-Injected"
_LINE_END = f"conformance%0d%0a{INJECTED}:%20yes"
line_end = family(
    {
        "path": get(f"/invoices/{_LINE_END}"),
        "query": get(_ITEM).but(query=f"include={_LINE_END}"),
        "request-id": get(_ITEM).but(headers={"X-Request-Id": _LINE_END}),
    }
)

FOREIGN_HOST = "evil.example"
foreign_host = family(
    {
        "Host": get(_ITEM, needs=_CONTESTED).but(headers={"Host": FOREIGN_HOST}),
        "X-Forwarded-Host": get(_ITEM, needs=_CONTESTED).but(headers={"X-Forwarded-Host": FOREIGN_HOST}),
        "Forwarded": get(_ITEM, needs=_CONTESTED).but(headers={"Forwarded": f"host={FOREIGN_HOST}"}),
    }
)

# By these, some frameworks and their proxies pass on which URL was asked for. It names the account.
other_url_in_fields = get(_ITEM).but(
    headers=lambda item: dict.fromkeys(("X-Original-URL", "X-Rewrite-URL"), f"{item.request.target}/account")
)


def _name(authority: str) -> str:
    if "[" in authority:
        raise NotObserved("the server has an address and no name")
    return authority.partition(":")[0]


_FOREIGN_ORIGIN = "https://evil.example"
foreign_origin = header_family(get(_ITEM), "Origin", {"foreign": _FOREIGN_ORIGIN, "null": "null"})
# Alike to the server's own origin, by its beginning and by its end.
own_origin_extended = family(
    {
        "beginning": get(_ITEM).but(headers=lambda authority: {"Origin": f"https://{_name(authority)}.{FOREIGN_HOST}"}),
        "end": get(_ITEM).but(headers=lambda authority: {"Origin": f"https://evil{_name(authority)}"}),
    }
)
preflight = get(_ITEM).but(
    method="OPTIONS",
    headers={
        "Authorization": None,
        "Origin": _FOREIGN_ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    },
)


def _of_administrators(item: Exchange) -> str:
    base, customers, _ = item.request.url.partition("/rest/customer/")
    if not customers:
        raise NotObserved("the path does not show where the functions of administrators would be")
    return f"{base}/rest/admin/invoices"


administration = get(_of_administrators)
