"""The trusted keys of a log: the key compared by voice, and the keys announced under a trusted key. Pure.

A planned key change is announced by an entry `key-changed` under the former key: a reader who trusts the
former key trusts the new key, and the former key until the overlap ends. A stolen key has no overlap, and its
successor is trusted only after another comparison by voice. Who knows the new key asks for its signature: the
former key alone proves nothing any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from audit.errors import SignatureError, UntrustedCheckpointError
from audit.events.events import KeyChanged, MemberEnrolled, MemberRevoked
from audit.events.search import event_of
from audit.formats.checkpoint import open_checkpoint
from audit.formats.note import Note, Verifier

LOG = "log"
"""Use of the key that signs the log."""
WITNESS = "witness"
"""Use of the key that cosigns the other side's log."""
CALLS = "calls"
"""Use of the key that signs the hub's replies to members."""

Numbered = Sequence[tuple[int, bytes]]
"""Entries of a log with their numbers, oldest first."""


@dataclass(frozen=True)
class KnownKeys:
    """`present` signs from now on; `former` keys are still valid; `all` have been valid at some time."""

    present: str
    former: tuple[str, ...]
    all: tuple[str, ...]

    @property
    def valid(self) -> tuple[str, ...]:
        return (self.present, *self.former)


def known_keys(use: str, first: str, changes: Sequence[bytes], now: datetime) -> KnownKeys:
    """Return the keys for a use, from `first` on through the log's entries `key-changed`, oldest first.

    Changes that do not lead on from a trusted key are skipped.
    """
    chain = key_chain(use, first, changes)
    ends = key_ends(chain)
    keys = [first, *(change.present for change in chain)]
    former = reversed(keys[:-1])
    return KnownKeys(keys[-1], tuple(k for k in former if ends[k] > now), tuple(reversed(keys)))


def check_signs(use: str, keys: KnownKeys, changes: Numbered, note: Note, size: int) -> None:
    """Raise UntrustedCheckpointError unless a checkpoint is signed by the key that the log had at its size.

    From the entry on that announces a key, the log signs with it, and in the overlap with the former one
    beside it: never with the former one alone, which a thief may have. `changes`: the log's entries about
    keys, with their numbers.
    """
    chain = key_chain(use, keys.all[-1], [entry for number, entry in changes if number < size])
    if not chain:
        return
    try:
        open_checkpoint(note, [Verifier.parse(chain[-1].present)])
    except SignatureError:
        raise UntrustedCheckpointError(
            f"signed by a former key alone at size {size}, after the log had announced another"
        ) from None


def key_chain(use: str, first: str, changes: Sequence[bytes]) -> list[KeyChanged]:
    """Return the changes that lead on from `first`, oldest first."""
    chain: list[KeyChanged] = []
    for event in map(key_change, changes):
        last = chain[-1].present if chain else first
        if event is not None and event.use == use and event.former == last:
            chain.append(event)
    return chain


def key_ends(chain: Sequence[KeyChanged]) -> dict[str | None, datetime]:
    """Return until when each former key is valid. A theft ends every earlier key."""
    ends: dict[str | None, datetime] = {}
    for change in chain:
        ends[change.former] = change.overlap_until
        if change.is_theft:
            ends = {key: min(end, change.overlap_until) for key, end in ends.items()}
    return ends


def announced_keys(use: str, changes: Sequence[bytes], now: datetime) -> KnownKeys | None:
    """Return keys as `known_keys` does, where the log announced the first key; None before that."""
    for event in map(key_change, changes):
        if event is not None and event.use == use and event.former is None:
            return known_keys(use, event.present, changes, now)
    return None


def key_change(entry: bytes) -> KeyChanged | None:
    """Return the entry as an event, if the entry is about keys."""
    event = _event(entry)
    return event if isinstance(event, KeyChanged) else None


_event = lru_cache(maxsize=4096)(event_of)
"""Entries about keys are few and read with every call."""


_ABOUT_KEYS = (b'"type":"key-changed"', b'"type":"member-enrolled"', b'"type":"member-revoked"')


def is_about_keys(entry: bytes) -> bool:
    """Return whether every follower of the log needs the entry."""
    return any(kind in entry for kind in _ABOUT_KEYS)


def enrolled_witnesses(entries: Sequence[bytes], but: str) -> tuple[str, ...]:
    """Return the witness keys of the members enrolled in a regional log, except those of member `but`."""
    keys: dict[str, str] = {}
    for entry in entries:
        event = _event(entry)
        if isinstance(event, MemberEnrolled):
            keys[event.member] = event.witness_key
        elif isinstance(event, MemberRevoked):
            keys.pop(event.member, None)
    return tuple(key for member, key in keys.items() if member != but)
