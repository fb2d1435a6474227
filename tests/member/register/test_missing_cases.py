"""Cases that a new load lacks: what is asked, and what an addition makes of two snapshots."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.member.model.contacts import Contacts
from gateway.member.model.record_changes import CONSENTS, Change, compare
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.register.missing_cases import added, missing_cases

Row = tuple[str, str, str, int]
"""Date, sex, consent, person."""


def snapshot(rows: dict[int, Row]) -> Snapshot:
    items = sorted(rows.items())
    links = {
        "person": [f"person-{row[3]:05d}" for _, row in items],
        "case": [f"case-{number:05d}" for number, _ in items],
        "accident": [f"accident-{number // 2:05d}" for number, _ in items],
    }
    cases = np.array([name.encode() for name in links["case"]], dtype="S20")
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns={
            name: Column.of([row[place] for _, row in items]) for place, name in enumerate(("date", "sex"))
        },
        consent=Column.of([row[2] for _, row in items]),
        links={name: np.array([value.encode() for value in links[name]], dtype="S20") for name in LINKS},
        details={"occupation": Column.of(["6" for _ in items])},
        contacts=Contacts.of(cases, {"va_pillar": Column.of(["REH" for _ in items])}, np.arange(len(items))),
        accidents=True,
    )


ROWS = st.dictionaries(
    st.integers(0, 20),
    st.tuples(
        st.sampled_from(["2021-03", "2022-05", "2024-UNK"]),
        st.sampled_from("MFU"),
        st.sampled_from(CONSENTS),
        st.integers(0, 5),
    ),
    max_size=15,
)


@given(ROWS, ROWS)
def test_an_addition_is_the_new_rows_and_the_others_of_the_former(
    former: dict[int, Row], new: dict[int, Row]
) -> None:
    both = added(snapshot(former), snapshot(new))

    rows = {**former, **new}
    least = {
        person: min((row[2] for row in rows.values() if row[3] == person), key=CONSENTS.index)
        for person in {row[3] for row in rows.values()}
    }
    expected = snapshot({number: (*row[:2], least[row[3]], row[3]) for number, row in rows.items()})
    assert both.consent.values() == expected.consent.values()
    assert {name: column.values() for name, column in both.columns.items()} == {
        name: column.values() for name, column in expected.columns.items()
    }
    assert all((both.links[name] == expected.links[name]).all() for name in LINKS)
    assert both.details["occupation"].values() == ["6"] * len(rows)
    assert both.contacts is not None
    assert both.contacts.case.tolist() == expected.links["case"].tolist()
    assert both.has_accidents


@given(ROWS, ROWS)
def test_nothing_is_gone_after_an_addition_and_nothing_new_is_missing(
    former: dict[int, Row], new: dict[int, Row]
) -> None:
    before, now = snapshot(former), snapshot(new)
    assert compare(before, added(before, now), date(2025, 12, 31)).total(Change.GONE) == 0
    assert missing_cases(before, added(before, now)).missing == 0
    assert missing_cases(before, now).missing == len(former.keys() - new.keys())


@pytest.mark.parametrize(
    ("known", "left", "many"),
    [
        ({2020: 100}, {2020: 95}, False),
        ({2020: 100}, {2020: 94}, True),
        ({2020: 200, 2021: 5}, {2020: 200}, True),
        ({2020: 200, 2021: 4}, {2020: 200}, False),
        ({2020: 200, 2021: 5}, {2020: 200, 2021: 1}, False),
        ({2020: 3}, {2020: 2}, True),
        ({}, {2020: 7}, False),
    ],
)
def test_many_missing_cases_or_a_whole_year_are_a_question(
    known: dict[int, int], left: dict[int, int], many: bool
) -> None:
    def of(years: dict[int, int]) -> Snapshot:
        return snapshot({
            1000 * (year - 2020) + n: (f"{year}-03", "M", "AGG", 1000 * (year - 2020) + n)
            for year, cases in years.items()
            for n in range(cases)
        })  # fmt: skip

    assert missing_cases(of(known), of(left)).many == many
