"""The checks of methods: how far HEAD has to equal GET, what Allow has to name, and what an override may not do."""

from __future__ import annotations

import pytest

from conformance.checks import test_methods
from conformance.model.exchange import Exchange
from conformance.plan.probes.http import OVERRIDES
from tests.support.changes import changed
from tests.support.correct import answers
from tests.support.judged import Function, judged, outcome


def result(check: Function, changes: dict[str, Exchange]) -> str:
    return judged(check, answers() | changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Connection", "close"),
        ("Keep-Alive", "timeout=5"),
        ("Transfer-Encoding", "chunked"),
        ("Trailer", "Digest"),
        ("Date", "Thu, 14 Nov 2024 09:57:09 GMT"),
        ("Age", "1"),
        ("Set-Cookie", "a=b"),
        ("Server-Timing", "db;dur=1"),
        ("Content-Length", "1092"),
        ("Content-Encoding", "gzip"),
        ("ETag", '"x"'),
        *((name, "sha-256=:AA==:") for name in ("Content-Digest", "Repr-Digest", "Digest", "Content-MD5")),
    ],
)
def test_head_may_lack_what_belongs_to_one_answer_or_to_content(name: str, value: str) -> None:
    check = test_methods.test_head_has_the_fields_of_get
    lacking = changed("item_head", headers={name: None, "Content-Length": "9"})
    assert result(check, changed("item", headers={name: value}) | lacking) == "passed"


@pytest.mark.parametrize(
    "name",
    [
        *("Content-Type", "Content-Language", "Content-Location", "Cache-Control", "X-Frame-Options"),
        *("X-Content-Type-Options", "Referrer-Policy", "X-XSS-Protection", "X-Permitted-Cross-Domain-Policies"),
    ],
)
def test_head_has_the_values_of_get(name: str) -> None:
    check = test_methods.test_head_has_the_fields_of_get
    item = changed("item", headers={name: "a"})
    assert result(check, item | changed("item_head", headers={name: "a"})) == "passed"
    assert result(check, item | changed("item_head", headers={name: "b"})) == "violated"
    assert (
        result(check, changed("item", headers={name: None}) | changed("item_head", headers={name: "b"})) == "violated"
    )


@pytest.mark.parametrize(
    ("of_get", "of_head", "expected"),
    [
        ("Accept, Accept-Encoding", "Accept", "passed"),
        ("Accept", "Accept, Accept-Encoding", "passed"),
        ("Accept, Origin", "origin, ACCEPT", "passed"),
        ("Accept", "Accept, Origin", "violated"),
        ("Accept Origin", "Accept", "not observed"),
    ],
)
def test_head_varies_as_get_but_for_codings(of_get: str, of_head: str, expected: str) -> None:
    check = test_methods.test_head_has_the_fields_of_get
    given = changed("item", headers={"Vary": of_get}) | changed("item_head", headers={"Vary": of_head})
    assert result(check, given) == expected


@pytest.mark.parametrize("status", [204, 304])
def test_content_of_what_has_none_with_any_method_is_not_the_finding_of_head(status: int) -> None:
    check = test_methods.test_head_has_no_content
    answer = changed("item_head", status=status, body=b"", unsolicited=b"{}")
    assert judged(check, answer) == "not observed"
    assert judged(check, changed("item_head", unsolicited=b"{}")) == "violated"
    assert judged(check, changed("item", unsolicited=b"{}")) == "not observed"


def test_lengths_that_change_are_not_compared() -> None:
    check = test_methods.test_content_length_of_head_is_that_of_get
    assert (
        result(check, changed("item_again", document={"/data/attributes/reference": "changed meanwhile"}))
        == "not observed"
    )
    assert (
        result(check, changed("item_head", headers={"Transfer-Encoding": "chunked", "Content-Length": None}))
        == "not observed"
    )
    of_error = test_methods.test_content_length_of_head_is_that_of_get_for_an_error
    assert result(of_error, changed("second_unknown_item", body={"errors": []})) == "not observed"
    # Of the same length, and refused for a limit.
    limited = changed("second_unknown_item", "unknown_item_head", headers={"Content-Length": "0"})
    assert result(of_error, limited) == "violated"
    assert result(of_error, limited | changed("second_unknown_item", status=429)) == "not observed"


@pytest.mark.parametrize(
    ("check", "head"),
    [
        (test_methods.test_content_length_of_head_of_the_relationship_is_that_of_get, "relationship_head"),
        (test_methods.test_content_length_of_head_of_the_account_is_that_of_get, "related_head"),
        (test_methods.test_content_length_of_head_of_the_collection_is_that_of_get, "listing_head"),
    ],
)
def test_a_head_with_another_tag_may_have_another_length(check: Function, head: str) -> None:
    assert result(check, changed(head, headers={"Content-Length": "1"})) == "violated"
    assert result(check, changed(head, headers={"Content-Length": "1", "ETag": 'W/"other"'})) == "not observed"


def with_allow(probe: str, value: str | None) -> dict[str, Exchange]:
    return changed(probe, status=405, headers={"Allow": value})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (with_allow("item", None), "violated"),
        (with_allow("item", ""), "passed"),
        (with_allow("item", "POST"), "passed"),
        (with_allow("item_head", None), "violated"),
        (with_allow("item_head", "GET, HEAD"), "passed"),
        (with_allow("item_head", "POST"), "violated"),
        (with_allow("write_unknown[PUT]", "GET, HEAD"), "passed"),
        (with_allow("write_unknown[PUT]", "get"), "violated"),
        (with_allow("write_unknown[PUT]", "GET, PUT"), "violated"),
        (with_allow("write_unknown[PUT]", "GET HEAD"), "not observed"),
        (with_allow("trace", None), "not observed"),
        (changed("unknown_item"), "not observed"),
        *(
            (
                changed(
                    "unknown_item_override_delete",
                    status=405,
                    headers={"Allow": None},
                    asked={**dict.fromkeys(OVERRIDES), name: "DELETE"},
                ),
                "not observed",
            )
            for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        ),
    ],
)
def test_what_a_405_has_to_allow(changes: dict[str, Exchange], expected: str) -> None:
    assert judged(test_methods.test_a_405_names_the_allowed_methods, changes) == expected


def test_the_fields_that_override_a_method_are_sent_together() -> None:
    assert set(OVERRIDES) == {"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *((status, "passed") for status in (405, 501, 400)),
        *((status, "violated") for status in (200, 404, 500)),
        (403, "not observed"),
    ],
)
def test_an_undefined_method_may_be_refused_in_several_ways(status: int, expected: str) -> None:
    answer = changed("undefined_method", status=status)
    assert result(test_methods.test_an_undefined_method_is_refused, answer) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(200, "violated"), (302, "violated"), (403, "passed"), (500, "violated"), (501, "passed")]
)
def test_an_odd_method_may_be_refused_elsewhere_in_any_way(status: int, expected: str) -> None:
    elsewhere = changed("odd_method_elsewhere", status=status)
    assert result(test_methods.test_an_odd_method_is_refused_elsewhere, elsewhere) == expected
    check = test_methods.test_a_write_that_nobody_can_read_is_refused
    assert result(check, changed("write_unknown_with_content", status=status)) == expected
    assert result(check, changed("write_unknown", "write_unknown_with_content", status=501)) == "not observed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(200, "violated"), (204, "violated"), (302, "passed"), (404, "passed"), (500, "passed")],
)
def test_no_write_may_succeed(status: int, expected: str) -> None:
    check = test_methods.test_no_write_succeeds
    answer = changed("write_unknown", status=status)
    assert result(check, answer) == expected
    assert result(check, changed("unknown_item", status=200) | answer) == "not observed"
    # One that succeeds is one finding.
    owner = {"violated": "not observed", "passed": "passed" if status == 404 else "violated"}[expected]
    assert result(test_methods.test_a_write_is_refused_as_not_allowed, answer) == owner


@pytest.mark.parametrize("value", ["TRACE / HTTP/1.1", "conformance-throw-away-credentials"])
def test_credentials_that_trace_returns_in_a_field_are_found(value: str) -> None:
    answer = changed("trace", status=405, headers={"X-Received": value})
    expected = "passed" if value.startswith("TRACE") else "violated"
    assert result(test_methods.test_trace_does_not_return_credentials, answer) == expected


@pytest.mark.parametrize("status", [400, 403])
def test_a_firewall_may_refuse_what_overrides(status: int) -> None:
    assert (
        result(test_methods.test_a_get_is_not_overridden_by_options, changed("item_override_options", status=status))
        == "not observed"
    )
    deleted = changed("unknown_item_override_delete", status=status)
    assert result(test_methods.test_a_get_is_not_overridden_by_delete, deleted) == "not observed"
    # It is the refusal of a DELETE itself that counts, not that of another method.
    for method, expected in (("DELETE", "violated"), ("PUT", "not observed")):
        write = changed(f"write_unknown[{method}]", status=status)
        assert result(test_methods.test_a_get_is_not_overridden_by_delete, deleted | write) == expected


@pytest.mark.parametrize(
    ("usual", "overridden", "expected"),
    [
        *((status, status, "passed") for status in (401, 403, 404, 405, 501)),
        (403, 404, "violated"),
        (501, 404, "violated"),
        (405, 200, "violated"),
        (405, 406, "violated"),
        *((405, status, "not observed") for status in (400, 403, 429, 500, 503)),
        *((status, 404, "not observed") for status in (400, 406, 415, 500)),
    ],
)
def test_a_post_stays_a_post(usual: int, overridden: int, expected: str) -> None:
    first = changed("post_unacceptable", status=usual)
    for check, name in (
        (test_methods.test_a_post_is_not_overridden_by_get, "post_unacceptable_override_get"),
        (test_methods.test_a_post_is_not_overridden_by_its_content, "post_unacceptable_form"),
    ):
        assert result(check, first | changed(name, status=overridden)) == expected


@pytest.mark.parametrize("status", [411, 413, 415])
def test_a_post_with_content_may_be_refused_for_that(status: int) -> None:
    first = changed("post_unacceptable", status=405)
    form = changed("post_unacceptable_form", status=status)
    assert result(test_methods.test_a_post_is_not_overridden_by_its_content, first | form) == "not observed"
    plain = changed("post_unacceptable_override_get", status=status)
    assert result(test_methods.test_a_post_is_not_overridden_by_get, first | plain) == "violated"


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (test_methods.test_a_write_is_refused_as_not_allowed, "write_unknown[PATCH]"),
        (test_methods.test_an_undefined_method_is_refused, "undefined_method"),
    ],
)
@pytest.mark.parametrize(("status", "expected"), [(307, "not observed"), (308, "not observed"), (302, "violated")])
def test_a_method_that_is_redirected_is_not_answered(check: Function, name: str, status: int, expected: str) -> None:
    (answer,) = changed(name, status=status).values()
    assert outcome(check, **{name.partition("[")[0]: answer}) == expected
