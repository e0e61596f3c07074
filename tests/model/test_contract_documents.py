"""What the schemas refuse, what they leave to JSON:API and to checks, and how a problem reads."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from conformance.model import contract

ATTRIBUTES = "/data/attributes"
LINKS = "/data/relationships/account/links"
IDENTIFIER = {"type": "accounts", "id": "5f2a6c1e-0b7d-4c7e-9a55-3d1f0c8e2b41"}
ABSENT = object()


def changed(example: str, pointer: str, value: Any) -> Any:
    """Return the example with the value at ``pointer`` set, or taken out where it is ABSENT."""
    document = json.loads(contract.example(example))
    *parents, last = pointer.split("/")[1:]
    place = document
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    key = int(last) if isinstance(place, list) else last.replace("~1", "/")
    if value is ABSENT:
        del place[key]
    else:
        place[key] = copy.deepcopy(value)
    return document


REFUSED_ITEMS: list[tuple[str, Any]] = [
    ("/success", True),
    ("/_links", {}),
    ("/errors", []),
    ("/data", None),
    ("/data", []),
    ("/data", ABSENT),
    ("/meta", []),
    ("/links", []),
    ("/jsonapi", "1.1"),
    ("/jsonapi", {"version": 1.1}),
    ("/jsonapi", {"extensions": []}),
    ("/jsonapi", {"ext": ["not a uri"]}),
    ("/included", {}),
    ("/included", [{"type": "accounts"}]),
    ("/included", [{**IDENTIFIER, "id": "17"}]),
    ("/included", [{**IDENTIFIER, "attributes": {"balance": 1.5}}]),
    ("/included", [{"type": "invoices", "id": "17"}]),
    ("/included", [{"type": "currencies", "id": "1", "name": "EUR"}]),
    ("/data/id", ABSENT),
    ("/data/id", 1),
    ("/data/id", "abb41d30a26e11efbe6d0242ac120003"),
    ("/data/id", "{abb41d30-a26e-11ef-be6d-0242ac120003}"),
    ("/data/id", "abb41d30-a26e-11ef-be6d-0242ac120003\n"),
    ("/data/type", "invoice"),
    ("/data/type", "Invoices"),
    ("/data/reference", "23"),
    ("/data/meta", None),
    ("/data/attributes", ABSENT),
    ("/data/attributes", []),
    ("/data/relationships", ABSENT),
    ("/data/relationships", {}),
    ("/data/relationships/account", {}),
    ("/data/relationships/account", None),
    ("/data/relationships/account/type", "accounts"),
    ("/data/relationships/account/data", []),
    ("/data/relationships/account/data", [IDENTIFIER]),
    ("/data/relationships/account/data", {**IDENTIFIER, "attributes": {}}),
    ("/data/relationships/account/data", {**IDENTIFIER, "id": 4}),
    ("/data/relationships/account/data", {**IDENTIFIER, "type": "account"}),
    ("/data/relationships/other", {}),
    ("/data/links", ABSENT),
    ("/data/links/self", ABSENT),
    ("/data/links/self", None),
    ("/data/links/self", "http://example.org/{id}"),
    ("/data/links/self", "http://example.org/a b"),
    ("/data/links/self", "http://example.org/a\n"),
    ("/data/links/self", {"rel": "self"}),
    ("/data/links/self", {"href": "/a b"}),
    ("/data/links/self", {"href": "/a", "method": "GET"}),
    (f"{LINKS}/self", ABSENT),
    (f"{LINKS}/related", ABSENT),
    (f"{LINKS}/related", None),
    (f"{LINKS}/related", 1),
    *((f"{ATTRIBUTES}/{name}", ABSENT) for name in contract.attribute_names()),
    *((f"{ATTRIBUTES}/{name}", []) for name in contract.attribute_names()),
    *((f"{ATTRIBUTES}/{name}", None) for name in (*contract.amounts(), *contract.counts(), *contract.durations())),
    *((f"{ATTRIBUTES}/{name}", None) for name in (*contract.dates(), "has-pdf")),
    *((f"{ATTRIBUTES}/{name}", 0.0) for name in contract.amounts()),
    *((f"{ATTRIBUTES}/{name}", "0") for name in (*contract.counts(), *contract.durations())),
    *((f"{ATTRIBUTES}/{name}", -1) for name in (*contract.counts(), *contract.durations())),
    *((f"{ATTRIBUTES}/{name}", 1.5) for name in (*contract.counts(), *contract.durations())),
    *((f"{ATTRIBUTES}/{name}", "") for name in (*contract.dates(), *contract.call_times())),
    *((f"{ATTRIBUTES}/{name}", 1731578228) for name in (*contract.dates(), *contract.call_times())),
    *((f"{ATTRIBUTES}/{name}", "2024-02-30T00:00:00.000Z") for name in (*contract.dates(), *contract.call_times())),
    *(
        (f"{ATTRIBUTES}/amount-spent", text)
        for text in (
            "",
            " 1.5",
            "1.5 ",
            "1.5\n",
            "0,00",
            "1e3",
            "0.1e-6",
            "NaN",
            "Infinity",
            "+1.0",
            ".5",
            "1.",
            "1 000.0",
            "\u0663.\u0660",
        )
    ),
    *(
        (f"{ATTRIBUTES}/start-date", text)
        for text in (
            "2024-11-07",
            "2024-11-07 09:56:08.253Z",
            "2024-11-07 09:56:08 UTC",
            "2024-11-07T09:56:08.Z",
            "2024-11-07T09:56:08.253",
            "2024-11-07T09:56:08.253+0100",
            "2024-11-07T09:56:08.253+25:00",
            "2024-11-07T24:00:00.000Z",
            "2024-13-07T09:56:08.253Z",
            "2023-02-29T09:56:08.253Z",
            "2024-11-07T09:56:08.253Z\n",
        )
    ),
    (f"{ATTRIBUTES}/reference", 23),
    (f"{ATTRIBUTES}/has-pdf", 0),
    (f"{ATTRIBUTES}/has-pdf", "false"),
]

LEGAL_ITEMS: list[tuple[str, Any]] = [
    ("/meta", {"anything": [1]}),
    ("/links", {"self": "/invoices/1", "describedby": None, "related": {"href": "/x", "describedby": "/y"}}),
    ("/jsonapi", {"version": "1.1", "ext": ["https://example.org/ext"], "profile": [], "meta": {}}),
    ("/included", []),
    (
        "/included",
        [{**IDENTIFIER, "attributes": {"name": "a", "balance": "-1.5", "total-capacity": None, "colour": 1}}],
    ),
    ("/included", [{"type": "currencies", "id": "1", "attributes": {"code": "EUR"}}]),
    ("/@context", "https://example.org/context"),
    ("/version:id", "42"),
    ("/data/@id", 1),
    ("/data/version:id", "42"),
    ("/data/lid", "local"),
    ("/data/meta", {}),
    ("/data/id", "ABB41D30-A26E-11EF-BE6D-0242AC120003"),
    ("/data/links/self", "/api/rest/customer/v1/invoices/1"),
    ("/data/links/self", {"href": "/a", "rel": "self", "hreflang": ["en"], "meta": {}, "@x": 1}),
    ("/data/links/download", "/a.pdf"),
    ("/data/relationships/account/data", IDENTIFIER),
    ("/data/relationships/account/data", {**IDENTIFIER, "meta": {}, "version:id": "1"}),
    ("/data/relationships/account/data", None),
    ("/data/relationships/account/meta", {}),
    ("/data/relationships/lines", {"data": [{"type": "lines", "id": "1"}]}),
    (f"{ATTRIBUTES}/state", "approved"),
    (f"{ATTRIBUTES}/@type", "x"),
    *((f"{ATTRIBUTES}/reference", each) for each in (None, "", "№ 1 ☎ 🧾", "\x00")),
    *(
        (f"{ATTRIBUTES}/services-amount-spent", text)
        for text in ("12345678901234567890.123456789012345678", "0.00000000001", "-3.5", "7", "12.50", "01.0")
    ),
    *((f"{ATTRIBUTES}/originated-calls-count", each) for each in (2**53 + 1, 10**40)),
    *(
        (f"{ATTRIBUTES}/{name}", text)
        for name in (*contract.dates(), *contract.call_times())
        for text in (
            *("2024-02-29T23:59:59.999+05:45", "2024-11-07T09:56:08.000-00:00", "1999-12-31T00:00:00.000Z"),
            *("2024-11-07T09:56:08Z", "2024-11-07T09:56:08.253123+01:00", "2024-11-07t09:56:08z"),
        )
    ),
]

REFUSED_OTHERS: list[tuple[str, str, str, Any]] = [
    ("account-linkage", "relationship-document", "/data", [IDENTIFIER]),
    ("account-linkage", "relationship-document", "/data", ABSENT),
    ("account-linkage", "relationship-document", "/data/attributes", {}),
    ("account-linkage", "relationship-document", "/data/id", "17"),
    ("account", "related-document", "/data", []),
    ("account", "related-document", "/data/name", "x"),
    ("account", "related-document", "/data/attributes/balance", 1),
    ("account", "account-document", "/data", None),
    ("accounts", "accounts-document", "/data", {}),
    ("accounts", "accounts-document", "/data/0/type", "account"),
    ("invoices", "collection-document", "/data", None),
    ("invoices", "collection-document", "/data/1/attributes/amount-spent", 1),
    ("invoices", "collection-document", "/meta/total-count", "3"),
    ("invoices", "collection-document", "/links/next", 2),
    ("invoices", "sparse-collection-document", "/data/1/attributes/amount-spent", 1),
    ("sparse-invoice", "sparse-item-document", "/data/attributes/amount-spent", 1),
    ("sparse-invoice", "sparse-item-document", "/data/id", ABSENT),
    ("error-404", "error-document", "/errors", {}),
    ("error-404", "error-document", "/errors", ABSENT),
    ("error-404", "error-document", "/data", None),
    ("error-404", "error-document", "/included", []),
    ("error-404", "error-document", "/errors/0", {}),
    ("error-404", "error-document", "/errors/0", None),
    ("error-404", "error-document", "/errors/0/status", 404),
    ("error-404", "error-document", "/errors/0/status", "404 Not Found"),
    ("error-404", "error-document", "/errors/0/message", "no"),
    ("error-404", "error-document", "/errors/0/source", {"path": "x"}),
    ("error-404", "error-document", "/errors/0/links", {"self": "/x"}),
]

LEGAL_OTHERS: list[tuple[str, str, str, Any]] = [
    ("account-linkage", "relationship-document", "/data", None),
    ("account-linkage", "relationship-document", "/links", ABSENT),
    ("account", "related-document", "/data", None),
    ("account", "account-document", "/data/attributes", ABSENT),
    ("accounts", "accounts-document", "/data", []),
    ("invoices", "collection-document", "/links", {"prev": None, "next": {"href": "/x"}}),
    ("invoices", "collection-document", "/meta", ABSENT),
    ("sparse-invoice", "sparse-item-document", "/data/attributes", ABSENT),
    ("sparse-invoice", "sparse-item-document", "/data/relationships", {}),
    ("error-404", "error-document", "/errors/0", {"code": "x"}),
    ("error-404", "error-document", "/errors/0/source", {"header": "Accept", "@x": 1}),
    ("error-404", "error-document", "/errors/0/links", {"about": "/x", "type": None}),
    ("error-404", "error-document", "/jsonapi", {}),
]


def named(cases: list[Any]) -> list[Any]:
    """Return cases with ids that say place and value."""

    def name(case: tuple[Any, ...]) -> str:
        value = "absent" if case[-1] is ABSENT else ascii(case[-1])[:40]
        return f"{'-'.join(case[:-1])}={value}"

    return [pytest.param(*case, id=name(case)) for case in cases]


@pytest.mark.parametrize(("pointer", "value"), named(REFUSED_ITEMS))
def test_item_is_refused(pointer: str, value: Any) -> None:
    assert contract.problems(changed("documented-invoice", pointer, value), "item-document")


@pytest.mark.parametrize(("pointer", "value"), named(LEGAL_ITEMS))
def test_item_is_accepted(pointer: str, value: Any) -> None:
    assert contract.problems(changed("documented-invoice", pointer, value), "item-document") == []


@pytest.mark.parametrize(("example", "schema", "pointer", "value"), named(REFUSED_OTHERS))
def test_document_is_refused(example: str, schema: str, pointer: str, value: Any) -> None:
    assert contract.problems(changed(example, pointer, value), schema)


@pytest.mark.parametrize(("example", "schema", "pointer", "value"), named(LEGAL_OTHERS))
def test_document_is_accepted(example: str, schema: str, pointer: str, value: Any) -> None:
    assert contract.problems(changed(example, pointer, value), schema) == []


@pytest.mark.parametrize("value", [None, True, 0, "", [], [[]]])
@pytest.mark.parametrize("name", [n for n in contract.schema_names() if n not in {"values", "link"}])
def test_anything_but_an_object_is_refused(name: str, value: Any) -> None:
    assert contract.problems(value, name)


class TestProblems:
    """How a document that does not fit is described."""

    @pytest.mark.parametrize(
        ("pointer", "value", "line"),
        [
            ("/data/attributes/amount-spent", 0.0, "/data/attributes/amount-spent: 0.0 is not of type string"),
            ("/data/attributes/reference", ABSENT, '/data/attributes: lacks "reference"'),
            ("/success", True, '(document): has members that are not allowed: "success"'),
            ("/errors", [], '(document): has "data" and "errors" together'),
            ("/data/id", "17", '/data/id: "17" is not a valid uuid'),
            ("/data/type", "x", '/data/type: "x" is not "invoices"'),
            (
                "/data/attributes/originated-last-call-at",
                7,
                "/data/attributes/originated-last-call-at: 7 is not of type null or string",
            ),
            (
                "/data/attributes/has-pdf",
                {"a": 1},
                "/data/attributes/has-pdf: an object of 1 members is not of type boolean",
            ),
            (
                "/data/attributes/originated-calls-count",
                -1,
                "/data/attributes/originated-calls-count: -1 is less than 0",
            ),
        ],
    )
    def test_reads_well(self, pointer: str, value: Any, line: str) -> None:
        [problem] = contract.problems(changed("documented-invoice", pointer, value), "item-document")
        assert line in problem

    def test_outermost_first(self) -> None:
        document = changed("documented-invoice", "/data/attributes/amount-spent", 1)
        document["success"] = True
        assert [line.split(":")[0] for line in contract.problems(document, "item-document")] == [
            "(document)",
            "/data/attributes/amount-spent",
        ]

    def test_included_without_data(self) -> None:
        assert contract.problems({"included": [], "errors": []}, "error-document") == [
            '(document): has "included" without "data"'
        ]

    def test_bounded_in_number_and_length(self) -> None:
        error = {"x" * 10_000 + str(n): n for n in range(100)} | {"status": "4" * 100_000}
        lines = contract.problems({"errors": [error] * 10_000}, "error-document")
        assert len(lines) <= 11
        assert max(map(len, lines)) <= 200
        assert lines[-1] == "and more"

    def test_pointer_is_escaped(self) -> None:
        [line] = contract.problems({"data": {**IDENTIFIER, "relationships": {"a/b~": {}}}}, "account-document")
        assert line.startswith("/data/relationships/a~1b~0: ")

    def test_control_characters_are_escaped(self) -> None:
        [line] = contract.problems(changed("documented-invoice", "/data/id", "\x1b[31m\u202e"), "item-document")
        assert line.isprintable()
        assert "\\u001b[31m\\u202e" in line
