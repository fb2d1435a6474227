"""A snapshot comes in whole: it is kept and logged in one transaction, and the former one stays beside it."""

import secrets
from datetime import date, timedelta

from gateway.member import entries
from gateway.member.context import Node
from gateway.member.model import LoadedSnapshot
from gateway.member.snapshot import Snapshot
from gateway.member.vaulting import VaultLoad


def keep_snapshot(node: Node, snapshot: Snapshot, vault: VaultLoad | None = None) -> LoadedSnapshot:
    """Keep a snapshot, and what its load keeps in the vault; the next cube is made from it."""
    now = node.clock.now()
    until = last_closed_day(snapshot, now.date())
    # Random, not the snapshot's own digest: outside the state nothing may follow from the data.
    name = f"{node.member.lower()}-{secrets.token_hex(6)}"
    with node.store.writing() as work:
        event = entries.snapshot_loaded(node, name, until.isoformat(), now)
        loaded = LoadedSnapshot(name, now, until, entries.record(node, work, event, {}))
        work.add_snapshot(loaded, snapshot, because=loaded.index)
        work.replace_vault(vault, because=loaded.index)
    return loaded


def last_closed_day(snapshot: Snapshot, today: date) -> date:
    """The end of the last year of the snapshot that is over; without any, the day before today."""
    closed = [year for year in snapshot.years if date(year, 12, 31) < today]
    return date(max(closed), 12, 31) if closed else today - timedelta(days=1)
