"""Merges members' answers into one regional table. Pure, and deterministic.

A withheld part is absorbing: the sum over a withheld part is withheld, with the sum of the visible parts as
"at least". A part missing for another reason is named beside the sum, which then leaves out the member. A
perturbed part makes the sum perturbed: the largest difference is given with each number, and a bound of a
withheld sum holds for every count behind the perturbed numbers. Noise of differential privacy has no largest
difference: no bound follows from a noisy part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import TypeAlias

from gateway.dictionary import CALENDARS, PLACES, Dictionary
from gateway.question import COUNTRY, Question
from gateway.wire.answer import Answer, Refusal
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.perturbation_notice import standard_deviation_of

Key = tuple[str, ...]

# A person or another try may change these; every other refusal follows from the policy's text.
_NOT_NOW = frozenset(
    {
        *(Refusal.NOT_READY, Refusal.LATE, Refusal.NO_PROOF, Refusal.REPEATED),
        *(Refusal.NOT_APPROVED, Refusal.QUOTA_USED_UP),
    }
)

# What the sum of several missing parts is called: the reason that another try could change comes first.
_MISSING = (Status.NO_ANSWER, Status.NOT_SHARED, Status.NOT_COLLECTED)


@dataclass(frozen=True)
class _Part:
    """One member's part of the table: its cells by the keys of the member's own axes, or one status for
    all.
    """

    member: str
    cells: Mapping[Key, int | None]
    status: Status
    largest_deviation: int = 0
    """The largest difference between the part's numbers and the counts."""
    variances: Mapping[Key, float] = field(default_factory=dict)
    """Variances of unbounded noise in the part's numbers."""

    def at(self, key: Key) -> tuple[Status, int | None]:
        if self.status is not Status.VALUE:
            return self.status, None
        if key not in self.cells:
            return Status.NOT_COLLECTED, None
        value = self.cells[key]
        return (Status.WITHHELD, None) if value is None else (Status.VALUE, value)


Bounds: TypeAlias = Mapping[str, Mapping[Key, tuple[int, int | None]]]
"""What each member's withheld cells can be; None: unbounded."""


def merge(
    dictionary: Dictionary,
    question: Question,
    answers: Mapping[str, Answer | None],
    bounds: Bounds = MappingProxyType({}),
) -> tuple[tuple[Axis, ...], tuple[Cell, ...]]:
    """The regional table: its axes in the order of the question, and its cells in row-major order.

    `answers` has an entry for each member asked; None without an answer in time. Cells that join a place with
    another country do not exist.
    """
    members = tuple(sorted(answers))
    parts = {member: _part(member, answers[member]) for member in members}
    levels = question.inside().by
    inner = [_axis(dictionary, level, [answers[m] for m in members]) for level in levels]
    countries = Axis(COUNTRY, (*members, TOTAL))
    where_country = question.by.index(COUNTRY) if COUNTRY in question.by else None
    axes = list(inner)
    if where_country is not None:
        axes.insert(where_country, countries)
    places = [i for i, level in enumerate(levels) if dictionary.level(level).dimension in PLACES]
    of_country = {
        country: [parts[m] for m in members if country in (TOTAL, m)] for country in countries.codes
    }
    cells = []
    for key in product(*(axis.codes for axis in axes)):
        country = TOTAL if where_country is None else key[where_country]
        rest = key if where_country is None else (*key[:where_country], *key[where_country + 1 :])
        concerned = of_country[country]
        if places:
            owners = {dictionary.member_of_place(rest[i]) for i in places if rest[i] != TOTAL}
            if owners and country not in (TOTAL, *owners):
                continue
            concerned = [part for part in concerned if owners <= {part.member}]
        cells.append(
            _alone(key, rest, concerned[0]) if len(concerned) == 1 else _sum(key, rest, concerned, bounds)
        )
    return tuple(axes), tuple(cells)


def _part(member: str, answer: Answer | None) -> _Part:
    if answer is None:
        return _Part(member, {}, Status.NO_ANSWER)
    if answer.refusals:
        return _Part(member, {}, _status(answer.refusals))
    keys = product(*(axis.codes for axis in answer.axes))
    cells = dict(zip(keys, answer.cells, strict=True))
    changed = answer.perturbation
    if changed is None or changed.noise is None:
        return _Part(member, cells, Status.VALUE, 0 if changed is None else changed.most)
    noise = changed.noise
    variances = {key: n * noise.variance for key, n in zip(cells, noise.draws, strict=True)}
    return _Part(member, cells, Status.VALUE, variances=variances)


def _status(refusals: Sequence[Refusal]) -> Status:
    if _NOT_NOW.intersection(refusals):
        return Status.NO_ANSWER
    return Status.NOT_COLLECTED if Refusal.NOT_COLLECTED in refusals else Status.NOT_SHARED


def _axis(dictionary: Dictionary, level: str, answers: Sequence[Answer | None]) -> Axis:
    """Every code in a member's answer, in display order, the total last."""
    codes = dict.fromkeys(
        code
        for answer in answers
        if answer
        for axis in answer.axes
        if axis.level == level
        for code in axis.codes
    )
    codes.pop(TOTAL, None)
    # Members cover different years; all other codes come from the dictionary, in its order.
    ordered = sorted(codes) if dictionary.level(level).dimension in CALENDARS else list(codes)
    return Axis(level, (*ordered, TOTAL))


def _alone(key: Key, rest: Key, part: _Part) -> Cell:
    """The cell of a single member: most cells of a table are such, and go without lists of parts."""
    status, value = part.at(rest)
    if value is None:
        return Cell(key, status)
    noise = standard_deviation_of(part.variances[rest]) if part.variances else 0
    return Cell(key, status, value, largest_deviation=part.largest_deviation, standard_deviation=noise)


def _sum(key: Key, rest: Key, parts: Sequence[_Part], bounds: Bounds) -> Cell:
    found = [(part.member, *part.at(rest)) for part in parts]
    shown = [(value, part) for (_, _, value), part in zip(found, parts, strict=True) if value is not None]
    visible = [(value, part.largest_deviation) for value, part in shown if not part.variances]
    deviation = sum(part.largest_deviation for _, part in shown)
    noise = standard_deviation_of(sum(part.variances.get(rest, 0.0) for _, part in shown))
    total = sum(value for value, _ in shown)
    statuses = {status for _, status, _ in found}
    missing = tuple(member for member, status, _ in found if status in _MISSING)
    if Status.WITHHELD in statuses:
        withheld = tuple(member for member, status, _ in found if status is Status.WITHHELD)
        own = [bounds.get(member, {}).get(rest, (0, None)) for member in withheld]
        least = sum(max(0, value - off) for value, off in visible)
        most = [high for _, high in own if high is not None]
        return Cell(
            key,
            Status.WITHHELD,
            at_least=least + sum(low for low, _ in own) or None,
            missing_members=missing,
            at_most=total + deviation + sum(most) if len(most) == len(withheld) and not noise else None,
        )
    if shown:
        return Cell(
            key,
            Status.VALUE,
            total,
            missing_members=missing,
            largest_deviation=deviation,
            standard_deviation=noise,
        )
    return Cell(key, next(s for s in _MISSING if s in statuses or not statuses))
