"""A region's risk education and marking: counted by two members, one of which shares it, beside people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text, snapshot
from signing import put_in_force

from audit.events.search import read_events
from gateway.bootstrap.desk.preview_answers import canonical_questions
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.export import to_csv, to_text
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.hub.sharing_statements import Expected, QuestionFacts, Requester, outlook
from gateway.member.answer.decision_replay import replay
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make, ready
from gateway.member.cube.cube_shape import Shape
from gateway.member.model.activities import MEASURES, Activities
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.consent import change_consent
from gateway.member.register.missing_cases import LoadedAs
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import Question
from gateway.question import ask as question_of
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Status
from gateway.wire.release import Release
from gateway.wire.sharing_statement import Sharing

PURPOSE = "regional-reporting"
BY = ("country", "activity_year", "activity_type")
TOGETHER = """\
  - with: [ARMAC]
    for: [regional-reporting]
    measures: [sessions, reached, areas_marked]
"""
SHEETS = {
    "KH": Activities(
        MEASURES,
        {
            (2021, "EORE_COMM"): {"sessions": 99, "reached": 999},
            (2022, "EORE_COMM"): {"sessions": 2, "reached": 1},
            (2024, "EORE_COMM"): {"sessions": 3, "reached": 40},
            (2024, "MARK"): {"areas_marked": 1},
            (2026, "EORE_COMM"): {"sessions": 7, "reached": 70},
        },
    ),
    "LA": Activities(("sessions", "reached"), {(2022, "EORE_SCHOOL"): {"sessions": 5, "reached": 300}}),
    "TH": Activities(("sessions",), {(2022, "EORE_SCHOOL"): {"sessions": 8}}),
}
"""Of Cambodia some before the first year that counts and of a year that is not over; some tiny."""


def shared(member: str) -> str:
    """Cambodia and Lao PDR share their activities, Thailand only casualties, as of the year 2022 on."""
    text = policy_text(member)
    if member == "TH":
        return text
    levels = "outcome: yes, activity_date: activity_year, activity_type: yes"
    return text.replace("outcome: yes", levels).replace("finest:", f"{TOGETHER}finest:")


def load(node: Node, member: str) -> None:
    keep_snapshot(node, snapshot(member), activities=SHEETS[member])
    build(node)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, *SHEETS, ready=False) as made:
        for code, member in made.members.items():
            put_in_force(member.node, shared(code))
            load(member.node, code)
        yield made


def question(measure: str, *by: str, **where: list[str]) -> Question:
    return question_of(regional(), measure=measure, by=by or BY, where=where, purpose=PURPOSE)


def asked(region: Federation, put: Question) -> Release:
    made = ask(region.hub, region.analyst, put, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(made.id)
    assert found is not None
    return found


def test_a_policy_may_protect_who_held_the_activities(region: Federation) -> None:
    node = region.members["KH"].node
    sheets = Activities(
        ("sessions",),
        {(2022, "EORE_COMM"): {"sessions": 20}, (2024, "EORE_COMM"): {"sessions": 30}},
        {(2022, "EORE_COMM"): {"sessions": (9, 6)}, (2024, "EORE_COMM"): {"sessions": (20, 9)}},
    )
    put_in_force(node, shared("KH").replace("version: 1", "version: 2") + "operator_p_percent: 10\n")
    keep_snapshot(node, snapshot("KH"), activities=sheets)
    build(node)
    table = {cell.key: cell for cell in asked(region, question("sessions")).cells}

    assert table["KH", "2022", "EORE_COMM"].value == 20
    # Who held 9 of 30 knows that the largest held 20 or 21.
    withheld = [("2024", "EORE_COMM"), ("2024", TOTAL), (TOTAL, "EORE_COMM"), (TOTAL, TOTAL)]
    assert {table["KH", *key].status for key in withheld} == {Status.WITHHELD}
    assert table["KH", "2024", TOTAL].at_most is None
    assert table["LA", "2022", "EORE_SCHOOL"].value == 5

    keep_snapshot(node, snapshot("KH"), activities=replace(sheets, largest=None))
    build(node)
    table = {cell.key: cell for cell in asked(region, question("sessions", *BY[:2])).cells}
    assert table["KH", "2022"].status is Status.WITHHELD, "who held them is not known"


def test_sessions_are_added_over_members_and_none_is_withheld(region: Federation) -> None:
    release = asked(region, question("sessions"))
    table = {cell.key: cell for cell in release.cells}

    assert [axis.codes for axis in release.axes[1:]] == [
        ("2022", "2024", TOTAL),
        ("EORE_COMM", "EORE_SCHOOL", TOTAL),
    ]
    assert table["KH", "2022", "EORE_COMM"].value == 2, "few, and shown: no person stands behind a session"
    assert table["KH", TOTAL, TOTAL].value == 5, "of closed years that count"
    assert table["LA", "2024", "EORE_SCHOOL"].status is Status.NOT_COLLECTED, "no sheet is no zero"
    assert table["KH", "2024", "EORE_SCHOOL"].status is Status.NOT_COLLECTED
    assert table["TH", "2022", TOTAL].status is Status.NOT_SHARED
    whole = table[TOTAL, TOTAL, TOTAL]
    assert (whole.value, whole.missing_members) == (10, ("TH",))
    assert Status.WITHHELD not in {cell.status for cell in release.cells}
    assert {c.member: (c.answered, c.snapshot_date, c.refusals) for c in release.coverage} == {
        "KH": (True, "2024-12-31", ()),
        "LA": (True, "2024-12-31", ()),
        "TH": (False, "2024-12-31", (Refusal.NOT_SHARED,)),
    }
    assert "KH,2022,EORE_COMM,value,2" in to_csv(release, regional())


def test_attendances_and_areas_are_tables_of_their_own(region: Federation) -> None:
    reached = {cell.key: cell.value for cell in asked(region, question("reached")).cells}
    assert reached["KH", "2022", "EORE_COMM"] == 1
    assert reached[TOTAL, TOTAL, TOTAL] == 341

    areas = asked(region, question("areas_marked"))
    table = {cell.key: cell for cell in areas.cells}
    assert table["KH", "2024", "MARK"].value == 1
    assert {c.member: c.refusals for c in areas.coverage}["LA"] == (Refusal.NOT_COLLECTED,)
    assert "withheld" not in to_text(areas, regional())


def test_people_have_no_kind_of_activity_and_sessions_no_sex(region: Federation) -> None:
    by_sex = asked(region, question("sessions", "country", "sex"))
    by_kind = asked(region, question("casualties", "country", "activity_type"))

    for release in (by_sex, by_kind):
        refused = {c.member: c.refusals for c in release.coverage}
        assert refused["KH"] == refused["LA"] == (Refusal.NOT_COLLECTED,)


def test_years_and_kinds_can_be_chosen(region: Federation) -> None:
    put = question("sessions", "country", activity_year=["2022"], activity_type=["EORE_COMM"])
    table = {cell.key: cell for cell in asked(region, put).cells}

    assert table["KH",].value == 2
    assert table["LA",].status is Status.NOT_COLLECTED


def test_every_decision_can_be_replayed_and_the_log_says_what_was_asked(region: Federation) -> None:
    for measure in MEASURES:
        asked(region, question(measure))
    asked(region, question("sessions", "country", "sex"))
    words = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
    node, seen = region.members["KH"].node, []
    with node.store.reading() as view:
        for found in read_events(enumerate(view.log.read_entries(0, view.log.latest_checkpoint().size))):
            if type(found.event).__name__ in ("Answered", "Refused"):
                again = replay(view, regional(), words, found.number)
                assert (again.differences, again.unchecked) == ((), ())
                seen.append((type(found.event).__name__, found.event.measure, found.event.by))
    assert seen == [
        *(("Answered", measure, BY) for measure in MEASURES),
        ("Refused", "sessions", ("country", "sex")),
    ]


def test_a_preview_shows_activities_as_they_will_be_answered(region: Federation) -> None:
    node = region.members["KH"].node
    policy = checked(node, shared("KH"))

    found = {one.name: one for one in canonical_questions(node, policy, ready(node, make(node, policy)))}

    sessions = found["risk-education-and-marking.sessions"].release
    assert sessions is not None
    assert {cell.key: cell.value for cell in sessions.cells}["2024", "EORE_COMM"] == 3
    narrower = checked(node, policy_text("KH"))
    found = {one.name: one for one in canonical_questions(node, narrower, ready(node, make(node, narrower)))}
    assert found["risk-education-and-marking"].refusals == (Refusal.NOT_SHARED,)


def test_a_member_states_what_it_shares_of_activities(region: Federation) -> None:
    for member in region.members.values():
        member.round()
    with region.hub.store.reading() as view:
        stated: dict[str, Sharing] = {code: one.sharing for code, one in view.sharings().items()}
    requester = Requester("ARMAC", "analyst")

    def expected(member: str, put: Question) -> Expected:
        facts = QuestionFacts.of(regional(), put)
        day = region.hub.clock.now().date()
        return outlook(regional(), stated[member], requester, facts, day).expected

    assert expected("KH", question("areas_marked")) is Expected.ANSWER
    assert expected("LA", question("sessions")) is Expected.ANSWER
    assert expected("LA", question("areas_marked")) is Expected.REFUSE
    assert expected("TH", question("sessions")) is Expected.REFUSE
    assert expected("KH", question("sessions", "country", "sex")) is Expected.REFUSE


def test_what_is_there_stays_with_a_withdrawn_consent_and_with_a_file_that_is_added(
    region: Federation,
) -> None:
    node = region.members["KH"].node
    with node.store.reading() as view:
        before = view.loaded()
    assert before is not None
    change_consent(node, "case", "case-0001", "N")
    more = Activities(MEASURES, {(2024, "EORE_COMM"): {"sessions": 4, "reached": 4}})
    keep_snapshot(node, replace(snapshot("KH")), loaded_as=LoadedAs.ADDITION, activities=more)
    build(node)

    table = {cell.key: cell.value for cell in asked(region, question("sessions")).cells}
    assert (table["KH", "2022", TOTAL], table["KH", "2024", TOTAL]) == (2, 4)


def test_the_shape_of_a_cube_says_years_and_kinds_and_no_number() -> None:
    shape = Shape({"sex": "sex"}, (2022,), 2, activities={"sessions": ((2022, 2024), ("EORE_COMM",))})

    assert Shape.from_bytes(shape.to_bytes()) == shape
    assert b'"activities":{"sessions":{"types":["EORE_COMM"],"years":[2022,2024]}}' in shape.to_bytes()
    plain = Shape({"sex": "sex"}, (2022,), 2)
    assert b"activities" not in plain.to_bytes(), "logs of before say the same as ever"
