"""Bounds of the withheld cells of an answer, sent before the answer: what each withheld cell can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.errors import SafelaneError
from gateway.wire.strict_values import number, text

_FIELDS = {"at_least", "at_most", "question_id"}


class BoundsFormatError(SafelaneError):
    """A malformed message about bounds."""


@dataclass(frozen=True)
class AnswerBounds:
    """The least and the greatest value of every withheld cell of an answer, in row-major order.

    None in `most_of`: unbounded.
    """

    question_id: str
    least_of: tuple[int, ...]
    most_of: tuple[int | None, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "at_least": list(self.least_of),
            "at_most": list(self.most_of),
            "question_id": self.question_id,
        }


def answer_bounds_from_json(data: Mapping[str, Any]) -> AnswerBounds:
    """Read bounds. Raises BoundsFormatError."""
    try:
        bounds = AnswerBounds(
            question_id=text(data["question_id"]),
            least_of=tuple(number(n) for n in data["at_least"]),
            most_of=tuple(None if n is None else number(n) for n in data["at_most"]),
        )
    except (KeyError, TypeError, ValueError):
        raise BoundsFormatError("Bounds are not in the form of bounds.") from None
    if set(data) != _FIELDS or len(bounds.least_of) != len(bounds.most_of):
        raise BoundsFormatError("Bounds have fields that they should not have.")
    return bounds
