"""The year of a question about clients follows from the calendar and from what members state, or is named."""

from datetime import date

import pytest

from gateway.dictionary import regional
from gateway.hub.sharing_statements import Requester, with_year
from gateway.question import Question, ask
from gateway.wire.sharing_statement import Shared, Sharing

TODAY = date(2026, 3, 1)
ANALYST = Requester("ARMAC", "analyst")
PURPOSE = "regional-reporting"


def stated(until: str | None, *measures: str) -> Sharing:
    """A member that shares the disability of clients, from records up to that day."""
    shared = Shared(
        recipients=("ARMAC",),
        roles=None,
        purposes=(PURPOSE,),
        measures=measures or ("clients",),
        levels=("disability", "service_year"),
        max_dims=2,
        ready_made_only=False,
        approval_ready_made=False,
        approval=False,
    )
    return Sharing("KH", "1", None, "kh-1", until, "2026-01-15", (shared,), ())


def question(measure: str = "clients", **where: list[str]) -> Question:
    return ask(regional(), measure=measure, by=["country", "disability"], where=where, purpose=PURPOSE)


def year_of(members: dict[str, Sharing | None], put: Question | None = None) -> tuple[str, ...] | None:
    found = with_year(regional(), question() if put is None else put, members, ANALYST, TODAY)
    named = found.filter("service_year")
    return None if named is None else named.codes


def test_the_last_year_that_is_closed_at_all_members_that_answer_is_asked_for() -> None:
    assert year_of({"KH": stated("2025-12-31"), "LA": stated("2024-12-31")}) == ("2024",)
    assert year_of({"KH": stated("2025-12-31"), "LA": stated("2025-12-31")}) == ("2025",)
    assert year_of({"KH": stated("2025-06-30")}) == ("2024",), "of 2025 the records have half"


@pytest.mark.parametrize(
    "other",
    [
        stated("2023-12-31", "casualties"),  # shares no clients
        stated("2021-12-31"),  # nobody's assistance was counted so early
        stated("2199-12-31"),  # a year that is not over
        stated("9999-12-31"),
        stated("soon"),
        stated(None),
        None,
    ],
)
def test_a_member_that_could_not_answer_holds_nobody_up(other: Sharing | None) -> None:
    assert year_of({"KH": stated("2024-12-31"), "LA": other}) == ("2024",)


def test_members_outside_of_the_question_do_not_count() -> None:
    members: dict[str, Sharing | None] = {"KH": stated("2024-12-31"), "LA": stated("2023-12-31")}
    assert year_of(members, question(country=["KH"])) == ("2024",)


def test_where_no_member_tells_the_calendar_alone_decides() -> None:
    assert year_of({"KH": None}) == ("2024",), "on 1 March the last year may still be open everywhere"
    spring = with_year(regional(), question(), {"KH": None}, ANALYST, date(2026, 4, 2))
    early = with_year(regional(), question(), {"KH": None}, ANALYST, date(2022, 4, 2))
    assert [f.codes for f in (*spring.where, *early.where)] == [("2025",), ("2023",)]


def test_a_year_that_is_named_stays_and_other_measures_have_none() -> None:
    members: dict[str, Sharing | None] = {"KH": stated("2024-12-31")}
    assert year_of(members, question(service_year=["2023"])) == ("2023",)
    casualties = ask(regional(), measure="casualties", by=["sex"], where={}, purpose=PURPOSE)
    assert year_of(members, casualties) is None


def test_filters_stay_in_order() -> None:
    put = question(unmet=["UNMET"], country=["KH"])
    found = with_year(regional(), put, {"KH": None}, ANALYST, TODAY)
    assert [f.level for f in found.where] == ["country", "service_year", "unmet"]
    assert (
        ask(
            regional(),
            measure=found.measure,
            by=found.by,
            purpose=found.purpose,
            where={f.level: f.codes for f in found.where},
        )
        == found
    )
