"""A damaged entry is never shown, told or proved: it is named, and everything else is read as before."""

import re
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lone_hub import set_up_hub

from audit.errors import DamagedEntryError
from audit.events.search import Criteria
from audit.log.checked_reading import as_stored, damaged_in
from gateway.auditing import entry_search, index, index_upkeep
from gateway.auditing.damage import MOST_NAMED, say_damaged
from gateway.auditing.entry_search import entries, find, find_newest, whole
from gateway.auditing.explanation import dossier
from gateway.bootstrap.setup.open_hub import add_user, open_hub
from gateway.cli import main
from gateway.hub.model import Role
from gateway.hub.proofs import kept_log

DAMAGED = 2
HARMS = {
    "changed": "update log_entries set entry = flipped(entry) where number = 2",
    "of another type": "update log_entries set entry = 'ana' where number = 2",
    "removed": "delete from log_entries where number = 2",
    "its hash changed": "update log_tiles set hashes = replace_third(hashes)",
    "its hash removed": "update log_tiles set hashes = substr(hashes, 1, 64)",
}


def safelane(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("damaged") / "hub"
    set_up_hub(place)
    with open_hub(place) as opened:
        for name in ("sok@armac.example", "dara@armac.example", "bopha@armac.example"):
            add_user(opened, name, "ARMAC", Role.ANALYST, ["regional-reporting"])
    return place


@pytest.fixture
def harmed(sound: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the hub with one damage."""
    place = tmp_path / "hub"
    place.mkdir(mode=0o700)
    for file in sound.rglob("*"):
        copy = place / file.relative_to(sound)
        copy.mkdir(mode=0o700) if file.is_dir() else copy.write_bytes(file.read_bytes())
        copy.chmod(file.stat().st_mode)
    with sqlite3.connect(place / "safelane.sqlite") as connection:
        connection.create_function("flipped", 1, lambda data: bytes([data[0] ^ 1]) + data[1:])
        connection.create_function("replace_third", 1, lambda data: data[:64] + bytes(32) + data[96:])
        assert connection.execute(HARMS[getattr(request, "param", "changed")]).rowcount > 0
    connection.close()
    return place


@pytest.mark.parametrize("harmed", ["changed", "of another type", "removed"], indirect=True)
def test_the_list_names_it_and_shows_all_others(harmed: Path) -> None:
    listed = safelane("log", "list", "--dir", harmed)

    numbers = [int(line.split()[0]) for line in listed.stdout.splitlines()]
    assert listed.exit_code == 6
    assert numbers[:5] == [0, 1, 3, 4, 5]
    assert "Entry 2 is damaged: what is stored is not what was logged." in listed.stderr
    assert "safelane log check" in listed.stderr


@pytest.mark.parametrize("harmed", ["its hash changed", "its hash removed"], indirect=True)
def test_an_entry_is_not_read_where_its_hash_is_not_the_logged_one(harmed: Path) -> None:
    with open_hub(harmed) as hub, hub.store.reading() as view:
        read = [number for number, _ in entries(view.log, whole(view))]
        assert DAMAGED not in read
        assert DAMAGED in damaged_in(view.log)


def test_it_is_neither_explained_nor_proved(harmed: Path, tmp_path: Path) -> None:
    out = (tmp_path / "receipt", tmp_path / "entry")
    explained = safelane("log", "explain", DAMAGED, "--dir", harmed)
    proved = safelane("log", "receipt", DAMAGED, "-o", out[0], "--entry", out[1], "--dir", harmed)

    for each in (explained, proved):
        assert each.exit_code == 6
        assert "Entry 2 is damaged" in each.output
        assert "restore the newest backup" in each.output
    assert not any(path.exists() for path in out)
    assert safelane("log", "explain", 1, "--dir", harmed).exit_code == 0


def test_samples_and_notices_name_it(harmed: Path) -> None:
    drawn = safelane("log", "sample", 5, "--size", 5, "--dir", harmed)
    raised = safelane("log", "notices", "--dir", harmed)

    assert len(drawn.stdout.splitlines()) == 4
    assert "Entry 2 is damaged" in drawn.stderr
    assert re.search(r"^damaged: this log: .*\(entries 2\)$", raised.output, re.MULTILINE)


def test_a_search_by_the_index_names_it_whatever_is_sought(
    harmed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index knows no word of it, so that it may be among what is sought."""
    monkeypatch.setattr(index, "hash_of", lambda *_: b"")
    for module in (entry_search, index_upkeep, index):
        monkeypatch.setattr(module, "SEGMENT", 5)
    monkeypatch.setattr(entry_search, "holding", lambda *_: 1)
    with open_hub(harmed) as hub, hub.store.reading() as view:
        kept = kept_log(hub)
        kept.index.keep(index_upkeep._made(view, 0))
        found = list(find_newest(kept, view, Criteria(kind="user-added"), None, whole(view)))
        again = list(find_newest(kept, view, Criteria(kind="user-added"), None, whole(view)))

        oldest_first = list(find(kept, view, Criteria(kind="user-added"), None, whole(view)))

        assert [each.number for each in found] == [each.number for each in again]
        assert oldest_first == found[::-1]
        assert damaged_in(view.log) == (DAMAGED,)
        with pytest.raises(DamagedEntryError):
            hub.log.entry(view.log, DAMAGED)
        assert hub.log.entry(as_stored(view.log), DAMAGED)
        monkeypatch.undo()
        with pytest.raises(Exception, match="Entry 2 is damaged"):
            dossier(kept, "q-of-nobody")


def test_of_very_many_the_first_are_named() -> None:
    said = say_damaged(range(MOST_NAMED + 5))

    assert said.startswith("25 entries are damaged")
    assert said.endswith("18, 19.")
