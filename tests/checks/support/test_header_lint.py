"""How the opinions of httplint become findings."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import httplint
import pytest
from httplint.note import Note, levels

from conformance.checks.support import header_lint
from conformance.judge.api import Violation
from conformance.model.requirements import registry
from tests.support.exchanges import exchange, refusal


def _classes(base: type[Note] = Note) -> Iterator[type[Note]]:
    for note in base.__subclasses__():
        yield note
        yield from _classes(note)


def _ignored() -> set[str]:
    return set().union(*header_lint.IGNORED.values())


def _module(note: type[Note]) -> str:
    return "module:" + note.__module__.removeprefix("httplint.")


def test_every_complaint_of_the_library_is_mapped_or_ignored_for_a_reason() -> None:
    # The classes of a note exist once its module has been imported.
    httplint.HttpResponseLinter()
    known = set(header_lint.REQUIREMENTS) | header_lint.GRAMMAR_NOTES | _ignored()
    complaints = [note for note in _classes() if note.level in (levels.WARN, levels.BAD)]
    assert len(complaints) > 200
    assert [note for note in complaints if not {note.__name__, _module(note)} & known] == []


def test_the_mapping_names_what_exists() -> None:
    names = {note.__name__ for note in _classes()} | {_module(note) for note in _classes()}
    assert (set(header_lint.REQUIREMENTS) | header_lint.GRAMMAR_NOTES | _ignored()) <= names
    assert set(header_lint.REQUIREMENTS.values()) | set(header_lint.GRAMMAR.values()) <= set(registry())
    assert all(find_spec(f"httplint.field.parsers.{name.replace('-', '_')}") for name in header_lint.GRAMMAR)
    assert not _ignored() & (set(header_lint.REQUIREMENTS) | header_lint.GRAMMAR_NOTES)


@pytest.mark.parametrize(
    ("field", "value", "requirement"),
    [
        ("ETag", "253f", "ETAG-002"),
        ("ETag", 'w/"253f"', "ETAG-002"),
        ("Cache-Control", "private; max-age=0", "CACHE-002"),
        ("Cache-Control", 'max-age="0"', "CACHE-002"),
        ("Cache-Control", "max-age", "CACHE-002"),
        ("Cache-Control", "max-age=-1", "CACHE-002"),
        ("Date", "now", "HTTP-001"),
        ("Date", "Thu Nov 14 09:57:08 2024", "HTTP-001"),
        ("Content-Length", "1092 bytes", "HTTP-003"),
        ("X Runtime", "1", "HTTP-014"),
        ("Last-Modified", "Fri, 15 Nov 2024 09:57:08 GMT", "HTTP-019"),
        ("Last-Modified", "Thursday, 14-Nov-24 09:57:08 GMT", "HTTP-023"),
        ("Vary", "Accept Accept-Encoding", "HTTP-023"),
        ("Allow", "GET HEAD", "HTTP-023"),
        ("Age", "-1", "HTTP-023"),
        ("Age", "soon", "HTTP-023"),
        ("Location", "http://[::1", "HTTP-023"),
        ("Content-Type", "text/plain charset=UTF-8", "HTTP-023"),
        ("Content-Range", "0-9/20", "COND-015"),
        ("Expires", "never", "HTTP-023"),
        ("Via", "1.1", "HTTP-023"),
    ],
)
def test_a_broken_field_is_found(field: str, value: str, requirement: str) -> None:
    answer = exchange(headers={field: value})
    assert {finding.requirement for finding in header_lint.findings(answer)} == {requirement}
    with pytest.raises(Violation, match="httplint"):
        header_lint.second_opinion(answer, requirement)


@pytest.mark.parametrize(
    ("status", "method", "requested", "field", "requirement"),
    [
        (304, "GET", None, ("Content-Type", "text/html"), "COND-008"),
        (206, "GET", None, ("Content-Range", "bytes 0-9/1092"), "COND-015"),
        (206, "GET", ("Range", "bytes=0-9"), ("X-None", ""), "COND-015"),
        (405, "PUT", None, ("Allow", "GET, PUT"), "HTTP-008"),
        (405, "PURGE", None, ("Allow", "GET, PURGE"), "HTTP-008"),
        (200, "GET", ("Accept-Encoding", "identity"), ("Content-Encoding", "gzip"), "CACHE-010"),
    ],
)
def test_an_answer_that_does_not_fit_the_request_is_found(
    status: int, method: str, requested: tuple[str, str] | None, field: tuple[str, str], requirement: str
) -> None:
    answer = exchange(status=status, method=method, headers=[field], request_headers=[requested] if requested else ())
    assert requirement in {finding.requirement for finding in header_lint.findings(answer)}


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the status of each answer that httplint is given."""
    found: list[int] = []

    class Linter(httplint.HttpResponseLinter):
        def process_response_topline(
            self, version: bytes, status_code: bytes, status_phrase: bytes | None = None
        ) -> None:
            found.append(int(status_code))
            super().process_response_topline(version, status_code, status_phrase)

    monkeypatch.setattr(httplint, "HttpResponseLinter", Linter)
    return found


@pytest.mark.parametrize("status", [200, 201, 304, 401, 405, 416])
def test_requests_that_no_finding_depends_on_are_judged_once(status: int, looked_at: list[int]) -> None:
    # A field that no other test has, for what was found is remembered.
    headers = {"Allow": "DELETE", "Last-Modified": "Fri, 15 Nov 2024 09:57:08 GMT", "X-Own": f"once-{status}"}
    lines = [("Range", "bytes=0-9"), ("Accept-Encoding", "br"), ("Origin", "null"), ("TE", "x"), ("Upgrade", "h2c")]
    methods = ["POST", "PATCH", "OPTIONS", "PURGE"]
    found = {
        header_lint.findings(exchange(status=status, method=method, headers=headers, request_headers=[line]))
        for method in methods
        for line in lines
    }
    assert len(found) == 1
    assert looked_at == [status]


# What other correct servers and proxies send.
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Server": "nginx/1.18.0 (Ubuntu)", "Via": "1.1 google, 1.1 varnish (Varnish/6.0)", "Age": "0"},
        {"Server": "Jetty(9.4.44)", "Vary": "*", "Connection": "keep-alive", "Keep-Alive": "timeout=5"},
        {"Vary": "Accept, Origin,Cookie", "Content-Language": "en", "Allow": "", "Upgrade": "h2,h2c"},
        {"Cache-Control": "private, no-cache, no-store, max-age=0", "Expires": "0", "Pragma": "no-cache"},
        {"Cache-Control": "Private,Max-Age=0,Must-Revalidate,x-own=1", "Expires": "-1"},
        {"ETag": '"x"', "Last-Modified": "Thu, 14 Nov 2024 09:57:08 GMT", "Accept-Ranges": "none"},
        {"ETag": 'W/""', "Content-Encoding": "gzip", "Vary": "Accept-Encoding, Accept"},
        {"Set-Cookie": ["a=b; Path=/", "c=d; HttpOnly"], "Strict-Transport-Security": "max-age=31536000"},
        {"X-XSS-Protection": "0", "X-Download-Options": "noopen", "X-Permitted-Cross-Domain-Policies": "none"},
        {"Content-Security-Policy": "default-src 'none'", "X-Runtime": "0.009005", "Server-Timing": "db;dur=1.2"},
        {"CF-Ray": "8e2a-FRA", "NEL": '{"a":', "Report-To": "broken", "Link": "no link"},
        {"Content-Type": "application/vnd.api+json; charset", "Retry-After": "soon", "WWW-Authenticate": ","},
    ],
)
def test_what_others_send_or_judge_is_not_a_finding(headers: dict[str, str | list[str]]) -> None:
    assert header_lint.findings(exchange(headers=headers)) == ()


@pytest.mark.parametrize("status", [400, 401, 404, 406, 410, 415, 429, 500, 503])
def test_a_refusal_is_not_a_finding(status: int) -> None:
    assert header_lint.findings(refusal(status)) == ()


@pytest.mark.parametrize(
    "headers",
    [[("", "")], [("\xff", "\xff")], [("ETag", "\x00")], [("Location", " " * 200_000 + "x")]],
)
def test_hostile_fields_do_no_harm(headers: list[tuple[str, str]]) -> None:
    assert isinstance(header_lint.findings(exchange(headers=headers)), tuple)


def test_an_exchange_without_an_answer_has_no_findings() -> None:
    assert header_lint.findings(exchange(status=None)) == ()


def test_a_redacted_value_is_not_judged_by_the_mark_of_the_redaction() -> None:
    assert header_lint.findings(exchange(status=302, headers={"Location": "/login?token=[redacted]"})) == ()
