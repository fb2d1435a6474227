"""Counting once over the members' calls: steps come in pieces, are checked, and it is the next one's turn."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from anonymisers.blinded.mixing import ENTRY_BYTES, list_digest
from anonymisers.blinded.points import POINT_BYTES
from anonymisers.errors import AnonymiserError
from audit.canonical import load_canonical_object
from audit.note import Verifier
from gateway.hub import counting_once
from gateway.hub.context import Hub
from gateway.hub.count_model import CountRun, RunState, turns
from gateway.hub.errors import (
    AlreadyAnsweredError,
    AnswerRefusedError,
    PollRefusedError,
    UnknownQuestionError,
)
from gateway.hub.ports import View
from gateway.wire.count_calls import PIECE_BYTES, CountCall, CountCalls, Step
from gateway.wire.count_roster import count_roster
from gateway.wire.counting import (
    RESULT,
    CountError,
    Declined,
    Joined,
    Mixed,
    Sealed,
    open_declined,
    open_joined,
    open_mixed,
    open_sealed,
    read_list,
)
from gateway.wire.enrolling import Enrolment

T = TypeVar("T")


def waiting_for(view: View, member: str) -> tuple[str, ...]:
    """Runs in which it is the member's turn with something that its node does by itself."""
    by_itself = (Step.JOIN, Step.MIX)
    return tuple(run.id for run in view.counts.open_runs() if turn_of(view, run, member) in by_itself)


def turn_of(view: View, run: CountRun, member: str) -> Step | None:
    return turns(run.event.members, {s: view.counts.notes(run.id, s) for s in Step}).get(member)


def calls_for(hub: Hub, member: Enrolment, seen_size: int) -> CountCalls:
    """The open runs that a member takes part in, under a head that extends what its node has seen of the log.

    Raises PollRefusedError for a node that has seen more than there is.
    """
    with hub.store.reading() as view:
        head = view.log.head()
        size = 0 if head is None else head.size
        if seen_size > size:
            raise PollRefusedError(f"{member.member} has seen more of the regional log than this hub has.")
        proof = hub.log.consistency(view.log, seen_size, size) if 0 < seen_size < size else []
        runs = [run for run in view.counts.open_runs() if member.member in run.event.members]
        receipts = hub.log.receipts(view.log, [run.index for run in runs])
        calls = tuple(
            CountCall(
                hub.log.entry(view.log, run.index),
                str(receipt),
                turn_of(view, run, member.member),
                view.counts.notes(run.id, Step.JOIN),
                view.counts.notes(run.id, Step.SEAL),
                view.counts.notes(run.id, Step.MIX),
            )
            for run, receipt in zip(runs, receipts, strict=True)
        )
    return CountCalls(calls, tuple(proof))


def entries_of(hub: Hub, member: Enrolment, run_id: str, owner: str, step: Step) -> bytes:
    """A list that somebody handed in, for the member whose turn it is with it. Raises UnknownQuestionError.

    Nobody else needs one: whoever had the others' sets before sealing the own could put copies in.
    """
    with hub.store.reading() as view:
        run = _run(view, run_id, member)
        wanted = (owner, step) in _passed_to(view, run, member.member)
        data = view.counts.entries(run.id, owner, step) if wanted else b""
    if not data:
        raise UnknownQuestionError(
            "There is no such list in this run, or it is not this member's turn with it."
        )
    return data


def _passed_to(view: View, run: CountRun, member: str) -> set[tuple[str, Step]]:
    """The lists that a member passes on when it is its turn: all sets, or what came of them so far."""
    if turn_of(view, run, member) is not Step.MIX:
        return set()
    place = run.event.members.index(member)
    if place == 0:
        return {(owner, Step.SEAL) for owner in run.event.members}
    return {(run.event.members[place - 1], Step.MIX)}


def receive_piece(hub: Hub, member: Enrolment, run_id: str, step: Step, *, start: int, data: bytes) -> None:
    """Keep a piece of a list that a member is about to hand in.

    Raises UnknownQuestionError, AnswerRefusedError for more than the list may hold or out of turn.
    """
    with hub.store.writing() as work:
        run = _run(work, run_id, member)
        if turn_of(work, run, member.member) is not step:
            raise AnswerRefusedError(f"It is not {member.member}'s turn for this step.")
        if start % PIECE_BYTES or len(data) > PIECE_BYTES:
            raise AnswerRefusedError("A piece begins or ends where none does.")
        if start + len(data) > _bytes_of(run, member.member, step):
            raise AnswerRefusedError("The list is longer than it can be in this run.")
        work.counts.add_piece(run.id, member.member, step, start=start, data=data)


def receive_step(hub: Hub, member: Enrolment, run_id: str, step: Step, note: str) -> None:
    """Take a member's step, with the pieces of its list that came before.

    Raises AnswerRefusedError for a note that is not the member's or not about this list, which is then
    forgotten; AlreadyAnsweredError for a second one: the first stands.
    """
    verifier = Verifier.parse(member.answer_key)
    with hub.store.writing() as work:
        run = _run(work, run_id, member)
        if member.member in work.counts.notes(run.id, step):
            raise AlreadyAnsweredError(f"{member.member} has taken this step before: the first one stands.")
        if step is not Step.DECLINE and turn_of(work, run, member.member) is not step:
            raise AnswerRefusedError(f"It is not {member.member}'s turn for this step.")
        data = work.counts.pieces(run.id, member.member, step)
        try:
            _check(run, member.member, _opened(step, note, verifier), data)
        except (AnonymiserError, CountError) as error:
            refused = error.message
        else:
            work.counts.take_step(run.id, member.member, step, note=note, data=data, at=hub.clock.now())
            if step is Step.DECLINE:
                work.counts.end_run(run.id, RunState.DECLINED, None)
            refused = ""
        if refused:
            work.counts.drop_pieces(run.id, member.member, step)
    if refused:
        raise AnswerRefusedError(refused)
    hub.bell.ring()


def count_due(hub: Hub) -> list[str]:
    """Count every run that everybody has passed on; returns their ids. Takes a while for large ones."""
    with hub.store.reading() as view:
        ready = [
            run.id
            for run in view.counts.open_runs()
            if not turns(run.event.members, {s: view.counts.notes(run.id, s) for s in Step})
        ]
    for run_id in ready:
        try:
            _count(hub, run_id)
        except CountError:
            with hub.store.writing() as work:
                work.counts.end_run(run_id, RunState.FAILED, None)
    return ready


def _count(hub: Hub, run_id: str) -> None:
    with hub.store.reading() as view:
        run = view.counts.run(run_id)
        if run is None:
            raise CountError("There is no such run.")
        entry = hub.log.entry(view.log, run.index)
        keys = {e.member: Verifier.parse(e.answer_key) for e in view.enrolments()}
        joined = _read(view, run, Step.JOIN, keys, open_joined)
        steps = (_read(view, run, Step.SEAL, keys, open_sealed), _read(view, run, Step.MIX, keys, open_mixed))
        final = read_list(view.counts.entries(run.id, run.event.members[-1], Step.MIX), POINT_BYTES)
    counting_once.finish(hub, entry, count_roster(bytes.fromhex(run.id), run.event, joined), steps, final)


def _read(
    view: View,
    run: CountRun,
    step: Step,
    keys: Mapping[str, Verifier],
    read: Callable[[str, Verifier], T],
) -> dict[str, T]:
    notes = view.counts.notes(run.id, step)
    if not set(notes) <= set(keys):
        raise CountError("A member of the run is no member of the region any more.")
    return {member: read(note, keys[member]) for member, note in notes.items()}


def _run(view: View, run_id: str, member: Enrolment) -> CountRun:
    run = view.counts.run(run_id)
    if run is None or member.member not in run.event.members or run.state is not RunState.OPEN:
        raise UnknownQuestionError(f"{member.member} takes no part in such a run.")
    return run


def _opened(step: Step, note: str, verifier: Verifier) -> Joined | Sealed | Mixed | Declined:
    if step is Step.JOIN:
        return open_joined(note, verifier)
    if step is Step.SEAL:
        return open_sealed(note, verifier)
    return open_mixed(note, verifier) if step is Step.MIX else open_declined(note, verifier)


def _check(run: CountRun, member: str, step: Joined | Sealed | Mixed | Declined, data: bytes) -> None:
    """The note must be about this run and member, and commit to the very list that came before it."""
    if step.run.hex() != run.id or step.member != member:
        raise CountError("The step is of another run or member.")
    if isinstance(step, Sealed | Mixed):
        last = isinstance(step, Mixed) and member == run.event.members[-1]
        if len(data) != _bytes_of(run, member, Step.SEAL if isinstance(step, Sealed) else Step.MIX):
            raise CountError("The list has fewer or more entries than the run's sets have.")
        digest = list_digest(read_list(data, POINT_BYTES if last else ENTRY_BYTES))
        if digest != (step.entries if isinstance(step, Sealed) else step.passed):
            raise CountError("The list is not the one that its note commits to; send it again.")


def _bytes_of(run: CountRun, member: str, step: Step) -> int:
    if step is Step.SEAL:
        return run.event.size * ENTRY_BYTES
    last = member == run.event.members[-1]
    return run.event.size * len(run.event.members) * (POINT_BYTES if last else ENTRY_BYTES)


def progress(view: View, run: CountRun) -> dict[str, list[str]]:
    """Who has taken each step so far."""
    return {step.value: sorted(view.counts.notes(run.id, step)) for step in Step}


def result(view: View, run: CountRun) -> int | None:
    """How many distinct people a run found; None before its end, or where the rule does not let it out."""
    if run.counted_index is None:
        return None
    opening = view.opening(RESULT, run.counted_index)
    found = {} if opening is None else load_canonical_object(opening.value, "result")
    people = found.get("people")
    return people if isinstance(people, int) else None
