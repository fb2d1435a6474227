"""Sheets of risk education and marking: added up by year and kind; whatever is wrong is told."""

import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.member.model.activities import MEASURES, Activities, ActivitiesError
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, Date: date}
  mre.csv:
    activities: yes
    columns:
      Sheet: activity_id
      Day: {to: activity_date, formats: [DD/MM/YYYY, YYYY]}
      Kind: {to: activity_type, codes: {village: EORE_COMM, school: EORE_SCHOOL}}
      Held: sessions
      Men: {to: reached, unknown: [n/a]}
      Women: reached
  marking.csv:
    activities: MARK
    columns: {Day: {to: activity_date, formats: [YYYY]}}
    left_out: {Signs: signs are no areas}
constants: {consent_share: AGG}
"""
VICTIMS = "Case,Date\nC1,2019\n"
HEADINGS, AREAS = "Sheet,Day,Kind,Held,Men,Women\n", "Day,Signs\n"


@pytest.fixture
def sheets(small):
    small.mapping = MAPPING
    return lambda rows="", areas="": small.load(victims=VICTIMS, mre=HEADINGS + rows, marking=AREAS + areas)


def counts(loaded) -> dict[tuple[int, str], dict[str, int]]:
    return {kind: dict(stated) for kind, stated in loaded.activities.counts.items()}


def accounts(loaded):
    return {a.table: (a.counted, {r.name: n for r, n in a.reasons.items()}) for a in loaded.accounts}


def lines(loaded, problem: str):
    return [(f.column, f.lines) for f in loaded.findings if f.problem.name == problem]


def test_sheets_are_added_up_by_year_and_kind(sheets) -> None:
    loaded = sheets(
        "S1,01/02/2019,village,2,10,20\nS2,2019,school,1,5,\nS3,31/12/2020,village,4,1,1\n",
        "2019,12\n2019,\n2021,3\n",
    )

    assert counts(loaded) == {
        (2019, "EORE_COMM"): {"sessions": 2, "reached": 30},
        (2019, "EORE_SCHOOL"): {"sessions": 1, "reached": 5},
        (2020, "EORE_COMM"): {"sessions": 4, "reached": 2},
        (2019, "MARK"): {"areas_marked": 2},
        (2021, "MARK"): {"areas_marked": 1},
    }
    assert loaded.activities.measures == MEASURES
    assert loaded.findings == ()
    assert accounts(loaded)["mre.csv"] == (3, {})
    assert {"activity_date", "sessions"} <= {report.target for report in loaded.columns}
    assert set(loaded.snapshot.columns) == {"date"}, "nothing of a sheet stands beside people"


def test_of_operators_only_what_the_two_largest_held_is_kept(small) -> None:
    one_table = MAPPING.partition("  marking.csv:")[0] + "constants: {consent_share: AGG}\n"
    small.mapping = one_table.replace("Held: sessions", "Held: sessions\n      By: operator")
    rows = "S1,2019,village,5,1,1,A\nS2,2019,village,2,,,A\nS3,2019,village,4,9,,B\nS4,2019,village,1,,,\n"
    loaded = small.load(victims=VICTIMS, mre=f"{HEADINGS.strip()},By\n{rows}")

    kind = (2019, "EORE_COMM")
    assert counts(loaded) == {kind: {"sessions": 12, "reached": 11}}
    assert dict(loaded.activities.largest[kind]) == {"sessions": (7, 4), "reached": (9, 2)}
    assert Activities.from_text(loaded.activities.to_text()) == loaded.activities
    assert "operator" not in loaded.activities.to_text()
    years = frozenset({2019})
    assert loaded.activities.shown("sessions", years, 14) == {kind: 12}  # 1 beside 7: 14.3 %
    assert loaded.activities.shown("sessions", years, 15) == {}
    assert loaded.activities.shown("reached", years, 1) == {}


def test_without_a_column_of_operators_nobody_knows_who_held_most(sheets) -> None:
    loaded = sheets("S1,2019,village,5,1,1\n")
    assert loaded.activities.largest is None
    assert loaded.activities.shown("sessions", frozenset({2019}), 10) == {}


def test_digits_of_any_script_are_read(sheets) -> None:
    loaded = sheets(",០១/០២/២០១៩,village,២,១០,៥\n")

    assert counts(loaded) == {(2019, "EORE_COMM"): {"sessions": 2, "reached": 15}}


@pytest.mark.parametrize(
    ("row", "column", "problem", "left"),
    [
        ("S1,01/02/2019,village,-5,10,0", "Held", "WHOLE_FORM", {"reached": 10}),
        ("S1,01/02/2019,village,many,10,0", "Held", "WHOLE_FORM", {"reached": 10}),
        ("S1,01/02/2019,village,2.5,10,0", "Held", "WHOLE_FORM", {"reached": 10}),
        ("S1,01/02/2019,village,2,1e9,3", "Men", "WHOLE_FORM", {"sessions": 2, "reached": 3}),
        ("S1,01/02/2019,village,2,10000001,3", "Men", "WHOLE_FORM", {"sessions": 2, "reached": 3}),
        ("S1,01/02/2019,village,2,n/a,3", "", "", {"sessions": 2, "reached": 3}),
        ("S1,01/02/2019,village,2,,", "", "", {"sessions": 2}),
    ],
)
def test_a_number_that_is_none_is_told_and_not_counted(sheets, row, column, problem, left) -> None:
    loaded = sheets(f"{row}\n")

    assert counts(loaded) == {(2019, "EORE_COMM"): left}
    assert [(f.column, f.problem.name, f.lines) for f in loaded.findings] == (
        [(column, problem, (2,))] if problem else []
    )


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("S2,31/02/2019,village,2,10,0", "DATE_NOT_REAL"),
        ("S2,soon,village,2,10,0", "DATE_FORM"),
        ("S2,01/02/2063,village,2,10,0", "DATE_FUTURE"),
        ("S2,,village,2,10,0", "BLANK"),
        ("S2,01/02/2019,village,,,", "ACTIVITY_EMPTY"),
        ("S1,01/03/2019,village,9,9,9", "ACTIVITY_TWICE"),
    ],
)
def test_a_sheet_that_cannot_count_is_told_with_its_line(sheets, row, problem) -> None:
    loaded = sheets(f"S1,01/02/2019,village,2,10,0\n{row}\n")

    assert counts(loaded) == {(2019, "EORE_COMM"): {"sessions": 2, "reached": 10}}
    assert [where for _, where in lines(loaded, problem)] == [(3,)]
    assert accounts(loaded)["mre.csv"] == (1, {problem: 1})


def test_a_kind_that_nobody_knows_is_told_and_counted_as_unknown(sheets) -> None:
    loaded = sheets("S1,01/02/2019,theatre,2,10,0\nS2,01/02/2019,,1,1,1\n")

    assert counts(loaded) == {(2019, "UNK"): {"sessions": 3, "reached": 12}}
    assert lines(loaded, "CODE") == [("Kind", (2,))]


def test_sheets_without_a_number_are_each_their_own(sheets) -> None:
    loaded = sheets(",01/02/2019,village,1,1,1\n,01/02/2019,village,1,1,1\n")

    assert counts(loaded) == {(2019, "EORE_COMM"): {"sessions": 2, "reached": 4}}


def test_a_source_without_sheets_yet_counts_what_it_has_columns_for(sheets, small) -> None:
    empty = sheets().activities
    assert (empty.measures, dict(empty.counts)) == (("sessions", "reached"), {})
    small.mapping = MAPPING.partition("  mre.csv")[0] + "constants: {consent_share: AGG}\n"
    assert small.load(victims=VICTIMS).activities is None


SHEETS = st.lists(
    st.tuples(
        st.sampled_from(["2019", "01/02/2020", "never", ""]),
        st.sampled_from(["village", "school", "?"]),
        st.sampled_from(["0", "3", "-1", ""]),
        st.sampled_from(["0", "250", "x", ""]),
    ),
    max_size=12,
)


@given(SHEETS, st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sheet_is_counted_once_or_told_in_any_order(small, rows, order: random.Random) -> None:
    small.mapping = MAPPING
    shuffled = list(rows)
    order.shuffle(shuffled)
    loads = [
        small.load(
            victims=VICTIMS,
            mre=HEADINGS + "".join(f",{','.join(row)},\n" for row in reported),
            marking=AREAS,
        )
        for reported in (rows, shuffled)
    ]

    assert all(one.activities == other.activities for one, other in pairwise(loads))
    read = [row for row in rows if row[0] not in ("never", "") and {row[2], row[3]} & {"0", "3", "250"}]
    assert accounts(loads[0])["mre.csv"][0] == len(read)
    total = sum(stated.get("reached", 0) for stated in counts(loads[0]).values())
    assert total == sum(int(men) for _, _, _, men in read if men.isdigit())


@given(
    st.dictionaries(
        st.tuples(st.integers(1979, 2030), st.sampled_from(["EORE_COMM", "MARK", "UNK"])),
        st.dictionaries(st.sampled_from(MEASURES), st.integers(0, 10**7), min_size=1),
        max_size=6,
    )
)
def test_numbers_are_kept_as_one_text(counted) -> None:
    made = Activities(MEASURES, counted)

    assert Activities.from_text(made.to_text()) == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"measures":["sessions"],"sheets":[[2019,"MARK",{"sessions":-1}]]}',
        '{"measures":["sessions"],"sheets":[[2019,"MARK",{"sessions":1.0}]]}',
        '{"sheets":[],"measures":[]}',
    ],
)
def test_a_damaged_text_is_refused(text) -> None:
    with pytest.raises(ActivitiesError):
        Activities.from_text(text)


def test_a_file_that_is_added_replaces_the_years_of_which_it_has_sheets() -> None:
    former = Activities(("sessions",), {(2019, "EORE_COMM"): {"sessions": 2}, (2020, "UNK"): {"sessions": 9}})
    more = Activities(("reached",), {(2020, "EORE_COMM"): {"reached": 5}})

    assert former.added(more) == Activities(
        ("sessions", "reached"), {(2019, "EORE_COMM"): {"sessions": 2}, (2020, "EORE_COMM"): {"reached": 5}}
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    activities: yes\n", "", "activity_date needs a table with 'activities'"),
        ("    activities: yes\n", "    join: {Sheet: Case}\n", "sessions needs a table with 'activities'"),
        ("activities: yes", "activities: MARK", "'MARK' needs no column of activity_type"),
        ("activities: MARK", "activities: yes", "'yes' needs a column of activity_type"),
        ("activities: MARK", "activities: PAINT", "'PAINT' is not a known kind of activity"),
        (
            "      Men: {to: reached",
            "      Sex: sex\n      Men: {to: reached",
            "sex cannot stand in such a table",
        ),
        (
            "      Held: sessions",
            "      Held: sessions\n      No: activity_id",
            "activity_id is filled twice",
        ),
        (
            "columns: {Day: {to: activity_date, formats: [YYYY]}}",
            "columns: {Day: areas_marked}",
            "activity_date",
        ),
        ("    activities: yes\n", "    activities: yes\n    several: yes\n", "'several' cannot stand"),
        ("    activities: yes\n", "    activities: yes\n    vault: {Name: name}\n", "'vault' cannot stand"),
        ("constants: {", "constants: {activity_type: MARK, ", "'activity_type' cannot be a constant"),
        ("Case: case_id,", "Case: case_id, N: sessions,", "sessions needs a table with 'activities'"),
    ],
)
def test_faults_of_a_mapping_are_named(old: str, new: str, fault: str) -> None:
    assert old in MAPPING
    with pytest.raises(MappingError, match=fault):
        parse_mapping(MAPPING.replace(old, new), regional())


def test_the_measures_of_sheets_are_those_of_the_dictionary() -> None:
    found = tuple(m.name for m in regional().measures.values() if m.of_activities)

    assert found == MEASURES
