"""A question's withheld cells as regional totals need them: what each can be, and whom it is about. Pure."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from weakref import WeakKeyDictionary

from anonymisers.chronicle import Chronicle
from anonymisers.errors import TotalError
from anonymisers.totals.again import basis, may_enter
from anonymisers.totals.cells import UNBOUNDED, Cells
from anonymisers.totals.choosing import Offered
from anonymisers.totals.freedom import leaves_others_safe, range_of
from anonymisers.totals.reach import Reach
from gateway.dictionary import Dictionary
from gateway.member.cubes import ReadyCube
from gateway.member.reading import Choice, choices_of
from gateway.member.total_model import Entered
from gateway.question import Question
from gateway.wire.calls import Codes
from gateway.wire.cells import TOTAL

MOST_OFFERED = 200
"""Cells of one question that a member offers to contribute: each takes a small linear program or two."""


@dataclass(frozen=True)
class Withheld:
    """A withheld cell of an answer: `low` and `high` (None: unbounded) follow from everything that is shown.

    `place` is the one cell of the cube that it is, or None for a sum of several; `people` says whom it is
    about, in the same words whatever the question.
    """

    codes: Codes
    people: str
    place: int | None
    low: int
    high: int | None


_REACHES: WeakKeyDictionary[Chronicle, Reach] = WeakKeyDictionary()


def reach_of(cube: Chronicle) -> Reach:
    """Computed once for a cube, and forgotten with it."""
    found = _REACHES.get(cube)
    if found is None:
        found = _REACHES[cube] = Reach.of(cube, cube.rules)
    return found


def withheld_of(dictionary: Dictionary, cube: ReadyCube, question: Question) -> tuple[Withheld, ...]:
    """The withheld cells of a question that the cube has answered, in row-major order of the answer."""
    reach = reach_of(cube.cube)
    choices = choices_of(dictionary, cube.trees, question)
    shown = sum(c.level is not None for c in choices)
    return tuple(
        found
        for combination in product(*(c.codes for c in choices))
        if (found := _withheld(reach, choices, combination, shown)) is not None
    )


def offered(cube: ReadyCube, cells: Sequence[Withheld], entered: Iterable[Entered]) -> dict[Codes, Offered]:
    """The cells that this member would contribute, those of fewest dimensions first.

    `entered` are the people whose cells have entered a total before: of all cells that hang together with one
    of these none enters another, but the same one may be summed again while it is about the same people.
    """
    reach = reach_of(cube.cube)
    former = _former(cube.cube, reach, entered)
    single = [c for c in cells if c.place is not None and c.high is not None]
    linked = reach.cells([*former, *(c.place for c in single if c.place is not None)])
    found: dict[Codes, Offered] = {}
    for cell in sorted(single, key=lambda c: -c.codes.count(TOTAL)):
        place = cell.place
        if place is None or len(found) == MOST_OFFERED:
            continue
        within = range_of(linked, place) if may_enter(linked, former, place) else None
        if within is not None:
            found[cell.codes] = Offered(within, int(linked.components[place]))
    return found


def check_safe(
    cube: ReadyCube, cells: Sequence[Withheld], wanted: Iterable[Codes], entered: Iterable[Entered]
) -> None:
    """Raises TotalError unless these cells may enter totals together, and with those that entered before."""
    reach = reach_of(cube.cube)
    by_codes = {c.codes: c for c in cells}
    chosen = [by_codes[codes] for codes in wanted if codes in by_codes]
    former = _former(cube.cube, reach, entered)
    places = [c.place for c in chosen if c.place is not None]
    linked = reach.cells([*places, *former])
    used = [int(linked.components[p]) for p in places]
    if len(set(used)) < len(used) or not all(may_enter(linked, former, p) for p in places):
        raise TotalError("cells that share sums with each other would enter more than one total")
    for place in places:
        _check_one(linked, place)


def _check_one(linked: Cells, place: int) -> None:
    within = range_of(linked, place)
    if within is None or not leaves_others_safe(linked, place, within):
        raise TotalError("a total would narrow another withheld cell too far")


def _withheld(
    reach: Reach, choices: Sequence[Choice], combination: Sequence[tuple[str, tuple[str, ...]]], shown: int
) -> Withheld | None:
    nodes = [nodes for _, nodes in combination]
    places = list(_places(reach, choices, nodes))
    if not reach.cube.hidden[places].any():
        return None
    high = reach.high[places]
    return Withheld(
        codes=tuple(code for code, _ in combination[:shown]),
        people=_people(choices, nodes),
        place=places[0] if len(places) == 1 else None,
        low=int(reach.low[places].sum()),
        high=None if int(high.max()) >= UNBOUNDED else int(high.sum()),
    )


def _places(reach: Reach, choices: Sequence[Choice], nodes: Sequence[tuple[str, ...]]) -> Iterator[int]:
    for combination in product(*nodes):
        yield reach.at(
            {c.dimension: code for c, code in zip(choices, combination, strict=True) if code != TOTAL}
        )


def _people(choices: Sequence[Choice], nodes: Sequence[tuple[str, ...]]) -> str:
    """One spelling for the people that a cell is about: dimensions and codes, in order."""
    limited = sorted(
        [c.dimension, sorted(codes)] for c, codes in zip(choices, nodes, strict=True) if codes != (TOTAL,)
    )
    return json.dumps(limited, ensure_ascii=False, separators=(",", ":"))


def _former(cube: Chronicle, reach: Reach, entered: Iterable[Entered]) -> dict[int, bool]:
    """Where cells that entered a total stand in this cube, and whether each has the same people still."""
    places = ((each, _place(reach, each.people)) for each in entered)
    return {place: basis(cube, place) == each.basis for each, place in places if place is not None}


def _place(reach: Reach, people: str) -> int | None:
    """Where a cell that entered a total stands in this cube; None when it has no such cell any more."""
    try:
        return reach.at({dimension: codes[0] for dimension, codes in json.loads(people)})
    except TotalError:
        return None
