"""Secrets appear in nothing that a run writes, though the server echoes them in every spelling it can think of."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from conformance.reference.message import Answer, Request
from conformance.reference.server import ReferenceServer
from tests.support.detection import settings_for

ROOT = Path(__file__).parents[2]
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: quote(text, safe=""),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(f"u:{text}".encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    lambda text: "".join(f"&#{ord(each)};" for each in text),
    json.dumps,
)
# One spelling in so many stands in an answer, in that to another request others.
_AT_ONCE = 4
# How much of a secret may be left where it is sent in parts.
_HARMLESS = 15


class Echo:
    """Collects every credential that reaches the server or leaves it, and makes the server echo all of them."""

    def __init__(self) -> None:
        """Start with none."""
        self.seen: set[str] = set()

    def install(self, server: ReferenceServer) -> None:
        api = server.api
        self.seen |= {server.token, server.other_token, server.signing_key}
        api.on_answer(lambda request, answer: self._echo(server, request, answer))
        api.replace("session_cookie", self._session_cookie)

    def _session_cookie(self, original: Callable[[Request], str], request: Request) -> str:
        self.seen.add(str(request.session))
        return original(request)

    def _echo(self, server: ReferenceServer, request: Request, answer: Answer) -> None:
        sent = [*request.lines("authorization"), *(line.partition("=")[2] for line in request.lines("cookie"))]
        # Only what looks like a token is one: the others are words that the plan shows, too.
        sent = [text.split()[-1] for text in sent if "eyJ" in text]
        self.seen.update(sent)
        first = len(request.path + request.query)
        for text in [*sent, server.signing_key]:
            answer.headers += [("X-Echo-Left", text[:-20]), ("X-Echo-Right", text[-20:])]
            for number, spelling in enumerate(SPELLINGS):
                if (number + first) % _AT_ONCE:
                    continue
                answer.headers.append((f"X-Echo-{number}", spelling(text)))
                if answer.status >= 400 and answer.body and b'"detail":"' in answer.body:
                    planted = spelling(text).replace('"', "").encode()
                    answer.body = answer.body.replace(b'"detail":"', b'"detail":"' + planted + b" ", 1)

    def signatures(self) -> set[str]:
        """Return what must not be found: the secrets, and the signatures that make tokens of public claims."""
        tails = {text.rpartition(".")[2] for text in self.seen if text.count(".") == 2}
        return {text for text in self.seen | tails if len(text) >= 12}


def options(server: ReferenceServer, bundle: Path | None) -> list[str]:
    found = [f"--base-url={server.base_url}"]
    given = settings_for(server)
    for name, value in {**given, "invoice_id": given["invoice_id"][:1]}.items():
        values = value if isinstance(value, list) else [value]
        found += [f"--{name.replace('_', '-')}={each}" for each in values]
    return found + ([f"--ca-bundle={bundle}", f"--plain-url={server.plain_url}"] if bundle else [])


def run(arguments: list[str], where: Path, **environment: str) -> str:
    """Run the checks in a process of their own; return what it prints."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(ROOT / "conformance" / "checks"),
        "-p",
        "no:cacheprovider",
        *arguments,
    ]
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


def leaks(folder: Path, echo: Echo) -> set[tuple[str, str]]:
    """Return the files that hold a secret in some spelling, or much of one, and how it begins."""
    written = {
        path.name: path.read_bytes().decode("utf-8", errors="replace") for path in folder.iterdir() if path.is_file()
    }
    found = set()
    for secret in echo.signatures():
        spelt = {spelling(secret) for spelling in SPELLINGS}
        if "." not in secret:  # of a token, only the signature is secret by itself
            spelt |= {secret[at : at + _HARMLESS] for at in range(len(secret) - _HARMLESS + 1)}
        found |= {(name, each[:20]) for name, text in written.items() for each in spelt if each in text}
    return found


def test_no_secret_is_written_anywhere(tmp_path: Path) -> None:
    echo = Echo()
    with ReferenceServer(tls=True) as server:
        echo.install(server)
        (tmp_path / "ca.pem").write_bytes(server.ca_pem)
        verbose = [
            "-vv",
            "-rA",
            "--tb=long",
            "--showlocals",
            "--fail-on=may",
            "--log-level=DEBUG",
            "--log-file=log.txt",
        ]
        files = ["--junit-xml=junit.xml", "--report-json=report.json", "--report-html=report.html"]
        files += ["--report-ctrf=ctrf.json", "--record=run.har"]
        given = [*options(server, tmp_path / "ca.pem"), "--write-waivers=waivers.yaml"]
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
        printed = run([*verbose, *files, *given], tmp_path, **github)
    (tmp_path / "printed.txt").write_text(printed, encoding="utf-8")
    assert "SEC-006" in printed
    assert len(echo.seen) > 40
    assert {path.name for path in tmp_path.iterdir()} == {
        *("ca.pem", "junit.xml", "log.txt", "printed.txt", "report.html", "report.json", "run.har", "summary.md"),
        *("ctrf.json", "waivers.yaml"),
    }
    assert not leaks(tmp_path, echo)


def test_no_secret_is_written_by_several_processes(tmp_path: Path) -> None:
    """Among other tests, the checks are distributed over processes, which send what they found to the first one."""
    (tmp_path / "test_own.py").write_text("def test_own(): pass\n", encoding="utf-8")
    echo = Echo()
    with ReferenceServer() as server:
        echo.install(server)
        verbose = ["-vv", "-rA", "--tb=long", "--showlocals", "--junit-xml=junit.xml", "--report-json=report.json"]
        part = ["test_own.py", "-n", "2", "-k", "test_own or AUTH or HDR-013", "--fail-on=may"]
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
