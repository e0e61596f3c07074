"""The checks of what an answer may not reveal: each fault is found by the requirement that owns it, and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.exchange import Exchange
from conformance.reading.disclosure import revealed
from tests.support.changes import changed, content
from tests.support.correct import answers
from tests.support.exchanges import PREFIX, refusal
from tests.support.judged import POLICY

ERROR: dict[str, Any] = answers()["unknown_item"].document["errors"][0]
BAD: dict[str, Any] = answers()["unknown_include"].document["errors"][0]


def detail(text: str) -> dict[str, Exchange]:
    return changed("unknown_include", body={"errors": [{**BAD, "detail": text}]})


REVEALING = [
    'Traceback (most recent call last):\n  File "/srv/app/views.py", line 12, in get',
    "app/controllers/invoices_controller.rb:17:in `show'",
    "java.lang.NullPointerException",
    "\tat org.example.Invoices.find(Invoices.java:42)",
    "at Object.<anonymous> (/srv/app/index.js:10:15)",
    "   at Billing.Invoices.Get(String id) in C:\\build\\Invoices.cs:line 17",
    "PHP Fatal error: Uncaught in /var/www/html/index.php:12",
    "goroutine 17 [running]:",
    "TypeError: x is undefined\n    at /app/server.js:12:3",
    "** (Ecto.NoResultsError) expected at least one result",
    "org.postgresql.util.PSQLException: FATAL",
    "Npgsql.PostgresException (0x80004005)",
    "Unknown column 'nosuch' in 'where clause'",
    "thread 'main' panicked at src/main.rs",
    "SQLSTATE[42S22]: Column not found",
    "PG::UndefinedColumn: ERROR: column does not exist",
    'ERROR: syntax error at or near "nosuch"',
    "ORA-00942: table or view does not exist",
    "SELECT * FROM invoices WHERE id = 1",
    "invalid input syntax for type uuid",
    "cannot open /usr/local/lib/billing/data.db",
    "see C:\\inetpub\\wwwroot\\api",
    "ActiveRecord::RecordNotFound",
    "undefined method `id' for nil",
    "Illuminate\\Database\\QueryException",
    "No query results for model [App\\Models\\Invoice]",
    "System.Data.SqlClient.SqlException",
    "django.core.exceptions.ValidationError",
]


@pytest.mark.parametrize("text", REVEALING)
def test_details_of_the_server_are_found(text: str) -> None:
    assert POLICY.violated(detail(text)) == {"SEC-007"}


def test_a_backtrace_in_meta_is_found() -> None:
    assert POLICY.violated(changed("unknown_item", body={"errors": [{**ERROR, "meta": {"backtrace": []}}]})) == {
        "SEC-007"
    }


def test_a_field_with_a_class_name_is_found() -> None:
    assert POLICY.violated(changed("unknown_item", headers={"X-Error": "ActiveRecord::RecordNotFound"})) == {"SEC-007"}


@pytest.mark.parametrize(
    "text",
    [
        "nosuch is not a valid include for InvoiceResource",
        "The record identified by 6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42 could not be found.",
        "Select a relationship from the documented ones.",
        'See <a href="/home/help/index">help</a> or https://example.org/usr/share/doc/api.',
        "Error at line 3: expected a list.",
        "RecordNotFound",
        "RFC 9110::section 15.5",
        "2024-11-14T09:57:08Z",
    ],
)
def test_plain_explanations_are_not_a_finding(text: str) -> None:
    assert POLICY.violated(detail(text)) == set()


def test_the_echo_of_the_request_is_not_a_finding() -> None:
    text = "/etc/passwd and /usr/local/lib/x and ActiveRecord::RecordNotFound"
    query = "include=/usr/local/lib/x%20ActiveRecord::RecordNotFound"
    echo = refusal(400, "other", path=f"{PREFIX}/invoices", query=query, body={"errors": [{**BAD, "detail": text}]})
    assert POLICY.violated({"other": echo}) == set()


def test_what_is_an_echo_in_one_answer_is_a_finding_in_another() -> None:
    body = {"errors": [{**BAD, "detail": "ActiveRecord::RecordNotFound"}]}
    echo = refusal(400, "other", query="include=ActiveRecord::RecordNotFound", body=body)
    assert POLICY.violated({"other": echo}) == set()
    assert POLICY.violated({"other": refusal(400, "other", body=body)}) == {"SEC-007"}
    assert POLICY.violated({"other": echo}) == set()


def test_the_first_kind_is_shown_whatever_stands_first() -> None:
    text = "ActiveRecord::RecordNotFound: ORA-00942"
    found = revealed(refusal(400, body={"errors": [{**BAD, "detail": text}]}))
    assert found == ("a database message", "ORA-00942")


def test_data_of_the_customer_may_be_any_text() -> None:
    text = changed("item", body=content({"/data/attributes/reference": "SELECT x FROM y"}))
    # The answers to odd queries show another reference then.
    assert POLICY.violated(text) == {"QRY-008"}


def test_an_echoed_credential_is_found() -> None:
    assert POLICY.violated(changed("unknown_include", secrets_found=("body",))) == {"SEC-006"}
    assert POLICY.violated(changed("item", secrets_found=("header X-Debug",))) == {"SEC-006"}


def test_a_redirect_may_repeat_the_query_that_has_the_token() -> None:
    in_location: dict[str, Any] = {"status": 308, "headers": {"Location": "/"}, "secrets_found": ("header location",)}
    asked = changed("token_in_query", **in_location)
    assert "SEC-006" not in POLICY.violated(asked)
    assert "SEC-006" in POLICY.violated(changed("unknown_include", **in_location))


def test_an_echo_by_trace_is_judged_elsewhere() -> None:
    trace = refusal(405, "trace", method="TRACE", secrets_found=("body",), body=b"at a.b(C.java:1)")
    assert POLICY.violated({"trace": trace}) == set()


def test_existence_is_found() -> None:
    assert POLICY.violated(changed("unknown_item_without_token", status=404)) == {"SEC-019"}
    known = changed("unknown_item_without_token", body={"errors": [{**ERROR, "status": "401", "detail": "Who?"}]})
    assert POLICY.violated(known) == {"SEC-019"}
    assert POLICY.violated(changed("second_unknown_related_without_token", status=404)) == {"SEC-019"}
    no_account = changed("related", status=404) | changed("second_unknown_related_without_token", status=404)
    assert POLICY.violated(no_account) == {"SEC-019"}
    forbidden = changed("without_token[related]", status=403)
    assert "SEC-019" in POLICY.violated(forbidden | changed("second_unknown_related_without_token", status=404))
    same = answers()["item_without_token"].document
    assert "SEC-019" in POLICY.violated(changed("unknown_item_without_token", status=404, body=same))


@pytest.mark.parametrize("name", ["item_without_token", "unknown_item_without_token", "without_token[related]"])
def test_a_limit_of_requests_reveals_nothing(name: str) -> None:
    assert POLICY.violated(changed(name, status=429, headers={"Retry-After": "1"})) == set()


def test_an_id_that_is_named_back_reveals_nothing() -> None:
    def naming(name: str, invoice: str) -> dict[str, Exchange]:
        return changed(name, body={"errors": [{**ERROR, "status": "401", "detail": f"No access to {invoice}."}]})

    known = naming("item_without_token", "abb41d30-a26e-11ef-be6d-0242ac120003")
    unknown = naming("unknown_item_without_token", "6f2c1d0e-93b4-4c57-8a1d-0e5b7f3a9c42")
    # The other refusals of this server name no invoice, which is another finding.
    assert POLICY.violated(known | unknown) == {"AUTH-005"}


def test_every_check_is_violated_by_a_fault() -> None:
    faults = [
        detail(REVEALING[0]),
        changed("item", secrets_found=("body",)),
        changed("unknown_item_without_token", status=404),
        changed("second_unknown_related_without_token", status=404),
    ]
    assert POLICY.unviolated(faults, "SEC") == set()
