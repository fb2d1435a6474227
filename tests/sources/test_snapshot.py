"""A snapshot holds codes and pseudonyms, keeps its own order, counts people, and survives its bytes."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dictionary import DictionaryError, regional
from gateway.member.model.snapshot import Column, Snapshot, SnapshotError, population
from gateway.member.model.snapshot_format import snapshot_from_bytes, snapshot_to_bytes
from gateway.member.register.person_counts import count_people

MONTHS = ["2019-UNK", "2019-12", "2020-01", "2021-07"]
PROVINCES = ["VN-24", "VN-25", "VN-DN", "VN_UNK"]
DEVICES = ["APM", "IMP", "CMR", "UNK"]
CONSENTS = ["N", "NAT", "AGG", "REC"]

casualty = st.tuples(
    st.sampled_from(MONTHS),
    st.sampled_from(PROVINCES),
    st.sampled_from(DEVICES),
    st.sampled_from(CONSENTS),
    st.integers(0, 5),
)
casualties = st.lists(casualty, max_size=40)


def snapshot_of(rows, **changed):
    months, provinces, devices, consents, people = zip(*rows, strict=True) if rows else ([],) * 5
    settled = {
        "member": "VN",
        "dictionary": regional().version,
        "created": date(2026, 11, 25),
        "columns": {
            "date": Column.of(months),
            "place": Column.of(provinces),
            "device": Column.of(devices),
        },
        "consent": Column.of(consents),
        "links": links_of(
            [f"p{p}" for p in people], [f"c{n}" for n in range(len(rows))], [f"a{m}" for m in months]
        ),
    }
    return Snapshot.of(**(settled | changed))


def links_of(people, cases, accidents):
    given = {"person": people, "case": cases, "accident": accidents}
    return {name: np.array(list(values), dtype="S8") for name, values in given.items()}


def codes_and_counts(table):
    return {
        tuple(dim.codes[p] for dim, p in zip(table.dims, cell, strict=True)): int(n)
        for cell, n in zip(table.coords.tolist(), table.counts.tolist(), strict=True)
    }


@given(casualties, st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_same_snapshot(rows, random):
    # the case goes with its row: number it before shuffling
    links = [(f"p{row[4]}", f"c{n}", f"a{row[0]}") for n, row in enumerate(rows)]
    shuffled = list(zip(rows, links, strict=True))
    random.shuffle(shuffled)
    rows2 = [row for row, _ in shuffled]
    people, cases, accidents = zip(*(link for _, link in shuffled), strict=True) if rows else ([], [], [])
    again = snapshot_of(rows2, links=links_of(people, cases, accidents))
    assert again.id == snapshot_of(rows).id


@given(casualties)
def test_bytes_bring_back_the_same_snapshot(rows):
    snapshot = snapshot_of(rows)
    data = snapshot_to_bytes(snapshot)
    back = snapshot_from_bytes(data)
    assert back.id == snapshot.id
    assert back.created == snapshot.created
    assert snapshot_to_bytes(back) == data


@settings(max_examples=30)
@given(st.data())
def test_bytes_that_were_touched_are_refused(data):
    whole = snapshot_to_bytes(snapshot_of([("2020-01", "VN-24", "APM", "AGG", 1)]))
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    for damaged in (flipped, whole[:at], whole + b"\0"):
        with pytest.raises(SnapshotError):
            snapshot_from_bytes(damaged)


@given(casualties)
def test_counts_are_those_of_a_loop_over_the_rows(rows):
    snapshot = snapshot_of(rows)
    inside = population(snapshot, {"AGG", "REC"})
    finest = {"date": "year", "place": "province_group", "device": "device_group"}
    table = count_people(snapshot, regional(), finest, rows=inside, years=range(2019, 2021))
    expected = {}
    for month, place, device, consent, person in rows:
        if consent in {"AGG", "REC"} and month[:4] in {"2019", "2020"}:
            cell = (
                month[:4],
                regional().lift(place, "province_group"),
                regional().lift(device, "device_group"),
            )
            expected.setdefault(cell, set()).add(person)
    assert codes_and_counts(table) == {cell: len(people) for cell, people in expected.items()}
    assert table.coords.tolist() == sorted(table.coords.tolist())
    assert all(dim.is_leaf[column].all() for dim, column in zip(table.dims, table.coords.T, strict=True))


def test_one_person_hurt_twice_in_a_cell_counts_once_there():
    twice = [("2020-01", "VN-24", "APM", "AGG", 7), ("2020-01", "VN-24", "APM", "AGG", 7)]
    snapshot = snapshot_of(twice)
    rows = population(snapshot, {"AGG"})
    table = count_people(snapshot, regional(), {"place": "province"}, rows=rows, years=[2020])
    assert codes_and_counts(table) == {("VN-24",): 1}


def test_no_consent_and_national_only_are_in_no_count():
    snapshot = snapshot_of([("2020-01", "VN-24", "APM", consent, n) for n, consent in enumerate(CONSENTS)])
    inside = population(snapshot, {"AGG", "REC"})
    assert sorted(np.array(snapshot.consent.values())[inside]) == ["AGG", "REC"]


def test_a_dimension_that_the_source_lacks_is_said_so():
    snapshot = snapshot_of([("2020-01", "VN-24", "APM", "AGG", 1)])
    rows = population(snapshot, {"AGG"})
    with pytest.raises(SnapshotError, match="'sex'"):
        count_people(snapshot, regional(), {"sex": "sex"}, rows=rows, years=[2020])
    with pytest.raises(SnapshotError, match="'victim_type'"):
        population(snapshot, {"AGG"}, victims={"DIR"})


def test_a_level_that_the_member_lacks_is_said_so():
    snapshot = snapshot_of([("2020-01", "VN-24", "APM", "AGG", 1)])
    with pytest.raises(DictionaryError, match="device_type"):
        count_people(
            snapshot, regional(), {"device": "devicetype"}, rows=population(snapshot, {"AGG"}), years=[2020]
        )


def test_the_id_follows_what_is_held_and_not_the_day():
    rows = [("2020-01", "VN-24", "APM", "AGG", 1)]
    assert snapshot_of(rows).id == snapshot_of(rows, created=date(2027, 1, 1)).id
    assert snapshot_of(rows).id != snapshot_of([("2020-01", "VN-24", "APM", "REC", 1)]).id
    assert snapshot_of(rows).id != snapshot_of(rows, vintage="2").id


def test_a_snapshot_cannot_be_changed():
    snapshot = snapshot_of([("2020-01", "VN-24", "APM", "AGG", 1)])
    with pytest.raises(ValueError, match="read-only"):
        snapshot.columns["device"].indices[0] = 0
    with pytest.raises(TypeError):
        snapshot.columns["name"] = None


def test_columns_of_different_length_are_refused():
    with pytest.raises(SnapshotError, match="length"):
        snapshot_of([("2020-01", "VN-24", "APM", "AGG", 1)], consent=Column.of(["AGG", "AGG"]))
