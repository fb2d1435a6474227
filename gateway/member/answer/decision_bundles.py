"""Decisions that leave the node for an auditor, with what they rest on, and are made again elsewhere."""

from collections.abc import Mapping, Sequence
from typing import cast

from audit.events.question_events import Asked
from audit.formats.commitment import Opening
from audit.log.log import SignedCheckpoint
from audit.reading.decision_bundle import DecisionBundle
from gateway.auditing.ports import View
from gateway.dictionary import Dictionary
from gateway.member.answer.decision_replay import Replayed, replay
from policies import Vocabulary


def bundle_of(
    view: View, origin: str, dictionary: Dictionary, vocabulary: Vocabulary, number: int
) -> DecisionBundle:
    """All openings that a replay of the decision reads, no more. Raises what `replay` raises."""
    recorded = _Recorded(view)
    replay(cast(View, recorded), dictionary, vocabulary, number)
    return DecisionBundle(origin, number, recorded.openings)


def replay_bundle(
    bundle: DecisionBundle,
    entries: Sequence[bytes],
    dictionary: Dictionary,
    vocabulary: Vocabulary,
    asked: Asked | None = None,
) -> Replayed:
    """Make the decision again from the verified entries of the member's log. Raises what `replay` raises."""
    view = _FromFiles(entries, bundle.openings)
    return replay(cast(View, view), dictionary, vocabulary, bundle.number, asked)


class _Recorded:
    """A view that remembers which openings were read."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.log = view.log
        self.openings: dict[tuple[int, str], Opening] = {}

    def opening(self, field: str, entry_index: int) -> Opening | None:
        found = self._view.opening(field, entry_index)
        if found is not None:
            self.openings[entry_index, field] = found
        return found


class _FromFiles:
    """An exported log and a bundle, as a replay reads a node's own."""

    def __init__(self, entries: Sequence[bytes], openings: Mapping[tuple[int, str], Opening]) -> None:
        self.log = _Entries(entries)
        self._openings = openings

    def opening(self, field: str, entry_index: int) -> Opening | None:
        return self._openings.get((entry_index, field))


class _Entries:
    """The part of a log's storage that a replay reads."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self._entries = entries

    def read_entries(self, start: int, end: int) -> Sequence[bytes]:
        return self._entries[start:end]

    def latest_checkpoint(self) -> SignedCheckpoint:
        return SignedCheckpoint(len(self._entries), "", 0)
