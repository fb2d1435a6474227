"""The right to erasure: after it nothing tells who it was, and the log still holds to the last byte."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from federation import Federation, federation

from audit.commands.command_line import main as audit_main
from audit.events.events import OpeningsErased, decode
from gateway.accounts.managing import disable
from gateway.bootstrap.setup.open_hub import add_user
from gateway.cli import main
from gateway.hub.accounts import accounts_of
from gateway.hub.asking import ask
from gateway.hub.model import Principal, Role
from gateway.hub.releasing import release_due
from gateway.question import ask as question

NAME = "somebody-who-leaves@armac.example"
OTHER = "somebody-who-stays@armac.example"


@dataclass
class Region:
    directory: Path
    federation: Federation

    @property
    def hub(self) -> Path:
        return self.directory / "hub"

    def entries(self) -> list[object]:
        with self.federation.hub.store.reading() as view:
            head = view.log.latest_checkpoint()
            assert head is not None
            return [decode(entry) for entry in view.log.read_entries(0, head.size)]


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Region]:
    """A hub on which two people have asked, and the log was searched for each of them."""
    with federation(tmp_path, "KH", ready=False) as made:
        for name in (NAME, OTHER):
            add_user(made.hub, name, "ARMAC", Role.ANALYST, ["regional-reporting"])
            asker = Principal(name, "ARMAC", Role.ANALYST, frozenset({"regional-reporting"}))
            asked = question(made.hub.dictionary, measure="casualties", by=["outcome"], where={},
                             purpose="regional-reporting")  # fmt: skip
            ask(made.hub, asker, asked, timedelta(seconds=1))
        made.clock.move(seconds=10)
        release_due(made.hub)
        disable(accounts_of(made.hub), "operator", NAME)
        found = Region(tmp_path, made)
        for name in (NAME, OTHER):
            assert run("list", "--dir", found.hub, "--actor", name).exit_code == 0
        yield found


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["log", *map(str, arguments)])


def test_nothing_reveals_who_it_was(region: Region) -> None:
    assert "openings were erased" in run("erase", "--actor", NAME, "--yes", "--dir", region.hub).output

    assert run("list", "--dir", region.hub, "--actor", NAME).stdout.count("\n") == 0
    for number, event in enumerate(region.entries()):
        said = run("explain", number, "--dir", region.hub).output
        assert NAME not in said, event
    with region.federation.hub.store.reading() as view:
        kept = [view.opening(f, n) for n in range(len(region.entries())) for f in ("actor", "search")]
    # the search after the erasure named the person again, and is the only one that does
    assert [NAME.encode() in opening.value for opening in kept if opening is not None].count(True) == 1


def test_searches_for_the_person_are_forgotten_too(region: Region) -> None:
    run("erase", "--actor", NAME, "--yes", "--dir", region.hub)
    with region.federation.hub.store.reading() as view:
        searches = [view.opening("search", n) for n in range(len(region.entries()))]
    assert [o.value for o in searches if o is not None] == [f'{{"person":"{OTHER}"}}'.encode()]


def test_others_are_still_known(region: Region) -> None:
    before = run("list", "--dir", region.hub, "--actor", OTHER, "--type", "asked").output
    run("erase", "--actor", NAME, "--yes", "--dir", region.hub)
    assert before
    assert run("list", "--dir", region.hub, "--actor", OTHER, "--type", "asked").output == before


def test_the_log_verifies_and_says_that_it_was_done(
    region: Region, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = len(region.entries())
    old = [*region.entries()]
    run("erase", "--actor", NAME, "--yes", "--dir", region.hub)

    erased = region.entries()[size:]
    assert region.entries()[:size] == old
    said = {(e.field, e.ground, e.size) for e in erased if isinstance(e, OpeningsErased)}
    assert {("actor", "request", "1-9"), ("search", "request", "1-9")} <= said
    assert run("export", tmp_path / "out", "--dir", region.hub).exit_code == 0
    assert audit_main(["verify", str(tmp_path / "out")]) == 0


def test_the_name_is_gone_from_the_database_file(region: Region) -> None:
    """What is deleted is overwritten: SQLite would else keep it in free pages."""
    run("erase", "--actor", NAME, "--yes", "--dir", region.hub)
    database = region.hub / "safelane.sqlite"
    _checkpoint(database)
    assert NAME.encode() not in database.read_bytes()
    assert OTHER.encode() in database.read_bytes()


def test_a_name_that_is_not_there_changes_nothing(region: Region) -> None:
    size = len(region.entries())
    result = run("erase", "--actor", "nobody", "--yes", "--dir", region.hub)
    assert result.exit_code == 6
    assert "Nothing in this log" in result.output
    assert len(region.entries()) == size


def test_an_account_in_use_is_not_forgotten(region: Region) -> None:
    size = len(region.entries())
    result = run("erase", "--actor", OTHER, "--yes", "--dir", region.hub)
    assert result.exit_code != 0
    assert "The account is open" in result.output
    assert len(region.entries()) == size


def test_a_name_without_an_account_is_erased_as_well(region: Region) -> None:
    with region.federation.hub.store.reading() as view:
        keepers = [n for n in range(len(region.entries())) if (o := view.opening("actor", n))
                   and o.value.startswith(b"os:")]  # fmt: skip
        name = view.opening("actor", keepers[0])
    assert name is not None
    erased = run(
        "erase", "--actor", name.value.decode(), "--yes", "--ground", "retention", "--dir", region.hub
    )
    assert erased.exit_code == 0
    assert {e.ground for e in region.entries() if isinstance(e, OpeningsErased)} == {"retention"}


def test_one_is_asked_back(region: Region) -> None:
    size = len(region.entries())
    result = CliRunner().invoke(
        main, ["log", "erase", "--actor", NAME, "--dir", str(region.hub)], input="n\n"
    )
    assert result.exit_code == 1
    assert len(region.entries()) == size


def _checkpoint(database: Path) -> None:
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
