"""Words that the project does not use in names, docstrings, comments, messages and documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
# What to use instead; another word may fit better.
INSTEAD: Final = {
    "circumstances": "classification",
    "converse": "send, exchange",
    "dialogue": "raw connection",
    "essence": "normalised",
    "excess": "unsolicited",
    "heard": "received",
    "likeness": "comparison",
    "manner": "pacing",
    "octet": "byte",
    "octets": "bytes",
    "reception": "receive",
    "said": "message, expected, reported",
    "stray": "unsolicited",
    "surplus": "unsolicited",
    "tell": "report, describe, show",
    "telling": "report, describe, show",
    "tells": "reports, describes, shows",
    "told": "reported, described, shown",
    "trial": "attempt, test",
    "trials": "attempts, tests",
    "turn": "round, number",
    "turns": "rounds, numbers",
    "twin": "counterpart",
    "twins": "counterparts",
    "is no": "is not a",
}
# Members of files that were written before, and what the requests of old records have, keep their names.
KEPT: Final = {
    "conformance/checks/test_connections.py": {"turns"},
    "conformance/observe/record/har.py": {"excess", "turn"},
    "conformance/observe/record/recorder.py": {"turn"},
    "conformance/observe/record/replay.py": {"turn"},
    "conformance/plan/probes/wire.py": {"is no", "turns"},
    "conformance/report/json_report.py": {"told"},
    "conformance/report/templates/report.html.j2": {"excess", "told"},
    "conformance/report/traffic.py": {"excess", "turn"},
    "schemas/report.schema.json": {"excess", "told", "turn"},
    "tests/checks/test_load.py": {"turns"},
    "tests/judge/test_repeat.py": {"turn", "turns"},
    "tests/observe/test_raw_connection.py": {"is no"},
    "tests/observe/test_serial_access.py": {"turns"},
}
TEXTS: Final = {".css", ".j2", ".js", ".json", ".md", ".py", ".toml", ".yaml", ".yml"}
FOLDERS: Final = (".github", "benchmarks", "conformance", "docs", "examples", "schemas", "tests")
# A word of a text or a part of a name.
WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
# "There is no way" and "is no longer" are usual.
IS_NO: Final = re.compile(r"(?<!there)[ _](?:is|are)[ _]no[ _](?!longer|more|less|other)", re.IGNORECASE)


def files() -> Iterator[Path]:
    """Yield the files that people write, the made ones among them."""
    yield from (path for path in ROOT.iterdir() if path.suffix in TEXTS)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in TEXTS and "__pycache__" not in path.parts and path != Path(__file__):
                yield path


def current(path: Path) -> str:
    """Return the text of a file; of the changelog what is not released yet."""
    text = path.read_text(encoding="utf-8")
    return text.partition("\n## Unreleased\n")[2].partition("\n## ")[0] if path.name == "CHANGELOG.md" else text


def avoided(text: str) -> set[str]:
    """Return the words of ``INSTEAD`` that are in ``text``."""
    found = {word.lower() for word in set(WORD.findall(text))} & INSTEAD.keys()
    return found | ({"is no"} if IS_NO.search(text) else set())


def test_a_word_is_found_in_texts_and_in_names() -> None:
    assert avoided("It was told.") == avoided("was_told_by") == avoided("WasTold") == avoided("TOLD = 1") == {"told"}
    assert avoided("A link is no text.") == avoided("test_links_are_no_text") == {"is no"}
    assert avoided("There is no text, and it is no longer used; the return value has an untold length.") == set()


def test_no_file_uses_words_that_the_project_avoids() -> None:
    found = {str(path.relative_to(ROOT)): words for path in files() if (words := avoided(current(path)))}
    assert found == KEPT, f"use another word: {INSTEAD}; where a word is gone, remove the entry of KEPT"
