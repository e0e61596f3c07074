"""Secrets in the parts of a message that hardly anybody looks at appear in nothing that a run writes."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path

from tests.hostile.answers import CHUNKED
from tests.hostile.spellings import SPELLINGS
from tests.servers.raw import Talk, answer, raw_server
from tests.support import runs
from tests.support.targets import INVOICE_ID, TOKEN
from tests.whole.test_planted_secrets import Echo, leaks

GATEWAY = "Vn3-Yc8.Jw5_Hb1~Tr6"
DATA = {"data": {"type": "invoices", "id": INVOICE_ID, "attributes": {}}}
SOUND = answer("200 OK", json.dumps(DATA).encode(), 'ETag: "1"')
_STATUS = b"HTTP/1.1 404 Not Found\r\n"
_TYPE = b"Content-Type: application/vnd.api+json\r\n"
_END = b"Content-Length: 2\r\n\r\n{}"


def _field(name: bytes) -> Callable[[bytes], bytes]:
    return lambda secret: _STATUS + name + b": " + secret + b"\r\n" + _END


def _json(form: str) -> Callable[[bytes], bytes]:
    return lambda secret: answer("400 Bad Request", form.replace("$", json.dumps(secret.decode())[1:-1]).encode())


FIELDS = (
    *(b"Content-Type", b"Content-Encoding", b"Transfer-Encoding", b"Content-Length", b"ETag", b"Location", b"Allow"),
    *(b"Link", b"Vary", b"Cache-Control", b"WWW-Authenticate", b"Date", b"Age", b"Retry-After", b"Content-Range"),
    *(b"Set-Cookie: a=b; Path", b"Set-Cookie: a=b; Domain", b"Upgrade", b"Connection", b"Accept-Ranges", b"Trailer"),
)
PLACES: dict[str, Callable[[bytes], bytes]] = {
    **{f"field {name.decode()}": _field(name) for name in FIELDS},
    "reason": lambda secret: b"HTTP/1.1 404 " + secret + b"\r\n" + _TYPE + _END,
    "version": lambda secret: b"HTTP/1." + secret + b" 200 OK\r\n" + _END,
    "status": lambda secret: b"HTTP/1.1 " + secret + b"\r\n" + _END,
    "another protocol": lambda secret: b"220 " + secret + b"\r\n",
    "switch": lambda secret: b"HTTP/1.1 101 " + secret + b"\r\nUpgrade: " + secret + b"\r\n\r\n" + secret,
    "interim": lambda secret: b"HTTP/1.1 103 " + secret + b"\r\nLink: </" + secret + b">\r\n\r\n" + SOUND,
    "name of a field": lambda secret: _STATUS + secret + b": x\r\n" + _END,
    "line": lambda secret: _STATUS + secret + b"\r\n" + _END,
    "folded": lambda secret: _STATUS + secret + b":\r\n " + secret + b"\r\n" + _END,
    "name of a cookie": lambda secret: _STATUS + b"Set-Cookie: " + secret + b"=1\r\n" + _END,
    "half a section": lambda secret: _STATUS + b"X-Half: " + secret,
    "behind": lambda secret: SOUND + secret,
    "trailer": lambda secret: CHUNKED + b"2\r\n{}\r\n0\r\nX-Trailer: " + secret + b"\r\n" + secret + b": x\r\n\r\n",
    "broken trailer": lambda secret: CHUNKED + b"2\r\n{}\r\n0\r\n" + secret + b"\r\n\r\n",
    "extension": lambda secret: CHUNKED + b"2;x=" + secret + b"\r\n{}\r\n0\r\n\r\n",
    "size": lambda secret: CHUNKED + secret + b"\r\n{}\r\n0\r\n\r\n",
    "end of a chunk": lambda secret: CHUNKED + b"2\r\n{}" + secret + b"\r\n0\r\n\r\n",
    "name of a member": _json('{"errors":[{"$":1,"source":{"$":"x"}}],"$":{"$":[]}}'),
    "pointer": _json('{"errors":[{"status":"$","code":"$","source":{"pointer":"/$","parameter":"$"}}]}'),
    "link": _json('{"links":{"self":"/$","$":"http://$/"},"data":{"type":"$","id":"$"},"errors":["$"]}'),
    "duplicates": _json('{"$":1,"$":2}'),
    "not JSON": _json('{"data": $'),
}


class Planted(Echo):
    """Answers each request with secrets in another place, and in another spelling."""

    def __init__(self) -> None:
        """Begin with what a run is given."""
        super().__init__()
        self.seen |= {TOKEN, GATEWAY}
        self.places: set[str] = set()
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def script(self, talk: Talk) -> None:
        """Talk on one connection, until something was planted."""
        while head := talk.request():
            sent = [line.partition(b": ")[2].decode("latin-1") for line in head.split(b"\r\n") if line[:2] == b"Au"]
            with self._lock:
                self.seen.update(each for each in sent if "eyJ" in each and each.count(".") == 2)
                number = next(self._numbers)
            line = head.partition(b"\r\n")[0]
            plain = line == f"GET /api/rest/customer/v1/invoices/{INVOICE_ID} HTTP/1.1".encode()
            if plain and sent == [TOKEN] and b"\r\nIf-" not in head:
                talk.send(SOUND)
                continue
            place = list(PLACES)[number % len(PLACES)]
            self.places.add(place)
            spelling = list(SPELLINGS.values())[number // 3 % len(SPELLINGS)]
            spelled = spelling([TOKEN, GATEWAY, *sent][number // 5 % (2 + len(sent))])
            talk.send(PLACES[place](bytes(each if 0x20 < each < 0x7F else 0x20 for each in spelled).strip()))
            return  # else the client would wait for what does not come


def test_no_secret_is_written_that_stands_in_an_odd_place(tmp_path: Path) -> None:
    planted = Planted()
    names = {"junit-xml": "junit.xml", "report-json": "report.json", "report-html": "report.html"}
    names |= {"report-ctrf": "ctrf.json", "record": "run.har", "write-waivers": "waivers.yaml", "log-file": "log.txt"}
    files = [f"--{name}={tmp_path / file}" for name, file in names.items()]
    verbose = ["-vv", "-rA", "--tb=long", "--showlocals", "--fail-on=may", "--log-level=DEBUG", "--format=full"]
    with raw_server(planted.script) as server:
        given = [f"--base-url={server.base_url}", f"--invoice-id={INVOICE_ID}", "--request-timeout=0.1"]
        given += [f"--request-header=X-Gateway: {GATEWAY}", "--enable=collection,wire", "--fuzz-examples=2"]
        result = runs.run(*runs.PARTS, *verbose, *files, *given, INVOICES_AUTH_TOKEN=TOKEN)
    (tmp_path / "printed.txt").write_text(result.output + result.errors, encoding="utf-8")
    assert result.code == 1, result.output[-3000:] + result.errors[-3000:]
    assert planted.places == PLACES.keys()
    assert not leaks(tmp_path, planted, TOKEN, GATEWAY)
