"""The inputs for every step of making a cube: the counted people, the protection, and the keys."""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.cube.fewer_tables import build_with_fewer_tables
from anonymisers.errors import FEWER_TABLES, AnonymiserError, CertificateError, ProtectionError
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import NAME
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT, Hierarchy
from anonymisers.tables.release import Release
from anonymisers.tables.remainder import Remainder
from anonymisers.tables.rules import Rules
from gateway.dictionary import Dictionary
from gateway.member.errors import NotProtectedError
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.model.stored_cube import Plan, counted_together
from gateway.member.register.person_counts import count_people, rows_not_misleading
from gateway.member.register.population import taken, tokens

Progress = Callable[[str, float], None]
"""Called with the present step, and the share done (0 to 1)."""

TIME = "date"
"""The dimension of the closed periods, which are released one after the other."""
ATTEMPTS = 4
"""Keyed searches for a suppression pattern; a few of many searches end without a certifiable pattern."""


@dataclass(frozen=True)
class CubeInputs:
    """The inputs for every step of making a cube: the counted people and the protection."""

    dictionary: Dictionary
    snapshot: Snapshot
    plan: Plan
    rules: Rules
    key: bytes
    progress: Progress | None = None
    closed: frozenset[int] = frozenset()
    """Release parts of which no further tables are made."""
    lost_before: int = 0
    """The first year of which nothing can be lost, at a node that lost what it had released."""

    @property
    def together(self) -> dict[str, str]:
        """The finest level of each dimension that does not stand apart."""
        return counted_together(self.dictionary, self.plan)

    def hierarchies(self, years: Iterable[int]) -> tuple[Hierarchy, ...]:
        return tuple(self.hierarchy(name, level, years) for name, level in self.plan.finest.items())

    def hierarchy(self, dimension: str, level: str, years: Iterable[int]) -> Hierarchy:
        tree = self.dictionary.hierarchy(dimension, level, self.snapshot.member, years=sorted(years))
        return Hierarchy(dimension, tree.codes, tree.parent)

    def time(self, years: Iterable[int]) -> Hierarchy:
        return self.hierarchy(TIME, self.plan.finest.get(TIME, "year"), years)

    def counted(self, years: Iterable[int]) -> Snapshot:
        """The counted rows of some years: a person once in a cell, and no small group made to look large."""
        years = tuple(sorted(years))
        read = self.snapshot.of_years(years)
        inside = population(read, self.plan.consent, victims=self.plan.victims)
        rows = taken(read, self._rows_not_misleading(read, inside, years) & _in(read, years))
        seen: dict[object, int] = {}
        for number, token in enumerate(tokens(self.dictionary, self.plan, rows)):
            seen.setdefault(token, number)
        return taken(rows, np.array(sorted(seen.values()), dtype=np.intp))

    def without_misleading(self, rows: Snapshot) -> Snapshot:
        years = rows.years
        return (
            taken(rows, self._rows_not_misleading(rows, np.ones(len(rows), dtype=np.bool_), years))
            if years
            else rows
        )

    def table(self, rows: Snapshot, years: Iterable[int], finest: Mapping[str, str] | None = None) -> Table:
        """The people of some rows, released by the plan's dimensions; `finest` may describe the people by
        more dimensions.
        """
        everybody = np.ones(len(rows), dtype=np.bool_)
        levels = self.together if finest is None else finest
        made = count_people(rows, self.dictionary, levels, rows=everybody, years=sorted(years))
        return replace(made, by=tuple(self.together))

    def _rows_not_misleading(self, snapshot: Snapshot, rows: np.ndarray, years: Sequence[int]) -> np.ndarray:
        return rows_not_misleading(
            snapshot,
            self.dictionary,
            self.plan.finest,
            rows=rows,
            years=years,
            rules=self.rules,
        )


def certified_by_retries(
    inputs: CubeInputs, number: int, make: Callable[[bytes], CertifiedCube], attempts: int = ATTEMPTS
) -> CertifiedCube:
    """Raises NotProtectedError when none of a few keyed searches ends in a cube with a valid certificate."""
    reason: AnonymiserError | None = None
    for attempt in range(attempts):
        try:
            return make(attempt_key(inputs.key, number, attempt))
        except (ProtectionError, CertificateError) as error:
            reason = error
        except AnonymiserError as error:
            reason = error
            break  # the table or the rules: another key would not help
    assert reason is not None  # noqa: S101 - the loop runs at least once
    raise _not_protected(reason.message, reason.remedy)


def certified_with_fewer_tables(
    inputs: CubeInputs, number: int | str, table: Table, rules: Rules, known: Sequence[Release]
) -> tuple[CertifiedCube, Remainder | None]:
    """A cube of all tables by one of a few keyed searches, else of as many tables as are safe, and what is
    left of the tables then.

    Raises NotProtectedError where not even the total can be shown.
    """
    keys = [attempt_key(inputs.key, number, attempt) for attempt in range(ATTEMPTS)]
    try:
        built = build_with_fewer_tables(table, rules, keys, inputs.progress, known=known)
    except AnonymiserError as error:
        raise _not_protected(error.message, error.remedy) from error
    if built.cube is None:
        raise _not_protected(built.reason, FEWER_TABLES)
    return built.cube, built.remainder


def _not_protected(reason: str, remedy: str) -> NotProtectedError:
    return NotProtectedError(
        f"No safe cube could be made: {reason}.", remedy=f"The former cube stays as it is. {remedy}".strip()
    )


def levels_of(inputs: CubeInputs, part: ReleasePart, cube: CertifiedCube) -> dict[str, str]:
    """The finest level of each dimension of a cube, found by its codes."""
    years = sorted(int(year) for year in part.period)
    found = {}
    for dim in cube.dims:
        if dim.name == NAME:
            continue
        for level in inputs.dictionary.dimension(dim.name).level_names(inputs.snapshot.member):
            tree = inputs.dictionary.hierarchy(dim.name, level, inputs.snapshot.member, years=years)
            if {ROOT, *tree.codes} == set(dim.codes):
                found[dim.name] = level
                break
    return found


def attempt_key(key: bytes, number: int | str, attempt: int) -> bytes:
    """A derived key for each part, by number or name, and attempt, always the same."""
    return hmac.digest(key, f"part {number} attempt {attempt}".encode(), "sha256")


def _in(snapshot: Snapshot, years: Sequence[int]) -> np.ndarray:
    column = snapshot.column(TIME)
    return np.array([int(code[:4]) in years for code in column.codes], dtype=np.bool_)[column.indices]
