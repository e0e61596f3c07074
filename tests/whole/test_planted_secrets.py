"""Secrets appear in nothing that a run writes, though the server echoes them in every spelling."""

from __future__ import annotations

import base64
import html
import json
import re
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from tests.hostile.spellings import SPELLINGS
from tests.support import runs
from tests.support.detection import settings_for

ROOT = Path(__file__).parents[2]
# One spelling in so many stands in an answer, in that to another request others.
_ONE_IN = 40
# Characters of a secret that reveal something of it.
_RUN = 8
GATEWAY = "Vn3-Yc8.Jw5_Hb1~Tr6"


class Echo:
    """Collects every credential that reaches the server or leaves it, and makes the server echo all of them."""

    def __init__(self) -> None:
        """Start with none."""
        self.seen: set[str] = set()
        self.spelled: set[str] = set()

    def install(self, server: ReferenceServer) -> None:
        api = server.api
        self.seen |= {server.token, server.other_token, server.signing_key, GATEWAY}
        api.on_answer(lambda request, answer: self._echo(server, request, answer))
        api.replace("session_cookie", self._session_cookie)

    def _session_cookie(self, original: Callable[[Request], str], request: Request) -> str:
        self.seen.add(str(request.session))
        return original(request)

    def _echo(self, server: ReferenceServer, request: Request, answer: Answer) -> None:
        sent = [*request.lines("authorization"), *(line.partition("=")[2] for line in request.lines("cookie"))]
        # Only what looks like a token is one: the others are words that the plan shows, too.
        last = [text.split()[-1] for text in sent if text.strip()]
        sent = [word for word in last if "eyJ" in word and "." in word]
        self.seen.update(sent)
        # The same request is answered in the same way.
        number = zlib.crc32(" ".join([request.method, request.path, request.query, *sent]).encode())
        for text in [*sent, server.signing_key, GATEWAY]:
            answer.headers += [("X-Echo-Left", text[:-20]), ("X-Echo-Right", text[-20:])]
            for name in list(SPELLINGS)[number % _ONE_IN :: _ONE_IN]:
                self.spelled.add(name)
                self._plant(name, SPELLINGS[name](text), answer, in_place=number % 3 == 0)

    def _plant(self, name: str, spelled: bytes, answer: Answer, *, in_place: bool) -> None:
        """Put it into the header section, and into a text or in the place of an error."""
        value = "".join(each if " " <= each <= "~" else " " for each in spelled.decode("latin-1")).strip()
        answer.headers.append((f"X-Echo-{list(SPELLINGS).index(name)}", value))
        if answer.status >= 400 and answer.body and in_place:
            answer.body = spelled
            return
        text = json.dumps(spelled.decode("latin-1"))[1:-1].encode()
        for member in (b'"detail":"', b'"reference":"'):
            answer.body = answer.body.replace(member, member + text + b" ", 1)

    def signatures(self) -> set[str]:
        """Return what must not be found: the secrets, and the signatures that make tokens of public claims."""
        return {_secret_part(text) for text in self.seen if len(_secret_part(text)) >= 12}


def _secret_part(text: str) -> str:
    """Return what is secret by itself: of a token the signature."""
    return text.rpartition(".")[2] if text.count(".") == 2 and text.startswith("eyJ") else text


def options(server: ReferenceServer, bundle: Path | None) -> list[str]:
    found = [f"--base-url={server.base_url}"]
    given = settings_for(server)
    for name, value in {**given, "invoice_id": given["invoice_id"][:1]}.items():
        values = value if isinstance(value, list) else [value]
        found += [f"--{name.replace('_', '-')}={each}" for each in values]
    found.append(f"--request-header=X-Gateway: {GATEWAY}")
    return found + ([f"--ca-bundle={bundle}", f"--plain-url={server.plain_url}"] if bundle else [])


def run(arguments: list[str], where: Path, **environment: str) -> str:
    """Run the checks in a process of their own; return what it prints."""
    command = runs.command(str(ROOT / "conformance" / "checks"), *arguments)
    done = subprocess.run(
        command,
        cwd=where,
        env={"PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def _strings(value: object) -> Iterator[str]:
    """Yield all texts in plain data."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            yield from map(str, each)
            waiting += each.values()
            if each.get("encoding") == "base64" and "text" in each:
                yield base64.b64decode(each["text"]).decode("latin-1")


def _cells(path: Path) -> Iterator[str]:
    """Yield the texts of a database, of which some are JSON."""
    with sqlite3.connect(path) as state:
        tables = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for name in tables for row in state.execute(f"SELECT * FROM {name}")]
    for cell in (each for row in rows for each in row if isinstance(each, str)):
        yield cell
        if cell[:1] in set('{["'):
            yield from _strings(json.loads(cell))


_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


def _read(path: Path) -> bytes:
    """Return what a file holds, as it is and as its readers see it."""
    content, text = path.read_bytes(), ""
    if path.suffix in {".json", ".har"}:
        # Most of it stands there many times.
        text = "\n".join(dict.fromkeys(_strings(json.loads(content))))
        content = b"\n".join(dict.fromkeys(_JSON_STRING.findall(content)))
    elif path.suffix in {".html", ".xml", ".md"}:
        text = html.unescape(content.decode()).replace("\\", "")
    elif path.suffix == ".db":
        text = "\n".join(_cells(path))
    other = b"" if text.isascii() else text.encode("latin-1", "ignore")
    return content + text.encode("utf-8", "surrogatepass") + other


def _spelled(secret: str) -> Iterator[bytes]:
    """Yield the middle of each spelling: what stands at its ends depends on what is around."""
    for spelling in SPELLINGS.values():
        whole = spelling(secret)
        yield whole[len(whole) // 4 : -(len(whole) // 4)]


def leaks(folder: Path, echo: Echo, *known: str) -> set[tuple[str, bytes]]:
    """Return the files that hold a secret, and in what form: of those that are ``known`` in any spelling, or a part."""
    terms = {each.encode() for each in echo.signatures()}
    for secret in map(_secret_part, known):
        terms |= {secret[at : at + _RUN].encode() for at in range(len(secret) - _RUN + 1)}
        terms |= {each for each in _spelled(secret) if len(each) >= _RUN}
    written = {path.name: _read(path) for path in folder.iterdir() if path.is_file()}
    return {(name, term) for name, content in written.items() for term in terms if term in content}


ARTEFACTS = {
    *("ca.pem", "junit.xml", "log.txt", "printed.txt", "report.html", "report.json", "run.har", "summary.md"),
    *("ctrf.json", "state.db", "waivers.yaml"),
}


def test_no_secret_is_written_anywhere(tmp_path: Path) -> None:
    echo = Echo()
    with ReferenceServer(tls=True) as server:
        echo.install(server)
        (tmp_path / "ca.pem").write_bytes(server.ca_pem)
        names = {"junit-xml": "junit.xml", "report-json": "report.json", "report-html": "report.html"}
        names |= {"report-ctrf": "ctrf.json", "record": "run.har", "write-waivers": "waivers.yaml"}
        names |= {"sweep-state": "state.db", "log-file": "log.txt"}
        files = [f"--{name}={tmp_path / file}" for name, file in names.items()]
        verbose = ["-vv", "-rA", "--tb=long", "--showlocals", "--fail-on=may", "--log-level=DEBUG"]
        part = ["--sweep=5", "-k", "SEC or JWT or test_sweep"]
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        places = (str(ROOT / "conformance" / each) for each in ("checks", "sweep"))
        result = runs.run(*places, *verbose, *files, *part, *options(server, tmp_path / "ca.pem"), **github)
        known = (server.token, server.other_token, server.signing_key, GATEWAY)
    assert result.code in {0, 1}, result.output[-3000:] + result.errors[-3000:]
    (tmp_path / "printed.txt").write_text(result.output + result.errors, encoding="utf-8")
    assert "SEC-006" in result.output
    assert len(echo.seen) > 40
    assert echo.spelled == SPELLINGS.keys()
    assert {path.name for path in tmp_path.iterdir()} == ARTEFACTS
    assert not leaks(tmp_path, echo, *known)


def test_no_secret_is_written_by_several_processes(tmp_path: Path) -> None:
    """Among other tests, the checks are distributed over processes, which send what they found to the first one."""
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n", encoding="utf-8")
    echo = Echo()
    with ReferenceServer() as server:
        echo.install(server)
        verbose = ["-vv", "-rA", "--tb=long", "--showlocals", "--junit-xml=junit.xml", "--report-json=report.json"]
        # What judges every answer would have each of the processes send every request.
        part = ["test_own.py", "-n", "2", "-k", "test_own or AUTH-001 or AUTH-005 or JWT-003", "--fail-on=may"]
        printed = run([*part, *verbose, *options(server, None)], tmp_path)
    (tmp_path / "printed.txt").write_text(printed, encoding="utf-8")
    assert "gw1" in printed
    assert "AUTH-005" in printed
    assert len(echo.seen) > 20
    assert not leaks(tmp_path, echo)


def test_an_error_of_the_suite_shows_no_secret(tmp_path: Path) -> None:
    """A traceback with local variables, out of the middle of minting."""
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from conformance.tokens import minted\n"
        "def fail(header, pairs, key):\n    raise RuntimeError('broken')\n"
        "minted._sign = fail\n",
        encoding="utf-8",
    )
    with ReferenceServer() as server:
        arguments = ["-p", "broken", "-k", "JWT-003", "--showlocals", "--tb=long", *options(server, None)]
        command = [sys.executable, "-m", "pytest", str(ROOT / "conformance" / "checks"), *arguments]
        path = f"{ROOT}:{tmp_path}"
        done = subprocess.run(
            command, cwd=tmp_path, env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=120, check=False
        )
        printed = done.stdout + done.stderr
        assert done.returncode not in {0, 5}
        for secret in (server.signing_key, server.token, server.other_token, server.token.rpartition(".")[2]):
            assert secret not in printed
