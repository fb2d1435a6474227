"""What stands beside the counted rows: small places, work and family, services with their cost."""

import csv
import io
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.member.model.contacts import NO_COST
from gateway.member.model.record_changes import Change, compare, dated
from gateway.member.model.snapshot_format import snapshot_from_bytes, snapshot_to_bytes
from gateway.member.register.population import joined, taken
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.amounts import AmountReader
from gateway.sources.model.dates import UnreadableError
from gateway.sources.model.errors import MappingError, SourceError
from gateway.sources.quality.consistency import contradictions

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: date
      Province: place
      Home: home_place
      District: {to: district, codes: {Samlout: "0209"}}
      Commune: commune
      Country: {to: nationality, codes: {Khmer: KH, Lao: LA}}
      Work: {to: occupation, codes: {farmer: "6", pupil: NONE}}
      Family: dependants
      MRE: {to: risk_education_before, codes: {y: "YES", n: "NO"}}
      Age: {to: age, unit: months}
      Result: outcome
  services.csv:
    several: yes
    join: {Victim: Case}
    columns:
      No: service_id
      Day: {to: service_date, formats: [DD/MM/YYYY, YYYY]}
      What: service_item
      State: service_status
      Where: service_place
      Who: provider
      Cost: {to: cost_usd, unit: "4000", decimal: ","}
constants: {consent_share: AGG, source_system: CMVIS, area_marked: "NO"}
"""
VICTIM = {
    "Case": "C1", "Date": "2010-05-02", "Province": "KH-2", "Home": "Pailin", "District": "Samlout",
    "Commune": "020901", "Country": "Khmer", "Work": "farmer", "Family": "3", "MRE": "y", "Age": "200",
    "Result": "I",
}  # fmt: skip
SERVICE = {
    "Victim": "C1", "No": "S1", "Day": "03/05/2010", "What": "EMC2", "State": "RECV", "Where": "KH-2",
    "Who": "HOSP", "Cost": "1.000.000,00",
}  # fmt: skip


def table(usual, rows):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, usual)
    writer.writeheader()
    writer.writerows(usual | row for row in rows)
    return stream.getvalue()


@pytest.fixture
def load(small):
    small.mapping = MAPPING

    def loaded(victims=({},), services=({},)):
        return small.load(victims=table(VICTIM, victims), services=table(SERVICE, services))

    return loaded


def broken(loaded) -> dict[str, int]:
    return {c.rule: c.count for c in contradictions(loaded.snapshot, regional()) if c.count}


def test_attributes_of_a_casualty_are_codes_beside_its_dimensions(load):
    loaded = load()
    assert loaded.findings == ()
    assert {name: column.values() for name, column in loaded.snapshot.details.items()} == {
        "area_marked": ["NO"], "commune": ["020901"], "dependants": ["3"], "district": ["0209"],
        "home_place": ["KH-24"], "nationality": ["KH"], "occupation": ["6"],
        "risk_education_before": ["YES"], "source_system": ["CMVIS"],
    }  # fmt: skip
    assert not set(loaded.snapshot.details) & set(loaded.snapshot.columns)
    assert loaded.snapshot.columns["age"].values() == ["15-17"], "200 months"


def test_a_contact_is_kept_with_its_month_its_kind_and_its_cost(load):
    contacts = load().snapshot.contacts
    assert {name: column.values() for name, column in contacts.columns.items()} == {
        "provider": ["HOSP"], "service_date": ["2010-05"], "service_item": ["EMC2"],
        "service_place": ["KH-2"], "service_status": ["RECV"], "va_pillar": ["EMC"],
    }  # fmt: skip
    assert contacts.cents.tolist() == [25_000], "a million riel at 4000"
    assert contacts.case.tolist() == [b"case_id:c1"]


def test_an_item_tells_the_pillar_of_the_sets(load):
    snapshot = load(services=[{"What": "REH1"}, {"What": "SEI3", "State": "NEED", "No": "S2"}]).snapshot
    reported = {name: column.values()[0] for name, column in snapshot.columns.items() if "status" in name}
    assert {name: status for name, status in reported.items() if status != "UNK"} == {
        "status.REH": "RECV",
        "status.SEI": "NEED",
    }


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("Home", "Paris", "PLACE"), ("District", "Samlot", "LOCAL_FORM"), ("Commune", "0" * 14, "LOCAL_FORM"),
        ("Commune", "Ta Sanh", "LOCAL_FORM"), ("Country", "XX", "CODE"), ("Work", "wizard", "CODE"),
        ("Family", "-1", "WHOLE_FORM"), ("Family", "41", "WHOLE_FORM"), ("Family", "2.5", "WHOLE_FORM"),
        ("MRE", "maybe", "CODE"), ("Age", "-1", "AGE_RANGE"),
    ],
)  # fmt: skip
def test_what_an_attribute_cannot_be_is_unknown_and_a_finding(small, load, column, cell, problem):
    loaded = load([{column: cell}])
    assert small.problems(loaded) == {(column, problem): 1}
    unknown = {"Home": ("home_place", "KH_UNK"), "Age": ("age", "UNK")}.get(column)
    if unknown:
        name, code = unknown
        assert ({**loaded.snapshot.columns, **loaded.snapshot.details})[name].values() == [code]


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("Day", "31/02/2010", "DATE_NOT_REAL"), ("Day", "03/05/2099", "DATE_FUTURE"),
        ("What", "EMC9", "CODE"),
        ("Cost", "1.000,0,0", "AMOUNT_FORM"), ("Cost", "-5", "AMOUNT_RANGE"),
        ("Cost", "9999999999999", "AMOUNT_FORM"),
        ("Cost", "999999999999", "AMOUNT_RANGE"), ("Cost", "cheap", "AMOUNT_FORM"), ("Who", "Dr Sok", "CODE"),
    ],
)  # fmt: skip
def test_what_a_contact_cannot_be_is_a_finding(small, load, column, cell, problem):
    loaded = load(services=[{column: cell}])
    # Without a year, nobody is a client by it either.
    undated = {(column, "CONTACT_UNDATED"): 1} if problem.startswith("DATE") else {}
    assert small.problems(loaded) == {(column, problem): 1, **undated}
    if column == "Cost":
        assert loaded.snapshot.contacts.cents.tolist() == [NO_COST]


def test_a_contact_in_two_rows_is_kept_once_and_told(small, load):
    loaded = load(services=[{}, {}, {"No": "S2"}, {"No": ""}, {"No": ""}])
    assert len(loaded.snapshot.contacts) == 4
    assert small.problems(loaded) == {("", "CONTACT_TWICE"): 1}


def test_contacts_of_nobody_and_of_rows_left_out_are_not_kept(small, load):
    loaded = load(
        [{}, {"Case": "C2", "Date": "never"}],
        [{}, {"Victim": "C2", "No": "S2"}, {"Victim": "C9", "No": "S3"}],
    )
    assert loaded.snapshot.contacts.case.tolist() == [b"case_id:c1"]
    assert small.problems(loaded) == {
        ("Date", "DATE_FORM"): 1,
        ("", "ORPHAN"): 1,
        ("", "OF_NONE_COUNTED"): 1,
    }


@pytest.mark.parametrize(
    ("victim", "service", "rule"),
    [
        ({}, {"Day": "30/04/2010"}, "contacts: before the accident"),
        ({"Result": "K"}, {"Day": "01/08/2010"}, "contacts: received by somebody killed in an earlier month"),
        ({}, {"State": "DECL"}, "contacts: a cost, but nothing was received"),
        ({"Age": "100"}, {}, "a child on whom others depend"),
    ],
)
def test_contradictions_are_told(load, victim, service, rule):
    assert broken(load([victim], [service])) == {rule: 1}


def test_care_of_somebody_who_died_in_it_and_dates_of_a_year_alone_contradict_nothing(load):
    assert broken(load([{"Result": "K"}], [{"Day": "01/06/2010"}, {"Day": "2010", "No": "S2"}])) == {}


def test_small_places_lie_in_one_place(load):
    found = broken(
        load(
            [{}, {"Case": "C2", "Province": "KH-1"}, {"Case": "C3", "District": "0301", "Commune": "020901"}]
        )
    )
    assert found == {
        "one district in several provinces": 2,
        "one commune in several districts": 3,
        "one commune in several provinces": 3,
    }


def test_a_service_of_another_pillar_is_told(small):
    small.mapping = MAPPING.replace(
        "      State: service_status\n", "      State: service_status\n      Pillar: va_pillar\n"
    )
    services = table({**SERVICE, "Pillar": "EMC"}, [{}, {"Pillar": "REH", "No": "S2"}])
    assert broken(small.load(victims=table(VICTIM, [{}]), services=services)) == {
        "contacts: a service of another pillar": 1
    }


def test_a_number_of_a_person_is_no_place(load):
    with pytest.raises(SourceError, match=r"victims.csv, Commune: nearly every row has a code of its own"):
        load([{"Case": f"C{n}", "Commune": f"{n:09d}"} for n in range(1, 1200)])


IN_RIEL = 'Cost: {to: cost_usd, unit: "4000", decimal: ","}'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("unit: months", "unit: weeks", "'weeks' is not a unit of age"),
        ('unit: "4000"', 'unit: "0"', "'0' is not a unit of cost_usd"),
        (IN_RIEL, "Cost (Riel): cost_usd", "names Riel, and amounts without 'unit'"),
        (IN_RIEL, "ថ្លៃជារៀល: cost_usd", "names រៀល, and amounts without 'unit'"),
        ('Samlout: "0209"', "Samlout: Samlout", "'Samlout' is not a code of a small place"),
        (
            "Family: dependants",
            "Family: {to: dependants, decimal: ','}",
            "'decimal' means nothing for dependants",
        ),
        ("Commune: commune", "Commune: provider", "provider needs a table with"),
        ("What: service_item", "What: injury", "injury cannot stand in such a table"),
        ("What: service_item", "What: barrier", "'barrier' is no longer known: service_barrier replaces it"),
        ("source_system: CMVIS", "source_system: paper", "'paper' is not a code of source_system"),
    ],
)
def test_faults_are_named(old, new, fault):
    assert old in MAPPING
    with pytest.raises(MappingError, match=fault):
        parse_mapping(MAPPING.replace(old, new), regional())


ROWS = st.lists(
    st.fixed_dictionaries({
        "Victim": st.sampled_from(["C1", "C2", "C3", "C9"]),
        "No": st.sampled_from(["", "S1", "S2", "S3"]),
        "Cost": st.sampled_from(["", "4000", "8.000,5", "x"]),
        "What": st.sampled_from(["EMC1", "REH1", "", "x"]),
        "Day": st.sampled_from(["2011", "04/05/2010", ""]),
    }),
    max_size=9,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(ROWS, st.randoms())
def test_shuffled_contacts_give_the_same_snapshot_which_its_bytes_bring_back(load, services, random) -> None:
    victims = [{"Case": f"C{n}", "Family": str(n), "Work": "pupil"} for n in (1, 2, 3)]
    one = load(victims, services).snapshot
    random.shuffle(victims)
    random.shuffle(services)
    other = load(victims, services).snapshot
    assert one.id == other.id
    assert one.schema == 2
    data = snapshot_to_bytes(one)
    assert snapshot_to_bytes(other) == data
    assert snapshot_from_bytes(data).id == one.id


def test_bytes_of_contacts_that_were_touched_are_refused(load):
    data = bytearray(snapshot_to_bytes(load().snapshot))
    data[-60] ^= 1
    with pytest.raises(Exception, match="not a whole snapshot"):
        snapshot_from_bytes(bytes(data))


def test_what_is_kept_for_ever_has_nothing_beside(load):
    snapshot = load([{}, {"Case": "C2"}]).snapshot
    part = taken(snapshot, np.array([True, False]))
    again = joined([("2", snapshot), ("3", part)])
    for one in (part, again):
        assert (dict(one.details), one.contacts, one.schema) == ({}, None, 1)


@pytest.mark.parametrize(
    ("text", "decimal", "unit", "cents"),
    [
        ("12", ".", "", 1200), ("$12.50", ".", "", 1250), ("us$ 1,250.5", ".", "", 125_050),
        ("0", ".", "", 0),
        ("1 250", ".", "", 125_000), ("12.345", ".", "", 1234), ("12.355", ".", "", 1236),
        ("1,250", ".", "", 125_000),
        ("1.250", ",", "", 125_000), ("1.250,75 usd", ",", "", 125_075), ("20500", ".", "20500", 100),
    ],
)  # fmt: skip
def test_amounts_are_read_as_they_are_written(text, decimal, unit, cents):
    assert AmountReader(decimal, unit).read(text) == str(cents)


@pytest.mark.parametrize("text", ["12,5", "1,25,000", "12.", ".5", "1e3", "12-", "", "1.000.000"])
def test_what_is_no_amount_is_not_guessed(text):
    with pytest.raises(UnreadableError):
        AmountReader(".", "").read(text)


@pytest.mark.parametrize(
    ("victim", "service", "corrected"),
    [({}, {}, 0), ({"Work": "pupil"}, {}, 1), ({}, {"Cost": "8000"}, 1), ({"Home": "?"}, {"Who": "NGO"}, 1)],
)
def test_a_correction_beside_what_is_counted_is_one_and_moves_no_vintage(load, victim, service, corrected):
    former = load([{}, {"Case": "C2"}]).snapshot
    new = load([victim, {"Case": "C2"}], [service]).snapshot
    changes = compare(former, new, date(2009, 12, 31))
    assert changes.total(Change.CORRECTED) == corrected
    assert dated(new, former, 2).vintage.values() == ["1", "1"]
