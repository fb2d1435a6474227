"""What a load makes of a source: codes, people, cases, and nothing of the rest."""

import random

import numpy as np
import pytest

from gateway.dictionary import regional
from gateway.member.model.snapshot_format import snapshot_to_bytes
from gateway.sources.model.dates import UnreadableError
from gateway.sources.rows.convert import age_band


def test_a_row_becomes_codes_of_the_dictionary(small):
    snapshot = small.load_rows({}).snapshot
    assert {name: column.values() for name, column in snapshot.columns.items()} == {
        "age": ["25-34"],
        "date": ["2010-12"],
        "device": ["UMT"],
        "place": ["KH-2"],
        "sex": ["M"],
        "victim_type": ["DIR"],
    }
    assert snapshot.consent.values() == ["AGG"]
    assert snapshot.dictionary == regional().version


@pytest.mark.parametrize(
    ("target", "change", "code"),
    [
        ("place", {"Province": "KH-2"}, "KH-2"),
        ("place", {"Province": "  battambang "}, "KH-2"),
        ("place", {"Province": "Batdâmbâng"}, "KH-2"),
        ("place", {"Province": "បាត់ដំបង"}, "KH-2"),
        ("place", {"Province": ""}, "KH_UNK"),
        ("sex", {"Sex": "FEMALE"}, "F"),
        ("sex", {"Sex": ""}, "U"),
        ("sex", {"Sex": "n/a"}, "U"),
        ("age", {"Age": "៣៤"}, "25-34"),  # Khmer digits
        ("age", {"Age": "34.0"}, "25-34"),
        ("age", {"Age": "0"}, "0-4"),
        ("age", {"Age": "17"}, "15-17"),
        ("age", {"Age": "120"}, "60+"),
        ("date", {"Date": "12/2010"}, "2010-12"),
        ("date", {"Date": "2010"}, "2010-UNK"),
        ("date", {"Date": "២៩/០២/២០២០"}, "2020-02"),
    ],
)
def test_values_are_read_as_people_mean_them(small, target, change, code):
    loaded = small.load_rows(change)
    assert loaded.snapshot.columns[target].values() == [code]
    assert loaded.findings == ()


@pytest.mark.parametrize(
    ("column", "cell", "problem", "target", "code"),
    [
        ("Age", "-1", "AGE_RANGE", "age", "UNK"),
        ("Age", "400", "AGE_RANGE", "age", "UNK"),
        ("Age", "34.5", "AGE_FORM", "age", "UNK"),
        ("Age", "thirty", "AGE_FORM", "age", "UNK"),
        ("Sex", "Mael", "CODE", "sex", "U"),
        ("Device", "rocket", "CODE", "device", "UNK"),
        ("Province", "Quảng Trị", "PLACE_FOREIGN", "place", "KH_UNK"),
        ("Province", "nowhere", "PLACE", "place", "KH_UNK"),
        ("ID card", "none at all", "NUMBER_FORM", "sex", "M"),
        ("ID card", "000 000 000", "NUMBER_FORM", "sex", "M"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_a_finding(small, column, cell, problem, target, code):  # noqa: PLR0917
    loaded = small.load_rows({}, {column: cell})
    assert small.problems(loaded) == {(column, problem): 1}
    assert loaded.findings[0].lines == (3,)
    assert code in loaded.snapshot.columns[target].values()
    assert len(loaded.snapshot) == 2


@pytest.mark.parametrize(
    ("date", "problem"),
    [
        ("29/02/2019", "DATE_NOT_REAL"),
        ("31/13/2019", "DATE_NOT_REAL"),
        ("12-Mar-2019", "DATE_FORM"),
        ("12/03/67", "DATE_FORM"),
        ("26/11/2026", "DATE_FUTURE"),
        ("12/03/2567", "DATE_ERA"),
        ("12/03/1862", "DATE_EARLY"),
        ("", "BLANK"),
    ],
)
def test_a_casualty_without_a_readable_date_is_left_out_and_said_so(small, date, problem):
    loaded = small.load_rows({}, {"Date": date})
    assert small.problems(loaded) == {("Date", problem): 1}
    assert (loaded.rows, len(loaded.snapshot)) == (2, 1)


def test_no_case_number_no_casualty_and_said_so(small):
    loaded = small.load_rows({}, {"Case": " "}, {"Case": "--"})
    assert small.problems(loaded) == {("Case", "BLANK"): 1, ("Case", "NUMBER_FORM"): 1}
    assert len(loaded.snapshot) == 1


def test_consent_that_cannot_be_read_is_no_consent(small):
    loaded = small.load_rows({"Consent": ""}, {"Consent": "maybe"}, {"Consent": "REC"})
    assert sorted(loaded.snapshot.consent.values()) == ["N", "N", "REC"]
    assert small.problems(loaded) == {("Consent", "CODE"): 1}


def test_blank_unknown_and_not_understood_are_told_apart(small):
    loaded = small.load_rows({"Sex": ""}, {"Sex": "n/a"}, {"Sex": "N/A"}, {"Sex": "?"}, {})
    report = next(c for c in loaded.columns if c.heading == "Sex")
    assert (report.cells, report.blank, report.unknown, report.unread) == (5, 1, 2, 1)


def test_no_finding_ever_holds_a_value(small):
    secrets = {"Province": "Secretville", "Sex": "Secretsex", "Age": "9998887", "Date": "99/77/5555"}
    loaded = small.load_rows(secrets | {"ID card": "Secretnumber"})
    text = " ".join(map(str, loaded.findings)) + repr(loaded.columns)
    for value in (*secrets.values(), "Secretnumber", "Sok Dara"):
        assert value not in text


def test_a_snapshot_holds_no_name_and_no_number(small):
    loaded = small.load_rows({"Name": "Sok Dara", "ID card": "0102034"})
    held = snapshot_to_bytes(loaded.snapshot)
    assert b"Sok" not in held
    assert b"Battambang" not in held


def test_one_national_number_is_one_person_however_it_is_typed(small):
    loaded = small.load_rows(
        {"ID card": "010-2034"}, {"ID card": "០១០ ២០៣៤"}, {"ID card": ""}, {"ID card": "none"}
    )
    assert len(loaded.snapshot) == 4
    assert len(np.unique(loaded.snapshot.people)) == 3


def test_a_placeholder_does_not_make_one_person_of_many(small):
    loaded = small.load_rows(
        {"ID card": "none"}, {"ID card": "none"}, {"ID card": "0000"}, {"ID card": "0000"}
    )
    assert len(np.unique(loaded.snapshot.people)) == 4


def test_a_number_with_two_sexes_is_reported(small):
    loaded = small.load_rows({"ID card": "7001"}, {"ID card": "7001", "Sex": "Female"}, {"ID card": "7002"})
    assert small.problems(loaded) == {("", "PERSON_DIFFERS"): 2}


def test_a_case_entered_twice_counts_once(small):
    loaded = small.load_rows({"Case": "C7"}, {"Case": "c-7"}, {"Case": "C8"})
    assert len(loaded.snapshot) == 2
    assert small.problems(loaded) == {("case_id", "TWICE_SAME"): 1}


def test_of_a_case_in_two_versions_the_fuller_counts(small):
    loaded = small.load_rows(
        {"Case": "C7", "Sex": ""}, {"Case": "C7", "Age": "12"}, {"Case": "C7", "Age": ""}
    )
    assert loaded.snapshot.columns["sex"].values() == ["M"]
    assert loaded.snapshot.columns["age"].values() == ["10-14"]
    assert small.problems(loaded) == {("case_id", "TWICE_OTHER"): 2}


@pytest.mark.parametrize(
    ("consents", "least"), [(["REC", "N"], "N"), (["AGG", "NAT", "REC"], "NAT"), (["REC", "AGG"], "AGG")]
)
def test_of_a_case_with_several_consents_the_least_counts(small, consents, least):
    rows = [
        {"Case": "C7", "Consent": consent, "Age": "" if consent == least else "30"} for consent in consents
    ]
    loaded = small.load_rows(*rows)
    assert loaded.snapshot.consent.values() == [least]


def test_the_order_of_the_rows_changes_nothing(small):
    dice = random.Random(5)
    rows = [
        {
            "Case": f"C{dice.randrange(40)}",
            "ID card": str(dice.randrange(10, 60)),
            "Date": f"{dice.randrange(1, 29):02d}/03/{dice.randrange(2010, 2015)}",
            "Province": dice.choice(["KH-1", "KH-2", ""]),
            "Sex": dice.choice(["Male", "Female", "?"]),
            "Consent": dice.choice(["N", "AGG", "REC"]),
        }
        for _ in range(60)
    ]
    first = small.load_rows(*rows)
    dice.shuffle(rows)
    again = small.load_rows(*rows)
    assert again.snapshot.id == first.snapshot.id
    assert small.problems(again) == small.problems(first)


def test_every_age_has_one_band_and_the_bands_are_the_dictionarys():
    bands = [age_band(years) for years in range(121)]
    assert set(bands) == {c for c in regional().codes("band_va") if "UNK" not in c}
    assert [bands[years] for years in (4, 5, 17, 18, 59, 60)] == [
        "0-4",
        "5-9",
        "15-17",
        "18-24",
        "45-59",
        "60+",
    ]
    for years in (-1, 121, 400):
        with pytest.raises(UnreadableError):
            age_band(years)


JOINED = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Born: {to: birth_date, formats: [YYYY-MM-DD, YYYY]}
      Age: age
      Injuries: {to: injury, codes: {leg: AMP_L, eyes: EYE}, separator: "+"}
    left_out: {Accident: the key of accidents.csv}
  accidents.csv:
    join: {No: Accident}
    columns:
      Date: date
      Province: place
constants: {consent_share: AGG}
"""
ACCIDENTS = "No,Date,Province\nA1,2010-12-31,KH-2\nA2,2011,Nowhere\nA3,2011-13-01,KH-1\n"


@pytest.fixture
def joined(small):
    small.mapping = JOINED
    return lambda victims, accidents=ACCIDENTS: small.load(
        victims="Case,Accident,Born,Age,Injuries\n" + victims, accidents=accidents
    )


def test_a_victim_takes_date_and_place_from_the_accident(joined):
    snapshot = joined("C1,a1,,,\nC2,A1,,,\nC3,A2,,,\n").snapshot
    assert sorted(snapshot.columns["date"].values()) == ["2010-12", "2010-12", "2011-UNK"]
    assert sorted(snapshot.columns["place"].values()) == ["KH-2", "KH-2", "KH_UNK"]


def test_a_fault_of_an_accident_is_one_finding_with_its_own_line(small, joined):
    loaded = joined("C1,A2,,,\nC2,A2,,,\n")
    assert [(f.table, f.column, f.count, f.lines) for f in loaded.findings] == [
        ("accidents.csv", "", 1, (2,)),
        ("accidents.csv", "Date", 1, (4,)),
        ("accidents.csv", "Province", 1, (3,)),
    ]


def test_victims_of_an_accident_without_date_or_without_record_are_left_out(small, joined):
    loaded = joined("C1,A1,,,\nC2,A3,,,\nC3,A9,,,\nC4,,,,\n")
    assert len(loaded.snapshot) == 1
    assert small.problems(loaded)["join to accidents.csv", "JOIN"] == 2


def test_an_accident_recorded_twice_gives_the_same_in_any_order(small, joined):
    twice = ["A1,2010-12-31,KH-2\n", "A1,2010-12-30,KH-3\n"]
    loads = [joined("C1,A1,,,\n", "No,Date,Province\n" + "".join(rows)) for rows in (twice, twice[::-1])]
    assert loads[0].snapshot.id == loads[1].snapshot.id
    assert all(small.problems(loaded) == {("", "JOIN_TWICE"): 1} for loaded in loads)


@pytest.mark.parametrize(
    ("born", "age", "band"),
    [
        ("2000-12-31", "", "10-14"),
        ("1993-01-01", "", "15-17"),
        ("1992-12-31", "", "18-24"),
        ("1950", "", "60+"),
        ("2000-12-31", "41", "35-44"),
        ("", "41", "35-44"),
        ("1850", "", "UNK"),
    ],
)
def test_age_at_the_accident_follows_from_the_birth_where_it_is_not_told(joined, born, age, band):
    assert joined(f"C1,A1,{born},{age},\n").snapshot.columns["age"].values() == [band]


def test_an_accident_before_the_birth_is_a_finding(small, joined):
    loaded = joined("C1,A1,2011-01-01,,\n")
    assert small.problems(loaded)["birth_date", "AGE_NEGATIVE"] == 1
    assert loaded.snapshot.columns["age"].values() == ["UNK"]


def test_several_injuries_in_a_cell_are_yes_or_no_each(joined):
    columns = joined("C1,A1,,,leg + Eyes\n").snapshot.columns
    assert {
        n: c.values()[0] for n, c in columns.items() if n.startswith("injury.") and c.values() == ["YES"]
    } == {
        "injury.AMP_L": "YES",
        "injury.EYE": "YES",
    }
    assert columns["injury.BURN"].values() == ["NO"]
    assert joined("C1,A1,,,\n").snapshot.columns["injury.BURN"].values() == ["UNK"]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [("AGG", "NAT", "NAT"), ("REC", "AGG", "AGG"), ("N", "REC", "N"), ("AGG", "AGG", "AGG")],
)
def test_consent_is_a_persons_in_all_cases(small, one, other, both):
    """Who agreed to less at one accident is in no shared number with another one."""
    loaded = small.load_rows(
        {"Case": "C1", "ID card": "0102034", "Consent": one},
        {"Case": "C2", "ID card": "010 20 34", "Consent": other},
        {"Case": "C3", "ID card": "0305066"},
    )

    assert sorted(loaded.snapshot.consent.values()) == sorted([both, both, "AGG"])
    changed = {("", "PERSON_CONSENT"): 1} if one != other else {}
    assert small.problems(loaded) == changed


@pytest.mark.parametrize("cut", ["3.20123E+15", "3,20123e+15", "1E+12"])
def test_numbers_that_a_spreadsheet_cut_make_nobody_the_same_person(small, cut):
    loaded = small.load_rows({"ID card": cut}, {"Case": "C2", "ID card": cut}, {"Case": cut})
    assert small.problems(loaded) == {("ID card", "NUMBER_CUT"): 2, ("Case", "NUMBER_CUT"): 1}
    assert len(set(loaded.snapshot.links["person"].tolist())) == 2


@pytest.mark.parametrize(
    ("ages", "dates", "reported"),
    [
        (("20", "61"), ("01/02/2010", "01/02/2011"), 2),
        (("20", "31"), ("01/02/2010", "01/02/2020"), 0),
        (("24", "25"), ("01/02/2010", "01/02/2010"), 0),
        (("20", ""), ("01/02/2010", "01/02/1995"), 0),
        (("20", ""), ("01/02/2010", "01/02/1950"), 2),
        (("40", "3"), ("2010", "2020"), 2),
    ],
)
def test_a_number_with_ages_that_do_not_fit_is_reported(small, ages, dates, reported):
    cases = zip(("C1", "C2"), ages, dates, strict=True)
    rows = [{"ID card": "0102034"} | dict(zip(("Case", "Age", "Date"), case, strict=True)) for case in cases]
    assert small.problems(small.load_rows(*rows)).get(("", "PERSON_AGE"), 0) == reported
