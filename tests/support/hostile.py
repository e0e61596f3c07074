"""A server that puts what could do harm into every place that a report shows."""

from __future__ import annotations

import json

from conformance.config.target import UNKNOWN_ID
from tests.servers.raw import Talk
from tests.support.targets import INVOICE_ID

SCRIPT = "<script>window.harmed=1</script><img src=x onerror=window.harmed=2>"
BREAKOUT = "\"'></pre></style></textarea></title><svg onload=window.harmed=3>{{7*7}}{% raw %}"
LINK = "javascript:window.harmed=4"
ANSI = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202egnp.exe"
HUGE = "A" * 100_000


def hostile(talk: Talk) -> None:
    """Answer everything with status 200 and the same document."""
    while head := talk.request():
        path = head.split(b" ")[1].decode("latin-1")
        value = {
            "data": {
                "id": INVOICE_ID,
                "type": SCRIPT,
                "attributes": {SCRIPT: BREAKOUT, "reference": ANSI, "amount-spent": HUGE, LINK: 1},
                "relationships": {"account": {"links": {"self": LINK, "related": f"https://{SCRIPT}/"}}},
                "links": {"self": f"/{BREAKOUT}"},
            },
            "errors": [{"title": SCRIPT, "detail": path, "status": BREAKOUT}],
        }
        body = json.dumps(value, ensure_ascii=False).encode()
        if UNKNOWN_ID in path:
            body = f"{SCRIPT}{ANSI}\0".encode()
        if "/account" in path:
            body = SCRIPT.encode() + b"\xff\xfe\0" + body
        lines = [
            f"HTTP/1.1 200 {SCRIPT}",
            "Content-Type: application/vnd.api+json",
            f"ETag: {SCRIPT}",
            f"X-Request-Id: {BREAKOUT}",
            f"Set-Cookie: <u>=1; Path={BREAKOUT}",
            f"Location: {LINK}",
            f"Vary: {'B' * 30_000}",
            f"Content-Length: {len(body)}",
        ]
        talk.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
