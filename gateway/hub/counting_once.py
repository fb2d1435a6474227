"""Counting once, at the hub: a run is begun once for an epoch, and its end is counted and logged."""

from collections.abc import Mapping, Sequence

from anonymisers.blinded.counting import Count, count, may_be_told
from anonymisers.blinded.mixing import check_entries, list_digest
from anonymisers.errors import BlindedSetError, MaskError
from anonymisers.masks.masking import unmasked
from anonymisers.masks.roster import Roster
from anonymisers.totals.window import fewest
from audit.canonical import canonical_json
from audit.commitment import commit
from audit.count_events import CountBegun, Counted
from audit.events import decode, encode, whole_second
from audit.merkle import leaf_hash
from gateway.hub import entries
from gateway.hub.context import Hub
from gateway.hub.count_model import CountRun, RunState
from gateway.hub.ports import View
from gateway.wire.count_calls import Step
from gateway.wire.counting import RESULT, CountError, Mixed, Sealed, check_names, same_epoch

THRESHOLD = 5
"""People that several members must know at least, if any, for the result to be told."""


def begin(
    hub: Hub, epoch: str, kind: str, *, size: int, threshold: int, by_calls: bool = False
) -> tuple[bytes, str]:
    """Log a run of all enrolled members; returns the log entry and its receipt, which members check.

    With `by_calls` it is put to the members in their calls (`gateway.hub.count_rounds`), else files are
    passed on. Raises CountError for a second run of the epoch once a set may be in, or for too few members.
    """
    check_names(epoch, kind)
    with hub.store.writing() as work:
        members = tuple(sorted(e.member for e in work.enrolments()))
        if len(members) < fewest():
            raise CountError(
                f"The region has {len(members)} members; {fewest()} are needed.",
                remedy="With fewer, what the others hold could be told from the number of people.",
            )
        if any(
            same_epoch(event.epoch, epoch) and not _ended_empty(work, data) for data, event in begun(work)
        ):
            raise CountError(
                f"The epoch {epoch} was counted before, or is being counted.",
                remedy="There is one run for an epoch: two would tell who came and went between them.",
            )
        event = CountBegun(epoch, kind, members, size, threshold, whole_second(hub.clock.now()))
        run = leaf_hash(encode(event)).hex()
        if work.counts.run(run) is not None:
            raise CountError("The same run was begun within this second.", remedy="Try again.")
        index = entries.record(hub, work, entries.Entry(event, {}))
        if by_calls:
            work.counts.add_run(CountRun(run, event, index, RunState.OPEN), because=index)
    if by_calls:
        hub.bell.ring()
    with hub.store.reading() as view:
        return hub.log.entry(view.log, index), str(hub.log.receipt(view.log, index))


def _ended_empty(view: View, entry: bytes) -> bool:
    """Whether a run was declined before anybody's set was in: then nothing was counted, nor ever will be."""
    run = view.counts.run(leaf_hash(entry).hex())
    return run is not None and run.state is RunState.DECLINED and not view.counts.notes(run.id, Step.SEAL)


def begun(view: View) -> Sequence[tuple[bytes, CountBegun]]:
    """Every run that was begun, with its entry."""
    head = view.log.head()
    found = []
    for data in () if head is None else view.log.read_entries(0, head.size):
        if b'"type":"count-begun"' in data:
            event = decode(data)
            if isinstance(event, CountBegun):
                found.append((data, event))
    return found


def finish(
    hub: Hub,
    entry: bytes,
    roster: Roster,
    steps: tuple[Mapping[str, Sealed], Mapping[str, Mixed]],
    final: list[bytes],
) -> Count | None:
    """Count the merged list that everybody has passed on; None when the rule does not let the result out.

    `entry` is the run's, `steps` what every member says that it sealed and mixed. Raises CountError when
    these do not lead from the sealed sets to the final list, when the run is not one of this log, or was
    counted before.
    """
    event = decode(entry)
    sealed, passed = steps
    if not isinstance(event, CountBegun):
        raise CountError("This is no run.")
    _check_chain(event, sealed, passed, final)
    _check_lists(leaf_hash(entry), roster, steps)
    found = _count(event, roster, sealed, final)
    with hub.store.writing() as work:
        if entry not in [data for data, _ in begun(work)]:
            raise CountError("This run does not stand in the regional log.")
        run = leaf_hash(entry)
        if _ended(work, run):
            raise CountError(
                "This run was counted before.", remedy="Its result stands; count the next epoch."
            )
        told = may_be_told(found, event.threshold)
        opening = commit(RESULT, canonical_json({"people": found.people} if told else {}))
        logged = Counted(run, event.epoch, told, opening.commitment, whole_second(hub.clock.now()))
        index = entries.record(hub, work, entries.Entry(logged, {RESULT: opening}))
        if work.counts.run(run.hex()) is not None:
            work.counts.end_run(run.hex(), RunState.COUNTED, index)
    return found if told else None


def _count(event: CountBegun, roster: Roster, sealed: Mapping[str, Sealed], final: list[bytes]) -> Count:
    """The long part: nobody waits for the database meanwhile. Raises CountError."""
    try:
        masked = {m: int.from_bytes(s.people, "big") for m, s in sealed.items()}
        people = unmasked(roster.sums[0], masked, 0, event.size * len(event.members))
        return count(final, event.size, len(event.members), people)
    except (BlindedSetError, MaskError) as error:
        raise CountError(f"The run cannot be counted: {error.message}.") from None


def _ended(view: View, run: bytes) -> bool:
    head = view.log.head()
    marks = () if head is None else view.log.read_entries(0, head.size)
    return any(b'"type":"counted"' in data and run.hex().encode() in data for data in marks)


def _check_lists(run: bytes, roster: Roster, steps: tuple[Mapping[str, Sealed], Mapping[str, Mixed]]) -> None:
    """Every step must be of this run, and every set sealed for the one list of participants."""
    sealed, passed = steps
    if {step.run for step in sealed.values()} | {step.run for step in passed.values()} != {run}:
        raise CountError("A member's step is of another run.")
    for member, step in sealed.items():
        if step.roster != roster.digest():
            raise CountError(f"{member} has sealed its set for another list of participants.")


def _check_chain(
    event: CountBegun, sealed: Mapping[str, Sealed], passed: Mapping[str, Mixed], final: list[bytes]
) -> None:
    """Every list must be the one that the next member says it was given."""
    if set(sealed) != set(event.members) or set(passed) != set(event.members):
        raise CountError("A member has not sealed its set, or has not passed the list on yet.")
    try:
        check_entries(final, event.size * len(event.members), last=True)
    except BlindedSetError as error:
        raise CountError(f"The final list is not one: {error.message}.") from None
    handed = None
    for member in event.members:
        if handed is not None and passed[member].received != handed:
            raise CountError(f"{member} was given another list than the member before it passed on.")
        handed = passed[member].passed
    if handed != list_digest(final):
        raise CountError("The final list is not the one that the last member passed on.")
