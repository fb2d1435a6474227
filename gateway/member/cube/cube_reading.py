"""Reads a question off a protected cube: pure look-ups, and sums of visible cells.

A sum over a withheld cell is withheld. Codes of one level never overlap, so a sum counts nobody twice.

With perturbed counts, a cell of the cube is always read as stored, never added up of its parts: a requester
can add up the parts without our help. A group that is no cell is the sum of the cells named in the question,
and its largest difference is the sum of theirs. If such groups were perturbed by themselves instead, many
groups around a cell would each reveal a little more of the cell, and their mean would come ever nearer to
the count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Protocol

from gateway.dictionary import PLACES, Dictionary, Tree
from gateway.question import Question
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.perturbation_notice import Mechanism, Noise, Perturbation

TIME = "date"
LACKED_BY_SOME = frozenset({"pillar"})
"""Dimensions whose finer level the source may lack: some registers tell pillars without items."""
MAX_CELLS = 50_000
"""Cells of an answer. A larger table is no table for a reader, and would hold up other questions."""


class Cube(Protocol):
    """The part of a certified cube needed for reading."""

    @property
    def mechanism(self) -> str | None:
        """The name of the perturbation mechanism; None where the shown numbers are exact."""
        ...

    def read(self, key: Mapping[str, str]) -> int | None:
        """The value of a cell, None when withheld; KeyError outside the lattice."""
        ...

    def largest_deviation(self, key: Mapping[str, str]) -> int:
        """The largest difference between a cell's value and its count; 0 where the value is exact."""
        ...

    @property
    def epsilon(self) -> str:
        """With noise of differential privacy: the privacy loss of each table; otherwise empty."""
        ...

    def drawn(self, key: Mapping[str, str]) -> int:
        """Of how many draws of such noise the value of a cell is made."""
        ...


class NotDrawn:
    """The part of a cube without noise."""

    @property
    def epsilon(self) -> str:
        return ""

    def drawn(self, key: Mapping[str, str]) -> int:  # noqa: ARG002 - the same for every key
        return 0


class ExactNumbers(NotDrawn):
    """The part of what is read beside a cube whose shown numbers are exact, and which has no tables apart."""

    @property
    def parts(self) -> tuple[()]:
        """None: all tables of the dimensions can be read."""
        return ()

    @property
    def mechanism(self) -> None:
        """The numbers are not changed."""
        return

    def largest_deviation(self, key: Mapping[str, str]) -> int:  # noqa: ARG002 - the same for every key
        """None: the numbers are not changed."""
        return 0


@dataclass(frozen=True)
class Reading:
    """The member's part of the table: `cells` run over `axes` in row-major order, None where withheld."""

    axes: tuple[Axis, ...]
    cells: tuple[int | None, ...]
    largest_deviation: int = 0
    """The largest difference between a number of the table and its count."""
    mechanism: str | None = None
    noise: Noise | None = None

    @property
    def waits(self) -> bool:
        """Whether the numbers are still to be drawn: with noise, no number is withheld."""
        return self.noise is not None and None in self.cells

    @property
    def perturbation(self) -> Perturbation | None:
        """The notice about numbers that are not exact."""
        if self.noise is not None:
            return Perturbation(Mechanism.PRIVACY, noise=self.noise)
        return (
            Perturbation(Mechanism(self.mechanism), self.largest_deviation)
            if self.mechanism and self.largest_deviation
            else None
        )


class UnreadableError(Exception):
    """The question gets no table; `refusals` say why, as far as the recipient may know."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(*refusals)
        self.refusals = refusals


@dataclass(frozen=True)
class Choice:
    """A dimension of the question: display codes, each with the cube's codes within."""

    dimension: str
    level: str | None
    """The level displayed; None for a dimension used only as a filter."""
    codes: tuple[tuple[str, tuple[str, ...]], ...]


def read(dictionary: Dictionary, trees: Mapping[str, Tree], cube: Cube, question: Question) -> Reading:
    """The question's cells. `question` is without the level of countries; `trees` are the cube's dimensions.

    Raises:
        UnreadableError: the cube does not hold a dimension, level or combination of the question, or covers
            none of a filter's codes.
    """
    choices = choices_of(dictionary, trees, question)
    shown = [c for c in choices if c.level is not None]
    if prod(len(c.codes) for c in shown) > MAX_CELLS:
        raise UnreadableError(Refusal.TOO_LARGE)
    found = []
    for combination in product(*(c.codes for c in choices)):
        names = [c.dimension for c in choices]
        found.append(_sum(cube, names, [nodes for _, nodes in combination]))
    axes = tuple(Axis(c.level, tuple(code for code, _ in c.codes)) for c in shown if c.level is not None)
    most = max((one.largest_deviation for one in found), default=0)
    noise = Noise(cube.epsilon, tuple(one.draws for one in found)) if cube.epsilon else None
    return Reading(axes, tuple(one.value for one in found), most, cube.mechanism, noise)


def choices_of(dictionary: Dictionary, trees: Mapping[str, Tree], question: Question) -> list[Choice]:
    """Displayed dimensions in the question's order first, then dimensions used only as filters (a single code
    each).
    """
    filters = {dictionary.level(f.level).dimension: f for f in question.where}
    choices = []
    for level in question.by:
        dimension = dictionary.level(level).dimension
        tree = _tree(trees, dimension, level)
        if dimension in filters:
            nodes = _filtered(tree, filters.pop(dimension).codes)
            codes = tuple(c for c in tree.at[level] if any(_within(tree, c, node) for node in nodes))
        else:
            nodes, codes = (TOTAL,), tree.at[level]
        choices.append(Choice(dimension, level, (*((c, (c,)) for c in codes), (TOTAL, nodes))))
    for dimension, f in filters.items():
        nodes = _filtered(_tree(trees, dimension, f.level), f.codes)
        choices.append(Choice(dimension, None, ((TOTAL, nodes),)))
    return choices


def _tree(trees: Mapping[str, Tree], dimension: str, level: str) -> Tree:
    """The tree of a dimension that the policy shares, as it was asked before.

    A dimension is missing where the source has none: what is not shared follows from the policy's text alone.
    Of dates, which every source has, pools may leave none, and of any dimension the member may lack a level.
    """
    tree = trees.get(dimension)
    if tree is None and dimension != TIME:
        raise UnreadableError(Refusal.NOT_COLLECTED)
    if tree is None or level not in tree.at:
        lacking = Refusal.NOT_COLLECTED if dimension in LACKED_BY_SOME else Refusal.NOT_SHARED
        raise UnreadableError(lacking)
    return tree


def _filtered(tree: Tree, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The filter's codes that the cube has. Places of other members are left out."""
    known = set(tree.codes)
    present = tuple(c for c in codes if c in known)
    if not present or (len(present) < len(codes) and tree.dimension not in PLACES):
        raise UnreadableError(Refusal.NOT_COLLECTED)
    return present


def _within(tree: Tree, code: str, node: str) -> bool:
    while code != node:
        above = tree.parent.get(code)
        if above is None:
            return False
        code = above
    return True


@dataclass(frozen=True)
class _Sum:
    """A value, None where a cell in the sum is withheld, with its largest difference, or the number of its
    draws.
    """

    value: int | None
    largest_deviation: int
    draws: int


def _sum(cube: Cube, dimensions: list[str], nodes: list[tuple[str, ...]]) -> _Sum:
    total, off, draws, withheld = 0, 0, 0, False
    for combination in product(*nodes):
        key = {d: code for d, code in zip(dimensions, combination, strict=True) if code != TOTAL}
        try:
            value = cube.read(key)
        except KeyError:
            raise UnreadableError(Refusal.NOT_SHARED) from None
        total, withheld = total + (value or 0), withheld or value is None
        off, draws = off + cube.largest_deviation(key), draws + cube.drawn(key)
    return _Sum(None, 0, draws) if withheld else _Sum(total, off, draws)
