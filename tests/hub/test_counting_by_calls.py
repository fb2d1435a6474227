"""Counting once over the members' calls: each by itself, once its controller has given leave."""

from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from counting_lines import (
    DISTINCT,
    MEMBERS,
    PEOPLE,
    Line,
    allowed,
    begun,
    counting_region,
    events,
    everybody,
    lines_of,
    run_of,
    turn_at,
)
from federation import Federation
from signing import leave

from anonymisers.custody import lock_from_file, new_custody
from anonymisers.errors import KeyStoreError
from audit.count_events import Counted, CountLeave
from gateway.bootstrap.layout import Layout
from gateway.bootstrap.loading import load_source
from gateway.bootstrap.vault_identifiers import vault_identifiers
from gateway.hub import count_rounds
from gateway.hub.count_model import RunState, turns
from gateway.hub.errors import AlreadyAnsweredError, AnswerRefusedError, UnknownQuestionError
from gateway.keys.custody import write_custody
from gateway.member.count_turns import allow, decline, leave_to_count, refusal_to_count, send_steps
from gateway.member.errors import LinkError, SignatureRefusedError
from gateway.wire.count_calls import Step
from gateway.wire.counting import CountError


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def place(database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f"count-{database}")


@pytest.fixture(scope="module")
def region(database: str, place: Path) -> Iterator[Federation]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(databases.VARIABLE, database)
        with counting_region(place) as running:
            yield running


@pytest.fixture
def lines(region: Federation) -> dict[str, Line]:
    return lines_of(region)


def test_distinct_people_are_counted_once_all_controllers_have_given_leave(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "2026")
    for code, member in region.members.items():  # their next call tells them
        member.round()
        assert run_of(region, "2026").id in member.round().counts, code
    everybody(region, lines)
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "2026"), code)
    everybody(region, lines)  # in the order of the run: one after the other
    assert count_rounds.count_due(region.hub) == [run_of(region, "2026").id]

    run = run_of(region, "2026")
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run) == DISTINCT
        assert not view.counts.entries(run.id, "VN", Step.MIX)  # nothing of the lists is left
        head = view.log.head()
        assert head is not None
        (logged,) = events(list(view.log.read_entries(0, head.size)), Counted)
    assert (run.state, logged.told) == (RunState.COUNTED, True)
    for member in region.members.values():
        (given,) = [e for e in events(member.log_entries(), CountLeave) if e.epoch == "2026"]
        assert given.granted
        with member.node.store.reading() as view:
            assert view.counts.secrets(run.id) is None  # destroyed
            assert view.counts.to_send() == []
    assert all(member.round().counts == () for member in region.members.values())


def test_a_run_waits_for_a_member_that_is_away_and_goes_on(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "away")
    everybody(region, lines, "KH", "LA", "TH")
    turn = turn_at(region, lines, "KH", "away")
    node = region.members["KH"].node
    with pytest.raises(CountError, match="VN has not joined"):
        allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["KH"])

    everybody(region, lines, "VN")
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "away"), code)
    everybody(region, lines, "KH", "TH", "VN")  # LA is away, and it is its turn
    run = run_of(region, "away")
    with region.hub.store.reading() as view:
        done = count_rounds.progress(view, run)
    assert done["mix"] == ["KH"]
    assert turns(run.event.members, {Step(s): m for s, m in done.items()}) == {"LA": Step.MIX}
    assert count_rounds.count_due(region.hub) == []

    lines["LA"].down = True
    with pytest.raises(LinkError):
        everybody(region, lines, "LA")  # it passes the list on, and cannot hand it in
    lines["LA"].down = False
    everybody(region, lines, "LA", "TH", "VN")
    count_rounds.count_due(region.hub)
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run_of(region, "away")) == DISTINCT


FIRST, SECOND = lock_from_file(b"1" * 32), lock_from_file(b"2" * 32)
CUSTODY = new_custody("KH", {"first": FIRST, "second": SECOND})
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date}
    vault: {ID: national_id, Phone: phone}
constants: {consent_share: AGG}
"""


def test_a_set_comes_from_the_vault_that_two_custodians_open(
    region: Federation, lines: dict[str, Line], place: Path, tmp_path: Path
) -> None:
    """As the register spells the numbers; who has none, or stands there twice, makes no further person."""
    node = region.members["KH"].node
    rows = [f"C{n},{spelt},2019-01-{1 + n:02d}," for n, spelt in enumerate([*PEOPLE["KH"], "", "010-203"])]
    (tmp_path / "victims.csv").write_text("\n".join(["Case,ID,Date,Phone", *rows, ""]), encoding="utf-8")
    write_custody(Layout(place / "KH").keys, CUSTODY)
    load_source(place / "KH", node, tmp_path, MAPPING)
    begun(region, "vault")
    everybody(region, lines)
    turn = turn_at(region, lines, "KH", "vault")

    with pytest.raises(KeyStoreError):  # nobody opens it alone, nor with a wrong lock
        vault_identifiers(node, CUSTODY, {"first": FIRST, "second": FIRST}, "national-id")
    with pytest.raises(CountError, match="keeps no identifiers of the kind 'passport'"):
        vault_identifiers(node, CUSTODY, {"first": FIRST, "second": SECOND}, "passport")
    assert vault_identifiers(node, CUSTODY, {"first": FIRST, "second": SECOND}, "phone") == []
    people = vault_identifiers(node, CUSTODY, {"first": FIRST, "second": SECOND}, "national-id")
    assert sorted(people) == sorted([*PEOPLE["KH"], "010-203"])

    allow(node, turn, leave(node, leave_to_count(node, turn)), people)
    send_steps(node, lines["KH"])
    for code in MEMBERS[1:]:
        allowed(region, lines[code], turn_at(region, lines, code, "vault"), code)
    everybody(region, lines)
    count_rounds.count_due(region.hub)

    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run_of(region, "vault")) == DISTINCT


def test_a_small_overlap_is_not_told(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "small", threshold=7)
    everybody(region, lines)
    for code in MEMBERS:
        allowed(region, lines[code], turn_at(region, lines, code, "small"), code)
    everybody(region, lines)
    count_rounds.count_due(region.hub)

    run = run_of(region, "small")
    with region.hub.store.reading() as view:
        assert count_rounds.result(view, run) is None
    assert run.state is RunState.COUNTED


def test_a_controller_that_gives_no_leave_ends_the_run_for_everybody(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "declined")
    everybody(region, lines)
    node, turn = region.members["TH"].node, turn_at(region, lines, "TH", "declined")
    with pytest.raises(SignatureRefusedError):  # leave is no refusal
        decline(node, turn, leave(node, leave_to_count(node, turn)), "It is too early.")

    decline(node, turn, leave(node, refusal_to_count(node, turn, "It is too early.")), "It is too early.")
    send_steps(node, lines["TH"])

    assert run_of(region, "declined").state is RunState.DECLINED


def test_a_run_that_was_declined_is_begun_again_only_while_no_set_is_in(
    region: Federation, lines: dict[str, Line]
) -> None:
    node, why = region.members["TH"].node, "With a threshold of 11."
    for sets_are_in in (False, True):
        region.clock.move(seconds=1)
        begun(region, "anew")
        with pytest.raises(CountError, match="counted before"):
            begun(region, "anew")
        everybody(region, lines)
        if sets_are_in:
            allowed(region, lines["KH"], turn_at(region, lines, "KH", "anew"), "KH")
        turn = turn_at(region, lines, "TH", "anew")
        decline(node, turn, leave(node, refusal_to_count(node, turn, why)), why)
        send_steps(node, lines["TH"])

    with pytest.raises(CountError, match="counted before"):
        begun(region, "anew")


def test_one_set_for_an_epoch(region: Federation, lines: dict[str, Line]) -> None:
    begun(region, "twice")
    everybody(region, lines)
    turn = turn_at(region, lines, "KH", "twice")
    allowed(region, lines["KH"], turn, "KH")
    node = region.members["KH"].node

    with pytest.raises(CountError, match="sealed a set for twice before"):
        allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["LA"])


def test_a_list_that_is_not_the_one_its_note_commits_to_is_refused_and_can_be_sent_again(
    region: Federation, lines: dict[str, Line]
) -> None:
    begun(region, "bent")
    everybody(region, lines)
    node, turn = region.members["KH"].node, turn_at(region, lines, "KH", "bent")
    allow(node, turn, leave(node, leave_to_count(node, turn)), PEOPLE["KH"])
    with node.store.reading() as view:
        kept = view.counts.to_send()[-1]
    hub, own = region.hub, region.members["KH"].link.enrolment
    other = region.members["LA"].link.enrolment

    bent = kept.data[66:] + kept.data[:66]
    count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=0, data=bent)
    with pytest.raises(AnswerRefusedError, match="not the one that its note commits to"):
        count_rounds.receive_step(hub, own, turn.id, Step.SEAL, kept.note)
    with pytest.raises(AnswerRefusedError, match="longer than it can be"):
        count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=0, data=kept.data + kept.data[:66])
    with pytest.raises(AnswerRefusedError, match="begins or ends"):
        count_rounds.receive_piece(hub, own, turn.id, Step.SEAL, start=1, data=kept.data[:66])
    with pytest.raises(AnswerRefusedError, match="turn"):
        count_rounds.receive_piece(hub, other, turn.id, Step.MIX, start=0, data=kept.data)
    with pytest.raises(AnswerRefusedError, match="trusted"):  # another member's note
        count_rounds.receive_step(hub, other, turn.id, Step.SEAL, kept.note)
    with pytest.raises(UnknownQuestionError):
        count_rounds.receive_step(hub, own, "ab" * 32, Step.SEAL, kept.note)

    send_steps(node, lines["KH"])
    with pytest.raises(AlreadyAnsweredError):
        count_rounds.receive_step(hub, own, turn.id, Step.SEAL, kept.note)
