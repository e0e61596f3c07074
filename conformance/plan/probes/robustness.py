"""Odd, long, deep and repeated input. Each request is well-formed HTTP; what it asks for may be nonsense."""

from __future__ import annotations

from conformance.plan.probe import family, get, query_family

_ITEM = "/invoices/{invoice_id}"

# Percent-encoded where RFC 3986 asks for it. Characters that firewalls take for an attack are in probes/injection.
odd_id = family(
    {
        "unicode": get("/invoices/%C3%A9%D7%90%E0%A4%95%E2%80%AE%EF%BC%91%F0%9F%92%A3"),
        "punctuation": get("/invoices/%22%20%5C%25%3F%23%5E%60%7C%5B%7B%5D%7D"),
        "long": get(f"/invoices/{'a' * 1000}"),
        # A notation that some readers of UUIDs take.
        "undashed": get(lambda invoice_id: f"/invoices/{invoice_id.replace('-', '')}"),
    }
)

# RFC 9112, section 3, recommends to support request lines of 8000 bytes.
long_target = get(f"/invoices/{'a' * 7900}")
too_long_target = get(_ITEM).but(query=f"foo={'a' * 64_000}")

malformed_target = family(
    {
        "nul-in-path": get("/invoices/%00"),
        "nul-in-query": get(_ITEM).but(query="include=account%00"),
        "overlong-in-path": get("/invoices/%C0%AF%FF"),
        "invalid-utf-8-in-query": get(_ITEM).but(query="include=%FF%C3"),
        "escape-in-path": get("/invoices/%zz"),
        "escape-in-query": get(_ITEM).but(query="include=%zz%"),
    }
)

excessive_query = query_family(
    get(_ITEM),
    {
        "many": "&".join(f"p{number:X}=" for number in range(800)),
        "deep": f"filter{'%5Ba%5D' * 200}=1",
        "repeated": "include=account&include=account",
    },
)

large_section = family(
    {
        "field": get(_ITEM).but(headers={"X-Conformance": "a" * 8100}),
        "fields": get(_ITEM).but(headers={f"X-Conformance-{number}": "1" for number in range(1, 201)}),
        "token": get(_ITEM).but(headers={"Authorization": "a" * 64_000}),
    }
)

excessive_parameter = query_family(
    get(_ITEM),
    {
        "deep-include": f"include={'.'.join(['account'] * 100)}",
        "long-fields": f"fields%5Binvoices%5D={','.join(f'n{number:X}' for number in range(1000))}",
    },
)

# A trailing slash is in probes/http.
respelled_path = family(
    {
        "json": get(f"{_ITEM}.json"),
        "xml": get(f"{_ITEM}.xml"),
        "doubled-slash": get("/invoices//{invoice_id}"),
    }
)

suffixed_path_unacceptable = get(f"{_ITEM}.json").but(headers={"Accept": "text/html"})

expectation = family(
    {
        "continue": get(_ITEM).but(headers={"Expect": "100-continue"}),
        "unknown": get(_ITEM).but(headers={"Expect": "conformance"}),
    }
)
