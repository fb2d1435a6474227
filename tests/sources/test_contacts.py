"""Needs and services: many rows for one casualty, who stays one person."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: date
  services.csv:
    several: yes
    join: {Victim: Case}
    columns:
      Pillar: {to: va_pillar, codes: {hospital: EMC, prosthesis: REH, loan: SEI}}
      State: {to: service_status, codes: {needed: NEED, referred: REF, received: RECV, declined: REFUSED}}
      Barrier: {to: service_barrier, codes: {far: DIST, none: NONE}}
constants: {consent_share: AGG}
"""
VICTIMS = "Case,Date\nC1,2010\nC2,2010\nC3,2010\n"
HEADINGS = "Victim,Pillar,State,Barrier\n"


@pytest.fixture
def services(small):
    small.mapping = MAPPING
    return lambda rows: small.load(victims=VICTIMS, services=HEADINGS + rows)


def of(snapshot, case: int, *names: str) -> list[str]:
    return [snapshot.columns[name].values()[case - 1] for name in names]


def test_a_person_with_five_services_is_one_person(services) -> None:
    loaded = services(
        "".join(f"C1,{p},received,none\n" for p in ("hospital", "hospital", "prosthesis", "loan", "loan"))
    )

    assert len(loaded.snapshot) == 3
    assert of(loaded.snapshot, 1, "service.EMC", "service.REH", "service.SEI", "service.PSS") == [
        "YES",
        "YES",
        "YES",
        "NO",
    ]
    assert loaded.findings == ()


@pytest.mark.parametrize(
    ("state", "need", "referred", "service"),
    [
        ("needed", "YES", "NO", "NO"),
        ("referred", "YES", "YES", "NO"),
        ("received", "YES", "NO", "YES"),
        ("declined", "YES", "NO", "NO"),
        ("", "UNK", "UNK", "UNK"),
    ],
)
def test_what_was_received_was_needed(services, state, need, referred, service) -> None:
    snapshot = services(f"C1,prosthesis,{state},none\n").snapshot

    assert of(snapshot, 1, "need.REH", "referred.REH", "service.REH") == [need, referred, service]


def test_who_has_no_contact_has_none(services) -> None:
    snapshot = services("C1,hospital,received,far\n").snapshot

    assert of(snapshot, 2, "need.EMC", "service.EMC", "barrier.DIST") == ["NO", "NO", "NO"]
    assert of(snapshot, 1, "barrier.DIST", "barrier.COST") == ["YES", "NO"]


def test_an_unknown_pillar_leaves_open_what_stands_nowhere_else(small, services) -> None:
    loaded = services("C1,massage,received,none\nC1,hospital,received,none\n")

    assert of(loaded.snapshot, 1, "service.EMC", "service.REH") == ["YES", "UNK"]
    assert small.problems(loaded) == {("Pillar", "CODE"): 1}


def test_contacts_of_nobody_are_told(small, services) -> None:
    loaded = services("C1,hospital,received,none\nC9,hospital,received,none\nC9,loan,received,none\n")

    assert small.problems(loaded) == {("", "ORPHAN"): 2}
    (finding,) = loaded.findings
    assert (finding.table, finding.lines) == ("services.csv", (3, 4))


def test_without_a_state_a_contact_is_a_service(small) -> None:
    small.mapping = "".join(line for line in MAPPING.splitlines(True) if "State" not in line)
    snapshot = small.load(victims=VICTIMS, services="Victim,Pillar,Barrier\nC1,loan,none\n").snapshot

    assert of(snapshot, 1, "need.SEI", "referred.SEI", "service.SEI") == ["YES", "NO", "YES"]


CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3", "C9"]),
        st.sampled_from(["hospital", "prosthesis", "loan", ""]),
        st.sampled_from(["needed", "referred", "received", "declined", ""]),
        st.sampled_from(["far", "none", ""]),
    ),
    max_size=12,
)


@given(rows=CONTACTS, random=st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_contacts_changes_nothing(small, rows, random) -> None:
    small.mapping = MAPPING
    shuffled = list(rows)
    random.shuffle(shuffled)
    ids = {
        small.load(
            victims=VICTIMS, services=HEADINGS + "".join(",".join(r) + "\n" for r in reported)
        ).snapshot.id
        for reported in (rows, shuffled)
    }

    assert len(ids) == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    several: yes\n", "", "several: yes"),
        ("      Date: date", "      Date: date\n      P: va_pillar", "several: yes"),
        ("      Pillar: {to", "      Sex: sex\n      Pillar: {to", "sex cannot stand"),
        ("      Date: date", "      Date: date\n      S: service", "service is filled twice"),
    ],
)
def test_faults_are_named(old: str, new: str, fault: str) -> None:
    with pytest.raises(MappingError, match=fault):
        parse_mapping(MAPPING.replace(old, new), regional())
