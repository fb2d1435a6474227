"""The withheld cells of a question, each with what it can be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

from anonymisers.cube.feasible_range import UNBOUNDED, FeasibleRanges
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.tables.arrays import Ints
from gateway.dictionary import Dictionary
from gateway.member.cube.cube_cache import MEASURE, ReadyCube
from gateway.member.cube.cube_reading import Choice, choices_of
from gateway.member.errors import NothingWithheldError
from gateway.question import Question
from gateway.wire.cells import TOTAL
from gateway.wire.strict_values import Codes


@dataclass(frozen=True)
class Withheld:
    """A withheld cell of an answer. `low` and `high` (None: unbounded) follow from the cells behind the
    bounds that were given.
    """

    codes: Codes
    low: int
    high: int | None


class Bounds(Protocol):
    """The least and the greatest possible value of every cell of a cube."""

    @property
    def low(self) -> Ints: ...
    @property
    def high(self) -> Ints: ...


def withholding(cube: ReadyCube) -> ReleaseHistory:
    """The cells of a cube that withholds some. Raises NothingWithheldError for perturbed counts."""
    if cube.withholding is None:
        raise NothingWithheldError("Of numbers that are changed none is withheld.")
    return cube.withholding


def feasible_ranges(cube: ReadyCube) -> FeasibleRanges:
    """What every cell can be, by everything shown. Raises NothingWithheldError."""

    def computed() -> FeasibleRanges:
        cells = withholding(cube)
        return FeasibleRanges.of(cells, cells.least)

    return cube.once("reach", computed)


def withheld_of(
    dictionary: Dictionary, cube: ReadyCube, question: Question, bounds: Bounds
) -> tuple[Withheld, ...]:
    """The withheld cells of an answered question, in row-major order of the answer.

    Cells that leave the node have the `bounds` of their recipient (`gateway.member.answer.recipient_view`).
    """
    if question.measure != MEASURE or cube.withholding is None:
        return ()
    feasible = feasible_ranges(cube)
    choices = choices_of(dictionary, cube.trees, question)
    shown = sum(c.level is not None for c in choices)
    return tuple(
        found
        for combination in product(*(c.codes for c in choices))
        if (found := _withheld(feasible, choices, combination, (shown, bounds))) is not None
    )


def asked_cells(dictionary: Dictionary, cube: ReadyCube, question: Question) -> list[int]:
    """The cells of the cube that the answer gives or withholds one by one, as places in the lattice.

    A sum over several cells gives none of them.
    """
    feasible = feasible_ranges(cube)
    choices = choices_of(dictionary, cube.trees, question)
    found: list[int] = []
    for combination in product(*(c.codes for c in choices)):
        nodes = [nodes for _, nodes in combination]
        if all(len(each) == 1 for each in nodes):
            found += _places(feasible, choices, nodes)
    return found


def _withheld(
    feasible: FeasibleRanges,
    choices: Sequence[Choice],
    combination: Sequence[tuple[str, tuple[str, ...]]],
    declared: tuple[int, Bounds],
) -> Withheld | None:
    shown, bounds = declared
    nodes = [nodes for _, nodes in combination]
    places = list(_places(feasible, choices, nodes))
    if not feasible.cube.withheld[places].any():
        return None
    high = bounds.high[places]
    return Withheld(
        codes=tuple(code for code, _ in combination[:shown]),
        low=int(bounds.low[places].sum()),
        # A bound that follows from an unbounded cell is a little below UNBOUNDED.
        high=None if int(high.max()) >= UNBOUNDED // 2 else int(high.sum()),
    )


def _places(
    feasible: FeasibleRanges, choices: Sequence[Choice], nodes: Sequence[tuple[str, ...]]
) -> Iterator[int]:
    for combination in product(*nodes):
        yield feasible.at(
            {c.dimension: code for c, code in zip(choices, combination, strict=True) if code != TOTAL}
        )
