"""What a sweep has done: in a file when it has to outlast the process, else in a temporary one, never in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from conformance.config.settings import SettingError
from conformance.syntax.scalars import is_uuid

_VERSION = 1
# Above every rank.
_ANY = 2**63
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, content TEXT);
CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY, page INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (number INTEGER PRIMARY KEY, content TEXT);
CREATE TABLE IF NOT EXISTS findings (name TEXT PRIMARY KEY, content TEXT);
CREATE TABLE IF NOT EXISTS chosen (rank INTEGER PRIMARY KEY, page INTEGER, element TEXT, request TEXT);
CREATE TABLE IF NOT EXISTS tags (tag BLOB PRIMARY KEY, body BLOB, id TEXT) WITHOUT ROWID;
"""
_NAMES = ("facts", "seen", "pages", "findings", "chosen", "tags")


def key_of(identifier: str) -> bytes:
    """Return an id in 16 bytes: a UUID by its value, whatever its case, anything else by a digest."""
    if is_uuid(identifier):
        return bytes.fromhex(identifier.replace("-", ""))
    return digest(identifier.lower().encode("utf-8", "surrogatepass"))


def digest(content: bytes) -> bytes:
    """Return 16 bytes that stand for ``content``."""
    return hashlib.blake2b(content, digest_size=16).digest()


def shown_key(key: bytes) -> str:
    """Return the id that ``key`` stands for, as far as it is a UUID."""
    text = key.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class State:
    """Progress and findings of one sweep. Everything since ``commit`` is lost when the process ends."""

    def __init__(self, path: str | None, sweep: Mapping[str, Any]) -> None:
        """Go on with the sweep in the file ``path``, or begin; ``sweep`` distinguishes one sweep from another.

        The file belongs to this state alone until it is closed.

        Raises SettingError when the file is not one, keeps another sweep, or belongs to another run.
        """
        self.resumed = False
        # Removes secrets from plain data: nothing is kept without it.
        self.clean: Callable[[Any], Any] = lambda value: value
        try:
            self._database = sqlite3.connect(path or "", timeout=0, isolation_level=None)
        except sqlite3.DatabaseError as error:
            raise SettingError(f"--sweep-state: {path} cannot be opened: {error}") from None
        try:
            self._take_alone()
            self._database.executescript(_TABLES)
            self._go_on(path, {"version": _VERSION, **sweep})
        except sqlite3.DatabaseError as error:
            self.close()
            if error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise SettingError(f"--sweep-state: {path} is in use by another run") from None
            raise SettingError(f"--sweep-state: {path} is not the state of a sweep: {error}") from None
        except SettingError:
            self.close()
            raise

    def _go_on(self, path: str | None, own: Mapping[str, Any]) -> None:
        kept = self.fact("sweep")
        if kept is not None and not self.fact("complete"):
            if kept != own:
                changed = ", ".join(name for name in own if kept.get(name) != own[name])
                raise SettingError(
                    f"--sweep-state: {path} keeps another sweep ({changed} differs); remove it to begin anew"
                )
            self.resumed = self.page_count() > 0
        else:
            self.clear()
        # Counting them anew would take longer with every page.
        self._ids = int(self._database.execute("SELECT count(*) FROM seen").fetchone()[0])
        self.keep("sweep", own)
        self.begin()

    def _take_alone(self) -> None:
        # A lock that is taken in this mode is kept until the end of the connection, or of the process.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("BEGIN EXCLUSIVE")
        self._database.execute("COMMIT")
        # The size in KiB of what SQLite keeps in memory.
        for pragma in ("journal_mode = DELETE", "synchronous = OFF", "cache_size = -4000", "temp_store = FILE"):
            self._database.execute(f"PRAGMA {pragma}")

    def begin(self) -> None:
        """Begin what the next ``commit`` keeps."""
        self._database.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep all that was noted."""
        self._database.execute("COMMIT")
        self.begin()

    def clear(self) -> None:
        """Forget everything."""
        for name in _NAMES:
            self._database.execute(f"DELETE FROM {name}")  # noqa: S608 - a constant

    def close(self) -> None:
        """Close the file; what was not committed is not kept."""
        self._database.close()

    def fact(self, name: str) -> Any:
        """Return what was noted under ``name``, or None."""
        row = self._database.execute("SELECT content FROM facts WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def keep(self, name: str, value: Any) -> None:
        """Keep ``value``, plain data, under ``name``."""
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(self.clean(value))))

    # Ids and pages.

    def add_ids(self, identifiers: Sequence[str], page: int) -> list[tuple[str, int]]:
        """Keep the ids of a page; return those that are on an earlier one, each with its page."""
        keys = {key_of(identifier): identifier for identifier in identifiers}
        added = self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(key, page) for key in keys])
        self._ids += added.rowcount
        if added.rowcount == len(keys):
            return []
        found = []
        for key, identifier in keys.items():
            (number,) = self._database.execute("SELECT page FROM seen WHERE id = ?", (key,)).fetchone()
            if number != page:
                found.append((identifier, number))
        return found

    def id_count(self) -> int:
        """Return how many different ids were seen."""
        return self._ids

    def ids(self) -> str:
        """Return all ids in order, 16 bytes each, in base64."""
        rows = self._database.execute("SELECT id FROM seen ORDER BY id")
        return base64.b64encode(b"".join(row[0] for row in rows)).decode()

    def add_page(self, number: int, content: Mapping[str, Any]) -> None:
        """Keep what is known of a page."""
        self._database.execute("INSERT OR REPLACE INTO pages VALUES (?, ?)", (number, json.dumps(self.clean(content))))

    def has_page(self, number: int) -> bool:
        """Return whether a page was judged."""
        return self._database.execute("SELECT 1 FROM pages WHERE number = ?", (number,)).fetchone() is not None

    def page_count(self) -> int:
        """Return how many pages were judged."""
        return int(self._database.execute("SELECT count(*) FROM pages").fetchone()[0])

    def pages(self) -> list[dict[str, Any]]:
        """Return what is known of each page, in order."""
        rows = self._database.execute("SELECT number, content FROM pages ORDER BY number")
        return [{"number": number, **json.loads(content)} for number, content in rows]

    # Findings, the sample, entity tags.

    def save_findings(self, findings: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Keep findings by their names."""
        rows = [(self.clean(name), json.dumps(self.clean(content))) for name, content in findings]
        self._database.executemany("INSERT OR REPLACE INTO findings VALUES (?, ?)", rows)

    def findings(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the findings in the order in which they were met."""
        rows = self._database.execute("SELECT name, content FROM findings ORDER BY rowid")
        return [(name, json.loads(content)) for name, content in rows]

    def choose(self, rank: int, page: int, element: Any, request: str, most: int) -> int:
        """Keep an invoice for the sample, which has the ``most`` of lowest rank; return below which others come.

        Secrets were removed from ``element``.
        """
        row = (rank, page, json.dumps(element), self.clean(request))
        self._database.execute("INSERT OR REPLACE INTO chosen VALUES (?, ?, ?, ?)", row)
        count, highest = self._database.execute("SELECT count(*), max(rank) FROM chosen").fetchone()
        if count > most:
            self._database.execute("DELETE FROM chosen WHERE rank = ?", (highest,))
            (highest,) = self._database.execute("SELECT max(rank) FROM chosen").fetchone()
        return int(highest) if count >= most else _ANY

    def chosen(self, after: int, most: int) -> list[tuple[int, int, str, str]]:
        """Return up to ``most`` of the sample in the order of their ranks, from the one after ``after`` on."""
        query = "SELECT rank, page, element, request FROM chosen WHERE rank > ? ORDER BY rank LIMIT ?"
        return list(self._database.execute(query, (after, most)))

    def add_tag(self, tag: str, body: bytes, identifier: str) -> str | None:
        """Keep an entity tag; return the id of another invoice with the same one and another body, or None."""
        key = digest(tag.encode("utf-8", "surrogatepass"))
        row = self._database.execute("SELECT body, id FROM tags WHERE tag = ?", (key,)).fetchone()
        if row is None:
            self._database.execute("INSERT INTO tags VALUES (?, ?, ?)", (key, digest(body), self.clean(identifier)))
            return None
        return None if row[0] == digest(body) or row[1] == identifier else str(row[1])
