"""Five casualties of four people are no five people: no cube ever shows them as such."""

from datetime import date

import numpy as np

from anonymisers.tables.rules import Rules
from gateway.dictionary import regional
from gateway.member.model.snapshot import LINKS, Column, Snapshot, population
from gateway.member.register.person_counts import count_people, rows_not_misleading

PEOPLE = [4, 1, 2, 3, 4]
"""The fifth casualty of this place was hurt there before."""


def snapshot(people: list[int]) -> Snapshot:
    rows = range(len(people))
    links = {name: np.array([f"{name}-{n}".encode() for n in rows]) for name in LINKS}
    links["person"] = np.array([f"person-{n}".encode() for n in people])
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 1),
        columns={
            "date": Column.of([f"2024-{1 + n:02d}" for n in rows]),
            "place": Column.of(["KH-1" for _ in rows]),
        },
        consent=Column.of(["AGG" for _ in rows]),
        links={name: links[name] for name in LINKS},
    )


def shown(people: list[int], threshold: int) -> int:
    made = snapshot(people)
    finest = {"date": "quarter", "place": "province"}
    rows = rows_not_misleading(
        made,
        regional(),
        finest,
        rows=population(made, {"AGG"}),
        years=[2024],
        rules=Rules(threshold=threshold, max_dims=2),
    )
    return int(count_people(made, regional(), finest, rows=rows, years=[2024]).counts.sum())


def test_a_second_accident_does_not_make_four_people_five() -> None:
    assert shown(PEOPLE, threshold=5) == 4


def test_a_second_accident_counts_where_the_people_are_enough() -> None:
    assert shown(PEOPLE, threshold=4) == 5
    assert shown([5, 1, 2, 3, 4, 5], threshold=5) == 6
