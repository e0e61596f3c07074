"""Measures the search for secrets in the worst texts known beside reading an ordinary text of the same size as JSON.

    python -m benchmarks.redaction [--few 1000] [--rounds 3]

``--few`` is how many times eight kilobytes a text has.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator

from benchmarks.tools import Row, Size, compared, run_parts
from conformance.syntax import json_text
from conformance.syntax.redaction import Redactor

BLOCK = 8 * 1024
SIGNATURE = "Xq7vT-p0Zk_3mNw8RbYc5LdJ2fHs9GaUe1BtVi6KoQs"
SECRETS = (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXN0b21lciJ9.{SIGNATURE}", "Wz/4k+R7tB9qPm=2xLd", "Vn3-Yc8.Jw5_Hb1~Tr6")
ORDINARY = json.dumps(
    {"type": "invoices", "attributes": {"reference": "2024/11-B", "amount-spent": "1234568.19", "calls": 7}}
)


def _in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode() + " "


WORST = {
    "beginnings of a signature": SIGNATURE[:15],
    "eight characters of it over and over": f"{SIGNATURE[:8]} ",
    "whole tokens": SECRETS[0],
    "the claims of a token": SECRETS[0].rpartition(".")[0],
    "percent signs, encoded": "%25",
    "escapes, each another one": "".join(f"\\u{number:04x}" for number in range(200, 50_000, 3)),
    "compressed texts in base64": _in_base64(gzip.compress(b"a" * 1000, mtime=0)),
    "few secrets among texts in base64": _in_base64(SIGNATURE.encode()) + _in_base64(b"abcdefghijklmnopqr") * 400,
    "invoices": f"{ORDINARY}, ",
}


def _text(part: str, size: int) -> bytes:
    return (part * (size // len(part) + 1)).encode()[:size]


def secrets(size: Size) -> Iterator[Row]:
    """The search in each text, and the reading of an ordinary one."""
    redactor, length = Redactor(SECRETS), size.few * BLOCK
    plain = f"[{', '.join([ORDINARY] * (length // (len(ORDINARY) + 2)))}]".encode()
    for name, part in WORST.items():
        text = _text(part, length)
        both = compared(lambda text=text: redactor.examined(text), lambda: json_text.read(plain), size.rounds)  # type: ignore[misc]
        figures = f"{both.processor[0]:.2f} s against {both.processor[1]:.2f} s"
        megabytes = length / 1024 / 1024
        yield Row(f"search for secrets in {megabytes:.1f} MB: {name}", figures, f"{both.ratio:.1f} times (goal 8)")


PARTS = {"secrets": secrets}


def main(arguments: list[str] | None = None) -> None:
    """Print a table of what was measured."""
    run_parts(PARTS, __doc__, arguments)


if __name__ == "__main__":
    main()
