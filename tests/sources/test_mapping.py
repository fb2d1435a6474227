"""A mapping document is strict: every fault is named with its line and key, the nearest word beside it."""

import pytest

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError


def faults_of(text, **options):
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, regional(), **options)
    return [str(fault) for fault in caught.value.faults]


def test_a_whole_mapping_is_read(small):
    mapping = parse_mapping(small.mapping, regional())
    assert mapping.member == "KH"
    assert mapping.reading.encoding == "utf-8"
    assert mapping.targets == {
        "case_id", "national_id", "date", "place", "sex", "age", "device", "consent_share", "victim_type",
    }  # fmt: skip
    table = mapping.tables[0]
    assert table.columns["Sex"].codes == {"male": "M", "female": "F"}
    assert table.left_out == {"Name": "names a person"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Age: age", "Age: aeg", "line 12, column 12, tables.victims.csv.columns.Age: 'aeg' is not a known"),
        ("Age: age", "Age: {to: age, codez: {a: b}}", "'codez' is not a known key of a column"),
        ("Male: M", "Male: MALE", "'MALE' (for 'male') is not a code of sex"),
        ("Male: M", "Male: M, male: F", "'male' stands here already, typed another way"),
        ("mine: UMT", "mine: UTM", "did you mean 'UMT'?"),
        ("KH-2", "VN-25", "'VN-25' (for 'បាត់ដំបង') is not a code of place"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM/YYYY, DD/MM/YYYY]", "this is already in the list"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM]", "'DD/MM' is not a date format: a format has"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/MM/YY], era: either", "two digits of a year do not tell"),
        ("Date: {to: date,", "Date: {to: date, pivot: 1950,", "no format has a year of two digits"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[EPOCH]", "EPOCH needs 'zone'"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[EPOCHMS], zone: Asia", "'Asia' is not a zone such as"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[YYYY, EPOCHMS]", "EPOCHMS needs 'zone'"),
        ("Date: {to: date,", 'Date: {to: date, zone: "+07:00",', "no format counts seconds"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[DD/YYYY]", "a day without a month cannot be read"),
        ("[DD/MM/YYYY, MM/YYYY, YYYY]", "[dd.MM.YYYY]", "the tokens are"),
        ("Date: {to: date,", "Date: {to: date, era: Buddhist,", "'Buddhist' is not a known era"),
        ("Age: age", "Age: {to: age, formats: [YYYY]}", "'formats' means nothing for age"),
        ("Case: case_id", "Case: national_id", "nothing is mapped to case_id"),
        ("Consent: consent_share", "Consent: victim_type", "nothing is mapped to consent_share"),
        ("Age: age", "Age: aeg", "did you mean 'age'?"),
        ("Age: age", "Age: sex", "sex is filled twice"),
        ("Name: names a person", "Name: a name\n      Age: unsafe", "'Age' is both read and left out"),
        ("{victim_type: DIR}", "{victim_type: DIRECT}", "'DIRECT' is not a code of victim_type"),
        ("{victim_type: DIR}", "{case_id: C1}", "'case_id' cannot be a constant"),
        ("member: KH", "member: KHM", "'KHM' is not a known member state"),
        ("mapping: 1", "mapping: 2", "'2' is not a whole number from 1 to 1"),
        ("source: csv", "source: csvs", "did you mean 'csv'?"),
        ("source: csv", "source: csv\nsource: csv", "is already on line 3"),
        ("source: csv", "source: csv\nreading: {encoding: utf-88}", "'utf-88' is not a known encoding"),
        ("Age: age", "Age: &a age", "anchors"),
        ("    columns:", "    join: {Case: No}\n    columns:", "the first table has one row per casualty"),
    ],
)  # fmt: skip
def test_every_fault_is_named(small, old, new, fault):
    assert old in small.mapping
    assert fault in " | ".join(faults_of(small.mapping.replace(old, new, 1)))


def test_all_faults_are_named_at_once(small):
    text = small.mapping.replace("Age: age", "Age: aeg").replace("Male: M", "Male: N").replace("DIR", "DIRE")
    assert len(faults_of(text)) == 3


def test_a_second_table_must_say_how_it_joins(small):
    second = "  accidents.csv:\n    columns: {Weapon: activity}\nconstants:"
    assert "needs 'join'" in faults_of(small.mapping.replace("constants:", second))[0]


def test_the_mapping_of_another_member_is_refused(small):
    assert "'KH' is not a known member state" in faults_of(small.mapping, member="LA")[0]


@pytest.mark.parametrize(
    "text", ["", "   ", "mapping", "- a\n- b", "{", "mapping: 1\n\t", "\0", "a: b\n" * 100_000]
)
def test_what_is_no_mapping_is_refused(text):
    assert faults_of(text)


def test_a_whole_and_its_parts_cannot_both_be_filled(small):
    text = small.mapping.replace("Age: age", "Age: age\n      Injuries: injury\n      Eye: injury.EYE")
    assert "injury is filled as a whole and in parts" in faults_of(text)[0]
