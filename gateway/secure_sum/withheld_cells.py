"""The withheld cells of a question, for secure sums: the bounds of each cell, and the people in each cell."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

from anonymisers.errors import SecureSumError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.secure_sum.cell_choice import OfferedRange
from anonymisers.secure_sum.cell_freedom import feasible_range, leaves_others_safe
from anonymisers.secure_sum.feasible_range import FeasibleRanges
from anonymisers.secure_sum.home_cells import HomeCell, HomeParts
from anonymisers.secure_sum.offered_cells import UNBOUNDED, LinkedCells
from anonymisers.secure_sum.overlap import basis, may_enter
from anonymisers.secure_sum.period_window import FeasibleRange
from anonymisers.tables.arrays import Ints
from anonymisers.tables.lattice import MAX_CELLS
from gateway.dictionary import Dictionary
from gateway.member.build.everything_shown import parts_of_extract
from gateway.member.cube.cube_cache import MEASURE, ReadyCube
from gateway.member.cube.cube_reading import Choice, choices_of
from gateway.question import Question
from gateway.secure_sum.member_sum_ports import SumView
from gateway.secure_sum.member_sums import SummedCell
from gateway.secure_sum.recipient_view import RecipientView
from gateway.wire.cells import TOTAL
from gateway.wire.sum_call import Codes

MOST_OFFERED = 200
"""Offered cells of one question: each cell takes a small linear program or two."""


@dataclass(frozen=True)
class Withheld:
    """A withheld cell of an answer. `low` and `high` (None: unbounded) follow from the cells behind the
    bounds that were given.

    `place`: the cell of the cube, or None for a sum of several cells; `people`: the group of people, in the
    same words for any question.
    """

    codes: Codes
    people: str
    place: int | None
    low: int
    high: int | None


def feasible_ranges(cube: ReadyCube) -> FeasibleRanges:
    """What every cell can be. Raises SecureSumError for a cube that withholds none."""

    def computed() -> FeasibleRanges:
        withholding = _withholding(cube)
        rules = replace(withholding.rules, expects_least=withholding.least > 0)
        return FeasibleRanges.of(withholding, rules)

    return cube.once("reach", computed)


def _withholding(cube: ReadyCube) -> ReleaseHistory:
    if cube.withholding is None:
        raise SecureSumError("numbers that are changed enter no total")
    return cube.withholding


class Bounds(Protocol):
    """The least and the greatest possible value of every cell of a cube."""

    @property
    def low(self) -> Ints: ...
    @property
    def high(self) -> Ints: ...


def withheld_of(
    dictionary: Dictionary, cube: ReadyCube, question: Question, bounds: Bounds
) -> tuple[Withheld, ...]:
    """The withheld cells of an answered question, in row-major order of the answer.

    Cells that leave the node have the `bounds` of their recipient (`gateway.secure_sum.recipient_view`).
    """
    if question.measure != MEASURE:
        return ()  # only people enter totals
    if cube.withholding is None:
        return ()  # of perturbed counts none is withheld, nor enters a total, which would be exact beside it
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


@dataclass(frozen=True)
class EarlierDisclosures:
    """Earlier disclosures about a member's people. `entered`: cells that entered a sum; `public`: the years
    of registered figures; `extracted`: for each extract the release parts of its people (None: of any
    part).

    Among cells with common sums, only one cell may ever enter a sum; the same cell may enter again while it
    is about the same people. The content of registered figures and of extracts is not examined: release parts
    with people of these years, or with these people, enter no sum.
    """

    entered: Sequence[SummedCell] = ()
    public: Collection[str] = ()
    extracted: Collection[frozenset[int] | None] = ()


def known_before(view: SumView) -> EarlierDisclosures:
    """All earlier disclosures, withdrawn figures included: somebody may have read a figure."""
    years = frozenset(str(one.figure.year) for one in view.figures())
    extracted = frozenset(map(parts_of_extract, view.extracts.disclosed()))
    return EarlierDisclosures(view.sums.entered(), years, extracted)


def offered(
    cube: ReadyCube, cells: Sequence[Withheld], before: EarlierDisclosures, view: RecipientView
) -> dict[Codes, OfferedRange]:
    """The cells that this member would contribute, cells of the fewest dimensions first.

    Only cells whose range follows from the recipient's own cells: the hub hears the range, and whether the
    total is published tells of it.
    """
    if cube.withholding is None:
        return {}
    linked = _linked(cube, cells, before)
    found: dict[Codes, OfferedRange] = {}
    for cell in sorted(cells, key=lambda c: -c.codes.count(TOTAL)):
        if len(found) == MOST_OFFERED:
            break
        place = linked.home_cell(cell)
        within = linked.range(place) if place is not None and cell.high is not None else None
        if place is not None and within is not None and linked.follows(place, view):
            found[cell.codes] = OfferedRange(within, linked.component(place))
    return found


def check_safe(
    cube: ReadyCube, cells: Sequence[Withheld], wanted: Iterable[Codes], before: EarlierDisclosures
) -> None:
    """Raise SecureSumError unless these cells may enter sums together, and with cells that entered before."""
    by_codes = {c.codes: c for c in cells}
    chosen = [by_codes[codes] for codes in wanted if codes in by_codes]
    linked = _linked(cube, chosen, before)
    places = [place for c in chosen if (place := linked.home_cell(c)) is not None]
    if len(places) < len(chosen):
        raise SecureSumError("a cell is not about people of whom everything shown is known")
    if len({linked.component(p) for p in places}) < len(places) or not all(map(linked.may_enter, places)):
        raise SecureSumError("cells that share sums with each other would enter more than one total")
    for place in places:
        linked.check(place)


@dataclass(frozen=True, eq=False)
class _Linked:
    """Cells of a question, and cells that entered sums before, each within its release part."""

    home_parts: HomeParts
    cells: Mapping[int, LinkedCells]
    former: Mapping[int, Mapping[int, bool]]

    def home_cell(self, cell: Withheld) -> HomeCell | None:
        """None for a cell that enters no total, whatever it is asked beside."""
        place = None if cell.place is None else self.home_parts.home_cell(cell.place)
        return place if place is not None and place.part in self.cells else None

    def may_enter(self, place: HomeCell) -> bool:
        cells = self.cells[place.part]
        return may_enter(cells, self.former[place.part], place.cell) and not self.home_parts.bound(
            place, cells
        )

    def range(self, place: HomeCell) -> FeasibleRange | None:
        return feasible_range(self.cells[place.part], place.cell) if self.may_enter(place) else None

    def component(self, place: HomeCell) -> int:
        """A number shared by cells with common sums; cells of different release parts never share a
        number.
        """
        return place.part * MAX_CELLS + int(self.cells[place.part].components[place.cell])

    def follows(self, place: HomeCell, view: RecipientView) -> bool:
        """Whether the cell's range follows from the cells that the recipient may obtain."""
        return view.determines(self.home_parts.feasible(place.part), self.cells[place.part], place.cell)

    def check(self, place: HomeCell) -> None:
        cells = self.cells[place.part]
        within = feasible_range(cells, place.cell)
        if within is None or not leaves_others_safe(cells, place.cell, within):
            raise SecureSumError("a total would narrow another withheld cell too far")


def _linked(cube: ReadyCube, cells: Iterable[Withheld], before: EarlierDisclosures) -> _Linked:
    home_parts = cube.once("homes", lambda: HomeParts(_withholding(cube)))
    former = _former(cube, home_parts, before)
    wanted: dict[int, list[int]] = {part: list(places) for part, places in former.items()}
    for cell in cells:
        place = None if cell.place is None else home_parts.home_cell(cell.place)
        if place is not None and place.part in wanted:
            wanted[place.part].append(place.cell)
    asked = {n: home_parts.feasible(n).cells(among) for n, among in wanted.items() if among}
    return _Linked(home_parts, asked, former)


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
        people=_people(choices, nodes),
        place=places[0] if len(places) == 1 else None,
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


def _people(choices: Sequence[Choice], nodes: Sequence[tuple[str, ...]]) -> str:
    """One spelling for the people of a cell: dimensions and codes, in order."""
    limited = sorted(
        [c.dimension, sorted(codes)] for c, codes in zip(choices, nodes, strict=True) if codes != (TOTAL,)
    )
    return json.dumps(limited, ensure_ascii=False, separators=(",", ":"))


def _former(cube: ReadyCube, home_parts: HomeParts, before: EarlierDisclosures) -> dict[int, dict[int, bool]]:
    """The places of cells that entered a sum, by release part, and whether each still has the same people.

    A part without a place for one of these cells is left out: nobody can say here which cells have common
    sums with it. A part with a registered figure or an extract is left out too.
    """
    whole_set = _withholding(cube)
    found: dict[int, dict[int, bool]] = {
        part: {}
        for part in home_parts.parts
        if not any(parts is None or part in parts for parts in before.extracted)
        and whole_set.parts[part].period.isdisjoint(before.public)
    }
    for each in before.entered:
        codes = each.codes
        for part in list(found):
            if not home_parts.concerns(part, codes):
                continue
            cell, whole = home_parts.within(part, codes), _cell(cube, codes)
            if cell is None:
                del found[part]
            else:
                found[part][cell] = whole is not None and basis(whole_set, whole) == each.basis
    return found


def _cell(cube: ReadyCube, codes: Mapping[str, str]) -> int | None:
    """The cell of the data set at these codes; None when the data set has no such cell any more."""
    try:
        return feasible_ranges(cube).at(codes)
    except SecureSumError:
        return None
