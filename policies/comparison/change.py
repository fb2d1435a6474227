"""One change between two policies: its meaning in a sentence, and whether the policy is loosened or
tightened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from policies.model.terms import Graded

T = TypeVar("T")


class Direction(StrEnum):
    """Which way a change goes. `changed`: neither looser nor tighter by rule, so a person must decide."""

    LOOSENED = "loosened"
    TIGHTENED = "tightened"
    CHANGED = "changed"


@dataclass(frozen=True)
class Change:
    """A change; `effect` is false where only the wording of the document differs."""

    direction: Direction
    sentence: str
    effect: bool = True


def stricter_if(is_stricter: bool) -> Direction:
    """The direction of a change from loose to strict or back."""
    return Direction.TIGHTENED if is_stricter else Direction.LOOSENED


def compared(old: T, new: T, stricter: Callable[[T, T], bool], sentence: str) -> Iterator[Change]:
    """A change of two values; `stricter(new, old)` says whether the new value is the stricter of both."""
    if old != new:
        yield Change(stricter_if(stricter(new, old)), sentence)


def graded(old: Graded, new: Graded, sentence: str) -> Iterator[Change]:
    """A change between two words of a scale."""
    yield from compared(old, new, lambda one, other: one.grade > other.grade, sentence)


def sets(
    old: frozenset[str], new: frozenset[str], gained: str, lost: str, say: Callable[[frozenset[str]], str]
) -> Iterator[Change]:
    """Changes of a set in which more members mean a looser policy; `say` names the members."""
    if new - old:
        yield Change(Direction.LOOSENED, gained.format(say(new - old)))
    if old - new:
        yield Change(Direction.TIGHTENED, lost.format(say(old - new)))
