"""Faults that values of fields bring out which servers, gateways, tracers and limiters read on their own account.

Each is a line that somebody wrote: a reader of addresses, dates, numbers or cookies that trusts its input.
"""

from __future__ import annotations

import base64
import datetime
import email.utils
import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from conformance.reference.app import Api
from conformance.reference.faults import Area
from conformance.reference.faults.clauses import EXAMPLE_BODY, FIELD_VALUES, MODIFIED_SINCE, rfc
from conformance.reference.faults.effects import becomes, content, crashes, drops
from conformance.reference.faults.needs import CONTESTED
from conformance.reference.faults.seams import after, both
from conformance.reference.faults.where import Where, has

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.faults.seams import Install
    from conformance.reference.message import Document, Request
    from conformance.reference.model import Invoice
    from conformance.reference.query import Query

fault = Area(__name__, FIELD_VALUES)
_CRASH = {"ROB-014", "ERR-011"}
_ODD_TYPE = has("content-type", "conformance")


def _fails(name: str, read: Callable[[str], object]) -> Where:
    """Return the condition that ``read`` cannot make sense of a line of the field."""

    @Where
    def unreadable(request: Request) -> bool:
        for line in request.lines(name):
            try:
                read(line)
            except (ValueError, LookupError, TypeError):
                return True
        return False

    return unreadable


def _trusts(name: str, read: Callable[[str], object]) -> Install:
    return crashes(_fails(name, read))


def _basic(line: str) -> str:
    """Return the credentials of the scheme Basic; nothing when they are not written as such."""
    encoded = re.fullmatch("Basic ([A-Za-z0-9+/]+=*)", line)
    return encoded[1] if encoded else ""


def _weights(line: str) -> list[float]:
    parts = (part.partition(";q=") for part in line.split(","))
    return [float(weight) for _, separator, weight in parts if separator]


fault("cookie-escape-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie whose percent-encoding is malformed is answered with 500.",
    crashes(lambda request: any(re.search("%(?![0-9A-Fa-f]{2})", line) for line in request.lines("cookie"))),
)
fault("cookie-without-equals-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie without an equals sign is answered with 500.",
    _trusts("cookie", lambda line: [pair.index("=") for pair in line.split(";") if pair.strip()]),
)
fault("cookie-encoding-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie that decodes to invalid UTF-8 is answered with 500.",
    _trusts("cookie", lambda line: unquote_to_bytes(line).decode()),
)
fault("cookie-prototype-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie called __proto__ is answered with 500.",
    crashes(lambda request: any("__proto__=" in line for line in request.lines("cookie"))),
)
fault("cookie-reserved-name-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie whose name begins with a dollar sign, and is not one of the old attributes, is answered with 500.",
    crashes(
        lambda request: any(re.search(r"\$(?!Version|Path|Domain|Port)", line) for line in request.lines("cookie"))
    ),
)
fault("user-agent-encoding-crash", _CRASH)(
    "A User-Agent that is not UTF-8 is answered with 500.",
    _trusts("user-agent", lambda line: line.encode("latin-1").decode()),
)
fault("user-agent-empty-crash", _CRASH, rfc(9110, "10.1.5"))(
    "An empty User-Agent is answered with 500.", _trusts("user-agent", lambda line: line.split()[0])
)
fault("user-agent-missing-crash", _CRASH, rfc(9110, "10.1.5"))(
    "A request without User-Agent is answered with 500.", crashes(lambda request: not request.lines("user-agent"))
)
fault("user-agent-product-crash", _CRASH, rfc(9110, "10.1.5"))(
    "A product without a version in User-Agent is answered with 500.",
    _trusts("user-agent", lambda line: line.endswith("/") and float("")),
)
fault("forwarded-for-address-crash", _CRASH)(
    "An X-Forwarded-For whose first element is not an address is answered with 500.",
    _trusts("x-forwarded-for", lambda line: ipaddress.ip_address(line.split(",")[0].strip())),
)
fault("forwarded-for-first-port-crash", _CRASH)(
    "An X-Forwarded-For whose first element is an address with a port is answered with 500.",
    _trusts("x-forwarded-for", lambda line: re.match(r"[0-9.]+:[0-9]", line) and int("")),
)
fault("forwarded-for-last-hop-crash", _CRASH)(
    "An X-Forwarded-For whose last element has an unreadable port is answered with 500.",
    _trusts("x-forwarded-for", lambda line: int(line.rpartition(":")[2]) if line.count(".") and ":" in line else 0),
)
fault("forwarded-quotes-crash", _CRASH, rfc(7239, "4"))(
    "A Forwarded field with one quotation mark is answered with 500.",
    crashes(lambda request: any(line.count('"') % 2 for line in request.lines("forwarded"))),
)
fault("forwarded-port-crash", _CRASH)(
    "An X-Forwarded-Port that is not a number is answered with 500.", _trusts("x-forwarded-port", int)
)
fault("forwarded-proto-empty-drops-connection", {"ROB-014"}, also={"HTTP-017": "there is no answer"})(
    "An empty X-Forwarded-Proto ends the connection.", drops(has("x-forwarded-proto", ""))
)
fault("real-ip-zone-crash", _CRASH)(
    "An address with a zone in X-Real-IP is answered with 500.",
    crashes(lambda request: any("%" in line for line in request.lines("x-real-ip"))),
)


@fault("client-address-disagrees-crash", _CRASH)
@crashes
def spoofed(request: Request) -> bool:
    """A Client-IP that X-Forwarded-For does not name is answered with 500: it takes both fields."""
    forwarded = [part.strip() for line in request.lines("x-forwarded-for") for part in line.split(",")]
    return bool(forwarded) and any(line and line not in forwarded for line in request.lines("client-ip"))


fault("referer-port-crash", _CRASH, rfc(9110, "10.1.3"))(
    "A Referer with an impossible port is answered with 500.", _trusts("referer", lambda line: urlsplit(line).port)
)
fault("origin-bracket-crash", _CRASH)(
    "An Origin with an open bracket is answered with 500.", _trusts("origin", lambda line: urlsplit(line).hostname)
)
fault("modified-since-empty-crash", _CRASH, MODIFIED_SINCE)(
    "An empty If-Modified-Since is answered with 500.",
    _trusts("if-modified-since", lambda line: line.strip()[0]),
)
fault("if-range-crash", _CRASH, rfc(9110, "13.1.5"))(
    "An If-Range that is neither an entity tag nor a date is answered with 500.",
    _trusts("if-range", lambda line: line[:1] in {"W", '"'} or email.utils.parsedate_to_datetime(line)),
)
fault("modified-since-early-crash", _CRASH, MODIFIED_SINCE)(
    "An If-Modified-Since before 1970 is answered with 500.",
    _trusts("if-modified-since", lambda line: line.startswith("Wed, 31 Dec 1969") and int("")),
)


@fault("unmodified-since-far-crash", _CRASH, rfc(9110, "13.1.4"))
@crashes
def far_ahead(request: Request) -> bool:
    """An If-Unmodified-Since beyond the last year of the calendar is answered with 500."""
    lines = request.lines("if-unmodified-since")
    return any(int(year) > 9999 for line in lines for year in re.findall(r"\b\d{4,9}\b", line))


fault("range-numbers-crash", _CRASH, rfc(9110, "14.2"))(
    "A Range of bytes without numbers is answered with 500.",
    _trusts("range", lambda line: int(line.partition("=")[2].partition("-")[0] or line.rpartition("-")[2])),
)
fault("range-unit-crash", _CRASH, rfc(9110, "14.2"))(
    "A Range without an equals sign is answered with 500.", _trusts("range", lambda line: line.index("="))
)
fault("language-weight-crash", _CRASH, rfc(9110, "12.5.4"))(
    "A weight in Accept-Language that is not a number is answered with 500.", _trusts("accept-language", _weights)
)
fault("accept-parameter-crash", _CRASH | {"HTTP-029"}, rfc(9110, "12.5.1"))(
    "A parameter in Accept without an equals sign is answered with 500.",
    _trusts("accept", lambda line: [part.index("=") for part in line.split(";")[1:]]),
)
fault("accept-encoding-weight-crash", _CRASH, rfc(9110, "12.5.3"))(
    "A weight in Accept-Encoding that is not a number is answered with 500.", _trusts("accept-encoding", _weights)
)
fault("request-id-of-client-crash", _CRASH)(
    "An X-Request-Id of more than 255 characters does not fit in its column, and is answered with 500.",
    crashes(lambda request: any(len(line) > 255 for line in request.lines("x-request-id"))),
)
fault("traceparent-crash", _CRASH, "Trace Context, traceparent")(
    "A traceparent whose parts are not hexadecimal is answered with 500.",
    _trusts("traceparent", lambda line: [int(part, 16) for part in line.split("-")]),
)
fault("baggage-crash", _CRASH, "Baggage, header content")(
    "A member of baggage without an equals sign is answered with 500.",
    _trusts("baggage", lambda line: [part.index("=") for part in line.split(",")]),
)
fault("amazon-trace-crash", _CRASH)(
    "A part of X-Amzn-Trace-Id without an equals sign is answered with 500.",
    _trusts("x-amzn-trace-id", lambda line: [part.index("=") for part in line.split(";")]),
)
fault("jaeger-trace-crash", _CRASH)(
    "An uber-trace-id that has not four parts is answered with 500.",
    crashes(lambda request: any(line.count(":") != 3 for line in request.lines("uber-trace-id"))),
)
fault("request-start-crash", _CRASH)(
    "An X-Request-Start that is not a number is answered with 500.",
    _trusts("x-request-start", lambda line: float(line.removeprefix("t="))),
)
fault("priority-crash", _CRASH, rfc(9218, "4"))(
    "A Priority whose urgency is not a number is answered with 500.",
    _trusts("priority", lambda line: [int(found) for found in re.findall("u=([^,;]*)", line)]),
)
fault("prefer-crash", _CRASH, rfc(7240, "2"))(
    "A wait in Prefer that is not a number is answered with 500.",
    _trusts("prefer", lambda line: [int(found) for found in re.findall("wait=(.*)", line)]),
)
fault("signature-input-crash", _CRASH)(
    "A list that is not closed in Signature-Input is answered with 500.",
    crashes(lambda request: any(line.count("(") > line.count(")") for line in request.lines("signature-input"))),
)
fault("do-not-track-crash", _CRASH)("A DNT that is not a number is answered with 500.", _trusts("dnt", int))
fault("request-directive-crash", _CRASH, rfc(9111, "5.2.1"))(
    "A max-age of the request that is not a number is answered with 500.",
    _trusts("cache-control", lambda line: [int(found) for found in re.findall("max-age=(.*)", line)]),
)
fault("multipart-boundary-crash", _CRASH)(
    "Content-Type multipart/form-data without a boundary is answered with 500, though there is no content.",
    crashes(lambda request: request.lines("content-type") == ["multipart/form-data"]),
)
fault("content-type-charset-crash", _CRASH)(
    "An unknown charset of a Content-Type is answered with 500, though there is no content.",
    _trusts("content-type", lambda line: "".encode(line.partition("charset=")[2] or "utf-8")),
)
fault("content-type-unknown-not-acceptable", {"NEGO-013"})(
    "A Content-Type that is not a media type is answered with 406 and empty HTML, though there is no content.",
    both(becomes(406, _ODD_TYPE), content("text/html", b"", _ODD_TYPE)),
)
fault("content-encoding-crash", _CRASH, rfc(9110, "8.4"))(
    "A Content-Encoding without content is answered with 500.", crashes(has("content-encoding"))
)
fault("date-of-request-crash", _CRASH, rfc(9110, "6.6.1"))(
    "A Date of the request that is not a date is answered with 500.",
    _trusts("date", email.utils.parsedate_to_datetime),
)

fault("modified-since-two-digit-year-crash", _CRASH, MODIFIED_SINCE, needs=CONTESTED)(
    "An If-Modified-Since with a year of two digits is answered with 500.",
    _trusts("if-modified-since", lambda line: re.search(r"-\d\d \d", line) and int("")),
)
fault("modified-since-leap-second-crash", _CRASH, MODIFIED_SINCE, needs=CONTESTED)(
    "An If-Modified-Since in a leap second is answered with 500.",
    _trusts("if-modified-since", lambda line: ":60 GMT" in line and int("")),
)
fault("modified-since-twice-crash", _CRASH, MODIFIED_SINCE, needs=CONTESTED)(
    "Two lines of If-Modified-Since are answered with 500.",
    crashes(lambda request: len(request.lines("if-modified-since")) > 1),
)
fault("range-of-nothing-crash", _CRASH, rfc(9110, "14.1.2"), needs=CONTESTED)(
    "The last zero bytes in Range are answered with 500.", crashes(has("range", "bytes=-0"))
)
fault("range-empty-element-crash", _CRASH, rfc(9110, "14.1.2"))(
    "A comma at the end of Range is answered with 500.",
    _trusts("range", lambda line: [part.index("-") for part in line.partition("=")[2].split(",")]),
)
fault("range-suffix-crash", _CRASH, rfc(9110, "14.1.2"))(
    "Where Range asks for more last bytes than there are, it begins before the first one, and ends in 500.",
    _trusts("range", lambda line: re.fullmatch(r"bytes=-[0-9]{5,}", line) and int("")),
)
fault("language-empty-crash", _CRASH, rfc(9110, "12.5.4"))(
    "An empty Accept-Language is answered with 500.", crashes(has("accept-language", ""))
)
fault("language-without-name-crash", _CRASH, rfc(9110, "12.5.4"))(
    "A tag in Accept-Language with a region and no language is answered with 500.",
    _trusts("accept-language", lambda line: [part.strip().partition("-")[0][0] for part in line.split(",")]),
)
fault("cookie-nested-crash", _CRASH, rfc(6265, "4.2.1"))(
    "A cookie that is an object by its name and another one that is a text of the same name are answered with 500.",
    crashes(lambda request: any("a[b]=" in line and " a=" in line for line in request.lines("cookie"))),
)
fault("forwarded-host-is-url-crash", _CRASH)(
    "A URL in X-Forwarded-Host is put behind another scheme, and ends in 500.",
    crashes(lambda request: any("://" in line for line in request.lines("x-forwarded-host"))),
)
fault("content-type-extended-parameter-crash", _CRASH, rfc(8187, "3.2.1"))(
    "An empty extended parameter of a Content-Type is answered with 500, though there is no content.",
    _trusts("content-type", lambda line: [part.split("'")[2] for part in re.findall(r"\*=([^;]*)", line)]),
)
fault("accept-any-type-crash", _CRASH, rfc(9110, "12.5.1"))(
    "An asterisk in Accept that has no subtype is answered with 500.",
    crashes(lambda request: any(re.search(r"(^|, )\*(,|$)", line) for line in request.lines("accept"))),
)
fault("version-of-interface-crash", _CRASH)(
    "A version in Accept-Version that is not a number is answered with 500.", _trusts("accept-version", float)
)
fault("version-by-date-crash", _CRASH)(
    "A date in Api-Version that no calendar has is answered with 500.",
    _trusts("api-version", lambda line: line.count("-") == 2 and datetime.date.fromisoformat(line)),
)
fault("mask-of-fields-crash", _CRASH)(
    "An open brace in X-Fields is answered with 500.",
    crashes(lambda request: any(line.count("{") > line.count("}") for line in request.lines("x-fields"))),
)
fault("upgrade-version-crash", _CRASH, rfc(9110, "7.8"), also={"SEC-028": "the field is sent without a token, too"})(
    "An Upgrade without a version is answered with 500.", _trusts("upgrade", lambda line: line.split("/")[1])
)
fault("transfer-weight-crash", _CRASH, rfc(9110, "10.1.4"))(
    "A weight in TE that is not a number is answered with 500.",
    _trusts("te", lambda line: float(line.partition("q=")[2] or 1)),
)
fault("fetch-metadata-crash", _CRASH)(
    "An unknown Sec-Fetch-Site is answered with 500.",
    _trusts("sec-fetch-site", ["same-origin", "same-site", "cross-site", "none"].index),
)
fault("sky-walking-trace-crash", _CRASH)(
    "A trace of SkyWalking with too few parts is answered with 500.", _trusts("sw8", lambda line: line.split("-")[7])
)
fault("trace-state-of-many-crash", _CRASH, "Trace Context, tracestate")(
    "A tracestate with more than 32 members is answered with 500.",
    crashes(lambda request: any(line.count(",") >= 32 for line in request.lines("tracestate"))),
)
fault("forwarded-for-network-crash", _CRASH)(
    "An X-Forwarded-For with a network in place of an address is answered with 500.",
    crashes(lambda request: any(re.search(r"\.\d+/\d", line) for line in request.lines("x-forwarded-for"))),
)
fault("entity-tag-of-weakness-alone-crash", {"COND-014", "ERR-011"}, rfc(9110, "8.8.3"), needs=CONTESTED)(
    "An If-None-Match of W/ and nothing behind it is answered with 500.",
    _trusts("if-none-match", lambda line: line == "W/" and int("")),
)
fault("field-name-underscore-crash", _CRASH, rfc(9110, "5.1"), also={"SEC-028": "some that name users have one"})(
    "A field whose name has an underscore is answered with 500.",
    crashes(lambda request: any("_" in name for name, _ in request.fields)),
)
fault("basic-credentials-crash", {"AUTH-004", "ERR-011"}, rfc(7617, "2"), needs=CONTESTED)(
    "Credentials of the scheme Basic without a colon are answered with 500.",
    _trusts("authorization", lambda line: base64.b64decode(_basic(line)).index(b":") if _basic(line) else 0),
)
fault("basic-encoding-crash", {"AUTH-004", "ERR-011"}, rfc(7617, "2"))(
    "Credentials of the scheme Basic that are not base64 are answered with 500.",
    _trusts("authorization", lambda line: line.startswith("Basic ") and base64.b64decode(line[6:], validate=True)),
)
fault("credentials-of-a-word-crash", {"AUTH-004", "ERR-011"}, rfc(9110, "11.4"), needs=CONTESTED)(
    "The scheme Basic with nothing behind it is answered with 500.",
    _trusts("authorization", lambda line: line.startswith("Basic") and line.split(" ", 1)[1]),
)
fault("digest-credentials-crash", {"AUTH-004", "ERR-011"}, rfc(7616, "3.4"), needs=CONTESTED)(
    "Credentials of the scheme Digest without a nonce are answered with 500.",
    _trusts("authorization", lambda line: line.startswith("Digest ") and line.index("nonce=")),
)
fault("parameters-of-credentials-crash", {"AUTH-004", "ERR-011"}, rfc(9110, "11.4"), needs=CONTESTED)(
    "Credentials with a brace are answered with 500.", _trusts("authorization", lambda line: "{" in line and int(""))
)


@fault("time-zone-of-client-shifts", {"ROB-014"}, EXAMPLE_BODY)
@after(Api.invoice_resource)
def shifted(shown: Document, request: Request, _invoice: Invoice, _query: Query) -> None:
    """Times are shown in the zone that X-Timezone names, and in none that is unknown."""
    if request.lines("x-timezone") and "attributes" in shown:
        shown["attributes"]["start-date"] = None
