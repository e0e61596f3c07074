"""A sweep that is interrupted goes on from its state, which belongs to that sweep alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.config.settings import SettingError
from conformance.reference.server import ReferenceServer
from tests.support.sweeping import MANY, PAGE, PAGES, faulty, like, page_requests, sweep_of, swept

pytestmark = pytest.mark.usefixtures("small_pages")


def test_a_state_belongs_to_one_sweep_at_a_time(server: ReferenceServer, tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = sweep_of(server, 0, path=path)
    try:
        with pytest.raises(SettingError, match=f"--sweep-state: {path} is in use by another run"):
            sweep_of(server, 0, path=path)
        assert first.run(lambda _done, _total: None)["complete"]
    finally:
        first.close()
    assert swept(server, 0, path=path)["invoices"] == MANY


def test_an_interrupted_sweep_goes_on_where_it_was(server: ReferenceServer, tmp_path: Path) -> None:
    whole = swept(server, 9)
    path = tmp_path / "state"

    def interrupt(done: int, _: int | None) -> None:
        if done >= 3 * PAGE:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(server, 9, path=path, advance=interrupt)
    seen = page_requests(server)
    summary = swept(server, 9, path=path)
    assert summary["resumed"]
    assert like(summary) == like(whole)
    assert f"page[number]=2&page[size]={PAGE}" not in seen
    assert f"page[number]=5&page[size]={PAGE}" in seen


def test_an_interruption_among_invoices_goes_on_there(server: ReferenceServer, tmp_path: Path) -> None:
    path, calls = tmp_path / "state", 0

    def interrupt(_done: int, _total: int | None) -> None:
        nonlocal calls
        calls += 1
        if calls == PAGES + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(server, MANY, path=path, advance=interrupt)
    assert like(swept(server, MANY, path=path)) == like(swept(server, MANY))


def test_findings_outlast_an_interruption(tmp_path: Path) -> None:
    path = tmp_path / "state"

    def interrupt(done: int, _: int | None) -> None:
        if done >= 2 * PAGE:
            raise KeyboardInterrupt

    with faulty("swept-total-rounded") as server:
        with pytest.raises(KeyboardInterrupt):
            swept(server, 0, path=path, advance=interrupt)
        assert like(swept(server, 0, path=path)) == like(swept(server, 0))


def test_a_finished_state_begins_anew(server: ReferenceServer, tmp_path: Path) -> None:
    for _ in range(2):
        assert not swept(server, 0, path=tmp_path / "state")["resumed"]


def test_the_state_of_another_sweep_is_refused(server: ReferenceServer, tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        swept(server, 3, path=tmp_path / "state", advance=interrupt)
    with pytest.raises(SettingError, match=r"--sweep-state: .* keeps another sweep \(sample differs\)"):
        sweep_of(server, 4, path=tmp_path / "state")


def test_what_is_not_a_state_is_refused(server: ReferenceServer, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but a text that is long enough to be looked at " * 20)
    with pytest.raises(SettingError, match=r"--sweep-state: .*is not the state of a sweep"):
        sweep_of(server, path=tmp_path / "notes.txt")
