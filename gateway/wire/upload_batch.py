"""Uploads of a member that go along with a poll: a call for each upload would cost both sides as much
again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.wire.signed_answer import SignedAnswer, signed_answer_from_json
from gateway.wire.sum_messages import Offer, SignedContribution, offer_from_json

MOST_PIECES = 100
"""Uploads of one kind in a batch."""


@dataclass(frozen=True)
class UploadBatch:
    """Offers come before the answers that they belong to: once all answers are there, a release is due."""

    offers: tuple[Offer, ...] = ()
    answers: tuple[SignedAnswer, ...] = ()
    contributions: tuple[SignedContribution, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "answers": [answer.as_json() for answer in self.answers],
            "contributions": [part.as_json() for part in self.contributions],
            "offers": [offer.as_json() for offer in self.offers],
        }


NOTHING = UploadBatch()


def batch_from_json(data: Mapping[str, Any]) -> UploadBatch:
    """`data` has the fields of UploadBatchSchema. Raises AuditError, SumFormatError or ValueError."""
    return UploadBatch(
        tuple(map(offer_from_json, data["offers"])),
        tuple(map(signed_answer_from_json, data["answers"])),
        tuple(map(signed_answer_from_json, data["contributions"])),
    )
