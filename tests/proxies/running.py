"""Starts a proxy in front of a server on free loopback ports, with its files in a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.proxies import apache, haproxy, nginx
from tests.proxies.places import Places

START_SECONDS, STOP_SECONDS, ATTEMPTS = 20.0, 10.0, 3


@dataclass(frozen=True)
class Proxy:
    """A running proxy: where it serves https, where plain http, and the certificate to trust."""

    base_url: str
    plain_url: str
    ca_bundle: Path


@dataclass(frozen=True)
class Program:
    """A proxy to be started: its name, which is also that of its Debian package, its configuration and command."""

    name: str
    configuration: Callable[[Places], str]
    command: Callable[[Path], list[str]]

    @property
    def is_there(self) -> bool:
        """Whether the program is installed."""
        return self._path is not None

    @property
    def _path(self) -> str | None:
        return shutil.which(self.name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

    @contextlib.contextmanager
    def before(self, backend: str, folder: Path) -> Iterator[Proxy]:
        """Run the proxy in front of ``backend``, an address with port. Raises RuntimeError when it does not start."""
        authority = trustme.CA()
        bundle, identity = folder / "ca.pem", folder / "identity.pem"
        authority.cert_pem.write_to_path(bundle)
        authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(identity)
        for _ in range(ATTEMPTS):
            secure, plain = free_ports(2)
            places = Places(folder, identity, backend, secure, plain)
            file = folder / f"{self.name}.conf"
            file.write_text(self.configuration(places))
            process = self._start(file, folder)
            try:
                if listens(process, secure) and listens(process, plain):
                    yield Proxy(f"https://localhost:{secure}", f"http://localhost:{plain}", bundle)
                    return
            finally:
                stop(process)
        raise RuntimeError(f"{self.name} did not start:\n{(folder / 'output').read_text(errors='replace')}")

    def _start(self, file: Path, folder: Path) -> subprocess.Popen[bytes]:
        with (folder / "output").open("wb") as output:
            command = [str(self._path), *self.command(file)]
            return subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL)


NGINX = Program("nginx", nginx.configuration, nginx.command)
HAPROXY = Program("haproxy", haproxy.configuration, haproxy.command)
APACHE = Program("apache2", apache.configuration, apache.command)


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody listens on."""
    with contextlib.ExitStack() as stack:
        listening = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(each.getsockname()[1]) for each in listening]


def listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until ``process`` listens on ``port``; false when it ends before, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0):
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
