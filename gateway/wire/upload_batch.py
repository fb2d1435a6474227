"""Uploads of a member that go along with a poll: a call for each upload would cost both sides as much
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.wire.answer_bounds import AnswerBounds, answer_bounds_from_json
from gateway.wire.former_bounds import bounds_as_formerly, bounds_from_former
from gateway.wire.signed_answer import SignedAnswer, signed_answer_from_json

MOST_PIECES = 100
"""Uploads of one kind in a batch."""


@dataclass(frozen=True)
class UploadBatch:
    """Bounds come before the answers that they belong to: once all answers are there, a release is due."""

    bounds: tuple[AnswerBounds, ...] = ()
    answers: tuple[SignedAnswer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "answers": [answer.as_json() for answer in self.answers],
            "bounds": [bounds.as_json() for bounds in self.bounds],
        }

    def as_formerly(self) -> dict[str, Any]:
        """For an older hub: `offers` holds the bounds, `contributions` nothing."""
        return {
            "answers": [answer.as_json() for answer in self.answers],
            "contributions": [],
            "offers": [bounds_as_formerly(bounds) for bounds in self.bounds],
        }


NOTHING = UploadBatch()


def batch_from_json(data: Mapping[str, Any]) -> UploadBatch:
    """Read a batch with the fields of UploadBatchSchema; an older node has `offers` instead of bounds.

    Raises AuditError, BoundsFormatError or ValueError.
    """
    return UploadBatch(
        (*map(answer_bounds_from_json, data["bounds"]), *map(bounds_from_former, data["offers"])),
        tuple(map(signed_answer_from_json, data["answers"])),
    )
