"""HTTP/1.1 as bytes: malformed messages, two requests in one write, and several on one connection."""

from __future__ import annotations

from dataclasses import replace

from conformance.plan.probe import Probe, family, raw, talk
from conformance.plan.probes.authentication import bearer_token
from conformance.plan.probes.base import (
    item,
    item_head,
    item_with_account,
    item_without_token,
    related,
    relationship,
    unacceptable_item,
    unknown_include,
    unknown_item,
)
from conformance.plan.probes.caching import item_in_gzip
from conformance.plan.probes.conditional import if_match_any, if_match_other, if_none_match_any, range_first_bytes
from conformance.plan.probes.http import item_options, undefined_method, write_unknown
from conformance.plan.probes.isolation import other_item_of_owner
from conformance.plan.probes.negotiation import content_type_with_parameter
from conformance.syntax.redaction import AUTH_TOKEN

_WIRE = ("wire",)
_LINE = "GET {target} HTTP/1.1\n"
_HOST = "Host: {authority}\n"
_VALID = f"{_LINE}{_HOST}{{usual}}\n"
# What stands in the place of a host that is not the server's.
OTHER_HOST = "example.org"


def _with(lines: str, rest: str = "", *, until_closed: bool = False) -> Probe:
    """Declare the documented request with further ``lines``, and what follows its header section."""
    return raw(f"{_LINE}{_HOST}{{usual}}{lines}\n{rest}", needs=_WIRE, until_closed=until_closed)


# After 304 and HEAD no content follows, whatever the fields say.
turns = talk(if_none_match_any, item_head, item_without_token, item)

# First and behind each answer a request without a token, on the same connection.
shared_connection_without_token = family(
    {
        name: talk(item_without_token, *(each for probe in probes for each in (probe, item_without_token)))
        for name, probes in {
            "served": (
                *(if_none_match_any, item_head, item_options, item_with_account, relationship, related),
                *(item_in_gzip, bearer_token.variants["capitalised"], if_match_any, range_first_bytes),
            ),
            "refused": (
                *(unknown_include, unknown_item, unacceptable_item, content_type_with_parameter.variants["charset"]),
                # The last ones may end the connection.
                *(if_match_other, write_unknown.variants["DELETE"], undefined_method),
            ),
        }.items()
    }
)
shared_connection_of_two_customers = replace(
    talk(
        *(other_item_of_owner, item_with_account, other_item_of_owner, unknown_include, other_item_of_owner),
        *(if_none_match_any, other_item_of_owner, item_head, other_item_of_owner, unknown_item, other_item_of_owner),
        *(unacceptable_item, other_item_of_owner, if_match_other, other_item_of_owner),
    ),
    needs=("second-customer",),
)

# The documented request, written in the same way: what is refused below is not refused for that.
wire_valid = raw(_VALID, needs=_WIRE)

wrong_host = family(
    {
        "missing": raw(f"{_LINE}{{usual}}\n", needs=_WIRE),
        "twice": raw(f"{_LINE}{_HOST}{_HOST}{{usual}}\n", needs=_WIRE),
        "invalid": raw(f"{_LINE}Host: conformance host/\n{{usual}}\n", needs=_WIRE),
        # What stands around the host in a URL.
        "with-user": raw(f"{_LINE}Host: conformance@{{authority}}\n{{usual}}\n", needs=_WIRE),
        "with-path": raw(f"{_LINE}Host: {{authority}}/\n{{usual}}\n", needs=_WIRE),
    }
)
space_before_colon = _with("X-Conformance : 1\n")
framing_before_colon = _with("Transfer-Encoding : chunked\n", "0\n\n", until_closed=True)

# A line that follows none is not a field.
folded_first_field = raw(f"{_LINE} If-None-Match: *\n{_HOST}{{usual}}\n", needs=_WIRE)
# The second line is a part of the first, whatever it looks like.
folded_field = _with("X-Conformance: 1\n If-None-Match: *\n")
folded_accept = raw(f"{_LINE}{_HOST}Accept: image/png,\n application/vnd.api+json\n{{usual}}\n", needs=_WIRE).but(
    headers={"Accept": None}
)

wrong_length = family(
    {
        **{
            name: _with(f"Content-Length: {length}\n", "", until_closed=True)
            for name, length in {
                "word": "five",
                "negative": "-1",
                "sign": "+0",
                "hexadecimal": "0x0",
                "underscore": "0_0",
                # Nothing to whoever reads as far as there are digits.
                "letters": "0 bytes",
                "quoted": '"0"',
                "fraction": "0.0",
                "two-words": "0 0",
                "empty": "",
            }.items()
        },
        "list": _with("Content-Length: 5, 6\n", "hello!", until_closed=True),
        "two-lines": _with("Content-Length: 5\nContent-Length: 6\n", "hello!", until_closed=True),
    }
)
# The content is five bytes by either framing; behind it stands another request.
two_framings = _with("Content-Length: 5\nTransfer-Encoding: chunked\n", f"0\n\n{_VALID}", until_closed=True)

absolute_form = raw(f"GET {{scheme}}://{{authority}}{{target}} HTTP/1.1\n{_HOST}{{usual}}\n", needs=_WIRE)
absolute_form_with_other_host = raw(
    f"GET {{scheme}}://{{authority}}{{target}} HTTP/1.1\nHost: {OTHER_HOST}\n{{usual}}\n", needs=_WIRE
)

http_1_0 = raw(f"GET {{target}} HTTP/1.0\n{_HOST}{{usual}}\n", needs=_WIRE)

malformed_request_line = family(
    {
        name: raw(f"{line}\n{_HOST}{{usual}}\n", needs=_WIRE)
        for name, line in {
            "protocol-in-lower-case": "GET {target} http/1.1",
            "other-protocol": "GET {target} CONFORMANCE/1.1",
            "version-with-zero": "GET {target} HTTP/01.1",
            "version-of-three": "GET {target} HTTP/1.1.1",
            "two-targets": "GET {target} {target} HTTP/1.1",
        }.items()
    }
)
garbage = raw("conformance of what is no request\n\n", needs=_WIRE)
leading_empty_line = raw(f"\n{_VALID}", needs=_WIRE)
lower_case_method = raw(f"get {{target}} HTTP/1.1\n{_HOST}{{usual}}\n", needs=_WIRE)

announced_close = _with("Connection: close\n", _VALID, until_closed=True)
announced_close_spelled = family(
    {
        name: _with(f"Connection: {options}\n", _VALID, until_closed=True)
        for name, options in {
            "in-a-list": "keep-alive, close",
            "first-of-a-list": "close, te",
            "in-capitals": "CLOSE",
            "second-line": "keep-alive\nConnection: close",
            "blanks": "\tclose \t",
        }.items()
    }
)

# A coding that is not chunked at the end leaves open where the content ends.
unreadable_coding = family(
    {
        name: _with(f"Transfer-Encoding: {codings}\n", f"5\nhello\n0\n\n{_VALID}", until_closed=True)
        for name, codings in {
            "unknown": "xchunked",
            "behind-chunked": "chunked, conformance",
            "gzip-behind-chunked": "chunked, gzip",
            "longer": "chunkedx",
            "identity": "chunked, identity",
            "quoted": '"chunked"',
            "control": "\x0bchunked",
        }.items()
    }
)
# Each is five to a reader of numbers that knows more of them than digits.
wrong_chunk_size = family(
    {
        name: _with("Transfer-Encoding: chunked\n", f"{begin}\n0\n\n{_VALID}", until_closed=True)
        for name, begin in {
            "prefix": "0x5\nhello",
            "sign": "+5\nhello",
            "minus": "-5\nhello",
            "underscore": "0_5\nhello",
            "blank": " 5\nhello",
            "letters": "5x\nhello",
            "nothing": "\nhello",
            # Two letters stand where the line has to end.
            "too-small": f"3\nhello0\n\n{_VALID}",
        }.items()
    }
)
token_in_trailer = _with(
    "Transfer-Encoding: chunked\nTrailer: Authorization\n", f"0\nAuthorization: {AUTH_TOKEN}\n\n"
).but(headers={"Authorization": None})

# What is refused without a look at its content, which ends where another request could begin.
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_CONTENT = b"a=b&c"
item_behind_content = family(
    {
        name: replace(talk(probe, item), needs=_WIRE)
        for name, probe in {
            "patch": unknown_item.but(method="PATCH", headers=_FORM, body=_CONTENT),
            "chunked": unknown_item.but(
                method="PATCH", headers={**_FORM, "Transfer-Encoding": "chunked"}, body=b"5\r\na=b&c\r\n0\r\n\r\n"
            ),
            "get": unacceptable_item.but(headers=_FORM, body=_CONTENT),
            "anonymous": item_without_token.but(headers=_FORM, body=_CONTENT),
            "head": item_head.but(headers=_FORM, body=_CONTENT),
            "options": item_options.but(headers=_FORM, body=_CONTENT),
            **{
                method.lower(): unknown_item.but(method=method, headers=_FORM, body=_CONTENT)
                for method in ("POST", "PUT", "DELETE")
            },
            "upgrade": unacceptable_item.but(
                headers={**_FORM, "Connection": "upgrade", "Upgrade": "conformance"}, body=_CONTENT
            ),
        }.items()
    }
)

# Neither a number sign nor a letter beyond ASCII can stand in a target.
invalid_target = family(
    {
        "number-sign": raw(f"GET {{target}}#x HTTP/1.1\n{_HOST}{{usual}}\n", needs=_WIRE),
        "beyond-ascii": replace(
            raw(
                f"GET {{target}}?filter%5Breference_eq%5D=\xc3\xa9 HTTP/1.1\n{_HOST}{{usual}}\n",
                needs=(*_WIRE, "collection"),
            ),
            path="/invoices",
        ),
    }
)
