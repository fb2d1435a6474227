"""Secure sums as a node keeps them: its offers, its contributions, and the cells that have entered a sum."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class StoredOffer:
    """An offer made with an answer. `body` is the offer as sent, `secret` the mask key.

    The secret is destroyed once the contribution is made.
    """

    question_id: str
    asked_index: int
    cube_index: int
    body: str
    secret: bytes | None
    acknowledged: bool


@dataclass(frozen=True)
class StoredContribution:
    """A contribution: the signed note, the own log entry about the note, and the round."""

    question_id: str
    total_index: int
    note: str
    entry_index: int
    acknowledged: bool


@dataclass(frozen=True)
class SummedCell:
    """The people of a cell that has entered a sum, a digest of the participants, and a digest of the cell's
    release parts.
    """

    people: str
    contributors: bytes
    basis: bytes

    @property
    def codes(self) -> dict[str, str]:
        """The code of each dimension that limits the people: a cell of a cube has one code of each."""
        return {dimension: named[0] for dimension, named in json.loads(self.people)}
