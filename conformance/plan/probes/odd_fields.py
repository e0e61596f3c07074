"""Fields that servers, gateways, tracers and limiters read on their own account, with values that break readers.

Not one of them is asked for by the interface, so whatever they hold, the invoice stays the same. They travel together,
a value of each field in a request. What firewalls take for an attack travels apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from conformance.model.exchange import JSON_API
from conformance.plan.probe import Family, family, get, pack
from conformance.plan.probes.base import item
from conformance.reading.effects import on_shown_data

_ITEM = "/invoices/{invoice_id}"
_PACKS = 7

# Dates that no calendar has, that no clock of 32 bits reaches, and in the forms that RFC 9110 calls obsolete.
_DATES = (
    "",
    "Wed, 31 Dec 1969 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Thu, 99 Foo 2024 99:99:99 GMT",
    "-1",
    "Sun Nov  6 08:49:37 1994",
    "Thu, 01 Jan 1970 00:00:00",
)
_UNTIL = (
    "Thu, 31 Dec 99999 23:59:59 GMT",
    "99999999999999999999",
    "tomorrow",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "",
    "Friday, 31-Dec-99 23:59:59 GMT",
    "Tue, 30 Feb 2038 03:14:08 GMT",
)
_ADDRESSES = (
    "unknown",
    "999.999.999.999",
    "[::1",
    "",
    "127.0.0.1:port",
    "fe80::1%eth0",
    "::ffff:1.2.3.4.5",
)

# Up to one value for each request.
FIELDS: Mapping[str, tuple[str, ...]] = {
    # Who asks, and from where.
    "User-Agent": (
        "\xff\xfe",
        "",
        "(",
        "Mozilla/5.0 (Windows NT \xa0",
        "%s%n%x",
        "Mozilla/",
        "/1.0 ()()((" + "x" * 300,
    ),
    "Cookie": (
        "utm=100%",
        'a="b; c=\\',
        "=; ;=;;",
        "session=%E0%A4%A; _session_id=--; connect.sid=s%3A.x",
        "k\xe9y=v\xff",
        "$Version=x; sessionid=.; json=j:{",
        "__proto__=x; constructor=1; token; csrftoken=",
    ),
    "Referer": (
        "not a URL %",
        "http://[::1",
        "https://example.com:99999/%zz",
        "",
        "http://\xff/",
        "//",
        "http://exa mple/?%E0%A4%A",
    ),
    "Origin": ("http://[", "://", "https://example.com:port", "", "\xff", "https://", "example.com"),
    "From": ("@", "\xff"),
    "X-Real-IP": _ADDRESSES,
    "X-Client-IP": _ADDRESSES[2:6],
    "X-Cluster-Client-IP": _ADDRESSES[:2],
    "True-Client-IP": _ADDRESSES[3:],
    "CF-Connecting-IP": _ADDRESSES[4:],
    "Fastly-Client-IP": _ADDRESSES[:1],
    "X-Forwarded-Port": ("abc", "-1", "65536", "", "443, 80", "8080:", "0x50"),
    "X-Forwarded-Proto": ("conformance", "", "https,", "HTTP ", "://", "\xff", ","),
    "X-Forwarded-Host": (":", "[", "host:port", "", ",", "\xff", "a b"),
    "X-Forwarded-Prefix": ("//", "%", "", "\xff"),
    "X-Forwarded-Ssl": ("maybe",),
    "X-Scheme": ("", "x"),
    "CloudFront-Viewer-Country": ("", "\xff"),
    "CF-Visitor": ("{", "null", '{"scheme":1}', "[]"),
    "CF-IPCountry": ("", "XXX"),
    "Via": ("1.1", ",", "\xff"),
    "Max-Forwards": ("abc", "-1", "99999999999999999999"),
    # Traces.
    "traceparent": ("", "00-0-0-00", f"00-{'0' * 32}-{'0' * 16}-01", "ff-", "00-zz-zz-zz", "\xff", "-" * 60),
    "tracestate": (",", "a", "=,=", "a=\xff", "a=" + "b" * 300, "a=1,a=1", ""),
    "baggage": ("%", "a", "k=v;p=;", "a=%zz", "=", ",", "\xff"),
    "b3": ("", "d", "zz-1-1", "a-b-c-d-e", "-", f"{'0' * 33}-{'0' * 16}", "0-"),
    "X-B3-TraceId": ("zz", "", "0" * 33),
    "X-B3-SpanId": ("", "g" * 16),
    "X-B3-Sampled": ("maybe", ""),
    "X-B3-Flags": ("x",),
    "X-Cloud-Trace-Context": ("/", ";o=", "x/abc;o=x", "/;", "", "0/18446744073709551616"),
    "X-Amzn-Trace-Id": ("Root=", "Root=1-zz;Parent;Sampled=?", ";;", "=", "", "Root=1-5759e988"),
    "uber-trace-id": (":::", "%3A", "a:b:c:d", "1:2", "", "%", "0:0:0:0"),
    "sentry-trace": ("-", "abc-", "", f"{'z' * 32}-{'z' * 16}-2"),
    "x-datadog-trace-id": ("-1", "18446744073709551616", "abc", "", "1.5"),
    "x-datadog-parent-id": ("", "abc", "-1"),
    "x-datadog-sampling-priority": ("x", "", "1e9"),
    "newrelic": ("e30=", "%%%", "bnVsbA==", ""),
    "elastic-apm-traceparent": ("", "00"),
    "grpc-timeout": ("", "99999999999S", "1x"),
    "X-Correlation-Id": ("", "\xff", "\t\t", "x" * 300),
    "Request-Id": ("|", "|.", "|;", ""),
    "Request-Context": ("appId=", "=", ","),
    "X-Request-Start": ("t=abc", "t=", "-1", "99999999999999999999", "", "t=0", "now"),
    "X-Queue-Start": ("t=", "abc", "1e400", "t=-1"),
    # What is preferred.
    "Accept": (
        f"{JSON_API}, conformance",
        f"{JSON_API}, */",
        f"{JSON_API}, text/html;level",
        f"{JSON_API}, ;q=1",
        f"{JSON_API}, text/html;q=abc",
        f'{JSON_API}, text/html;a="b',
        f"{JSON_API}, \xff/\xff;q=2",
    ),
    "Accept-Language": ("*;q=", "xx-invalid-!!", ";", "de;q=1.5.5", "\xe9", "en_US.UTF-8@x", "de-" + "x" * 200),
    "Accept-Charset": (";", "conformance", "utf-8;q=abc", "", "*;q=", "\xff"),
    "Accept-Encoding": ("gzip;q=", ";", "\xff", "*;q=abc", "", "gzip;q=NaN", "identity;q=0.0001;x"),
    "Accept-Datetime": ("", "tomorrow"),
    "Priority": ("u=9", "u=a", "u", "i=?2", ",", ";", "u=-1"),
    "Prefer": ("wait=abc", ",;", "return=", 'foo="', "wait=-1", "wait=", "=,"),
    "DNT": ("", "2", "yes"),
    "Sec-GPC": ("?", ""),
    "Save-Data": ("?", "", "1;"),
    "Downlink": ("NaN", "-1"),
    "RTT": ("abc", ""),
    "ECT": ("", "9g"),
    "DPR": ("0", "-1"),
    "Device-Memory": ("abc", "0"),
    "Viewport-Width": ("-1", "1e400"),
    "Sec-CH-UA": ('"', ";v=", '"x";v'),
    "Sec-CH-UA-Mobile": ("?2", ""),
    "Sec-CH-UA-Platform": ('"', "Linux"),
    "X-Requested-With": ("", "\xff"),
    "X-Timezone": ("Mars/Phobos", "", "+99:99"),
    "Time-Zone": (";", "Mars/Phobos"),
    "X-Locale": ("xx_YY-zz", "-"),
    "X-Client-Version": ("abc", "1..2", ""),
    # Conditions, ranges and caches.
    "If-Modified-Since": _DATES,
    "If-Unmodified-Since": _UNTIL,
    "Range": (
        "bytes=-",
        "bytes",
        "bytes=a-b",
        "lines=0-1",
        "bytes=5-2",
        "bytes=--1",
        "bytes=0-,,99999999999999999999-",
    ),
    "Cache-Control": ("max-age=abc", "max-age=-1", "max-stale=", ",,=", 'no-cache="', "max-age=" + "9" * 30, "=;"),
    "Pragma": ("=", ""),
    # What describes content, though there is none.
    "Content-Type": (
        "conformance",
        ";",
        "multipart/form-data",
        "text/plain; charset=conformance",
        "application/x-www-form-urlencoded; charset=",
        "text/plain; x",
        "\xff/\xff",
    ),
    "Content-Encoding": ("gzip", "conformance", "", "deflate", ","),
    "Content-Language": ("", "\xff"),
    "Content-Disposition": ("attachment; filename*=", ";", 'x; filename="'),
    "Content-MD5": ("x", ""),
    "Digest": ("=", "sha-256"),
    "Date": ("yesterday", "Thu, 32 Jan 2024 00:00:00 GMT", "", "-1"),
    "Access-Control-Request-Method": ("", "\xff"),
    "Access-Control-Request-Headers": (",", "\xff"),
    "Depth": ("abc", "-1"),
    "Idempotency-Key": ("", "\xff", '"'),
    "Sec-WebSocket-Version": ("x", "-1"),
    "Sec-WebSocket-Key": ("", "%"),
    "If-Range": ("", "\xff", "tomorrow", "Wed, 31 Dec 1969 23:59:59 GMT", "W/", '"', "*"),
    # What is signed, and what else stands before a server.
    "Signature-Input": ("sig=(", ""),
    "Signature": ("sig=:%:", "="),
    "Want-Digest": ("sha-256;q=abc",),
    "Early-Data": ("2", ""),
    "X-Csrf-Token": ("", "%"),
    "X-Forwarded-Server": (":", "\xff"),
    "X-Original-Host": ("[", ""),
}
# Who reads the one may not look at the other, so that no request has both. The first request for each, and its values.
_INSTEAD: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "X-Forwarded-For": (
        0,
        ("unknown", "", "[::1, 999.999.999.999", ", fe80::1%eth0", '"[2001:db8::1]:4711", 127.0.0.1:port'),
    ),
    # One that disagrees with the field above.
    "Client-IP": (0, ("127.0.0.1", "10.0.0.1", "127.0.0.2", "")),
    "Forwarded": (5, ('for="[::1"', 'for=;by=;proto=, for="_a;b, ;')),
}
LIKE_AN_ATTACK: Mapping[str, str] = {
    "User-Agent": "${conformance:-x} {{7*7}} %00",
    "Referer": 'https://example.com/?q=<svg onload=1>"',
    "X-Forwarded-For": "127.0.0.1' --",
    "Cookie": "a=<b>; c='; d=%00; e=../..",
    "Accept-Language": "../../conformance",
    "X-Correlation-Id": "<b>'\";${x}",
    "X-Forwarded-Host": "conformance.invalid/../<b>",
    "traceparent": "00-${x}-../-01",
}


def _packs() -> Family:
    """Return the requests; the values of each field begin with another one."""
    parts: list[list[Mapping[str, str]]] = [[] for _ in range(_PACKS)]
    placed = {name: (place, values) for place, (name, values) in enumerate(FIELDS.items())}
    for name, (first, values) in {**placed, **_INSTEAD}.items():
        for number, value in enumerate(values):
            parts[(first + number) % _PACKS].append({name: value})
    return family({str(number): pack(get(_ITEM), each, on_shown_data, item) for number, each in enumerate(parts, 1)})


odd_fields = _packs()
odd_fields_like_an_attack = pack(
    get(_ITEM), [{name: value} for name, value in LIKE_AN_ATTACK.items()], on_shown_data, item
)
