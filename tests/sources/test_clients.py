"""Clients of assistance: who was assisted in which year, and what cannot be right."""

from collections import Counter

import pytest

from gateway.member.model.clients import Clients, ClientsError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Person: national_id
      Date: {to: date, formats: [YYYY-MM-DD, YYYY-MM, YYYY]}
      Age: age
      Born: birth_date
      Sex: sex
      Result: outcome
      Kind: victim_type
      Place: place
      Home: home_place
      Disabled: disability
      Consent: consent_share
  services.csv:
    several: yes
    join: {Case: Case}
    columns:
      Day: service_date
      Pillar: va_pillar
      State: service_status
      Why not: service_barrier
"""
VICTIM = {
    "Case": "C1",
    "Person": "",
    "Date": "2015-05-01",
    "Age": "30",
    "Born": "1985-02-01",
    "Sex": "F",
    "Result": "I",
    "Kind": "DIR",
    "Place": "KH-2",
    "Home": "KH-4",
    "Disabled": "YES",
    "Consent": "AGG",
}
CONTACT = {"Case": "C1", "Day": "2024-03-01", "Pillar": "REH", "State": "RECV", "Why not": ""}


@pytest.fixture
def load(small):
    small.mapping = MAPPING

    def loaded(victims=({},), contacts=({},)):
        tables = {}
        for name, usual, rows in (("victims", VICTIM, victims), ("services", CONTACT, contacts)):
            lines = [",".join((usual | {"Case": "C1"} | row).values()) for row in rows]
            tables[name] = "\n".join([",".join(usual), *lines]) + "\n"
        return small.load(**tables)

    return loaded


def rows(loaded) -> list[dict[str, str]]:
    clients = loaded.snapshot.clients
    values = {name: column.values() for name, column in clients.columns.items()}
    return [
        {"year": year, **{name: each[row] for name, each in values.items()}}
        for row, year in enumerate(clients.year.tolist())
    ]


def test_a_client_is_a_person_in_a_year_of_service(load) -> None:
    loaded = load(contacts=[{}, {"Pillar": "SEI", "State": "NEED", "Why not": "COST"}, {"Day": "2022"}])

    first, second = rows(loaded)
    assert (first["year"], second["year"]) == (2022, 2024)
    assert second == {
        "year": 2024,
        "home": "KH-4",
        "age_now": "35-44",
        "sex": "F",
        "client": "SURV",
        "barrier_main": "COST",
        "disability": "YES",
        "status.DATA": "UNK",
        "status.EMC": "UNK",
        "status.REH": "RECV",
        "status.PSS": "UNK",
        "status.SEI": "NEED",
        "status.LAW": "UNK",
    }
    assert first["status.SEI"] == "UNK"
    assert first["barrier_main"] == "NO_UNMET"
    assert loaded.snapshot.clients.consent.values() == ["AGG", "AGG"]
    assert loaded.findings == ()


def test_a_person_of_two_cases_is_one_client(load) -> None:
    both = [{"Person": "1234567"}, {"Case": "C2", "Person": "1234567", "Date": "2018", "Disabled": ""}]
    loaded = load(both, [{}, {"Case": "C2", "Pillar": "PSS", "State": "REF"}])

    (client,) = rows(loaded)
    assert (client["status.REH"], client["status.PSS"]) == ("RECV", "REF")
    assert client["disability"] == "YES", "the later case tells nothing of it"


def test_the_farthest_status_of_the_year_counts_and_not_that_of_another(load) -> None:
    loaded = load(contacts=[{"Day": "2023-05", "State": "RECV"}, {"State": "REF"}, {"State": "NEED"}])

    assert [client["status.REH"] for client in rows(loaded)] == ["RECV", "REF"]


@pytest.mark.parametrize(
    ("victim", "kind"),
    [
        ({"Result": "I"}, "SURV"),
        ({"Result": "U"}, "UNK"),
        ({"Kind": "FAM", "Result": "I"}, "FAM"),
        ({"Kind": "FAM", "Result": "K"}, "FAM"),
    ],
)
def test_the_kind_of_client(load, victim, kind) -> None:
    assert [client["client"] for client in rows(load([victim]))] == [kind]


@pytest.mark.parametrize(
    ("contacts", "barrier"),
    [
        (
            [{"State": "NEED", "Why not": "DIST"}, {"State": "REF", "Why not": "COST", "Day": "2024-04"}],
            "COST",
        ),
        (
            [{"State": "NEED", "Why not": "DIST"}, {"State": "REF", "Why not": "NONE", "Day": "2024-04"}],
            "DIST",
        ),
        ([{"State": "UNAVAIL"}], "NOT_TOLD"),
        ([{"State": "NEED", "Why not": "DIST"}, {"State": "RECV", "Day": "2024-04"}], "NO_UNMET"),
        ([{"State": "DECL", "Why not": "STIG"}], "NO_UNMET"),
        ([{"State": "UNK", "Why not": "STIG"}], "NO_UNMET"),
    ],
)
def test_the_main_barrier_is_that_of_the_latest_unmet_need(load, contacts, barrier) -> None:
    (client,) = rows(load(contacts=contacts))

    assert client["barrier_main"] == barrier
    unmet = {"NEED", "REF", "UNAVAIL"} & {code for name, code in client.items() if name.startswith("status")}
    assert bool(unmet) == (barrier != "NO_UNMET")


@pytest.mark.parametrize(
    ("victim", "age"),
    [
        ({"Age": "", "Born": "2010-12-31"}, "10-14"),
        ({"Age": "16", "Born": "1998"}, "25-34"),
        ({"Age": "", "Born": ""}, "UNK"),
        # Of an age at the accident only the band is kept, so that several bands may be possible now.
        ({"Age": "4", "Born": ""}, "CHILD_UNK"),
        ({"Age": "10", "Born": ""}, "18-24"),
        ({"Age": "30", "Born": ""}, "ADULT_UNK"),
        ({"Age": "ADULT_UNK", "Born": ""}, "ADULT_UNK"),
        ({"Age": "CHILD_UNK", "Born": "", "Date": "2023-11-01"}, "UNK"),
        # Whatever the age was, eighteen years have passed since.
        ({"Age": "", "Born": "", "Date": "2006-05-01"}, "ADULT_UNK"),
        ({"Age": "", "Born": "", "Date": "2007-05-01"}, "UNK"),
        ({"Age": "5", "Born": "", "Date": "2024-01-01"}, "CHILD_UNK"),
    ],
)
def test_age_now_is_that_of_the_last_day_of_the_year(load, victim, age) -> None:
    assert [client["age_now"] for client in rows(load([victim]))] == [age]


def test_somebody_grown_up_then_is_no_child_now(small, load) -> None:
    loaded = load([{"Age": "30", "Born": "2010"}])

    assert rows(loaded)[0]["age_now"] == "UNK"
    assert small.problems(loaded) == {("birth_date", "AGE_NOW_DIFFERS"): 1}


def test_small_children_were_asked_nothing_about_disability(load) -> None:
    loaded = load([{"Date": "2023-01-01", "Age": "1", "Born": "2022-01-01"}])

    assert (rows(loaded)[0]["age_now"], rows(loaded)[0]["disability"]) == ("0-4", "UNK")


@pytest.mark.parametrize(
    ("victim", "contact", "problem"),
    [
        ({}, {"Day": ""}, ("Day", "CONTACT_UNDATED")),
        ({}, {"Day": "2015-04-30"}, ("Day", "CONTACT_BEFORE")),
        ({}, {"Day": "2014"}, ("Day", "CONTACT_BEFORE")),
        ({"Result": "K"}, {"Day": "2015-07-01"}, ("Day", "CONTACT_AFTER_DEATH")),
        ({"Result": "K"}, {"Day": "2015-05-01", "Pillar": "EMC"}, None),
        ({}, {"Case": "C9"}, ("", "ORPHAN")),
    ],
)
def test_a_contact_that_cannot_be_right_makes_nobody_a_client(small, load, victim, contact, problem) -> None:
    loaded = load([victim], [contact])

    assert rows(loaded) == []
    assert set(loaded.snapshot.clients.columns) >= {"status.REH", "barrier_main", "home", "client"}
    assert small.problems(loaded) == ({} if problem is None else {problem: 1})


def test_after_death_in_a_second_accident_nobody_is_a_client(small, load) -> None:
    both = [{"Person": "1234567"}, {"Case": "C2", "Person": "1234567", "Date": "2018-02-01", "Result": "K"}]
    loaded = load(both, [{"Day": "2017-01-01"}, {"Day": "2018-06-01"}])

    assert [client["year"] for client in rows(loaded)] == [2017]
    assert small.problems(loaded) == {("Day", "CONTACT_AFTER_DEATH"): 1}


def test_a_status_that_runs_backwards_and_a_barrier_without_a_need_are_findings(small, load) -> None:
    loaded = load(contacts=[
        {"Day": "2024-02-01", "State": "RECV"},
        {"Day": "2024-05-01", "State": "REF"},
        {"Day": "2024-06-01", "Pillar": "PSS", "State": "NO_NEED", "Why not": "COST"},
    ])  # fmt: skip

    (client,) = rows(loaded)
    assert (client["status.REH"], client["status.PSS"], client["barrier_main"]) == (
        "RECV",
        "NO_NEED",
        "NO_UNMET",
    )
    assert small.problems(loaded) == {("State", "STATUS_BACKWARDS"): 1, ("Why not", "BARRIER_NO_NEED"): 1}
    assert {f.column: f.lines for f in loaded.findings} == {"State": (3,), "Why not": (4,)}


@pytest.mark.parametrize(("moved", "collected"), [(2, False), (10, True)])
def test_a_home_that_copies_the_accident_s_place_is_not_collected(small, load, moved, collected) -> None:
    victims = [{"Case": f"C{n}", "Home": "KH-4" if n < moved else "KH-2"} for n in range(60)]
    loaded = load(victims, [{"Case": f"C{n}"} for n in range(60)])

    assert ("home" in loaded.snapshot.clients.columns) == collected
    assert small.problems(loaded) == ({} if collected else {("home_place", "HOME_COPIED"): 1})
    if collected:
        assert Counter(client["home"] for client in rows(loaded)) == {"KH-2": 50, "KH-4": 10}


def test_a_register_without_dates_of_contacts_has_no_clients(small) -> None:
    small.mapping = MAPPING.replace("      Day: service_date\n", "")
    loaded = small.load(
        victims=",".join(VICTIM) + "\n" + ",".join(VICTIM.values()) + "\n",
        services="Case,Pillar,State,Why not\nC1,REH,RECV,\n",
    )
    assert loaded.snapshot.clients is None


def test_clients_are_stored_as_they_are(load) -> None:
    victims = [{"Case": f"C{n}", "Consent": ("AGG", "N", "REC")[n % 3]} for n in range(9)]
    clients = load(victims, [{"Case": f"C{n}", "Day": f"202{n % 4}"} for n in range(9)]).snapshot.clients
    data = clients.to_bytes()

    again = Clients.from_bytes(data)
    assert again.to_bytes() == data
    assert again.years == (2020, 2021, 2022, 2023)
    assert [len(again.of_year(year)) for year in again.years] == [3, 2, 2, 2]
    for broken in (b"", data[:-1], data[:40] + b"x" + data[41:], data + b"x"):
        with pytest.raises(ClientsError):
            Clients.from_bytes(broken)


def test_no_clients_at_all_are_stored_too(load) -> None:
    clients = load(contacts=[]).snapshot.clients

    assert len(clients) == 0
    assert Clients.from_bytes(clients.to_bytes()).to_bytes() == clients.to_bytes()


def test_consent_of_a_client_is_lowered_and_never_raised(load) -> None:
    clients = load([{}, {"Case": "C2", "Consent": "N"}], [{}, {"Case": "C2"}]).snapshot.clients
    first, second = (person.decode() for person in clients.person.tolist())

    assert clients.with_consents({first: "N", second: "REC"}).consent.values() == ["N", "N"]
    assert clients.with_consents({}).consent.values() == ["AGG", "N"]


def test_a_file_that_was_added_says_what_is_so_of_its_people_and_years(load) -> None:
    former = load([{}, {"Case": "C2"}], [{}, {"Day": "2023"}, {"Case": "C2"}]).snapshot.clients
    more = load([{}], [{"State": "NEED"}, {"Day": "2025"}]).snapshot.clients
    both = former.added(more)

    assert both.year.tolist() == [2023, 2024, 2024, 2025]
    assert both.columns["status.REH"].values() == ["RECV", "NEED", "RECV", "RECV"]


@pytest.mark.parametrize(
    ("first", "second", "disability"),
    [
        ({}, {"Disabled": "NO"}, "UNK"),
        ({"Disabled": "NO"}, {}, "UNK"),
        ({}, {"Disabled": ""}, "YES"),
        ({}, {"Disabled": "NO", "Date": "2018-03-01"}, "NO"),
        ({"Disabled": "NO", "Date": "2018-03-01"}, {}, "NO"),
    ],
)
def test_two_answers_of_one_time_that_differ_are_unknown_and_a_finding(
    small, load, first, second, disability
) -> None:
    both = [{"Person": "1234567", **first}, {"Case": "C2", "Person": "1234567", **second}]
    loaded = load(both)

    (client,) = rows(loaded)
    assert client["disability"] == disability
    differs = [f for f in loaded.findings if f.problem.name == "DISABILITY_DIFFERS"]
    assert [list(f.lines) for f in differs] == ([[2, 3]] if disability == "UNK" else [])


def test_the_same_help_told_by_two_providers_makes_one_client_with_one_status(load) -> None:
    loaded = load(contacts=[{}, {}, {"Day": "2024-03-01", "State": "NEED", "Why not": "COST"}])

    (client,) = rows(loaded)
    assert (client["status.REH"], client["barrier_main"]) == ("RECV", "NO_UNMET")


def test_a_pillar_that_nobody_knows_is_a_finding_with_its_line_and_no_status(load) -> None:
    loaded = load(contacts=[{"Pillar": "REHA", "State": "NEED", "Why not": "COST"}])

    (client,) = rows(loaded)
    assert {client[name] for name in client if name.startswith("status.")} == {"UNK"}
    assert client["barrier_main"] == "NO_UNMET"
    (finding,) = [f for f in loaded.findings if f.problem.name == "CODE"]
    assert (finding.table, finding.column, list(finding.lines)) == ("services.csv", "Pillar", [2])
