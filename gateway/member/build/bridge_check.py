"""Holds the cube of clients against that of casualties: what somebody who has both can tell.

Clients who were hurt are among the survivors, of the same sex, and nobody grows younger
(`anonymisers.bridge`). Each world of either certificate must go with a table of the other side. The number of
clients of a code of the bridge gives way where one does not.

A survivor's code says by sex, age and date of the accident whether the person can be a child or an adult on
31 December of the year of service. A client whom no survivor of the cube can be (an accident of another
decade, no consent, family where kinds of client are not shown) only makes room.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from anonymisers.bridge.bridge import Bridge
from anonymisers.bridge.joint_proof import JointProof
from anonymisers.bridge.pairing import TRUTH, pair, to_give_way
from anonymisers.bridge.side import Crossing, Side
from anonymisers.bridge.side_programs import SideCube
from anonymisers.cube.certified_cube import CertifiedCube
from anonymisers.errors import CertificateError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.tables.arrays import Ints
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import TableOf
from gateway.member.build.known_figures import with_figures
from gateway.member.cube.clients_counts import AGE_NOW, SEX, SEX_AND_AGE
from gateway.member.cube.cube_inputs import CubeInputs, levels_of
from gateway.member.model.clients import Clients
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.snapshot_format import snapshot_from_bytes

ANY = "*"
"""Where a side has no sex: the code of everybody."""
OLDEST = 130
_GROWN_UP = 18
_CHILD, _ADULT, _UNKNOWN = "CHILD", "ADULT", "UNK"
_OF_SURVIVORS = (SEX, "age", "date", "outcome")

Person = bytes
Code = str


@dataclass(frozen=True)
class GivesWay:
    """Cells of clients that have to be withheld, and the tables that they stand in. Nothing: both fit.

    `empty`: codes of the bridge that no client has. Shown as zeros they can be no partners of small cells: a
    world with somebody there mostly goes with no table of casualties.
    """

    cells: frozenset[CellName] = frozenset()
    tables: tuple[TableOf, ...] = ()
    empty: frozenset[CellName] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cells or self.empty)


@dataclass(frozen=True)
class Beside:
    """A year of clients beside the casualties: its part, perhaps with another certificate, and what has to
    give way."""

    part: ReleasePart
    gives_way: GivesWay


@dataclass(frozen=True)
class Survivors:
    """The casualties of a member's cube: everybody who was ever counted, with all certificates."""

    inputs: CubeInputs
    history: ReleaseHistory

    @cached_property
    def people(self) -> list[tuple[Snapshot, dict[str, str]]]:
        """The rows of each part that is shown, with the levels by which its cube describes them."""
        return [
            (snapshot_from_bytes(part.sealed), levels_of(self.inputs, part, part.cubes[-1]))
            for part in self.history.parts
            if part.kind != "left" and part.cubes
        ]

    def by_person(self, year: int) -> dict[Person, list[Code]]:
        """The codes of each person's accidents, of those who can be survivors in a year of service."""
        found: dict[Person, list[Code]] = {}
        for rows, levels in self.people:
            names = [name for name in _OF_SURVIVORS if name in levels]
            columns = [self._codes(rows, name, levels[name]) for name in names]
            values = zip(*columns, strict=True) if names else iter([()] * len(rows))
            for person, codes in zip(rows.links["person"].tolist(), values, strict=True):
                code = survivor_code(year, dict(zip(names, codes, strict=True)))
                if code is not None:
                    found.setdefault(person, []).append(code)
        return found

    def sides(self, codes: Sequence[Code], year: int) -> Iterator[tuple[SideCube, int]]:
        """The cubes of casualties that stand beside no other release of the same people, each with the place
        of its first world in `side`."""
        number = 0
        for part in self.history.parts:
            worlds = [len(cube.certificate.worlds) for cube in part.cubes]
            if part.kind != "left" and len(worlds) == 1:
                years = {int(each) for each in part.period}
                made = with_figures(self.inputs, snapshot_from_bytes(part.sealed), years)
                dims = part.cubes[0].certificate.dims
                if not made.known and set(dims) <= set(made.table.dims):
                    crossing = _crossing(dims, _OF_SURVIVORS, codes, year)
                    yield SideCube(part.cubes[0], made.table, crossing), number
            number += sum(worlds)

    def _codes(self, rows: Snapshot, dimension: str, level: str) -> list[str]:
        column = rows.column(dimension)
        return column.recoded(lambda code: self.inputs.dictionary.lift(code, level)).values()

    def side(self, year: int, codes: Sequence[Code], truth: Mapping[Code, int]) -> Side:
        """The side of the survivors: people by code, and the worlds of every certificate."""
        changes = []
        for part in self.history.parts:
            for cube in part.cubes:
                dims = cube.certificate.dims
                crossing = _crossing(dims, _OF_SURVIVORS, codes, year)
                changes += [crossing.counted(world.coords, world.change) for world in cube.certificate.worlds]
        return Side(_numbers(codes, truth), _stacked(changes, len(codes)))


def held_beside(
    survivors: Survivors,
    part: ReleasePart,
    rows: Clients,
    table: Table | None,
    year: int,
    *,
    others_known: bool = True,
) -> Beside:
    """The clients of a year beside the casualties: nothing gives way where both certificates hold together.

    They do if every world has a partner; else worlds that have one, and others that are sought, must prove
    the same. `table`: the clients by the dimensions of their cube; None where these are known no more.
    Without `others_known` a world may have more clients who are no survivors than the truth has: years were
    released so before more was asked.

    Where nothing of casualties is shown there is no other side, and nothing is held against it.
    """
    if not survivors.people:
        return Beside(part, GivesWay())
    of_people = survivors.by_person(year)
    cube = part.cubes[-1]
    dims = cube.certificate.dims
    inside = _clients(dims, rows, of_people)
    every = sorted(_codes_of(dims))
    whole = _side_of_clients(part, every, inside)
    if not others_known:
        whole = replace(whole, changes=np.minimum(whole.changes, 0))
    # A code that nobody has in any world holds nothing up; there are as many groups as subsets of codes.
    there = np.concatenate([whole.worlds, whole.truth[None]]).max(axis=0) > 0
    known = [code for code, some in zip(every, there.tolist(), strict=True) if some]
    own = Side(whole.truth[there], whole.changes[:, there])
    reached = sorted({code for codes in of_people.values() for code in codes} | _all_codes(survivors, year))
    compatible = np.array([[fits(one, other) for other in reached] for one in known], dtype=np.bool_)
    bridge = Bridge(tuple(known), tuple(reached), compatible.reshape(len(known), len(reached)))
    everybody = Counter(code for codes in of_people.values() for code in codes)
    other = survivors.side(year, reached, everybody)
    try:
        pairing = pair(bridge, other, own)
    except CertificateError:
        return Beside(part, _gives_way(dims, known, known))
    if (pairing.survivors == TRUTH).all() and (pairing.clients == TRUTH).all():
        return Beside(part, GivesWay())
    if table is not None and others_known:
        clients = SideCube(cube, table, _crossing_of_clients(dims, known))
        sides = tuple(survivors.sides(reached, year))
        proven = JointProof(bridge, other, clients, own.truth, sides).found()
        if proven is not None:
            return Beside(replace(part, cubes=(*part.cubes[:-1], proven)), GivesWay())
    if pairing.complete:
        return Beside(part, GivesWay())
    blamed = to_give_way(bridge, other, own, pairing) or tuple(known)
    nobody = _nobody(cube, table, every)
    gives_way = _gives_way(dims, known, [code for code in blamed if code not in nobody])
    return Beside(part, replace(gives_way, empty=_named(dims, nobody)))


def _nobody(cube: CertifiedCube, table: Table | None, codes: Sequence[Code]) -> list[Code]:
    """The codes of the bridge that no client has; none where the policy protects zeros."""
    if table is None or cube.certificate.zeros == "protect":
        return []
    counted = _crossing_of_clients(table.dims, codes).counted(table.coords, table.counts)
    return [code for code, number in zip(codes, counted.tolist(), strict=True) if number == 0]


def fits(client: Code, survivor: Code) -> bool:
    """Whether a client of one code can be a survivor of the other."""
    sex, age = client.split(" ")
    other, ages = survivor.split(" ")
    return (ANY in (sex, other) or sex == other) and _can_be(age, ages)


def survivor_code(year: int, codes: Mapping[str, str]) -> Code | None:
    """A survivor's code by what a cube says: sex, and which ages are possible at the end of the year.

    None for the killed, and for an accident after the year.
    """
    first, last = _years(codes.get("date"), year)
    if codes.get("outcome") == "K" or first > year:
        return None
    return f"{codes.get(SEX, ANY)} {_ages_now(codes.get('age'), year - min(last, year), year - first)}"


def _ages_now(age: str | None, since_last: int, since_first: int) -> str:
    """`c` and `a` for whom a child or an adult is certainly possible; `u` where the age is not known, and `U`
    where it is not but the accident is so long ago that the person is grown up."""
    if age is None or age == _UNKNOWN:
        return "u" if since_last + 1 < _GROWN_UP else "U"
    youngest, oldest = _span(age)
    child = youngest + since_last + 1 < _GROWN_UP
    adult = oldest + since_first >= _GROWN_UP
    return ("c" if child else "") + ("a" if adult else "") or "-"


def _can_be(age: str, ages: str) -> bool:
    if age == ANY or ages == "u":
        return True
    if ages == "U":
        return age != _CHILD
    # Of a child at the accident who may have grown up since, a register often does not know which.
    return {_CHILD: "c" in ages, _ADULT: "a" in ages, _UNKNOWN: ages == "ca"}.get(age, False)


def _span(age: str) -> tuple[int, int]:
    """The youngest and the oldest of an age code of casualties."""
    if age in (_CHILD, "CHILD_UNK"):
        return 0, 17
    if age in (_ADULT, "ADULT_UNK"):
        return 18, OLDEST
    if age.endswith("+"):
        return int(age[:-1]), OLDEST
    low, _, high = age.partition("-")
    return int(low), int(high)


def _years(date: str | None, year: int) -> tuple[int, int]:
    """The first and the last year of a code of dates."""
    if date is None:
        return 0, year
    five = len(date) == len("2021-2025")
    return int(date[:4]), int(date[5:9]) if five else int(date[:4])


def _crossing(dims: Sequence[Hierarchy], wanted: Iterable[str], codes: Sequence[Code], year: int) -> Crossing:
    there = {dim.name for dim in dims}
    names = [name for name in wanted if name in there]
    return Crossing.of(
        dims, names, codes, lambda *found: survivor_code(year, dict(zip(names, found, strict=True)))
    )


def _all_codes(survivors: Survivors, year: int) -> set[Code]:
    """Every code that an inner cell of some certificate can have."""
    found: set[Code | None] = set()
    for part in survivors.history.parts:
        for cube in part.cubes:
            dims = {dim.name: dim for dim in cube.certificate.dims if dim.name in _OF_SURVIVORS}
            rows: list[dict[str, str]] = [{}]
            for name, dim in dims.items():
                leaves = [dim.codes[p] for p in dim.leaves.tolist()]
                rows = [{**row, name: code} for row in rows for code in leaves]
            found |= {survivor_code(year, row) for row in rows}
    return {code for code in found if code is not None}


def _clients(
    dims: Sequence[Hierarchy], rows: Clients, of_people: Mapping[Person, Sequence[Code]]
) -> dict[Code, int]:
    """How many clients of each code are survivors of the cube of casualties."""
    there = {dim.name for dim in dims}
    sexes = rows.columns[SEX].values() if there & {SEX, SEX_AND_AGE} else [ANY] * len(rows.person)
    ages = rows.columns[AGE_NOW].values() if there & {AGE_NOW, SEX_AND_AGE} else [ANY] * len(rows.person)
    kinds = rows.columns["client"].values() if "client" in there else ["SURV"] * len(rows.person)
    inside: Counter[Code] = Counter()
    seen: set[Person] = set()
    for person, sex, age, kind in zip(rows.person.tolist(), sexes, ages, kinds, strict=True):
        code = f"{sex} {_adult_or_child(age)}"
        if kind != "SURV" or person in seen:
            continue
        seen.add(person)
        inside[code] += any(fits(code, other) for other in of_people.get(person, ()))
    return dict(inside)


def _codes_of(dims: Sequence[Hierarchy]) -> set[Code]:
    names = {dim.name: dim for dim in dims}
    if SEX_AND_AGE in names:
        dim = names[SEX_AND_AGE]
        return {dim.codes[p] for p in dim.leaves.tolist()}
    sexes = [names[SEX].codes[p] for p in names[SEX].leaves.tolist()] if SEX in names else [ANY]
    ages = [names[AGE_NOW].codes[p] for p in names[AGE_NOW].leaves.tolist()] if AGE_NOW in names else [ANY]
    return {f"{sex} {age}" for sex in sexes for age in ages}


def _adult_or_child(age: str) -> str:
    if age in (ANY, _CHILD, _ADULT, _UNKNOWN):
        return age
    return _CHILD if _span(age)[1] < 18 else _ADULT


def _side_of_clients(part: ReleasePart, codes: Sequence[Code], inside: Mapping[Code, int]) -> Side:
    """The clients who can be survivors, and by how many they differ in each world.

    The others are the same in every world, as far as a world has so many: nobody has to be kept from knowing
    that there are no more of them.
    """
    cube = part.cubes[-1]
    crossing = _crossing_of_clients(cube.certificate.dims, codes)
    truth = _numbers(codes, inside)
    changes = [
        np.maximum(crossing.counted(world.coords, world.change), -truth) for world in cube.certificate.worlds
    ]
    return Side(truth, _stacked(changes, len(codes)))


def _crossing_of_clients(dims: Sequence[Hierarchy], codes: Sequence[Code]) -> Crossing:
    """Where clients stand on the bridge; a code that is none of these, and who is no survivor, nowhere."""
    there = {dim.name for dim in dims}
    names = [name for name in (SEX_AND_AGE, SEX, AGE_NOW, "client") if name in there]

    def code_of(*found: str) -> Code | None:
        said = dict(zip(names, found, strict=True))
        if said.get("client", "SURV") != "SURV":
            return None
        code = said.get(SEX_AND_AGE) or f"{said.get(SEX, ANY)} {said.get(AGE_NOW, ANY)}"
        return code if code in codes else None

    return Crossing.of(dims, names, codes, code_of)


def _named(dims: Sequence[Hierarchy], codes: Sequence[Code]) -> frozenset[CellName]:
    """The cells of some codes, where one dimension tells them."""
    there = {dim.name for dim in dims}
    if SEX_AND_AGE in there:
        return frozenset(cell_name({SEX_AND_AGE: code}) for code in codes)
    name = SEX if SEX in there else AGE_NOW if AGE_NOW in there else None
    if name is None:
        return frozenset()
    at = 0 if name == SEX else 1
    return frozenset(cell_name({name: code.split(" ")[at]}) for code in codes)


def _gives_way(dims: Sequence[Hierarchy], known: Sequence[Code], blamed: Sequence[Code]) -> GivesWay:
    """The cells of some codes; and of a sex where every code of it is among them, else their sum stays."""
    sexes = {sex for sex, _, _ in (code.partition(" ") for code in blamed)}
    whole = {sex for sex in sexes if all(code in blamed for code in known if code.startswith(f"{sex} "))}
    codes = [*blamed, *(f"{sex} {ANY}" for sex in sorted(whole))]
    there = {dim.name for dim in dims}
    cells, tables = set(), []
    for code in codes:
        sex, age = code.split(" ")
        if SEX_AND_AGE in there:
            named = {SEX_AND_AGE: sex if age == ANY else code}
        else:
            named = {name: said for name, said in ((SEX, sex), (AGE_NOW, age)) if said != ANY}
        named |= {"client": "SURV"} if "client" in there and len(named) < 2 else {}
        if named:
            cells.add(cell_name(named))
            tables.append(TableOf.of(named))
    return GivesWay(frozenset(cells), tuple(dict.fromkeys(tables)))


def _numbers(codes: Sequence[Code], counts: Mapping[Code, int]) -> Ints:
    return np.array([counts.get(code, 0) for code in codes], dtype=np.int64)


def _stacked(changes: Sequence[Ints], width: int) -> Ints:
    return np.array(changes, dtype=np.int64).reshape(len(changes), width)


__all__ = ["Beside", "GivesWay", "Survivors", "fits", "held_beside", "survivor_code"]
