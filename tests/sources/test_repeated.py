"""Exports with one row per accident and the victims beside each other."""

import pytest

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError, SourceError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    repeat: 3
    columns:
      Accident ID: accident_id
      Date: date
      "Victim {n} ID": case_id
      "Victim {n} Sex": {to: sex, codes: {Male: M, Female: F}}
      "Victim {n} Age": age
    left_out: {"Victim {n} Name": names a person}
constants: {consent_share: AGG}
"""
VICTIM = "Victim {n} ID,Victim {n} Name,Victim {n} Sex,Victim {n} Age"
HEADINGS = ",".join(["Accident ID,Date", *(VICTIM.replace("{n}", str(n)) for n in (1, 2, 3))]) + "\n"


@pytest.fixture
def wide(small):
    small.mapping = MAPPING
    return lambda rows, headings=HEADINGS: small.load(victims=headings + rows)


def test_every_victim_of_a_row_is_a_casualty_of_its_accident(wide):
    loaded = wide("A1,2019-01-02,V1,Sok,Male,30,V2,Chan,Female,8,,,,\nA2,2019-02-03,V3,Ly,Male,50,,,,,,,,\n")
    assert loaded.findings == ()
    snapshot = loaded.snapshot
    assert sorted(zip(snapshot.links["case"].tolist(), snapshot.columns["sex"].values(), strict=True)) == [
        (b"case_id:v1", "M"), (b"case_id:v2", "F"), (b"case_id:v3", "M"),
    ]  # fmt: skip
    assert len(set(snapshot.links["accident"].tolist())) == 2
    assert snapshot.columns["date"].values() == ["2019-01", "2019-01", "2019-02"]


def test_an_accident_without_a_victim_is_told(small, wide):
    loaded = wide("A1,2019-01-02,,,,,,,,,,,,\n")
    assert small.problems(loaded) == {("", "NO_CASUALTY"): 1}
    assert len(loaded.snapshot) == 0


def test_a_victim_without_a_number_is_left_out_and_told(small, wide):
    loaded = wide("A1,2019-01-02,V1,Sok,Male,30,,Chan,Female,8,,,,\n")
    assert small.problems(loaded) == {("Victim {n} ID", "BLANK"): 1}
    assert len(loaded.snapshot) == 1


def test_more_victims_than_the_mapping_repeats_are_told(small, wide):
    headings = HEADINGS.replace("\n", ",Victim 4 ID,Victim 4 Sex\n")
    loaded = wide("A1,2019-01-02,V1,Sok,Male,30,,,,,,,,,V4,Male\n", headings)
    assert small.problems(loaded) == {
        ("", "VICTIM_BEYOND"): 1,
        ("Victim 4 ID", "NOT_MAPPED"): 1,
        ("Victim 4 Sex", "NOT_MAPPED"): 1,
    }


def test_fewer_victims_than_the_mapping_repeats_are_no_fault(wide):
    headings = ",".join(HEADINGS.split(",")[:6]) + "\n"
    assert len(wide("A1,2019-01-02,V1,Sok,Male,30\n", headings).snapshot) == 1


def test_a_missing_column_of_the_first_victim_is_named(wide):
    with pytest.raises(SourceError, match="no column 'Victim 1 Sex'"):
        wide("", HEADINGS.replace("Victim 1 Sex", "V1Sex"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    repeat: 3\n", "", "'Victim {n} ID' needs 'repeat'"),
        ('"Victim {n} ID"', "Victim ID", "the column of case_id needs {n} in its heading"),
        ("repeat: 3", "repeat: 1", "'1' is not a whole number from 2 to 99"),
    ],
)
def test_faults_are_named(old, new, fault):
    with pytest.raises(MappingError) as caught:
        parse_mapping(MAPPING.replace(old, new), regional())
    assert fault in caught.value.message
