"""Contacts and clients in bad files: each fault is a finding with its line, and nothing counts wrongly."""

from typing import Any

import pytest

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, Person: national_id, Date: {to: date, formats: [YYYY-MM-DD]}, Age: age,
      Born: birth_date, Result: outcome, See: wg_see, Hear: wg_hear, Walk: wg_walk, Think: wg_cog,
      Self: wg_self, Talk: wg_comm}
  services.csv:
    several: yes
    join: {Case: Case}
    columns: {No: service_id, Day: service_date, Pillar: va_pillar, What: service_item, State: service_status,
      Why not: service_barrier, Who: provider, Cost: cost_usd}
constants: {consent_share: AGG}
"""
VICTIM = dict.fromkeys(("See", "Hear", "Walk", "Think", "Self", "Talk"), "1") | {
    "Case": "C1", "Person": "1234567", "Date": "2015-05-01", "Age": "30", "Born": "1985-02-01", "Result": "I",
}  # fmt: skip
SERVICE = {
    "Case": "C1", "No": "", "Day": "2024-03-01", "Pillar": "REH", "What": "REH1", "State": "RECV",
    "Why not": "", "Who": "REHC", "Cost": "100",
}  # fmt: skip


def table(usual: dict[str, str], rows: list[dict[str, str]]) -> str:
    filled = [usual | row for row in rows]
    return "\n".join([",".join(usual), *(",".join(row[name] for name in usual) for row in filled)]) + "\n"


@pytest.fixture
def load(small):
    small.mapping = MAPPING

    def loaded(victims: list[dict[str, str]], services: list[dict[str, str]]) -> Any:
        return small.load(victims=table(VICTIM, victims), services=table(SERVICE, services))

    return loaded


def found(loaded) -> set[tuple[str, str, tuple[int, ...]]]:
    return {(f.column, f.problem.name, f.lines) for f in loaded.findings}


def services(loaded) -> tuple[int, int]:
    """All services of all clients, and their cost in cents."""
    received = loaded.snapshot.clients.received
    return int(received.number.sum()), int(received.cents.sum())


@pytest.mark.parametrize(
    ("rows", "problem", "counted"),
    [
        ([{}, {"Case": "C9"}], ("", "ORPHAN", (3,)), (1, 10_000)),
        ([{"No": "S1"}, {"No": "S1", "Who": "HOSP"}], ("", "CONTACT_TWICE", (2,)), (1, 10_000)),
        ([{"No": "S1"}, {"No": "H7", "Who": "HOSP"}], ("Who", "CONTACT_ALIKE", (2, 3)), (2, 20_000)),
        ([{}, {"Day": "2024-05-01", "State": "REF"}], ("State", "STATUS_BACKWARDS", (3,)), (1, 10_000)),
        ([{}, {"Day": "2014-05-01"}], ("Day", "CONTACT_BEFORE", (3,)), (1, 10_000)),
        ([{}, {"Cost": "-5"}], ("Cost", "AMOUNT_RANGE", (3,)), (2, 10_000)),
        ([{}, {"Cost": "20000 riel"}], ("Cost", "AMOUNT_FORM", (3,)), (2, 10_000)),
        ([{}, {"Cost": "20000៛"}], ("Cost", "AMOUNT_FORM", (3,)), (2, 10_000)),
        ([{}, {"Pillar": "REHAB", "What": ""}], ("Pillar", "CODE", (3,)), (1, 10_000)),
        ([{}, {"Pillar": "PSS", "What": "", "State": "NO_NEED", "Why not": "COST"}],
         ("Why not", "BARRIER_NO_NEED", (3,)), (1, 10_000)),
    ],
)  # fmt: skip
def test_each_is_told_with_its_line_and_what_is_right_still_counts(load, rows, problem, counted) -> None:
    loaded = load([{}], rows)

    assert found(loaded) == {problem}
    assert services(loaded) == counted
    assert loaded.snapshot.clients.years == (2024,)
    assert loaded.snapshot.clients.columns["status.REH"].values() == ["RECV"]


def test_a_service_after_death_makes_nobody_a_client(load) -> None:
    loaded = load([{"Result": "K"}], [{}])
    assert found(loaded) == {("Day", "CONTACT_AFTER_DEATH", (2,))}
    assert len(loaded.snapshot.clients) == 0


def test_a_year_of_birth_that_contradicts_the_age_leaves_age_now_unknown(load) -> None:
    loaded = load([{"Born": "2010-02-01"}], [{}])
    assert ("birth_date", "AGE_NOW_DIFFERS", (2,)) in found(loaded)
    assert loaded.snapshot.clients.columns["age_now"].values() == ["UNK"]


def test_two_answers_of_one_day_that_differ_are_neither(load) -> None:
    loaded = load([{}, {"Case": "C2", "Walk": "4"}], [{}])
    assert ("disability", "DISABILITY_DIFFERS", (2, 3)) in found(loaded)
    assert loaded.snapshot.clients.columns["disability"].values() == ["UNK"]


def test_riel_without_a_rate_are_an_error_of_the_mapping() -> None:
    with pytest.raises(MappingError, match="riel"):
        parse_mapping(MAPPING.replace("Cost: cost_usd", "Cost (riel): cost_usd"), regional())


def test_the_same_service_twice_a_month_by_one_provider_is_no_doubt(load) -> None:
    assert found(load([{}], [{"What": "REH3"}, {"What": "REH3", "Day": "2024-03-09"}])) == set()
