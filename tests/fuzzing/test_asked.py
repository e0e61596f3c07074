"""How a generated request is read: what it asks for, and whether the contract allows it."""

from __future__ import annotations

import pytest

from conformance.fuzzing.asked import IdForm, read
from conformance.model.exchange import Request
from tests.support.exchanges import INVOICE_ID, PREFIX

KNOWN = frozenset({INVOICE_ID})


def request_of(target: str) -> Request:
    return Request("GET", f"http://example.org{PREFIX}{target}", ())


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (INVOICE_ID, IdForm.KNOWN),
        (INVOICE_ID.upper(), IdForm.KNOWN),
        ("00000000-0000-4000-8000-000000000000", IdForm.UNKNOWN),
        (INVOICE_ID.replace("-", ""), IdForm.OTHER_NOTATION),
        (f"%7B{INVOICE_ID}%7D", IdForm.OTHER_NOTATION),
        ("null", IdForm.PLAIN),
        ("%FF", IdForm.MALFORMED),
        ("%zz", IdForm.MALFORMED),
        ("%00", IdForm.CONTROL),
        ("a" * 300, IdForm.LONG),
        ("%C3%BC", IdForm.NON_ASCII),
        ("a%20b", IdForm.SPECIAL),
        ("a.json", IdForm.SPECIAL),
    ],
)
def test_an_id_is_read(path: str, form: IdForm) -> None:
    assert read(request_of(f"/invoices/{path}"), PREFIX, KNOWN).id_form is form


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ("include=account", True),
        ("include=", True),
        ("include=nosuch", False),
        ("include=account&include=account", False),
        ("fields%5Binvoices%5D=reference,amount-spent&fields%5Baccounts%5D=", True),
        ("fields%5Binvoices%5D=reference,nosuch", False),
        ("foo=1", False),
        ("include=account%00", False),
        ("include=%", False),
    ],
)
def test_a_query_is_read(query: str, fits: bool) -> None:
    asked = read(request_of(f"/invoices/{INVOICE_ID}?{query}"), PREFIX, KNOWN)
    assert asked.fits is fits
    assert asked.operation
    assert asked.operation.name == "getInvoice"


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("page%5Bsize%5D=1000&sort=-start-date", True),
        ("page%5Bsize%5D=0", False),
        ("filter%5Bstart_date_gteq%5D=2024-11-07T09:56:08Z", True),
        ("filter%5Bstart_date_gteq%5D=yesterday", False),
        ("filter%5Baccount_id_eq%5D=x", False),
    ],
)
def test_a_query_of_the_collection_is_read(query: str, fits: bool) -> None:
    assert read(request_of(f"/invoices?{query}"), PREFIX, KNOWN).fits is fits
