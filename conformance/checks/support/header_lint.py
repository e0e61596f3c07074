"""httplint as a second opinion on the header fields of an answer.

Our own judgement comes first. What httplint notes beyond it counts only where the note says that a sentence of the
registry does not hold; ``REQUIREMENTS`` and ``GRAMMAR`` say which. Content is not handed over: other checks judge it.

All other notes are ignored on purpose. Those of the levels GOOD and INFO describe or praise. Of the levels WARN and
BAD, ``IGNORED`` lists every note by the reason why it is not a finding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.judge.api import Violation
from conformance.model.exchange import JSON_API, Answer, Exchange, Fields, Request
from conformance.reading.header_fields import MalformedError, fixdate
from conformance.syntax.redaction import has_placeholder

if TYPE_CHECKING:
    from httplint.note import Note

# Notes by class name that mean the same in every field.
REQUIREMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ENTITY_TAG_WEAK_CASE": "ETAG-002",
        "HEADER_SHOULD_NOT_BE_IN_304": "COND-008",
        "PARTIAL_NOT_REQUESTED": "COND-015",
        "PARTIAL_WITHOUT_RANGE": "COND-015",
        "CONTENT_RANGE_UNSATISFIED_BAD_SC": "COND-015",
        "CONTENT_RANGE_SATISFIED_IN_416": "COND-015",
        "CC_BAD_VALUE_TYPE": "CACHE-002",
        "CC_MISSING_VALUE": "CACHE-002",
        "CC_QUOTED_VALUE": "CACHE-002",
        "ENCODING_UNWANTED": "CACHE-010",
        "CL_BAD_SYNTAX": "HTTP-003",
        "CL_AND_TE_PRESENT": "HTTP-003",
        "STATUS_405_METHOD_IN_ALLOW": "HTTP-008",
        "FIELD_NAME_BAD_SYNTAX": "HTTP-014",
        "FIELD_NAME_ENCODING": "HTTP-014",
        "FIELD_NAME_WHITESPACE": "HTTP-014",
        "LM_FUTURE": "HTTP-019",
    }
)

# Notes that say in general words that a field does not follow its grammar.
GRAMMAR_NOTES: Final = frozenset(
    {
        "BAD_SYNTAX",
        "BAD_SYNTAX_DETAILED",
        "BAD_DATE_SYNTAX",
        "DATE_OBSOLETE",
        "AGE_NEGATIVE",
        "AGE_NOT_INT",
        "LOCATION_BAD_URI",
        "CONTENT_RANGE_INVALID_ASTERISK",
        "CONTENT_RANGE_MISSING_SLASH",
        "CONTENT_RANGE_MISSING_UNIT",
        "RANGE_INTEGER_TOO_LONG",
        "RANGE_INVALID",
        "RANGE_INVALID_INTEGER",
        "RANGE_MISSING_HYPHEN",
    }
)

# The fields that RFC 9110 and RFC 9111 define for answers, and whose finding a wrong grammar is. Left out:
# WWW-Authenticate and Retry-After, which AUTH-003 and ERR-012 judge, and Server, which only people read. For the
# fields of other specifications a wrong grammar is not a violation of HTTP, and several of those do not forbid it.
GRAMMAR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "etag": "ETAG-002",
        "cache-control": "CACHE-002",
        "date": "HTTP-001",
        "content-length": "HTTP-003",
        "content-range": "COND-015",
        **dict.fromkeys(
            (
                "accept-ranges",
                "age",
                "allow",
                "connection",
                "content-encoding",
                "content-language",
                "content-location",
                "content-type",
                "expires",
                "last-modified",
                "location",
                "trailer",
                "transfer-encoding",
                "upgrade",
                "vary",
                "via",
            ),
            "HTTP-023",
        ),
    }
)

# Why a note is not a finding: its names, or "module:" and the httplint module that has nothing but such notes.
IGNORED: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "our own checks judge the same fact": frozenset(
            {
                # It is not given the longest lines, among which a Location may be.
                "REDIRECT_WITHOUT_LOCATION",
                *("DATE_CLOCKLESS", "DATE_CLOCKLESS_BAD_HDR", "NO_DATE_304", "DATE_INCORRECT"),
                *("SINGLE_HEADER_REPEAT", "CC_DUP", "STORE_PRIVATE_PUBLIC_CONFLICT", "HSTS_OVER_HTTP"),
                *("ACAC_NOT_TRUE", "ACAO_MULTIPLE_VALUES", "CONTENT_TYPE_OPTIONS_UNKNOWN"),
                *("FRAME_OPTIONS_ALLOW_FROM", "FRAME_OPTIONS_UNKNOWN"),
                *("REFERRER_POLICY_MULTIPLE", "REFERRER_POLICY_UNKNOWN", "REFERRER_POLICY_UNSAFE"),
            }
        ),
        "about content, which httplint is not given": frozenset(
            {"module:content_encoding", "module:content_type", "module:charset", "module:message"}
        ),
        "a status that is legal, or that another requirement judges where it matters": frozenset(
            {
                *("CREATED_SAFE_METHOD", "CREATED_WITHOUT_LOCATION", "CONNECT_TUNNEL_FRAMING"),
                *("STATUS_406_WITHOUT_NEGOTIATION", "STATUS_412_WITHOUT_PRECONDITION", "STATUS_416_WITHOUT_RANGE"),
                *("STATUS_416_WITHOUT_CONTENT_RANGE", "STATUS_417_WITHOUT_EXPECT", "STATUS_BAD_REQUEST"),
                *("STATUS_DEPRECATED", "STATUS_IM_A_TEAPOT", "STATUS_NONSTANDARD", "STATUS_RESERVED"),
                *("STATUS_URI_TOO_LONG", "STATUS_VERSION_NOT_SUPPORTED", "UNEXPECTED_CONTINUE"),
                "UPGRADE_NOT_REQUESTED",
            }
        ),
        "advice about what is legal": frozenset(
            {
                *("FIELD_DEPRECATED", "FIELD_TOO_LARGE", "FIELD_SECTION_TOO_LARGE", "FIELD_VALUE_ENCODING"),
                *("CC_CONFLICTING", "CC_MAX_AGE_TOO_LARGE", "CC_MISCAP", "CC_SHOULD_NOT_HAVE_VALUE"),
                *("CC_WRONG_MESSAGE", "CHECK_ALL_ZERO", "CHECK_POST_BIGGER", "CHECK_POST_ZERO", "CHECK_SINGLE"),
                *("FRESHNESS_HEURISTIC", "FRESHNESS_NO_CACHE_NO_VALIDATOR", "STORE_PUBLIC_UNNECESSARY"),
                *("AGE_LARGE", "AGE_PENALTY", "CL_TOO_LARGE", "UNKNOWN_RANGE", "CONTENT_RANGE_MEANINGLESS"),
                *("CODING_ALIAS_DEPRECATED", "DICTIONARY_COMPRESSED_MISSING_VARY", "TRANSFER_CODING_PARAM"),
                *("MEDIA_TYPE_BAD_NAME", "MEDIA_TYPE_LONG_NAME", "CHARSET_REPLACEMENT", "CHARSET_UNKNOWN"),
                *("LOCATION_UNDEFINED", "TRANSFER_CODING_UNWANTED", "REQUEST_HDR_IN_RESPONSE"),
                "module:field.params",
                "module:field.parsers.vary",
            }
        ),
        "a field of another specification, which no requirement is about": frozenset(
            {
                *("CORS_PREFLIGHT_ONLY", "DUPLICATE_KEY", "STRUCTURED_FIELD_PARSE_ERROR", "BAD_JSON"),
                "POLICY_REPORT_TO_NOT_STRING",
                *(
                    f"module:field.parsers.{name}"
                    for name in (
                        *("accept_ch", "accept_patch", "accept_post", "accept_query", "access_control_max_age"),
                        *("alt_svc", "cache_group_invalidation", "cache_groups", "cache_status", "cdn_cache_control"),
                        *("clear_site_data", "content_disposition", "content_security_policy"),
                        *("cross_origin_embedder_policy", "cross_origin_embedder_policy_report_only"),
                        *("cross_origin_opener_policy", "cross_origin_opener_policy_report_only"),
                        *("cross_origin_resource_policy", "deprecation", "link", "nel", "permissions_policy"),
                        *("pragma", "proxy_status", "report_to", "reporting_endpoints", "server_timing"),
                        *("set_cookie", "speculation_rules", "strict_transport_security", "sunset"),
                        "use_as_dictionary",
                    )
                ),
            }
        ),
        "about requests": frozenset(
            {
                *("RESPONSE_HDR_IN_REQUEST", "BAD_Q_VALUE", "ENTITY_TAG_LIST_STAR", "CORS_PREFLIGHT_REQ_METHOD_WRONG"),
                *("CORS_PREFLIGHT_REQ_NO_METHOD", "CORS_PREFLIGHT_REQ_NO_ORIGIN"),
                *(
                    f"module:field.parsers.{name}"
                    for name in (
                        *("accept", "accept_language", "available_dictionary", "expect", "if_range"),
                        *("max_forwards", "origin", "range", "referer"),
                    )
                ),
            }
        ),
    }
)

# What caches read as "already expired" in spite of the grammar, and frameworks send for it (RFC 9111, section 5.3).
_EXPIRED = frozenset({"0", "-1"})
# Some of the library's patterns take time that grows with the square of the length, in characters.
_LONGEST_LINE = 4096


# Fields of which httplint judges the form only, and which hold something new in nearly every answer.
_EVER_NEW = frozenset({"etag", "x-request-id", "x-runtime", "content-length"})
_DIGITS_TO_ZERO = str.maketrans("123456789abcdef", "0" * 15)
# Methods whose answers httplint judges by themselves, and what stands for all others but those that Allow has.
_OWN_METHODS, _OTHER_METHOD = frozenset({"GET", "HEAD", "CONNECT"}), "OTHER"
_SOME_DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@dataclass(frozen=True, slots=True)
class Finding:
    """A note of httplint that says that ``requirement`` does not hold for ``field`` (empty: for the whole answer)."""

    requirement: str
    field: str
    note: str
    summary: str


def findings(exchange: Exchange) -> tuple[Finding, ...]:
    """Return what httplint finds in the header section of the answer, as far as a requirement is about it."""
    if exchange.answer is None:
        return ()
    # Many checks ask for them: the exchange keeps them, as it does its content as JSON.
    kept = vars(exchange)
    if "header_findings" not in kept:
        kept["header_findings"] = _findings_in(_section(exchange, exchange.answer))
    found: tuple[Finding, ...] = kept["header_findings"]
    return found


def _section(exchange: Exchange, answer: Answer) -> Exchange:
    """Return the parts that httplint looks at; what differs in nearly every answer is replaced by its form."""
    dated = "last-modified" in answer.fields  # and then compared with Date
    lines = tuple(
        (name, value if dated and name.lower() == "date" else _form(name.lower(), value))
        for name, value in answer.fields
    )
    request = _asked(exchange.request, answer)
    return Exchange("", request, Answer(answer.status, "", answer.version, Fields(lines), b"", 0))


def _asked(request: Request, answer: Answer) -> Request:
    """Return the parts of ``request`` on which a finding about ``answer`` may depend."""
    located = "location" in answer.fields or "content-location" in answer.fields
    url = request.url if located else "http://host.invalid/"
    compared = set()
    if answer.status == 206:
        compared.add("range")
    if "content-encoding" in answer.fields:
        compared.add("accept-encoding")
    asked = tuple((name, value) for name, value in request.headers if name.lower() in compared) if compared else ()
    allowed = (answer.fields.get("allow") or "").upper()
    is_judged = request.method in _OWN_METHODS or request.method.upper() in allowed
    return Request(request.method if is_judged else _OTHER_METHOD, url, asked)


def _form(name: str, value: str) -> str:
    if name == "date" and _is_usual_date(value):
        return _SOME_DATE
    return value.translate(_DIGITS_TO_ZERO) if name in _EVER_NEW else value


@lru_cache(maxsize=64)
def _is_usual_date(value: str) -> bool:
    try:
        return format_datetime(fixdate(value), usegmt=True) == value
    except MalformedError:
        return False


@lru_cache(maxsize=4096)
def _findings_in(exchange: Exchange) -> tuple[Finding, ...]:
    try:
        return tuple(dict.fromkeys(_findings(exchange)))
    except Exception:  # noqa: BLE001 - answers are hostile input; where the library gives up, it has no opinion
        return ()


def second_opinion(exchange: Exchange, requirement: str, fields: Collection[str] | None = None) -> None:
    """Raise Violation when httplint finds that ``requirement`` does not hold for the answer.

    ``fields`` are the names, in lower case, of those that are judged; without them all are.
    """
    for finding in findings(exchange):
        if finding.requirement == requirement and (fields is None or finding.field.lower() in fields):
            value = exchange.fields.get(finding.field)
            raise Violation(
                f"no problem that httplint calls {finding.note}",
                finding.summary if value is None else f"{finding.field}: {value} ({finding.summary})",
                exchange,
                part=finding.field or None,
            )


def _findings(exchange: Exchange) -> Iterator[Finding]:
    for note in _notes(exchange):
        name = type(note).__name__
        field = str(note.vars.get("field_name") or "")
        requirement = REQUIREMENTS.get(name)
        if requirement is None and name in GRAMMAR_NOTES and not _excused(exchange, field):
            requirement = GRAMMAR.get(field.lower())
        if requirement is not None:
            yield Finding(requirement, field, name, str(note.summary))


def _excused(exchange: Exchange, field: str) -> bool:
    value = exchange.fields.get(field) or ""
    if field.lower() == "expires":
        return value in _EXPIRED
    # NEGO-001 and NEGO-002 judge the media type of JSON:API documents.
    return field.lower() == "content-type" and value.lower().startswith(JSON_API)


def _notes(exchange: Exchange) -> list[Note]:
    # Half a second, which a run that judges no header fields need not spend.
    from httplint import HttpRequestLinter, HttpResponseLinter

    request = HttpRequestLinter(no_content=True)
    request.process_request_topline(exchange.request.method.encode(), exchange.request.target.encode(), b"1.1")
    request.process_headers(_lines(exchange.request.headers))
    request.finish_content(complete=True)
    response = HttpResponseLinter(no_content=True, _related=request)
    response.is_head_response = exchange.request.method == "HEAD"
    response.base_uri = exchange.request.url
    assert exchange.answer is not None
    response.process_response_topline(b"1.1", str(exchange.status).encode(), None)
    response.process_headers(_lines(exchange.fields))
    response.finish_content(complete=True)
    return list(response.notes)


def _lines(pairs: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [_line(name, value) for name, value in pairs if len(name) + len(value) <= _LONGEST_LINE]


def _line(name: str, value: str) -> tuple[bytes, bytes]:
    # Neither the place of a secret nor the mark of a redaction is what was sent.
    shown = "secret" if has_placeholder(value) else value.replace("[redacted]", "redacted")
    return name.encode("latin-1", "replace"), shown.encode("latin-1", "replace")
