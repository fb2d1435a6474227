"""A data set grows: new closed periods, revisions, other rules, each beside everything that was given out."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from anonymisers.chronicle import Chronicle
from anonymisers.cube import CertifiedCube, build_cube
from anonymisers.errors import AnonymiserError, CertificateError, ProtectionError
from anonymisers.hierarchy import Hierarchy
from anonymisers.parts import Part
from anonymisers.rules import Rules
from anonymisers.table import Table
from anonymisers.vintages import Vintage, protect_leaving, touched
from gateway.dictionary import Dictionary
from gateway.member.counting import count_people, honest_rows
from gateway.member.errors import NotProtectedError
from gateway.member.model import Plan
from gateway.member.snapshot import Snapshot, population
from gateway.member.standing import Difference, difference, joined, sealed, standing, taken, tokens

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""

TIME = "date"
"""The dimension whose closed periods are released one after the other."""
ATTEMPTS = 4
"""The search for a pattern follows the member's key, and one in many ends in none that can be certified."""


@dataclass(frozen=True)
class Maker:
    """What every step of making a cube needs: whom it is about and how it is protected."""

    dictionary: Dictionary
    snapshot: Snapshot
    plan: Plan
    rules: Rules
    key: bytes
    progress: Progress | None = None

    def hierarchies(self, years: Iterable[int]) -> tuple[Hierarchy, ...]:
        return tuple(self.hierarchy(name, level, years) for name, level in self.plan.finest.items())

    def hierarchy(self, dimension: str, level: str, years: Iterable[int]) -> Hierarchy:
        tree = self.dictionary.hierarchy(dimension, level, self.snapshot.member, years=sorted(years))
        return Hierarchy(dimension, tree.codes, tree.parent)

    def time(self, years: Iterable[int]) -> Hierarchy:
        return self.hierarchy(TIME, self.plan.finest.get(TIME, "year"), years)

    def counted(self, years: Iterable[int]) -> Snapshot:
        """The rows of some years that count: a person once in a cell, no small group made to look large."""
        years = tuple(sorted(years))
        inside = population(self.snapshot, self.plan.consent, victims=self.plan.victims)
        rows = taken(self.snapshot, self._honest(self.snapshot, inside, years) & _in(self.snapshot, years))
        seen: dict[object, int] = {}
        for number, token in enumerate(tokens(self.dictionary, self.plan, rows)):
            seen.setdefault(token, number)
        return taken(rows, np.array(sorted(seen.values()), dtype=np.intp))

    def honest(self, rows: Snapshot) -> Snapshot:
        years = rows.years
        return taken(rows, self._honest(rows, np.ones(len(rows), dtype=np.bool_), years)) if years else rows

    def table(self, rows: Snapshot, years: Iterable[int]) -> Table:
        everybody = np.ones(len(rows), dtype=np.bool_)
        return count_people(rows, self.dictionary, self.plan.finest, rows=everybody, years=sorted(years))

    def _honest(self, snapshot: Snapshot, rows: np.ndarray, years: Sequence[int]) -> np.ndarray:
        return honest_rows(
            snapshot,
            self.dictionary,
            self.plan.finest,
            rows=rows,
            years=years,
            max_dims=self.rules.max_dims or len(self.plan.finest),
            threshold=self.rules.threshold,
        )


def grow(maker: Maker, former: Chronicle | None) -> Chronicle:
    """The cube of the newest snapshot beside everything that was given out.

    New closed years are protected by themselves; revisions enter when there are people enough behind them and
    they are safe, and else wait; the rules in force decide what is read off the parts.

    Raises NotProtectedError when a new year cannot be protected, or released years are not covered any more.
    """
    # A part that waits is the last one: the others keep their numbers without it.
    parts = [] if former is None else [p for p in former.parts if p.cubes]
    released = {int(year) for p in parts if p.kind == "period" for year in p.period}
    if missing := sorted(released - set(maker.plan.years)):
        raise NotProtectedError(
            f"Years that are released already would not be covered any more: {', '.join(map(str, missing))}.",
            remedy="What was released stays released: load the whole register, or shorten the embargo again.",
        )
    if former is not None:
        parts += _revision(maker, former, parts, released)
    if fresh := set(maker.plan.years) - released:
        parts.append(_period(maker, fresh, len(parts), first=former is None))
    return Chronicle.of(maker.hierarchies(maker.plan.years), maker.rules, parts)


def waiting(maker: Maker, former: Chronicle) -> Difference:
    """The additions, corrections and leavings of released periods that are not in the cube yet."""
    now = [
        ("", maker.counted(map(int, part.period)))
        for part in former.parts
        if part.kind == "period" and part.cubes
    ]
    rows = joined(now)
    if rows is None:
        rows = taken(maker.snapshot, np.zeros(len(maker.snapshot), dtype=np.bool_))
    return difference(maker.dictionary, maker.plan, standing(former), rows)


def _period(maker: Maker, years: set[int], number: int, *, first: bool) -> Part:
    """A part for new years; one that waits where they hold too few people to say anything."""
    rows = maker.counted(years)
    time, period = maker.time(years), frozenset(map(str, years))
    table = maker.table(rows, years)
    if not first and 0 < table.counts.sum() < maker.rules.threshold:
        return Part("period", period, time, ())
    cube = _several(maker, number, lambda key: build_cube(table, maker.rules, key, maker.progress))
    return Part("period", period, time, (cube,), sealed=sealed(rows))


def _revision(maker: Maker, former: Chronicle, parts: list[Part], released: set[int]) -> list[Part]:
    """The parts of a revision; none while there are too few people behind it, or it is not safe."""
    found = waiting(maker, former)
    found = _honest(maker, found)
    k = maker.rules.threshold
    enough = all(n == 0 or n >= k for n in (found.people_added, found.people_left))
    if not enough or not found.people:
        return []
    new: list[Part] = []
    period, time = frozenset(map(str, released)), maker.time(released)
    try:
        if found.people_added:
            table = maker.table(found.added, released)
            cube = _several(maker, len(parts), lambda key: build_cube(table, maker.rules, key))
            new.append(Part("added", period, time, (cube,), sealed=sealed(found.added)))
        if found.people_left:
            new.append(_leaving(maker, former, [*parts, *new], found.left, (period, time)))
    except NotProtectedError:
        return []
    return new


def _honest(maker: Maker, found: Difference) -> Difference:
    """Without those rows that would make few people look like many; they wait for company."""
    rows = joined((str(came), rows) for came, rows in found.left.items())
    left: dict[int, Snapshot] = {}
    if rows is not None:
        honest = maker.honest(rows)
        came = np.array([int(v) for v in honest.vintage.values()])
        left = {n: taken(honest, came == n) for n in sorted(set(came.tolist()))}
    return Difference(maker.honest(found.added), left)


def _leaving(
    maker: Maker,
    former: Chronicle,
    parts: list[Part],
    left: Mapping[int, Snapshot],
    when: tuple[frozenset[str], Hierarchy],
) -> Part:
    years = {int(year) for year in when[0]}
    stands = standing(former)
    people: dict[Vintage, Table] = {}
    for came, until in touched(parts, left):
        rows = stands[came, until]
        if until is None:
            leaving = set(tokens(maker.dictionary, maker.plan, left[came]))
            stays = [t not in leaving for t in tokens(maker.dictionary, maker.plan, rows)]
            rows = taken(rows, np.array(stays, dtype=np.bool_))
            people[came, len(parts)] = maker.table(left[came], years)
        people[came, until] = maker.table(rows, years)
    cube = _several(
        maker, len(parts), lambda key: protect_leaving(parts, people, maker.rules, key, maker.progress)
    )
    gone = joined((str(came), rows) for came, rows in left.items())
    return Part("left", when[0], when[1], (cube,), tuple(sorted(left)), sealed(gone))


def _several(maker: Maker, number: int, make: Callable[[bytes], CertifiedCube]) -> CertifiedCube:
    """Raises NotProtectedError when none of a few keyed searches ends in a cube with a valid certificate."""
    reason: AnonymiserError | None = None
    for attempt in range(ATTEMPTS):
        try:
            return make(_keyed(maker.key, number, attempt))
        except (ProtectionError, CertificateError) as error:
            reason = error
        except AnonymiserError as error:
            reason = error
            break  # the table or the rules: another key would not help
    assert reason is not None  # noqa: S101 - the loop runs at least once
    raise NotProtectedError(
        f"No safe cube could be made: {reason.message}.",
        remedy=f"The former cube stays as it is. {reason.remedy}".strip(),
    )


def _keyed(key: bytes, number: int, attempt: int) -> bytes:
    """A key of its own for each part and attempt, always the same ones."""
    return hmac.digest(key, f"part {number} attempt {attempt}".encode(), "sha256")


def _in(snapshot: Snapshot, years: Sequence[int]) -> np.ndarray:
    column = snapshot.column(TIME)
    return np.array([int(code[:4]) in years for code in column.codes], dtype=np.bool_)[column.indices]
