"""Needs and services: many rows for one casualty, who stays one person."""

from itertools import permutations

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
      State: {to: service_status, codes: {
        needed: NEED, referred: REF, received: RECV, declined: DECL, none: UNAVAIL, no: NO_NEED}}
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
    assert of(loaded.snapshot, 1, "status.EMC", "status.REH", "status.SEI", "status.PSS") == [
        "RECV",
        "RECV",
        "RECV",
        "UNK",
    ]
    assert loaded.findings == ()


@pytest.mark.parametrize(
    ("state", "status", "met"),
    [
        ("needed", "NEED", "UNMET"),
        ("referred", "REF", "UNMET"),
        ("none", "UNAVAIL", "UNMET"),
        ("received", "RECV", "MET"),
        ("declined", "DECL", "DECL"),
        ("no", "NO_NEED", "NO_NEED"),
        ("", "UNK", "UNK"),
    ],
)
def test_a_pillar_has_one_status_and_needs_are_met_or_unmet(services, state, status, met) -> None:
    snapshot = services(f"C1,prosthesis,{state},none\n").snapshot

    assert of(snapshot, 1, "status.REH") == [status]
    assert regional().lift(status, "met.REH") == met


@pytest.mark.parametrize("order", list(permutations(("needed", "none", "received"))))
def test_the_farthest_status_counts_in_whatever_order_it_was_written(services, order) -> None:
    snapshot = services("".join(f"C1,prosthesis,{state},none\n" for state in order)).snapshot

    assert of(snapshot, 1, "status.REH") == ["RECV"]


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (("no", "needed"), "NEED"),
        (("needed", "referred"), "REF"),
        (("referred", "none"), "UNAVAIL"),
        (("none", "declined"), "DECL"),
        (("declined", "received"), "RECV"),
        (("received", ""), "RECV"),
        (("needed", ""), "UNK"),
    ],
)
def test_which_of_two_statuses_is_farther(services, states, status) -> None:
    """Beside one that is not known, only the farthest of all is known."""
    snapshot = services("".join(f"C1,prosthesis,{state},none\n" for state in states)).snapshot

    assert of(snapshot, 1, "status.REH") == [status]


def test_nobody_asked_is_unknown_and_not_without_need(services) -> None:
    snapshot = services("C1,hospital,received,far\n").snapshot

    assert of(snapshot, 2, "status.EMC", "status.LAW") == ["UNK", "UNK"]
    assert of(snapshot, 1, "status.EMC", "status.REH") == ["RECV", "UNK"]


def test_a_contact_of_an_unknown_pillar_may_be_of_any(small, services) -> None:
    loaded = services("C1,massage,referred,none\nC1,hospital,received,none\nC1,loan,needed,none\n")

    assert of(loaded.snapshot, 1, "status.EMC", "status.REH", "status.SEI") == ["RECV", "UNK", "UNK"]
    assert small.problems(loaded) == {("Pillar", "CODE"): 1}


def test_contacts_of_nobody_are_told(small, services) -> None:
    loaded = services("C1,hospital,received,none\nC9,hospital,received,none\nC9,loan,received,none\n")

    assert small.problems(loaded) == {("", "ORPHAN"): 2}
    (finding,) = loaded.findings
    assert (finding.table, finding.lines) == ("services.csv", (3, 4))


def test_without_a_state_a_contact_is_a_service(small) -> None:
    small.mapping = "".join(
        line for line in MAPPING.splitlines(True) if not {"State:", "needed:"} & {*line.split()}
    )
    snapshot = small.load(victims=VICTIMS, services="Victim,Pillar,Barrier\nC1,loan,none\n").snapshot

    assert of(snapshot, 1, "status.SEI") == ["RECV"]


def test_a_status_may_stand_in_a_column_of_the_victims_own_table(small) -> None:
    small.mapping = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: date
      New leg: {to: status.REH, codes: {got it: RECV, waits: REF, none: NO_NEED}}
constants: {consent_share: AGG}
"""
    rows = "C1,2010,got it\nC2,2010,waits\nC3,2010,none\nC4,2010,\n"
    loaded = small.load(victims="Case,Date,New leg\n" + rows)

    assert loaded.snapshot.columns["status.REH"].values() == ["RECV", "REF", "NO_NEED", "UNK"]
    assert loaded.snapshot.clients is None, "it has no year of service"
    assert small.problems(loaded) == {("New leg", "STATUS_UNDATED"): 1}


CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3", "C9"]),
        st.sampled_from(["hospital", "prosthesis", "loan", ""]),
        st.sampled_from(["needed", "referred", "received", "declined", "none", "no", ""]),
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
        (
            "      Date: date",
            "      Date: date\n      S: status.REH",
            "status is filled as a whole and in parts",
        ),
        ("      Date: date", "      Date: date\n      S: service", "'service' is no longer known: status"),
        ("      Date: date", "      Date: date\n      S: need.REH", "status.REH replaces it"),
        ("declined: DECL", "declined: REFUSED", "'REFUSED' .* did you mean 'DECL'"),
    ],
)
def test_faults_are_named(old: str, new: str, fault: str) -> None:
    with pytest.raises(MappingError, match=fault):
        parse_mapping(MAPPING.replace(old, new), regional())
