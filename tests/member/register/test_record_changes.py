"""From load to load: what is new, late, corrected or gone, and consent that is withdrawn in between."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from federation import policy_text
from given_out import give_out
from hypothesis import given
from hypothesis import strategies as st
from lone_node import lone_node
from signing import put_in_force

from anonymisers.history.release_history import ReleaseHistory
from audit.events.events import decode
from gateway.member.build.cube_building import build
from gateway.member.build.revisions import revisions
from gateway.member.errors import NoSuchPersonError
from gateway.member.model.record_changes import CONSENTS, Change, Changes, compare, dated, with_consents
from gateway.member.model.snapshot import LINKS, Column, Snapshot
from gateway.member.node.context import Node
from gateway.member.register.consent import change_consent
from gateway.member.register.snapshot_loading import keep_snapshot

Row = tuple[str, str, str, str]
"""Date, province, sex, consent."""


def snapshot(rows: dict[int, Row]) -> Snapshot:
    items = list(rows.items())
    columns = {
        name: Column.of([row[place] for _, row in items])
        for place, name in enumerate(("date", "place", "sex"))
    }
    columns |= {
        "victim_type": Column.constant("DIR", len(items)),
        "outcome": Column.constant("I", len(items)),
    }
    return Snapshot.of(
        member="KH",
        dictionary="2026.1",
        created=date(2026, 1, 15),
        columns=columns,
        consent=Column.of([row[3] for _, row in items]),
        links={name: np.array([f"{name}-{n:05d}".encode() for n, _ in items]) for name in LINKS},
    )


ROWS = st.dictionaries(
    st.integers(0, 30),
    st.tuples(
        st.sampled_from(["2021-03", "2022-05", "2024-01"]),
        st.sampled_from(["KH-1", "KH-2"]),
        st.sampled_from("MFU"),
        st.sampled_from(CONSENTS),
    ),
    min_size=1,
    max_size=20,
)
UNTIL = date(2022, 12, 31)


def by_hand(before: dict[int, Row], now: dict[int, Row]) -> dict[Change, dict[int, int]]:
    found: dict[Change, dict[int, int]] = {}

    def note(change: Change, row: Row) -> None:
        years = found.setdefault(change, {})
        year = int(row[0][:4])
        years[year] = years.get(year, 0) + 1

    for number in sorted(before | now):
        if number not in before:
            note(Change.LATE if int(now[number][0][:4]) <= UNTIL.year else Change.NEW, now[number])
        elif number not in now:
            note(Change.GONE, before[number])
        else:
            if before[number][:3] != now[number][:3]:
                note(Change.CORRECTED, now[number])
            ranks = CONSENTS.index(before[number][3]), CONSENTS.index(now[number][3])
            if ranks[0] != ranks[1]:
                note(Change.WITHDRAWN if ranks[1] < ranks[0] else Change.GIVEN, now[number])
    return found


@given(ROWS, ROWS)
def test_changes_are_those_of_a_comparison_case_by_case(before, now) -> None:
    changes = compare(snapshot(before), snapshot(now), UNTIL)

    assert {change: dict(years) for change, years in changes.counts.items()} == by_hand(before, now)
    assert Changes.from_text(changes.to_text()) == changes


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_the_vintage_of_a_row_is_the_load_since_which_it_stands_as_it_does(loads) -> None:
    former = snapshot(loads[0])
    since = {n: (1, row) for n, row in loads[0].items()}
    for number, rows in enumerate(loads[1:], 2):
        former = dated(snapshot(rows), former, number)
        stood = since
        since = {n: stood[n] if stood.get(n, (0, ()))[1] == row else (number, row) for n, row in rows.items()}
        reported = dict(zip(former.links["case"].tolist(), former.vintage.values(), strict=True))
        assert reported == {f"case-{n:05d}".encode(): str(load) for n, (load, _) in since.items()}


@given(ROWS, st.dictionaries(st.integers(0, 30), st.sampled_from(CONSENTS), max_size=5))
def test_consent_is_only_ever_lowered(rows, lowered) -> None:
    given_up = {f"person-{n:05d}": code for n, code in lowered.items()}
    after = with_consents(snapshot(rows), given_up)

    reported = dict(zip(after.links["case"].tolist(), after.consent.values(), strict=True))
    for n, row in rows.items():
        assert reported[f"case-{n:05d}".encode()] == min(row[3], lowered.get(n, "REC"), key=CONSENTS.index)


# --- a node ---------------------------------------------------------------------------------------------


def register() -> dict[int, Row]:
    return {
        n: (f"{2022 + n % 2}-{1 + n % 12:02d}", f"KH-{1 + n % 4}", "F" if n % 5 == 0 else "M", "REC")
        for n in range(300)
    }


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with lone_node(tmp_path / "KH") as (made, clock):
        clock.move(days=200)
        put_in_force(made, policy_text("KH"))
        keep_snapshot(made, snapshot(register()))
        give_out(made, build(made).index)
        yield made


def entries(node: Node) -> list[bytes]:
    with node.store.reading() as view:
        head = view.log.latest_checkpoint()
        assert head is not None
        return list(view.log.read_entries(0, head.size))


def newest(node: Node) -> Snapshot:
    with node.store.reading() as view:
        found = view.snapshot()
    assert found is not None
    return found[1]


def consent(node: Node, number: int) -> str:
    found = newest(node)
    row = found.links["case"].tolist().index(f"case-{number:05d}".encode())
    return found.consent.values()[row]


def cells(node: Node) -> dict[tuple[str, ...], int | None]:
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    return dict(ReleaseHistory.from_bytes(stored.cube).release().cells)


def test_every_load_but_the_first_is_compared_and_logged_without_a_number(node: Node) -> None:
    before = len(entries(node))
    late = {**register(), 900: ("2022-07", "KH-1", "M", "AGG")}

    keep_snapshot(node, snapshot(late))
    kept = keep_snapshot(node, snapshot(late))

    assert kept.changes == Changes({})
    kinds = [decode(entry).TYPE for entry in entries(node)[before:]]
    assert kinds == ["snapshot-loaded", "records-compared"] * 2
    first, second = (e for e in entries(node)[before:] if b"records-compared" in e)
    assert len(first) == len(second)  # what changed cannot be told from nothing changed
    with node.store.reading() as view:
        reported = view.record_changes()
    assert [one.changes.counts for one in reported] == [{Change.LATE: {2022: 1}}, {}]
    assert set(newest(node).vintage.values()) == {"1", "2"}


def test_a_withdrawal_is_out_of_the_newest_snapshot_at_once_and_waits_in_the_counts(node: Node) -> None:
    shown, before = cells(node), len(entries(node))

    assert change_consent(node, "case", "case-00007", "N") == 1

    assert consent(node, 7) == "N"
    build(node)
    assert cells(node) == shown
    assert revisions(node).people_left == 1
    logged = entries(node)[before:]
    assert [decode(entry).TYPE for entry in logged[:3]] == [
        "consent-changed", "snapshot-loaded", "records-compared",
    ]  # fmt: skip
    assert not any(b"00007" in entry for entry in logged)


def test_what_the_register_still_says_does_not_bring_a_withdrawn_consent_back(node: Node) -> None:
    change_consent(node, "person", "person-00007", "NAT")

    keep_snapshot(node, snapshot(register()))

    assert consent(node, 7) == "NAT"
    assert consent(node, 8) == "REC"


def test_consent_that_is_given_again_counts_with_the_next_load(node: Node) -> None:
    change_consent(node, "person", "person-00007", "N")

    assert change_consent(node, "person", "person-00007", "REC") == 0
    assert consent(node, 7) == "N"
    keep_snapshot(node, snapshot(register()))
    assert consent(node, 7) == "REC"


def test_nobody_is_withdrawn_in_the_place_of_another(node: Node) -> None:
    before = entries(node)

    with pytest.raises(NoSuchPersonError):
        change_consent(node, "case", "case-99999", "N")

    assert entries(node) == before
