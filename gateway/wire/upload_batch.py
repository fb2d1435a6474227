"""Uploads of a member that go along with a poll: a call for each upload would cost both sides as much
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.wire.answer_bounds import AnswerBounds, answer_bounds_from_json
from gateway.wire.signed_answer import SignedAnswer, signed_answer_from_json

MOST_PIECES = 100
"""Uploads of one kind in a batch."""


@dataclass(frozen=True)
class UploadBatch:
    """Bounds come before the answers that they belong to: once all answers are there, a release is due."""

    bounds: tuple[AnswerBounds, ...] = ()
    answers: tuple[SignedAnswer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The form of this major version: `offers` holds the bounds, `contributions` nothing any more."""
        return {
            "answers": [answer.as_json() for answer in self.answers],
            "contributions": [],
            "offers": [bounds.as_json() for bounds in self.bounds],
        }


NOTHING = UploadBatch()


def batch_from_json(data: Mapping[str, Any]) -> UploadBatch:
    """Read a batch with the fields of UploadBatchSchema, without what an older node contributes to totals.

    Raises AuditError, BoundsFormatError or ValueError.
    """
    return UploadBatch(
        tuple(map(answer_bounds_from_json, data["offers"])),
        tuple(map(signed_answer_from_json, data["answers"])),
    )
