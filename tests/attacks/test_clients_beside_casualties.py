"""Attack: clients of assistance beside casualties, over three years of service.

Each year a register grows, a year of service closes, and both releases are read: all numbers of casualties
and of clients, with all totals. The intruder knows that every client who was hurt is one of the survivors, of
one sex, who grows older; and for each sex and age how many clients were never hurt. Whole-number programs
over all of it give each withheld number its range. A singleton intruder knows besides that he is alone in a
withheld cell.

The rule for who can be whom is written anew here and shares nothing with the check of the bridge.

`python tests/attacks/test_clients_beside_casualties.py` prints the figures of `docs/explanation/attacks.md`.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from federation import policy_text
from given_out import give_out
from lone_node import lone_node
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack
from signing import put_in_force

from anonymisers.history.release_history import ReleaseHistory
from gateway.member.build import clients_building
from gateway.member.build.bridge_check import Beside, GivesWay
from gateway.member.build.cube_building import build
from gateway.member.cube.clients_counts import SEX_AND_AGE
from gateway.member.cube.cube_formats import parse_clients, parse_cube
from gateway.member.model.clients import Clients
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.register.snapshot_loading import keep_snapshot

sys.path.append(str(Path(__file__).parent))
from test_accidents_over_three_releases import Intruder

POLICY = (
    policy_text("KH")
    .replace("measures: [casualties]", "measures: [casualties, clients, cases]")
    .replace(
        "sex: sex, outcome: yes",
        "sex: sex, age: adult_child, outcome: yes, service_date: service_year, "
        "age_now: adult_child_now, disability: yes, status.REH: met.REH",
    )
    + "priority: [{status.REH: met.REH, sex: sex}, "
    "{disability: disability, sex: sex, age_now: adult_child_now}]\n"
)
MOST = 400
"""More than there are people."""


@dataclass
class Register:
    """Invented casualties of several years, and which survivors and others are clients of each year."""

    dice: np.random.Generator
    share: float
    """The share of survivors who are clients: the more are, the more both releases tell of each other."""
    unknown: float = 0.0
    """The share of clients hurt as children of whom nobody recorded whether they have grown up."""
    casualties: list[tuple[str, str, str, int, str]] = field(default_factory=list)
    """Person, sex, outcome, year, and child or adult at the accident."""
    clients: list[tuple[int, str, str, str, str, str]] = field(default_factory=list)
    """Year of service, person, sex, age now, disability, status."""

    def add(self, year: int, people: int) -> None:
        first = len(self.casualties)
        for number in range(first, first + people):
            sex, age = self.dice.choice(["M", "F"], p=[0.75, 0.25]), self.dice.random()
            outcome = self.dice.choice(["I", "K"], p=[0.8, 0.2])
            code = "CHILD" if age < 0.25 else "ADULT"
            self.casualties.append((f"p{number:05d}", str(sex), str(outcome), year, code))

    def serve(self, year: int, others: int) -> None:
        """The clients of a year: survivors, some of whom have grown up, and people who were never hurt."""
        for person, sex, outcome, hurt, age in self.casualties:
            if outcome == "I" and self.dice.random() < self.share:
                grown = hurt < year and self.dice.random() < 0.3
                known = (
                    not self.unknown or hurt == year or age == "ADULT" or self.dice.random() > self.unknown
                )
                self._client(year, person, sex, ("ADULT" if grown else age) if known else "UNK")
        for number in range(others):
            sex, age = self.dice.choice(["M", "F"]), self.dice.choice(["ADULT", "CHILD"], p=[0.8, 0.2])
            self._client(year, f"o{number:05d}", str(sex), str(age))

    def _client(self, year: int, person: str, sex: str, age: str) -> None:
        disability = str(self.dice.choice(["YES", "NO", "UNK"], p=[0.6, 0.25, 0.15]))
        status = str(self.dice.choice(["NEED", "RECV", "NO_NEED", "UNK"], p=[0.3, 0.4, 0.2, 0.1]))
        self.clients.append((year, person, sex, age, disability, status))

    def snapshot(self, created: date) -> Snapshot:
        people = self.casualties
        links = {name: np.array([f"{row[0]}".encode() for row in people]) for name in LINKS}
        made = Snapshot.of(
            member="KH",
            dictionary="2026.1",
            created=created,
            columns={
                "date": Column.of([f"{row[3]}-06" for row in people]),
                "sex": Column.of([row[1] for row in people]),
                "age": Column.of([f"{row[4]}_UNK" for row in people]),
                "outcome": Column.of([row[2] for row in people]),
                "victim_type": Column.constant("DIR", len(people)),
            },
            consent=Column.constant("AGG", len(people)),
            links=links,
        )
        names = ("sex", "age_now", "disability", "status.REH")
        columns = {name: [row[n] for row in self.clients] for n, name in enumerate(names, start=2)}
        columns["age_now"] = [age if age == "UNK" else f"{age}_UNK" for age in columns["age_now"]]
        clients = Clients.of(
            np.array([row[0] for row in self.clients], dtype=np.int64),
            np.array([row[1].encode() for row in self.clients]),
            Column.constant("AGG", len(self.clients)),
            {name: Column.of(codes) for name, codes in columns.items()},
        )
        return Snapshot(**{**made.__dict__, "clients": clients})


@dataclass(frozen=True)
class Shown:
    """Both releases of a node, with the register behind them."""

    register: Register
    casualties: ReleaseHistory
    clients: dict[int, ReleaseHistory]


def released(
    place: Path, seed: int, *, share: float, services: int, people: int = 60, unknown: float = 0.0
) -> Shown:
    """What a node shows after so many years of service; each year is released before the next one closes."""
    register = Register(np.random.default_rng(seed), share, unknown)
    register.add(2022, people)
    with lone_node(place / "KH") as (node, clock):
        clock.move(days=200)
        put_in_force(node, POLICY)
        for year in range(2023, 2023 + services):
            register.add(year, people)
            register.serve(year, people // 3)
            keep_snapshot(node, register.snapshot(date(year + 1, 5, 1)))
            give_out(node, build(node).index)
        with node.store.reading() as view:
            stored = view.cube()
    assert stored is not None
    casualties, clients = parse_cube(stored.cube), parse_clients(stored.cube)
    assert isinstance(casualties, ReleaseHistory)
    assert clients is not None
    return Shown(register, casualties, {year: clients.years[year] for year in clients.released})


@dataclass(frozen=True)
class Sum:
    """A number of one release: the variables that it counts; the number where it was shown; the truth."""

    counted: np.ndarray
    value: int | None
    truth: int
    side: int
    """0 for casualties, else the year of service."""


class Joint:
    """Everything that somebody with both releases knows, as whole numbers.

    Variables are the inner cells of casualties, those of clients of each year, and how many clients of a sex
    and age are survivors of an inner cell.
    """

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.sides = {0: Intruder(shown.casualties)} | {y: Intruder(h) for y, h in shown.clients.items()}
        self.first, self.sums = {}, []
        size = 0
        for side, intruder in self.sides.items():
            self.first[side] = size
            truths = self._truths(side)
            for each in intruder.sums:
                counted = each.counted + size
                self.sums.append(Sum(counted, each.value, int(truths[each.counted].sum()), side))
            size += len(intruder.people)
        self.cells = size
        self.flows = list(self._possible_flows())
        self.width = size + len(self.flows)

    def codes(self, side: int) -> list[dict[str, str]]:
        """The codes of each inner cell of one release."""
        intruder = self.sides[side]
        return [
            {dim.name: dim.codes[at] for dim, at in zip(intruder.dims, row, strict=True)}
            for row in intruder.people.tolist()
        ]

    def _truths(self, side: int) -> np.ndarray:
        """The people in each inner cell, counted from the register."""
        register, found = self.shown.register, []
        for cell in self.codes(side):
            if side == 0:
                key = (cell["sex"], cell["outcome"], int(cell["date"]), cell["age"])
                found.append(sum(row[1:] == key for row in register.casualties))
            else:
                sex, age = cell[SEX_AND_AGE].split(" ")
                key = (side, sex, age, cell["disability"])
                found.append(
                    sum(
                        (row[0], row[2], row[3], row[4]) == key
                        and cell["status.REH"] == {"NEED": "UNMET", "RECV": "MET"}.get(row[5], row[5])
                        for row in register.clients
                    )
                )
        return np.array(found, dtype=np.int64)

    def _possible_flows(self) -> Iterator[tuple[int, str, int]]:
        """Year, sex and age now, and the inner cell of casualties in which such a client can be."""
        for year in self.shown.clients:
            for code in sorted({cell[SEX_AND_AGE] for cell in self.codes(year)}):
                for at, cell in enumerate(self.codes(0)):
                    if can_be(code, cell, year):
                        yield year, code, at

    @cached_property
    def program(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        rows: list[tuple[dict[int, float], float, float]] = [
            (dict.fromkeys(each.counted.tolist(), 1.0), each.value, each.value)
            for each in self.sums
            if each.value is not None
        ]
        for year in self.shown.clients:
            cells = self.codes(year)
            of_year = [(n, flow) for n, flow in enumerate(self.flows) if flow[0] == year]
            for code in sorted({cell[SEX_AND_AGE] for cell in cells}):
                others = self._never_hurt(year, code)
                line = {self.cells + n: 1.0 for n, flow in of_year if flow[1] == code}
                line |= {
                    self.first[year] + n: -1.0 for n, cell in enumerate(cells) if cell[SEX_AND_AGE] == code
                }
                rows.append((line, -others, np.inf))
            for at in sorted({flow[2] for _, flow in of_year}):
                line = {self.cells + n: 1.0 for n, flow in of_year if flow[2] == at}
                rows.append((line | {at: -1.0}, -np.inf, 0))
        self.shown_rows = sum(each.value is not None for each in self.sums)
        self.bridges = len(rows) - self.shown_rows
        entries = [(n, at, by) for n, (line, _, _) in enumerate(rows) for at, by in line.items()]
        number, at, by = zip(*entries, strict=True)
        matrix = csr_array((by, (number, at)), shape=(len(rows), self.width))
        return matrix, np.array([row[1] for row in rows]), np.array([row[2] for row in rows])

    def _never_hurt(self, year: int, code: str) -> int:
        """How many clients of a sex and age were in no accident, which is published nowhere."""
        sex, age = code.split(" ")
        key = (year, sex, age)
        found = [row for row in self.shown.register.clients if (row[0], row[2], row[3]) == key]
        return sum(row[1].startswith("o") for row in found)

    def interval(self, asked: Sum, known: Sequence[tuple[Sum, int]] = (), *, alone: bool = False) -> tuple:
        """The least and the greatest possible value; `alone`: by the release of the number only."""
        matrix, low, high = self.program
        if known:
            lines = [np.isin(np.arange(self.width), each.counted).astype(float) for each, _ in known]
            values = np.array([value for _, value in known], dtype=float)
            matrix = vstack([matrix, csr_array(np.stack(lines))])
            low, high = np.concatenate([low, values]), np.concatenate([high, values])
        if alone:
            own = range(self.first[asked.side], self.first[asked.side] + len(self.sides[asked.side].people))
            outside = ~np.isin(np.arange(self.width), own)
            kept = np.flatnonzero(abs(matrix) @ outside.astype(float) == 0)
            bridge = np.arange(self.shown_rows, self.shown_rows + self.bridges)
            kept = kept[~np.isin(kept, bridge)]
            matrix, low, high = matrix[kept], low[kept], high[kept]
        goal = np.zeros(self.width)
        goal[asked.counted] = 1
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * goal,
                integrality=np.ones(self.width),
                bounds=Bounds(np.zeros(self.width), np.full(self.width, float(MOST))),
                constraints=LinearConstraint(matrix, low, high),
            )
            assert found.x is not None
            ends.append(round(float(goal @ found.x)))
        return ends[0], ends[1]


def can_be(client: str, casualty: dict[str, str], year: int) -> bool:
    """Whether a client of a sex and age at the end of a year can be a casualty of an inner cell."""
    sex, age = client.split(" ")
    hurt = int(casualty["date"])
    if casualty["outcome"] == "K" or casualty["sex"] != sex or hurt > year:
        return False
    if age == "CHILD":
        return casualty["age"] in ("CHILD", "UNK") and year - hurt < 17
    if age == "UNK":
        return casualty["age"] == "UNK" or (casualty["age"] == "CHILD" and hurt < year)
    return casualty["age"] in ("ADULT", "UNK") or hurt < year


@dataclass(frozen=True)
class Found:
    """Withheld numbers, and those that the intruder of both releases knows, narrows, or knows as a singleton.

    `narrow` counts what the release itself leaves as wide as the rules ask. `shown`: numbers that are shown.
    """

    casualties: int
    clients: int
    shown: int
    disclosed: int
    narrow: int
    singletons: int


def attacked(shown: Shown, *, singletons: int = 10**6) -> Found:
    """Try every withheld number, and as so many singleton intruders every number that may be small."""
    joint, k = Joint(shown), shown.casualties.rules.threshold
    withheld = [each for each in joint.sums if each.value is None and len(each.counted)]
    small, disclosed, narrow = [], 0, 0
    for each in withheld:
        low, high = joint.interval(each)
        assert low <= each.truth <= high, "the truth is one of the possible values"
        if low >= k or high < 1:
            continue  # never small
        small.append(each)
        disclosed += low == high
        if high - low < k and (low > 0 or high < k - 1):
            before = joint.interval(each, alone=True)
            narrow += before[1] - before[0] >= k or (before[0] == 0 and before[1] >= k - 1)
    found = 0
    for own in [each for each in withheld if each.truth == 1][:singletons]:
        for each in small:
            if each.truth < k and not np.intersect1d(each.counted, own.counted).size:
                low, high = joint.interval(each, [(own, 1)])
                found += low == high > 0
    number = sum(each.side == 0 for each in withheld)
    seen = sum(each.value is not None for each in joint.sums)
    return Found(number, len(withheld) - number, seen, disclosed, narrow, found)


def test_both_releases_together_give_no_small_number_away(tmp_path: Path) -> None:
    shown = released(tmp_path, 104, share=0.8, services=1, people=45)

    found = attacked(shown, singletons=1)

    assert min(found.casualties, found.clients) > 3
    assert (found.disclosed, found.narrow, found.singletons) == (0, 0, 0)


def test_the_same_attack_finds_numbers_where_nothing_holds_both_releases_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients_building, "held_beside", lambda _, part, *_rest: Beside(part, GivesWay()))

    shown = released(tmp_path, 4, share=1.0, services=1, people=30)

    joint, k = Joint(shown), shown.casualties.rules.threshold
    withheld = [each for each in joint.sums if each.value is None and each.truth < k and each.side == 0]
    assert any(joint.interval(each)[1] < k - 1 <= joint.interval(each, alone=True)[1] for each in withheld)


def main() -> None:
    for seed in range(101, 105):
        for share, people, unknown in ((1.0, 30, 0.0), (0.8, 45, 0.0), (0.8, 45, 0.3)):
            with tempfile.TemporaryDirectory() as place:
                options = {"share": share, "people": people, "unknown": unknown}
                shown = released(Path(place), seed, services=3, **options)
                print(seed, options, sorted(shown.clients), attacked(shown, singletons=4), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
