"""A national register that grows in the hands of a test."""

from datetime import date

import numpy as np
from given_out import give_out

from anonymisers.attack import attack
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.vintages import releases
from gateway.member.build.cube_building import build
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.register.snapshot_loading import keep_snapshot

PLACES = ("KH-1", "KH-2", "KH-3", "KH-4")


class Register:
    """A national register that a test adds to, corrects, and takes people out of."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[str, str, str, str, str]] = {}
        self.read_on = date(2020, 1, 15)
        """The register date; it moves on so that all years that were added are over."""

    def add(self, year: int, number: int, place: int | None = None, sex: str = "M") -> list[int]:
        first = len(self.rows)
        self.read_on = max(self.read_on, date(year + 2, 1, 15))
        for n in range(first, first + number):
            where = PLACES[n % 4 if place is None else place]
            self.rows[n] = (f"{year}-{1 + n % 12:02d}", where, sex, "K" if n % 7 == 0 else "I", "AGG")
        return list(range(first, first + number))

    def withdraw(self, people: list[int]) -> None:
        for n in people:
            self.rows[n] = (*self.rows[n][:4], "N")

    def snapshot(self) -> Snapshot:
        rows = list(self.rows.items())
        columns = {
            name: Column.of([row[place] for _, row in rows])
            for place, name in enumerate(("date", "place", "sex", "outcome"))
        }
        columns["victim_type"] = Column.constant("DIR", len(rows))
        return Snapshot.of(
            member="KH",
            dictionary="2026.1",
            created=self.read_on,
            columns=columns,
            consent=Column.of([row[4] for _, row in rows]),
            links={name: np.array([f"{name}-{n:05d}".encode() for n, _ in rows]) for name in LINKS},
        )


def two_years() -> Register:
    """130 men and 30 women in each of two years."""
    made = Register()
    for year in (2022, 2023):
        made.add(year, 130)
        made.add(year, 30, sex="F")
    return made


def answered(node: Node, register: Register) -> ReleaseHistory:
    """The cube of what the register says now, after it has answered."""
    keep_snapshot(node, register.snapshot())
    stored = build(node)
    give_out(node, stored.index)
    return ReleaseHistory.from_bytes(stored.cube)


def withstands(cube: ReleaseHistory, threshold: int = 5) -> bool:
    """Whether the attacker, with everything that was given out, is done and found nothing."""
    given = releases(cube.parts)
    if not given:
        return bool(cube.withheld.all())
    found = attack(given, threshold=threshold, time_limit=60)
    return not (found.disclosed or found.insufficiently_protected or found.unlisted or found.incomplete)
