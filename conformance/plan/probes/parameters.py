"""Requests with query parameters: inclusion, sparse fieldsets, and names that JSON:API does not define.

Square brackets are percent-encoded, as RFC 3986 has it, unless a probe is about raw ones.
"""

from __future__ import annotations

from conformance.plan.odd_queries import FIELDS, INCLUDE, INCLUSION, SHAPES, SYNTAX
from conformance.plan.probe import Parameter, family, get, pack, query_family
from conformance.plan.probes.base import item, related, relationship
from conformance.reading.effects import on_reading

_ITEM = "/invoices/{invoice_id}"
_CONTESTED = ("contested",)

include_unsupported = query_family(
    get(_ITEM),
    {
        "nested": "include=account.nosuch",
        "capitalised": "include=Account",
        "beside-known": "include=account,nosuch",
    },
)
include_empty = get(_ITEM).but(query="include=")

fields_of_attributes = get(_ITEM).but(query="fields%5Binvoices%5D=reference,amount-spent")
fields_of_attributes_raw = get(_ITEM).but(query="fields[invoices]=reference,amount-spent")
# The digits of an escape mean the same in either case (RFC 3986, section 6.2.2.1).
fields_of_attributes_in_lower_case = get(_ITEM, needs=_CONTESTED).but(
    query="fields%5binvoices%5d=reference,amount-spent"
)
# One attribute of every kind; of the times some may be null.
FIELDS_OF_EVERY_KIND = (
    *("reference", "end-date", "has-pdf", "amount-spent", "service-transactions-count"),
    *("originated-first-call-at", "terminated-last-call-at"),
)
fields_with_encoded_comma = get(_ITEM).but(query=f"fields%5Binvoices%5D={'%2C'.join(FIELDS_OF_EVERY_KIND)}")
include_in_encoded_letters = get(_ITEM).but(query="%69nclude=%61ccount")
fields_of_relationship = get(_ITEM).but(query="fields%5Binvoices%5D=account")
fields_empty = get(_ITEM).but(query="fields%5Binvoices%5D=")
fields_unknown = query_family(
    get(_ITEM),
    # Behind what is known: some readers look at the first one only.
    {
        "field": "fields%5Binvoices%5D=reference,nosuch",
        "type": "fields%5Binvoices%5D=reference&fields%5Bnosuch%5D=reference",
    },
)

unknown_parameter = family(
    {
        # What compresses may have announced it before the refusal takes the place of the content.
        "limit": get(_ITEM).but(query="limit=1", headers={"Accept-Encoding": "gzip"}),
        "relationship": relationship.but(query="foo=1", each_invoice=False),
        "related": related.but(query="foo=1", each_invoice=False),
    }
)
parameter_of_wrong_shape = query_family(
    get(_ITEM),
    {
        "include-list": "include%5B%5D=account",
        "include-key": "include%5Bx%5D=y",
        "fields-without-type": "fields=reference",
    },
)

custom_parameter = get(_ITEM, needs=_CONTESTED).but(query="fooBar=1")
collection_parameter = query_family(
    get(_ITEM, needs=_CONTESTED), {"sort": "sort=start-date", "page": "page%5Bsize%5D=1"}
)

# Some readers forget what they have read when fields follow, others when fields come first.
item_with_account_and_fields = get(_ITEM).but(
    query="fields%5Baccounts%5D=name&include=account&fields%5Binvoices%5D=reference"
)
odd_query = family(
    query_family(
        get(_ITEM),
        {
            "comma-behind": "include=account,",
            "semicolon": "include=account;fields%5Binvoices%5D=reference",
            "key-of-fields": "fields%5Binvoices%5D%5Ba%5D=reference",
        },
    ),
    {"shapes": pack(get(_ITEM), map(Parameter, SHAPES), on_reading, item)},
    query_family(get(_ITEM, needs=_CONTESTED), {**INCLUDE, **FIELDS, **SYNTAX}),
)
inclusion_between_ampersands = query_family(get(_ITEM, needs=_CONTESTED), INCLUSION)
