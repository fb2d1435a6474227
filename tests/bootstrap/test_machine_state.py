"""What the operator's page says of the machine: what is there, and never more than is known."""

from pathlib import Path

import pytest
from lone_hub import set_up_hub

from gateway.bootstrap.setup.backup import back_up
from gateway.bootstrap.setup.machine_state import LAST_BACKUP, last_backup, machine_state, note_backup
from gateway.config import HubConfig, read_config


def test_a_backup_is_known_by_its_time_and_is_no_part_of_the_next(tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    set_up_hub(hub)
    config = read_config(hub, HubConfig)
    assert machine_state(hub, config).backup is None

    manifest = back_up(hub, tmp_path / "first")
    note_backup(hub, manifest, sealed=True)

    found = machine_state(hub, config)
    assert found.backup is not None
    assert found.backup.made_at.strftime("%Y-%m-%dT%H:%M:%SZ") == manifest.made_at
    assert (found.backup.entries, found.backup.sealed) == (manifest.log_size, True)
    assert 0 < found.free <= found.size
    assert found.database == (hub / "safelane.sqlite").stat().st_size
    assert found.certificate_ends is None
    back_up(hub, tmp_path / "second")
    assert not list((tmp_path / "second").rglob(LAST_BACKUP))


@pytest.mark.parametrize(
    "written", ["", "[]", "{}", '{"made_at": 5, "entries": 1}', '{"made_at": "x", "entries": "y"}', "\x00"]
)
def test_a_damaged_note_is_no_backup(tmp_path: Path, written: str) -> None:
    (tmp_path / LAST_BACKUP).write_text(written, encoding="utf-8")
    assert last_backup(tmp_path) is None


def test_a_certificate_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    set_up_hub(hub)
    config = HubConfig(origin="x.example/log", tls_certificate="gone.pem")
    assert machine_state(hub, config).certificate_ends is None
