"""An older database is brought to the present form, all of it or nothing, and backed up before that."""

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner
from databases import new_database
from former_forms import bring_back
from sqlalchemy import inspect, text

from audit.commands.command_line import main as auditor
from audit.events.count_events import CountBegun
from audit.events.events import decode, encode, whole_second
from audit.formats.note import Signer
from gateway.bootstrap.setup.backup import BEFORE_UPGRADES, back_up, check, restore
from gateway.bootstrap.setup.joining import join
from gateway.bootstrap.setup.layout import NotEmptyError, database_url, own_config
from gateway.bootstrap.setup.open_hub import add_user, create_hub, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.bootstrap.setup.upgrading import ABANDONED
from gateway.bootstrap.upkeep.check_result import State
from gateway.bootstrap.upkeep.doctor import examine
from gateway.cli import main
from gateway.config import HubConfig, read_config
from gateway.hub.entries import Entry, record
from gateway.hub.model import Role
from gateway.store.engine import migrate
from gateway.store.engine.database import Database, StorageError
from gateway.store.engine.migrate import HUB, MEMBER
from gateway.wire.enrolment import HubKeys, Invitation

PRESENT = migrate._forms(HUB)[-1]
NUMBER = f"{int(PRESENT.removeprefix('hub_')) + 1:04}"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "hub_{number}"
down_revision = "{present}"


def upgrade() -> None:
    op.create_table("remarks", sa.Column("text", sa.Text()))
    op.execute("UPDATE accounts SET organisation = 'renamed'")
    {more}
"""


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    """A hub with an account, in the present form."""
    create_hub(tmp_path / "hub", "region.example/log", database=new_database())
    with open_hub(tmp_path / "hub") as opened:
        add_user(opened, "analyst@armac.example", "ARMAC", Role.ANALYST, ["regional-reporting"])
    return tmp_path / "hub"


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """From now on the software is a version newer: a further migration is there."""
    folder = tmp_path / "versions" / "hub"
    shutil.copytree(migrate._VERSIONS / "hub", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / f"{NUMBER}_next.py").write_text(
        NEXT.format(number=NUMBER, present=PRESENT, more=""), encoding="utf-8"
    )
    monkeypatch.setattr(migrate, "_VERSIONS", tmp_path / "versions")
    return folder / f"{NUMBER}_next.py"


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, arguments, catch_exceptions=False).output


def tables(directory: Path) -> list[str]:
    url = database_url(directory, own_config(directory))
    with closing(Database(url)) as database, database.reading() as connection:
        return sorted(inspect(connection).get_table_names())


def write(directory: Path, statement: str, values: Mapping[str, object] = MappingProxyType({})) -> None:
    url = database_url(directory, own_config(directory))
    with closing(Database(url)) as database, database.writing() as connection:
        connection.execute(text(statement), values)


def organisations(hub: Path) -> list[str]:
    url = database_url(hub, read_config(hub, HubConfig))
    with closing(Database(url)) as database, database.reading() as connection:
        return list(connection.execute(text("SELECT organisation FROM accounts")).scalars())


def test_it_is_backed_up_first_and_brought_forward_once(hub: Path, newer: Path) -> None:
    del newer
    with open_hub(hub):
        pass
    with open_hub(hub):
        pass

    assert organisations(hub) == ["renamed"]
    [kept] = (hub / BEFORE_UPGRADES).iterdir()
    assert kept.name.startswith(PRESENT)
    assert check(kept).rows["accounts"] == len(organisations(hub))


def test_what_a_killed_upgrade_left_goes_and_what_another_one_is_making_stays(hub: Path) -> None:
    left, making = (hub / BEFORE_UPGRADES / f".hub_0001-{name}.new" for name in ("left", "making"))
    for folder in (left, making):
        (folder / "files" / "keys").mkdir(parents=True)
        (folder / "files" / "keys" / "log.key").write_text("secret", encoding="utf-8")
    for path in (*left.rglob("*"), left):
        os.utime(path, (0, time.time() - ABANDONED - 1))

    with open_hub(hub):
        pass

    assert list((hub / BEFORE_UPGRADES).iterdir()) == [making]


def test_that_backup_leads_back_to_the_older_software_or_on_to_the_newer(
    hub: Path, newer: Path, tmp_path: Path
) -> None:
    with open_hub(hub):
        pass
    [kept] = (hub / BEFORE_UPGRADES).iterdir()

    restore(kept, tmp_path / "on", new_database())
    assert organisations(tmp_path / "on") == organisations(hub)

    newer.unlink()  # the older software again
    restore(kept, tmp_path / "back", new_database())
    with open_hub(tmp_path / "back") as opened, opened.store.reading() as view:
        assert view.log.latest_checkpoint() is not None
    with pytest.raises(StorageError, match="newer Safelane"), open_hub(hub):
        pass


def test_a_backup_by_hand_with_the_newer_software_leaves_the_original_as_it_is(
    hub: Path, newer: Path, tmp_path: Path
) -> None:
    back_up(hub, tmp_path / "backup")
    newer.unlink()
    with open_hub(hub):
        pass


def test_an_upgrade_that_fails_leaves_everything_as_it_was(hub: Path, newer: Path) -> None:
    newer.write_text(
        NEXT.format(number=NUMBER, present=PRESENT, more='op.execute("INSERT INTO nowhere VALUES (1)")'),
        encoding="utf-8",
    )
    with pytest.raises(StorageError, match="lacks something that Safelane made"), open_hub(hub):
        pass

    newer.unlink()
    with open_hub(hub) as opened, opened.store.reading() as view:
        assert view.log.latest_checkpoint() is not None


def test_a_hub_that_counted_people_over_borders_opens_with_nothing_left_of_it_but_its_log(
    tmp_path: Path,
) -> None:
    hub = tmp_path / "hub"
    create_hub(hub, "region.example/log", database=new_database())
    with open_hub(hub) as opened, opened.store.writing() as work:
        begun = CountBegun("2026", "passport", ("KH", "LA"), 8, 5, whole_second(opened.clock.now()))
        index = record(opened, work, Entry(begun, {}))
    bring_back(hub, HUB, "hub_0001")
    values = {"entry": encode(begun), "because": index}
    write(hub, "INSERT INTO count_runs VALUES ('run', '2026', :entry, :because, 'open', NULL)", values)

    with open_hub(hub) as opened, opened.store.reading() as view:
        assert decode(opened.log.entry(view.log, index)) == begun
    assert not [name for name in tables(hub) if name.startswith("count_")]
    [kept] = (hub / BEFORE_UPGRADES).iterdir()
    assert check(kept).rows["count_runs"] == 1
    restore(kept, tmp_path / "restored", new_database())
    assert tables(tmp_path / "restored") == tables(hub)

    exported = tmp_path / "exported"
    run("log", "export", str(exported), "--dir", str(hub))
    assert auditor(["verify", str(exported)]) == 0
    assert "count-begun" in run("log", "list", "--dir", str(hub))


def test_a_node_that_counted_people_over_borders_opens_without_the_secrets_of_its_runs(
    tmp_path: Path,
) -> None:
    node = tmp_path / "KH"
    keys = (str(Signer.generate(f"region.example/{use}").key) for use in ("log", "calls"))
    create_member(node, "KH", "region.example")
    connect(node, "KH", "http://127.0.0.1:0", HubKeys(*keys), database=new_database())
    bring_back(node, MEMBER, "member_0001")
    write(node, "INSERT INTO count_secrets VALUES ('run', 'what blinded it')")

    with open_member(node) as opened, opened.store.reading() as view:
        assert view.log.latest_checkpoint() is not None
    assert not [name for name in tables(node) if name.startswith("count_")]


def test_the_doctor_tells_and_leaves_it_alone(hub: Path, newer: Path) -> None:
    found = {finding.about: finding for finding in examine(hub)}

    assert found["database"].state is State.WARNING
    assert "older Safelane" in found["database"].detail
    newer.unlink()
    with open_hub(hub):
        pass


def test_where_the_database_cannot_be_reached_nothing_is_set_up(tmp_path: Path) -> None:
    away = f"sqlite:///{tmp_path / 'away' / 'safelane.sqlite'}"
    invitation = Invitation("secret", "KH", "http://127.0.0.1:9", HubKeys("", ""), datetime.now(UTC))

    with pytest.raises(StorageError, match="did not answer"):
        create_hub(tmp_path / "hub", "region.example/log", database=away)
    with pytest.raises(StorageError, match="did not answer"):
        join(tmp_path / "KH", invitation, away)

    assert list(tmp_path.iterdir()) == []


def test_a_database_that_holds_a_hub_is_not_set_up_once_more(hub: Path, tmp_path: Path) -> None:
    """Neither for another hub nor for a node; and what is there goes on."""
    taken = database_url(hub, read_config(hub, HubConfig))
    invitation = Invitation("secret", "KH", "http://127.0.0.1:9", HubKeys("", ""), datetime.now(UTC))
    with open_hub(hub) as opened, opened.store.reading() as view:
        before = str(opened.log.checkpoint(view.log))

    for again in (
        lambda: create_hub(tmp_path / "second", "other.example/log", database=taken),
        lambda: create_hub(tmp_path / "second", "region.example/log", database=taken),
        lambda: join(tmp_path / "second", invitation, taken),
    ):
        with pytest.raises(NotEmptyError, match=r"holds the log region\.example/log") as refused:
            again()
        assert "safelane restore" in refused.value.remedy
    assert not (tmp_path / "second").exists()
    with open_hub(hub) as opened, opened.store.reading() as view:
        assert str(opened.log.checkpoint(view.log)) == before
