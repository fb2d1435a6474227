"""Consent that a person withdraws, or gives again: an event with a date, honoured before the next load.

Withdrawn records are out of the newest snapshot at once, and with the snapshot out of every extract: an
extract prepared before can no longer be sealed. Counts of released years follow by the rule of the history:
the changes wait, and enter with others as a revision, so that nobody can tell who left
(`gateway.member.register.population`).
"""

import json

import numpy as np

from audit.events.events import whole_second
from audit.events.record_events import ConsentChanged
from audit.formats.commitment import commit
from gateway.member.errors import NoSuchPersonError
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.record_changes import with_consents
from gateway.member.model.snapshot import Snapshot
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import UnitOfWork
from gateway.member.register.snapshot_loading import keep_in

CONSENT = "consent"


def change_consent(node: Node, link: str, pseudonym: str, code: str) -> int:
    """Let `code` be all that a person agrees to from now on; returns the number of cases changed at once.

    The person is named directly (`link` is `person`), or by a case (`case`). A consent given again counts
    with the next load, as far as the register agrees.

    Raises NoSuchPersonError when the newest snapshot has nobody of this pseudonym.
    """
    with node.store.writing() as work:
        loaded = work.snapshot()
        person = None if loaded is None else _person(loaded[1], link, pseudonym)
        if loaded is None or person is None:
            raise NoSuchPersonError(
                "The newest snapshot has nobody of this number; nothing was changed.",
                remedy="Check the number as the register has it, and whether it is that of a case "
                "or of a person.",
            )
        now = node.clock.now()
        text = json.dumps({"consent": code, "person": person}, sort_keys=True)
        opening = commit(CONSENT, text.encode())
        event = ConsentChanged(node.member, opening.commitment, whole_second(now))
        index = log_entries.record(node, work, event, {CONSENT: opening})
        work.add_consent(person, code, now, because=index)
        return _lowered(node, work, loaded, {person: code})


def _lowered(
    node: Node, work: UnitOfWork, loaded: tuple[LoadedSnapshot, Snapshot], consent: dict[str, str]
) -> int:
    record, snapshot = loaded
    lowered = with_consents(snapshot, consent)
    before, after = snapshot.consent, lowered.consent
    changed = sum(a != b for a, b in zip(before.values(), after.values(), strict=True))
    if changed:
        keep_in(node, work, lowered, loaded, record.least_counted, record.activities)
    return changed


def _person(snapshot: Snapshot, link: str, pseudonym: str) -> str | None:
    rows = np.flatnonzero(snapshot.links[link] == pseudonym.encode("ascii"))
    if not len(rows):
        return None
    found: bytes = snapshot.links["person"][rows[0]]
    return found.decode("ascii")
