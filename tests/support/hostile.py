"""Servers that could do harm: one puts it into every place that a report shows, another gives secrets away."""

from __future__ import annotations

import json
import re

from conformance.config.target import UNKNOWN_ID
from tests.servers.raw import Talk, answer
from tests.support.targets import INVOICE_ID, TOKEN

SCRIPT = "<script>window.harmed=1</script><img src=x onerror=window.harmed=2>"
BREAKOUT = "\"'></pre></style></textarea></title><svg onload=window.harmed=3>{{7*7}}{% raw %}"
LINK = "javascript:window.harmed=4"
ANSI = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202egnp.exe"
HUGE = "A" * 24_000
# What is planted for the server that gives it away.
SIGNATURE = TOKEN.rsplit(".", 1)[1]
KEY = "planted-signing-key-0123456789abcdef"
COOKIE = "planted-cookie-0123456789abcdef"


def echo(talk: Talk) -> None:
    """Answer everything with what was asked: wrong in many ways, and a leak."""
    while head := talk.request():
        echo = re.sub(rb'[\r\n"\\]', b" ", head)
        lines = [f"X-Echo: {echo.decode('latin-1')}", "X-Terminal: \x80red"]
        body = b'{"data": {"id": "1", "echo": "' + echo + b'"}}'
        talk.send(answer("200 OK", body, "Content-Type: application/json", *lines))


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
            f"Vary: {'B' * 10_000}",
            f"Content-Length: {len(body)}",
        ]
        talk.send("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
