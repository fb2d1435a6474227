"""Decisions made again from the log: for any policy, question and moment, they are what was logged."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import logged
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st
from memory_log import MemoryStorage

from audit.commands.command_line import main
from audit.errors import AuditError
from audit.events import events
from audit.events.event_values import EntryRef, Filter
from audit.events.question_events import Answered, Asked, Refused
from audit.formats.commitment import Opening, commit
from audit.formats.note import Signer
from audit.log.directory import export
from audit.log.log import Log
from audit.reading.decision_bundle import FIELDS, DecisionBundle, check_decision
from gateway.cli.log.kept_log import LogCommandError
from gateway.cli.log.log_replay import replay_files
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.member.answer.answer_entries import answered
from gateway.member.answer.decision import Verdict, decide_on
from gateway.member.answer.decision_bundles import bundle_of, replay_bundle
from gateway.member.answer.decision_replay import replay
from gateway.member.cube.cube_entries import cube_certified
from gateway.member.cube.cube_shape import Shape, ShapeOnly
from gateway.member.errors import NotReplayableError
from gateway.member.policy.policy_entries import policy_in_force
from gateway.member.policy.policy_steps import step_of
from gateway.member.region.question_proof import ProvenQuestion
from gateway.wire.answer import Answer, AskedEntry
from policies import Policy, PolicyError, load_policy

DICTIONARY = regional()
MEMBER = "KH"
WORDS = vocabulary(DICTIONARY, recipients=RECIPIENTS, member=MEMBER)
AT = datetime(2026, 6, 1, 12, tzinfo=logged.MONDAY.tzinfo)
NODE: Any = SimpleNamespace(member=MEMBER, dictionary=DICTIONARY)
"""What the making of entries takes from a node: its code and its dictionary."""

DIMENSIONS = {"date": ["year", "year_band5"], "sex": ["sex"], "outcome": ["outcome"]}


@dataclass
class Kept:
    """A member's log with its openings, as `gateway.auditing.ports.View` shows one."""

    own: Log = field(default_factory=lambda: Log(Signer.from_seed("log.example/kh", bytes(32))))
    log: MemoryStorage = field(default_factory=lambda: MemoryStorage("log.example/kh"))
    openings: dict[tuple[str, int], Opening] = field(default_factory=dict)
    people: Any = None

    def add(self, event: events.Event, openings: dict[str, Opening] | None = None) -> int:
        number = self.own.append(self.log, [events.encode(event)], now=1)[0]
        self.openings |= {(name, number): opening for name, opening in (openings or {}).items()}
        return number

    def opening(self, name: str, number: int) -> Opening | None:
        return self.openings.get((name, number))

    @property
    def entries(self) -> list[bytes]:
        return list(self.log.read_entries(0, self.log.latest_checkpoint().size))  # type: ignore[union-attr]


@dataclass
class Case:
    """A decision in a log: by which policy and cube, about which question, at which entry."""

    kept: Kept
    policy: int | None
    cube: int | None
    number: int
    verdict: Verdict

    @property
    def event(self) -> Answered | Refused:
        event = events.decode(self.kept.log.read_entries(self.number, self.number + 1)[0])
        assert isinstance(event, Answered | Refused)
        return event

    def again(self, asked: Asked | None = None) -> tuple[str, ...]:
        return replay(self.kept, DICTIONARY, WORDS, self.number, asked).differences  # type: ignore[arg-type]

    def bundle(self) -> DecisionBundle:
        """What an auditor elsewhere is given."""
        given = {(n, name): o for (name, n), o in self.kept.openings.items() if name in FIELDS}
        return DecisionBundle(self.kept.own.origin, self.number, given)


def decided(asked: Asked, text: str | None, shape: Shape | None, at: datetime) -> Case:
    """Decide and log as a node does (`gateway.member.answer.answering`)."""
    kept, policy, cube = Kept(), None, None
    loaded = None if text is None else load_policy(text, WORDS)
    if text is not None and loaded is not None:
        policy = kept.add(*policy_in_force(NODE, str(loaded.version), text, step_of(None, loaded), at))
    if shape is not None:
        cube = kept.add(*cube_certified(NODE, "kh-1", "1", shape=shape, certificate=b"c", at=at))
    ready = None if shape is None else ShapeOnly.of(DICTIONARY, MEMBER, shape)
    verdict = decide_on(DICTIONARY, MEMBER, asked, policy=loaded, cube=ready, at=at)
    proven = ProvenQuestion(asked, EntryRef("hub/log", 3, bytes(32)))
    event, openings = answered(
        NODE, proven, answer(asked, verdict, loaded, cube), cube=cube, verdict=verdict, at=at
    )
    return Case(kept, policy, cube, kept.add(event, openings), verdict)


def answer(asked: Asked, verdict: Verdict, policy: Policy | None, cube: int | None) -> Answer:
    axes, cells = ((), ()) if verdict.reading is None else (verdict.reading.axes, verdict.reading.cells)
    return Answer(
        question_id=asked.question_id,
        asked=AskedEntry("hub/log", 3, "00" * 32),
        member=MEMBER,
        policy=None if policy is None else str(policy.version),
        snapshot=None if cube is None else "kh-1",
        snapshot_date=None,
        axes=axes,
        cells=cells,
        refusals=verdict.refusals,
    )


def some(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, unique=True)


LEVELS_OF = {dimension: st.sampled_from(levels) for dimension, levels in DIMENSIONS.items()}
FINEST = st.fixed_dictionaries({}, optional=LEVELS_OF).filter(bool)
SHARES = st.fixed_dictionaries(
    {"with": some(["ARMAC", "public"]), "for": some(["regional-reporting", "research"])},
    optional={
        "measures": some(["casualties", "accidents"]),
        "finest": FINEST,
        "max_dimensions": st.integers(1, 3),
    },
)
BANS = st.fixed_dictionaries(
    {"with": some(["ARMAC", "public"])}, optional={"together": st.just({"sex": "any"})}
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "member": st.just(MEMBER),
        "version": st.just(1),
        "valid_from": st.sampled_from(["2026-01-01", "2026-06-02", "2025-01-01"]),
        "valid_for": st.sampled_from(["12 months", "until revoked"]),
        "share": st.lists(SHARES, max_size=3),
        "finest": FINEST,
        "threshold": st.just(5),
    },
    optional={"never": st.lists(BANS, max_size=1), "max_dimensions": st.integers(1, 3)},
)
LEVELS = [level for levels in DIMENSIONS.values() for level in levels]
WHERE = st.sampled_from(
    [(), (Filter("sex", ("F",)),), (Filter("outcome", ("K", "I")),), (Filter("no", ("X",)),)]
)
QUESTIONS = st.builds(
    lambda **words: logged.asked(members=(MEMBER,), asked_at=AT, **words),
    organisation=st.sampled_from(["ARMAC", "public", "nobody"]),
    role=st.sampled_from(["analyst", "auditor"]),
    purpose=st.sampled_from(["regional-reporting", "research", "treaty-reporting"]),
    measure=st.sampled_from(["casualties", "accidents", "names"]),
    by=st.lists(st.sampled_from([*LEVELS, "country"]), max_size=3, unique=True).map(tuple),
    where=WHERE,
    late_until=st.sampled_from([AT, AT - timedelta(seconds=1), AT + timedelta(days=1)]),
)
OTHERS = {"sex": st.just("sex"), "outcome": st.just("outcome")}
SHAPES = st.builds(
    Shape,
    st.fixed_dictionaries(
        {"date": st.just("year")}, optional={"sex": st.just("sex"), "outcome": st.just("outcome")}
    ),
    st.sampled_from([(2022, 2023), (2024,)]),
    st.integers(1, 3),
)


def text_of(document: dict[str, Any]) -> str:
    """JSON is YAML. Documents that contradict themselves are no policies."""
    text = json.dumps(document)
    try:
        load_policy(text, WORDS)
    except PolicyError:
        assume(False)
    return text


TEXTS = st.none() | DOCUMENTS.map(text_of)


@given(QUESTIONS, TEXTS, st.none() | SHAPES)
def test_a_decision_made_again_is_the_one_that_was_logged(
    asked: Asked, text: str | None, shape: Shape | None
) -> None:
    case = decided(asked, text, shape, AT)
    assert case.again() == ()
    assert case.again(asked) == ()
    checked = check_decision(case.bundle(), case.kept.entries, asked)
    assert (checked.differences, checked.missing) == ((), ())
    reasons = case.event.reasons if isinstance(case.event, Refused) else ()
    assert reasons == tuple(refusal.value for refusal in case.verdict.refusals)


ORDINARY = json.dumps({
    "member": MEMBER,
    "version": 1,
    "valid_from": "2026-01-01",
    "share": [{"with": ["ARMAC"], "for": ["regional-reporting"]}],
    "finest": {"date": "year", "sex": "sex"},
    "threshold": 5,
})  # fmt: skip
SHAPE = Shape({"date": "year", "sex": "sex"}, (2022, 2023), 2)
PERMITTED = logged.asked(members=(MEMBER,), by=("year",), where=(), asked_at=AT)


@pytest.fixture
def permitted() -> Case:
    case = decided(PERMITTED, ORDINARY, SHAPE, AT)
    assert isinstance(case.event, Answered)
    return case


@pytest.mark.parametrize(
    "lie",
    [
        {"purpose": "research"},
        {"organisation": "public"},
        {"by": ("outcome",)},
        {"late_until": AT - timedelta(seconds=1)},
        {"at": AT - timedelta(days=365)},
    ],
)
def test_a_decision_that_was_not_made_so_is_found(permitted: Case, lie: dict[str, Any]) -> None:
    opening = permitted.kept.openings["decision", permitted.number]
    false = permitted.kept.add(replace(permitted.event, **lie), {"decision": opening})
    assert replace(permitted, number=false).again() != ()


def with_record(case: Case, record: bytes) -> Case:
    """The same decision once more, with another record committed to."""
    opening = commit("decision", record)
    event = replace(case.event, decision=opening.commitment)
    return replace(case, number=case.kept.add(event, {"decision": opening}))


def test_a_record_under_its_former_name_is_the_same_decision(permitted: Case) -> None:
    """The reasons disclosed to a recipient were once called `told`."""
    record = permitted.kept.openings["decision", permitted.number].value
    former = record.replace(b'"disclosed":[]', b'"told":[]')
    assert former != record

    assert with_record(permitted, former).again() == ()
    lie = former.replace(b'"told":[]', b'"told":["not-shared"]')
    assert with_record(permitted, lie).again() != ()


@pytest.mark.parametrize("record", [b"no JSON", b"{}", b'{"decision":7}'])
def test_a_record_that_is_none_is_another_one(permitted: Case, record: bytes) -> None:
    assert with_record(permitted, record).again() != ()


def test_a_question_that_was_taken_over_wrongly_is_found(permitted: Case) -> None:
    assert permitted.again(replace(PERMITTED, purpose="research")) == (
        "the member's log has another purpose than the hub's",
    )


@pytest.mark.parametrize(("name", "place"), [("text", "policy"), ("shape", "cube")])
def test_what_was_erased_is_said(permitted: Case, name: str, place: str) -> None:
    del permitted.kept.openings[name, getattr(permitted, place)]
    with pytest.raises(NotReplayableError, match="was erased"):
        permitted.again()


def test_without_the_opening_of_the_decision_its_outcome_is_still_compared(permitted: Case) -> None:
    del permitted.kept.openings["decision", permitted.number]
    again = replay(permitted.kept, DICTIONARY, WORDS, permitted.number)  # type: ignore[arg-type]
    assert again.differences == ()
    assert again.unchecked == (
        "The opening of the decision was erased: its outcome and reasons were compared only.",
    )


@pytest.mark.parametrize(("name", "place"), [("text", "policy"), ("shape", "cube"), ("decision", "number")])
def test_an_opening_that_was_exchanged_is_found(permitted: Case, name: str, place: str) -> None:
    permitted.kept.openings[name, getattr(permitted, place)] = commit(name, b"something else")
    with pytest.raises(NotReplayableError, match="is not the one that was logged"):
        permitted.again()


def test_a_later_version_of_the_policy_does_not_count(permitted: Case) -> None:
    policy = load_policy(ORDINARY, WORDS)
    event, openings = policy_in_force(NODE, "1", "other: text", step_of(policy, policy), AT)
    permitted.kept.add(event, openings)
    assert permitted.again() == ()


def test_a_decision_is_made_again_elsewhere_from_files(permitted: Case) -> None:
    kept = permitted.kept
    bundle = bundle_of(kept, kept.own.origin, DICTIONARY, WORDS, permitted.number)  # type: ignore[arg-type]
    assert bundle.openings == permitted.bundle().openings
    again = DecisionBundle.parse(str(bundle))
    assert again == bundle

    event, openings = policy_in_force(
        NODE, "2", "another text", step_of(None, load_policy(ORDINARY, WORDS)), AT
    )
    kept.add(event, openings)
    made = replay_bundle(again, kept.entries, DICTIONARY, WORDS, PERMITTED)
    assert (made.differences, made.unchecked) == ((), ())
    checked = check_decision(again, kept.entries, PERMITTED)
    assert checked.texts == {permitted.policy: ORDINARY.encode()}
    assert checked.superseded == "version 1 of the policy was superseded since: version 2, entry 3"


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"purpose": "research"}, "another purpose than the entry says"),
        ({"organisation": "public"}, "another recipient than the entry says"),
        ({"policy_version": "7"}, "does not say that version 7"),
        ({"snapshot": "kh-2"}, "is of another snapshot"),
        ({"cube": 0}, "entry 0 is no protected table"),
    ],
)
def test_an_entry_that_says_otherwise_is_found_without_the_policy_engine(
    permitted: Case, lie: dict[str, Any], said: str
) -> None:
    opening = permitted.kept.openings["decision", permitted.number]
    false = replace(
        permitted, number=permitted.kept.add(replace(permitted.event, **lie), {"decision": opening})
    )
    found = check_decision(false.bundle(), permitted.kept.entries)
    assert said in "; ".join(found.differences)


def test_a_policy_that_was_superseded_before_and_a_false_record_are_found(permitted: Case) -> None:
    policy = load_policy(ORDINARY, WORDS)
    permitted.kept.add(*policy_in_force(NODE, "2", "another text", step_of(policy, policy), AT))
    record = permitted.kept.openings["decision", permitted.number].value
    forbidding = record.replace(b'"permit":true', b'"permit":false')
    assert forbidding != record
    false = with_record(permitted, forbidding)
    found = check_decision(false.bundle(), permitted.kept.entries)
    assert found.differences == (
        "version 2 of the policy was in force, and not version 1",
        "the member answered what its policy does not permit",
    )


def test_what_a_bundle_lacks_is_named_and_what_does_not_fit_is_refused(permitted: Case) -> None:
    bundle, entries = permitted.bundle(), permitted.kept.entries
    bare = check_decision(replace(bundle, openings={}), entries)
    assert len(bare.missing) == 3
    for place in bundle.openings:
        with pytest.raises(AuditError):
            check_decision(
                replace(bundle, openings={**bundle.openings, place: commit(place[1], b"other")}), entries
            )
    with pytest.raises(AuditError, match="entry 1 commits to no text"):
        check_decision(replace(bundle, openings={(1, "text"): commit("text", b"")}), entries)
    for number in (0, 99):
        with pytest.raises(AuditError):
            check_decision(replace(bundle, number=number), entries)


@pytest.mark.parametrize(
    "change",
    [
        ("{", " {"),
        ('"field":"text"', '"field":"actor"'),
        ('"entry":2,', '"entry":-2,'),
        ('"salt":"', '"salt":"zz'),
    ],
)
def test_what_is_no_bundle_is_refused(permitted: Case, change: tuple[str, str]) -> None:
    text = str(permitted.bundle())
    assert change[0] in text
    with pytest.raises(AuditError):
        DecisionBundle.parse(text.replace(*change))


def test_the_commands_check_a_bundle_and_make_the_decision_again(
    permitted: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export(permitted.kept.own, permitted.kept.log, tmp_path / "log")
    bundle, key = tmp_path / "bundle", str(permitted.kept.own.key)
    bundle.write_text(str(permitted.bundle()), "utf-8")
    words = [str(bundle), str(tmp_path / "log"), "--vkey", key]

    assert main(["replay", *words, "--show"]) == 0
    said = capsys.readouterr().out
    assert "the policy permits it" in said
    assert f"    {ORDINARY}" in said
    assert "not made again here" in said
    made = CliRunner().invoke(replay_files, words)
    assert (made.exit_code, made.output) == (
        0,
        "Replayed, the decision of entry 2 of log.example/kh is the logged one.\n",
    )

    lying = permitted.kept.add(
        replace(permitted.event, purpose="research"),
        {"decision": permitted.kept.openings["decision", permitted.number]},
    )
    export(permitted.kept.own, permitted.kept.log, tmp_path / "later")
    bundle.write_text(str(replace(permitted, number=lying).bundle()), "utf-8")
    words[1] = str(tmp_path / "later")
    assert main(["replay", *words]) == 1
    assert "another purpose" in capsys.readouterr().err
    made = CliRunner().invoke(replay_files, words)
    assert isinstance(made.exception, LogCommandError)
    assert "another purpose" in made.exception.message
    assert "refused (not-for-this-purpose)" in made.exception.message
