"""What a node keeps of regional totals: what it offered, what it gave, and which cells have entered one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MadeOffer:
    """An offer that went with an answer. `body` is the offer as it was sent, `secret` its mask key.

    The secret is destroyed once the contribution is made.
    """

    question_id: str
    asked_index: int
    cube_index: int
    body: str
    secret: bytes | None
    acknowledged: bool


@dataclass(frozen=True)
class Given:
    """A contribution: the signed note, the own log entry that holds it, and the round that it belongs to."""

    question_id: str
    total_index: int
    note: str
    entry_index: int
    acknowledged: bool


@dataclass(frozen=True)
class Entered:
    """People whose cell has entered a total, a digest of who contributed, and one of the parts it is in."""

    people: str
    contributors: bytes
    basis: bytes
