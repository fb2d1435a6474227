"""A node's turns in runs of counting once: it joins and passes lists on by itself; a set goes in by leave.

Whoever may sign here gives leave for one run and one epoch, with the identifiers at hand: from the vault,
which two custodians open, or from a table. Nothing of them is kept but the set as it was sealed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from anonymisers.blinded.mixing import ENTRY_BYTES
from audit.checkpoint import Checkpoint
from audit.commitment import commit
from audit.count_events import CountLeave
from audit.events import whole_second
from audit.note import Verifier
from gateway.member import entries
from gateway.member.context import Node
from gateway.member.count_ports import KeptStep
from gateway.member.counting_once import (
    Extension,
    Mixing,
    Passing,
    Run,
    Sealing,
    Secrets,
    check_received,
    join,
    mix,
    open_run,
    roster_of,
    seal,
)
from gateway.member.holders import counting
from gateway.member.ports import UnitOfWork
from gateway.member.publishing import REASON
from gateway.member.seeing import region_of
from gateway.member.statements import Act, check, digest, statement
from gateway.wire.count_calls import CountCall, CountCalls, Step
from gateway.wire.counting import (
    CountError,
    Declined,
    open_joined,
    open_mixed,
    open_sealed,
    read_list,
    sign_step,
    write_list,
)


class CountLink(Protocol):
    """The way to the hub. Raises LinkError."""

    def runs(self, seen_size: int) -> CountCalls:
        """The runs that this node takes part in and that are not over; `seen_size`: of the regional log."""

    def fetch(self, run_id: str, owner: str, step: Step) -> bytes:
        """A list that a member handed in."""

    def hand_in(self, run_id: str, step: Step, note: str, data: bytes) -> None:
        """Returns once the hub has kept the step, or has said that it never will."""


@dataclass(frozen=True)
class Turn:
    """A run as the hub tells it, proven, with the keys that its notes are verified by."""

    run: Run
    keys: Mapping[str, Verifier]
    call: CountCall

    @property
    def id(self) -> str:
        return self.run.id.hex()


def turns(node: Node, link: CountLink) -> list[Turn]:
    """Raises CountError for a run that the regional log does not prove, LinkError."""
    calls, extension = _told(node, link)
    return [_turn(node, call, extension) for call in calls]


def _told(node: Node, link: CountLink) -> tuple[tuple[CountCall, ...], Extension | None]:
    """What the hub tells of its runs, and how that extends the log as this node has witnessed it."""
    with node.store.reading() as view:
        latest = view.witness.latest(region_of(node))
    seen = None if latest is None else Checkpoint.parse(latest.text)
    told = link.runs(0 if seen is None else seen.size)
    return told.runs, None if seen is None else Extension(seen, told.consistency)


def _turn(node: Node, call: CountCall, extension: Extension | None) -> Turn:
    return Turn(*open_run(node, call.entry, call.receipt, extension), call)


def take_turns(node: Node, link: CountLink, apply: Callable[[str], Mixing]) -> list[str]:
    """Do what waits for this node and needs nobody's leave; returns what was done, in words.

    `apply` makes what mixes the list of an epoch. Raises CountError, LinkError; what was done stays done.
    """
    done, failed = [], None
    send_steps(node, link)
    calls, extension = _told(node, link)
    for call in calls:
        try:
            done += _taken(node, link, _turn(node, call, extension), apply)
        except CountError as error:  # a run that cannot go on does not hold up the others
            failed = failed or error
    send_steps(node, link)
    if failed is not None:
        raise failed
    return done


def _taken(node: Node, link: CountLink, turn: Turn, apply: Callable[[str], Mixing]) -> list[str]:
    if turn.call.turn is Step.JOIN:
        _join(node, link, turn)
        return [f"joined the run of {turn.run.event.epoch}"]
    if turn.call.turn is Step.MIX:
        _mix(node, link, turn, apply(turn.run.event.epoch))
        return [f"passed the list of {turn.run.event.epoch} on"]
    return []


def send_steps(node: Node, link: CountLink) -> None:
    """Hand in what the hub has not acknowledged. Raises LinkError."""
    with node.store.reading() as view:
        waiting = view.counts.to_send()
    for kept in waiting:
        link.hand_in(kept.run_id, kept.step, kept.note, kept.data)
        with node.store.notes() as notes:
            notes.counts.acknowledged(kept.run_id, kept.step)


def leave_to_count(node: Node, turn: Turn) -> str:
    """What a person signs to let this member's set into a run."""
    return statement(Act.COUNT, node.member, run=turn.id, epoch=turn.run.event.epoch)


def refusal_to_count(node: Node, turn: Turn, reason: str) -> str:
    """What a person signs to keep this member's set out of a run."""
    return statement(
        Act.DECLINE_COUNT, node.member, run=turn.id, epoch=turn.run.event.epoch, reason=digest(reason)
    )


def allow(node: Node, turn: Turn, note: str, identifiers: Sequence[str]) -> None:
    """Seal the member's set, with somebody's signed leave; it is kept to be handed in.

    Raises CountError when it is not the time for it, or a set was sealed; SignatureRefusedError.
    """
    _check_time(turn)
    with node.store.reading() as view:
        signed = check(note, leave_to_count(node, turn), counting(view))
        kept = view.counts.secrets(turn.id)
    if kept is None:
        raise CountError("This node has no secrets for the run: it has not joined it, or has lost them.")
    joined = {m: open_joined(text, turn.keys[m]) for m, text in turn.call.joined.items()}

    def keep(work: UnitOfWork, text: str, made: list[bytes], index: int) -> None:
        work.counts.keep_step(KeptStep(turn.id, Step.SEAL, text, write_list(made)), because=index)
        event = CountLeave(
            turn.run.id, turn.run.event.epoch, node.member, signed.by[0].key, True, None, _now(node)
        )
        entries.record(node, work, event, {})

    seal(node, turn.run, Sealing(Secrets.of_text(kept), joined, identifiers), keep)


def decline(node: Node, turn: Turn, note: str, reason: str) -> None:
    """Give no leave: the run ends without a number. The reason stays in the state.

    Raises SignatureRefusedError.
    """
    why = commit(REASON, reason.encode())
    with node.store.writing() as work:
        signed = check(note, refusal_to_count(node, turn, reason), counting(work))
        epoch, key = turn.run.event.epoch, signed.by[0].key
        event = CountLeave(turn.run.id, epoch, node.member, key, False, why.commitment, _now(node))
        index = entries.record(node, work, event, {REASON: why})
        text = sign_step(Declined(turn.run.id, node.member), node.answer_signer)
        work.counts.keep_step(KeptStep(turn.id, Step.DECLINE, text, b""), because=index)
        work.counts.destroy_secrets(turn.id)


def _check_time(turn: Turn) -> None:
    missing = [m for m in turn.run.event.members if m not in turn.call.joined]
    if missing:
        raise CountError(
            f"{', '.join(missing)} has not joined the run yet: sets are sealed with the keys of all.",
            remedy="Its node joins by itself once it calls the hub. Try again then.",
        )
    if turn.call.turn is not Step.SEAL:
        raise CountError("This member's set is in already.", remedy="There is nothing more to do.")


def _join(node: Node, link: CountLink, turn: Turn) -> None:
    with node.store.reading() as view:
        further = any(view.counts.step(turn.id, s) is not None for s in (Step.SEAL, Step.MIX, Step.DECLINE))
    if further:
        raise CountError("The hub asks this node to join a run in which it has taken further steps.")
    with node.store.notes() as notes:
        notes.counts.keep_secrets(turn.id, Secrets.new().to_text())
    with node.store.reading() as view:
        kept = view.counts.secrets(turn.id)
    if kept is None:
        raise CountError("The secrets of this run were not kept.")
    link.hand_in(turn.id, Step.JOIN, join(node, turn.run, Secrets.of_text(kept)), b"")


def _mix(node: Node, link: CountLink, turn: Turn, apply: Mixing) -> None:
    """Pass the list on: it is kept here before it is handed in, so that this is done once."""
    with node.store.reading() as view:
        kept, done = view.counts.secrets(turn.id), view.counts.step(turn.id, Step.MIX)
    if done is not None:
        return
    if kept is None:
        raise CountError("This node has lost its secrets of the run: it cannot go on.")
    joined = {m: open_joined(text, turn.keys[m]) for m, text in turn.call.joined.items()}
    roster_of(turn.run, joined)
    received = _received(node, link, turn)

    def keep(work: UnitOfWork, text: str, made: list[bytes], index: int) -> None:
        work.counts.keep_step(KeptStep(turn.id, Step.MIX, text, write_list(made)), because=index)
        # Nobody can blind with these again, nor take the blinding off.
        work.counts.destroy_secrets(turn.id)

    mix(node, turn.run, Passing(Secrets.of_text(kept), joined, received), apply=apply, keep=keep)


def _received(node: Node, link: CountLink, turn: Turn) -> list[bytes]:
    """The list that it is this node's turn with. Raises CountError unless it is the one committed to."""
    members = turn.run.event.members
    sealed = {m: open_sealed(text, turn.keys[m]) for m, text in turn.call.sealed.items()}
    place = members.index(node.member)
    owners, step = (members, Step.SEAL) if place == 0 else ((members[place - 1],), Step.MIX)
    received = [e for m in owners for e in read_list(link.fetch(turn.id, m, step), ENTRY_BYTES)]
    before = None
    if place > 0:
        former = members[place - 1]
        if former not in turn.call.mixed:
            raise CountError(f"{former} has not passed the list on yet.")
        before = open_mixed(turn.call.mixed[former], turn.keys[former])
    check_received(turn.run, node.member, sealed, before, received)
    return received


def _now(node: Node) -> datetime:
    return whole_second(node.clock.now())
