"""The command ``serve``: what cannot be served is reported in one message."""

from __future__ import annotations

import socket

import pytest

from conformance import cli


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--port", "65536"), "--port: '65536' is not a port, a number up to 65535"),
        (("--port", "http"), "--port: 'http' is not a port"),
        (("--invoices", "11"), "--invoices: must be at least 12"),
        (("--fault", "no-such"), "--fault: unknown: no-such; --list-faults lists them"),
        (("--variant", "no-such", "--variant", "gzip"), "--variant: unknown: no-such; --list-variants lists them"),
    ],
)
def test_what_cannot_be_served_is_reported(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(cli.main(["serve", *arguments]))
    assert ended.value.code == 4
    assert expected in capsys.readouterr().err


def test_a_port_that_is_taken_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 4
    assert capsys.readouterr().err == f"--port: {port} cannot be used: Address already in use\n"


def test_variants_are_listed_with_what_allows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["serve", "--list-variants"]) == 0
    listed = capsys.readouterr().out
    assert "json-indented\n    Documents are indented, one member a line.\n    RFC 8259, section 2\n" in listed
    assert "runtime-absent\n    There is no X-Runtime.\n    Documented example, response headers; HDR-009\n" in listed
