"""Clients of assistance in a region: two members share them, from a cube beside that of casualties."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from federation import Federation, federation, policy_text, snapshot
from invented_clients import invented_clients, number_of
from signing import put_in_force

from audit.events.search import read_events
from gateway.bootstrap.desk.preview_answers import canonical_questions
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.export import to_text
from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.answer.decision_replay import replay
from gateway.member.build.cube_building import build
from gateway.member.build.cube_findings import changes_of_shares
from gateway.member.build.growth import grow
from gateway.member.build.preview import make, measure, ready
from gateway.member.cube.clients_history import casualties_of, clients_of
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.model.clients import Clients
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.question import Question, QuestionError
from gateway.question import ask as question_of
from gateway.wire.answer import Refusal
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release
from gateway.wire.sharing_statement import sign_sharing

PURPOSE = "regional-reporting"
THRESHOLD = 5
REH_BY_SEX = ("status.REH", "sex")
SHARE = """\
  - with: [ARMAC]
    for: [regional-reporting]
    measures: [clients, cases]
"""
LEVELS = (
    "outcome: yes, service_date: service_year, home: home_group, age_now: adult_child_now, "
    "barrier_main: unmet, disability: yes, status.REH: status.REH"
)
TABLES = (
    "[{status.REH: status.REH, sex: sex}, {home: home_group, barrier_main: unmet}, "
    "{disability: disability, sex: sex, age_now: adult_child_now}]"
)
CLIENTS: dict[str, Clients | None] = {
    "KH": invented_clients("KH", women=0.2),
    "LA": invented_clients("LA", women=0.9),
    "TH": None,
}
"""Nearly all women who survived are clients in Lao PDR, and few are in Cambodia."""


def shared(member: str) -> str:
    """Cambodia and Lao PDR share their clients, Thailand only casualties."""
    text = policy_text(member)
    if member == "TH":
        return text
    text = text.replace("max_dimensions: 2", "max_dimensions: 3").replace("outcome: yes", LEVELS)
    return text.replace("finest:", f"{SHARE}finest:") + f"priority: {TABLES}\n"


def load(node: Node, member: str) -> None:
    keep_snapshot(node, replace(snapshot(member), clients=CLIENTS[member]))
    build(node)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    with federation(tmp_path_factory.mktemp("region"), *CLIENTS, ready=False) as made:
        for code, member in made.members.items():
            put_in_force(member.node, shared(code))
            load(member.node, code)
        yield made


def question(measure: str, *by: str, **where: list[str]) -> Question:
    return question_of(regional(), measure=measure, by=by, where=where, purpose=PURPOSE)


def asked(region: Federation, put: Question) -> Release:
    made = ask(region.hub, region.analyst, put, timedelta(seconds=10))
    for member in region.members.values():
        member.round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(made.id)
    assert found is not None
    return found


def table_of(region: Federation, put: Question) -> dict[tuple[str, ...], Cell]:
    return {cell.key: cell for cell in asked(region, put).cells}


def of_cambodia(year: int, **codes: str) -> int:
    clients = CLIENTS["KH"]
    assert clients is not None
    return number_of(clients, year, **codes)


def test_cases_of_one_pillar_are_answered_by_members_that_share_them(region: Federation) -> None:
    table = table_of(region, question("cases", "country", "status.REH", "sex"))

    assert table["KH", "RECV", TOTAL].value == of_cambodia(2024, **{"status.REH": "RECV"})
    assert table["KH", "RECV", "M"].value == of_cambodia(2024, **{"status.REH": "RECV", "sex": "M"})
    assert table["KH", TOTAL, TOTAL].value == of_cambodia(2024), "of the last closed year of service"
    assert table["TH", TOTAL, TOTAL].status is Status.NOT_SHARED
    whole = table[TOTAL, TOTAL, TOTAL]
    assert (whole.status, whole.missing_members) == (Status.VALUE, ("TH",))


def test_unmet_need_and_disability_are_answered(region: Federation) -> None:
    unmet = table_of(region, question("clients", "home_group", "unmet"))
    disability = table_of(region, question("clients", "country", "disability", "sex", "adult_child_now"))

    homes = [key for key in unmet if key[0].startswith("KH") and key[1] == "UNMET"]
    assert homes
    assert any(unmet[key].value for key in homes)
    men = of_cambodia(2024, disability="YES", sex="M", adult_child_now="ADULT")
    assert disability["KH", "YES", "M", "ADULT"].value == men


def test_a_year_of_service_can_be_named_and_years_are_never_added(region: Federation) -> None:
    put = question("clients", "country", "disability", service_year=["2023"])
    assert table_of(region, put)["KH", TOTAL].value == of_cambodia(2023)
    early = asked(region, question("clients", "country", "disability", service_year=["2019"]))
    assert {c.member: c.refusals for c in early.coverage}["KH"] == (Refusal.NOT_COLLECTED,)

    with pytest.raises(QuestionError, match="one year of service"):
        question("clients", "country", "service_year")
    with pytest.raises(QuestionError, match="one year of service"):
        question("clients", "country", service_year=["2023", "2024"])


def test_cases_need_a_pillar() -> None:
    with pytest.raises(QuestionError, match="one kind of assistance"):
        question("cases", "country", "sex")


def test_casualties_have_no_disability_and_clients_no_device(region: Federation) -> None:
    for put in (question("casualties", "country", "disability"), question("clients", "country", "outcome")):
        refused = {c.member: c.refusals for c in asked(region, put).coverage}
        assert refused["KH"] == refused["LA"] == (Refusal.NOT_COLLECTED,)


def test_tables_of_more_dimensions_than_were_made_are_refused_by_the_policy_alone(region: Federation) -> None:
    release = asked(region, question("clients", "country", "disability", "unmet", "status.REH"))

    refused = {c.member: c.refusals for c in release.coverage}
    assert refused["KH"] == refused["LA"] == (Refusal.NOT_SHARED,)


def test_clients_give_way_where_nearly_every_survivor_of_a_sex_is_one(region: Federation) -> None:
    casualties = table_of(region, question("casualties", "country", "sex", "outcome"))
    clients = table_of(region, question("cases", "country", "status.REH", "sex"))

    assert casualties["LA", TOTAL, TOTAL].value == casualties["KH", TOTAL, TOTAL].value
    assert clients["LA", TOTAL, "F"].status is Status.WITHHELD
    assert clients["KH", TOTAL, "F"].status is Status.VALUE


def test_a_total_with_withheld_clients_is_told_as_far_as_the_recipient_could_work_it_out(
    region: Federation,
) -> None:
    of_lao = CLIENTS["LA"]
    assert of_lao is not None
    ranges = []
    for put in (
        question("cases", "country", "status.REH", "sex"),
        question("clients", "country", "adult_child_now", "sex", service_year=["2023"]),
    ):
        release = asked(region, put)
        year = int(release.question["where"]["service_year"][0])
        for cell in release.cells:
            if cell.key[0] == TOTAL and cell.status is Status.WITHHELD:
                levels = zip((axis.level for axis in release.axes), cell.key, strict=True)
                codes = {level: code for level, code in levels if code != TOTAL}
                truth = of_cambodia(year, **codes) + number_of(of_lao, year, **codes)
                assert cell.at_most is not None
                assert (cell.at_least or 0) <= truth <= cell.at_most
                ranges.append(cell.at_most - (cell.at_least or 0))

    assert len(ranges) > 4
    assert 0 < min(ranges) < 200, "women of Lao PDR are withheld, and all clients are shown"


def test_the_cube_of_casualties_is_the_same_without_clients(region: Federation) -> None:
    node = region.members["KH"].node
    with node.store.reading() as view:
        stored = view.cube()
    assert stored is not None
    assert clients_of(stored.cube) is not None
    plan, rules = plan_cube(regional(), checked(node, shared("KH")), snapshot("KH"), node.clock.now().date())
    alone = grow(CubeInputs(regional(), snapshot("KH"), plan, rules, node.cube_key), None)

    assert casualties_of(stored.cube) == alone.to_bytes()


def test_a_preview_shows_clients_as_they_are_answered(region: Federation) -> None:
    node = region.members["KH"].node
    policy = checked(node, shared("KH"))

    made = make(node, policy)

    found = {one.name: one for one in canonical_questions(node, policy, ready(node, made))}
    release = found["disability"].release
    assert release is not None
    answered = table_of(region, question("clients", "country", "disability", "sex", "adult_child_now"))
    key = ("YES", "M", "ADULT")
    assert {cell.key: cell.value for cell in release.cells}[key] == answered["KH", *key].value is not None
    assert any("cube of their own for each year of service" in said for said in made.stricter)
    named = {name for one in measure(node, made).to_accept for name, _ in one.group}
    assert named <= regional().dimensions.keys()


def test_a_preview_tells_which_share_of_the_clients_each_table_shows(region: Federation) -> None:
    node = region.members["KH"].node
    policy = checked(node, shared("KH"))

    made = make(node, policy)

    found = {one.table.question: one for one in measure(node, made).shares if one.table.question}
    shown = {one.name: one.release for one in canonical_questions(node, policy, ready(node, made))}
    for name in ("services-by-sex.REH", "disability"):
        release = shown[name]
        assert release is not None
        inner = [cell.value for cell in release.cells if TOTAL not in cell.key]
        assert found[name].people_shown == sum(value for value in inner if value and value >= THRESHOLD) > 0
    everybody = CLIENTS["KH"]
    assert everybody is not None
    groups = Counter(
        zip(*(everybody.of_year(2024).columns[name].values() for name in REH_BY_SEX), strict=True)
    )
    assert found["services-by-sex.REH"].ceiling == sum(n for n in groups.values() if n >= THRESHOLD)
    assert not changes_of_shares(node, made, made)


def test_every_decision_can_be_replayed(region: Federation) -> None:
    words = vocabulary(regional(), recipients=RECIPIENTS, member="KH")
    node, seen = region.members["KH"].node, set()
    with node.store.reading() as view:
        for found in read_events(enumerate(view.log.read_entries(0, view.log.latest_checkpoint().size))):
            if type(found.event).__name__ in ("Answered", "Refused"):
                again = replay(view, regional(), words, found.number)
                assert (again.differences, again.unchecked) == ((), ())
                seen.add((type(found.event).__name__, found.event.measure))
    assert {("Answered", "clients"), ("Answered", "cases"), ("Refused", "clients")} <= seen


def test_all_members_answer_for_one_year_which_the_question_and_the_log_name(region: Federation) -> None:
    """Lao PDR says that it closes its years later. Numbers of different years would be added up."""
    late = region.members["LA"]
    late.round()
    with region.hub.store.reading() as view:
        of_2023 = replace(view.sharings()["LA"].sharing, snapshot_date="2023-12-31")
    note = sign_sharing(of_2023, late.node.answer_signer)
    late.link.twist = lambda call: replace(call, sharing=note)
    late.round()

    release = asked(region, question("clients", "country", "disability"))

    assert release.question["where"] == {"service_year": ["2023"]}
    of_lao = CLIENTS["LA"]
    assert of_lao is not None
    table = {cell.key: cell for cell in release.cells}
    both = of_cambodia(2023), number_of(of_lao, 2023)
    assert (table["KH", TOTAL].value, table["LA", TOTAL].value) == both
    assert table[TOTAL, TOTAL].value == sum(both)
    newer = asked(region, question("clients", "country", "disability", service_year=["2025"]))
    assert {c.refusals for c in newer.coverage if c.member != "TH"} == {(Refusal.NOT_COLLECTED,)}
    with region.hub.store.reading() as view:
        entries = view.log.read_entries(0, view.log.latest_checkpoint().size)
        logged = [found.event for found in read_events(enumerate(entries))]
    first = next(event for event in logged if getattr(event, "question_id", "") == release.question_id)
    assert [(f.dimension, f.codes) for f in first.where] == [("service_year", ("2023",))]
    assert to_text(release, regional()).startswith("Clients of assistance in 2023, by country and disability")
