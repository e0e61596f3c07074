"""When two refusals count as the same, and what is reported of two that do not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.judge.comparison import describes_the_exchange, normalised, oddity
from tests.support.exchanges import document, exchange, refusal

ERROR = {"title": "Record not found", "detail": "There is no such record.", "code": "404", "status": "404"}


def _error(meta: dict[str, Any] | None = None, **members: Any) -> Any:
    document = {"errors": [{**ERROR, **members}], **({} if meta is None else {"meta": meta})}
    return refusal(404, body=document)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"id": "1"}, {"id": "2"}),
        ({"meta": {"at": 1795661055.864543}}, {"meta": {"at": 1795661056.5}}),
        ({"meta": {"took": 0.0012}}, {"meta": {"took": 3}}),
        ({"meta": {"traceId": "33e3dcba"}}, {"meta": {"traceId": "zzz"}}),
        ({"meta": {"debug": {"span_id": "a"}}}, {"meta": {"debug": {"span_id": "b"}}}),
        ({"detail": "Not found, 0f00ba71."}, {"detail": "Not found, 12345678."}),
        ({"meta": {"event": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}}, {"meta": {"event": "01ARZ3NDEKTSV4RRFFQ69G5FAW"}}),
        ({"meta": {"node": "web-1"}}, {"meta": {"node": "web-2"}}),
    ],
)
def test_what_is_unique_for_each_answer_does_not_count(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert normalised(_error(**one)) == normalised(_error(**other))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"detail": "It is another customer's."},
            ('/errors/0/detail "It is another customer\'s."', "/errors/0/detail"),
        ),
        ({"meta": {"exists": True}}, ('/meta an object with "exists"', "/meta")),
        ({"meta": {"exists": 1}, "code": "403"}, ('/errors/0/code "403"', "/errors/0/code")),
        ({"source": {"a/b": 1}}, ('/errors/0/source an object with "a/b"', "/errors/0/source")),
        ({"status": 404}, ("/errors/0/status the number 404", "/errors/0/status")),
    ],
)
def test_what_differs_is_named(changed: dict[str, Any], expected: tuple[str, str]) -> None:
    one, other = _error(**changed), _error()
    assert normalised(one) != normalised(other)
    assert oddity(one, other) == expected


def test_what_is_missing_is_named() -> None:
    assert oddity(_error(), _error({"owner": None})) == ("/meta absent", "/meta")
    assert oddity(_error({"a": [1, {"b~": 2}]}), _error({"a": [1, {"b~": 3}]})) == (
        "/meta/a/1/b~0 the number 2",
        "/meta/a/1/b~0",
    )


def test_content_of_another_kind_is_shown() -> None:
    page = refusal(404, body=b"<p>Not here")
    assert normalised(page) != normalised(_error())
    assert oddity(page, _error()) == ('"<p>Not here"', None)


@pytest.mark.parametrize(
    ("meta", "expected"),
    [({"took-ms": 10}, True), ({"debug": {"trace": "a"}}, True), ({"total-count": 2}, False), ({}, False)],
)
def test_meta_may_describe_the_one_answer(meta: dict[str, Any], expected: bool) -> None:
    assert describes_the_exchange(exchange(body={**document(), "meta": meta})) is expected
    assert not describes_the_exchange(exchange(body=b"[1]"))
