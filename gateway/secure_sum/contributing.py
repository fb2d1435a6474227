"""A proven round of totals is contributed to once: checked, logged, and only then sent masked."""

from collections.abc import Sequence
from hashlib import sha256

from anonymisers.errors import AnonymiserError, SecureSumError
from anonymisers.secure_sum.mask_roster import Roster, Sum, encoded
from anonymisers.secure_sum.masking import PairwiseMasks
from anonymisers.secure_sum.overlap import basis
from anonymisers.secure_sum.pairwise_keys import MaskKey
from audit.errors import AuditError
from audit.events.event_values import CoarseSize
from audit.events.events import decode, whole_second
from audit.events.question_events import Answered
from audit.events.total_events import Contributed
from audit.formats.canonical import load_canonical_object
from audit.formats.commitment import commit
from audit.formats.merkle import leaf_hash
from audit.formats.note import Note
from gateway.member.answer import answer_entries
from gateway.member.answer.decision import question_of
from gateway.member.build.cube_building import counted_table
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.errors import RepeatedError, UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import trusted
from gateway.member.region.log_exchange import region_of
from gateway.secure_sum.member_sum_ports import SumUnitOfWork, store_of
from gateway.secure_sum.member_sums import StoredContribution, StoredOffer, SummedCell
from gateway.secure_sum.participants import OwnNode, ProvenRound, answer_keys, prove_round
from gateway.secure_sum.withheld_cells import Withheld, check_safe, feasible_ranges, known_before, withheld_of
from gateway.wire.answer import AskedEntry
from gateway.wire.sum_call import Codes, SumCall
from gateway.wire.sum_messages import CONTRIBUTION, Contribution, offer_from_json, open_consent, sign_text
from policies import Policy

NOT_CONTRIBUTED = "total-not-proved"


def contribute(node: Node, cube_cache: CubeCache, call: SumCall, witnessed: Witnessed) -> StoredContribution:
    """Contribute to a round of sums, and log the contribution; the message is in the outbox afterwards.

    Raises:
        UnprovenError: a part of the round, the list of participants or the rule does not hold. Logged once
            for each such entry; nothing is contributed.
        RepeatedError: this node has contributed to the question's round before; the first contribution stays.
    """
    try:
        return _contributed(node, cube_cache, call, witnessed)
    except UnprovenError:
        _reject(node, call)
        raise


def _contributed(
    node: Node, cube_cache: CubeCache, call: SumCall, witnessed: Witnessed
) -> StoredContribution:
    cube_cache.refresh()
    with store_of(node).reading() as view:
        made = view.sums.offer(call.question_id)
        if view.sums.contribution(call.question_id) is not None:
            raise RepeatedError(f"The totals of {call.question_id} were contributed to before.")
        changes = [entry for _, entry in view.watch.key_changes(region_of(node))]
    if made is None or made.secret is None:
        raise UnprovenError("This node has offered nothing for the question.")
    keys = answer_keys(changes, node.dictionary.members, OwnNode(node.member, node.answer_signer.verifier))
    own = open_consent(
        offer_from_json(load_canonical_object(made.body.encode(), "offer")).consent, keys[node.member]
    )
    proven = prove_round(call, own, keys, own.contributors, witnessed)
    if node.clock.now() > proven.event.deadline:
        raise UnprovenError("The round reached this node after its deadline.")
    with store_of(node).writing() as work:
        return _give(node, cube_cache, work, made, proven)


def _give(
    node: Node, cube_cache: CubeCache, work: SumUnitOfWork, made: StoredOffer, proven: ProvenRound
) -> StoredContribution:
    in_force, policy = trusted(node, work) or (None, None)
    cube = None if in_force is None else cube_cache.cube(in_force.version, in_force.above)
    if policy is None or cube is None or cube.index != made.cube_index or made.secret is None:
        raise UnprovenError("The cube that answered the question answers no more.")
    sums = proven.roster.of(node.member)
    wanted = _checked(node, work, cube, made, proven.roster)
    values = _values(node, work, cube, policy, [wanted[s.cell] for s in sums])
    try:
        masks = PairwiseMasks(proven.roster, node.member, MaskKey(made.secret))
        masked = tuple(masks.masked(s, value) for s, value in zip(sums, values, strict=True))
    except AnonymiserError as error:
        raise UnprovenError(f"The round cannot be contributed to: {error.message}.") from None
    return _logged(node, work, proven, masked, (cube, wanted))


def _checked(
    node: Node, work: SumUnitOfWork, cube: ReadyCube, made: StoredOffer, roster: Roster
) -> dict[Codes, Withheld]:
    """The cells of this round. Raises UnprovenError for a cell that must not enter a sum."""
    sent = work.sent(made.question_id, made.asked_index)
    event = None if sent is None else decode(node.log.entry(work.log, sent.entry_index))
    if not isinstance(event, Answered):
        raise UnprovenError("This node has not answered the question.")
    question = question_of(node.dictionary, event).inside()
    cells = withheld_of(node.dictionary, cube, question, feasible_ranges(cube))  # no bound leaves the node
    wanted = [s.cell for s in roster.of(node.member)]
    before = known_before(work)
    participants = {e.people: e.contributors for e in before.entered}
    by_codes = {c.codes: c for c in cells}
    try:
        check_safe(cube, cells, wanted, before)
    except SecureSumError as error:
        raise UnprovenError(f"The rule of regional totals does not allow it: {error.message}.") from None
    for to in roster.of(node.member):
        cell = by_codes.get(to.cell)
        if cell is None:
            raise UnprovenError("A cell of the round is not one that this node withheld.")
        if participants.get(cell.people, participants_digest(to)) != participants_digest(to):
            raise UnprovenError("A cell has entered a total of other contributors before.")
    return by_codes


def participants_digest(to: Sum) -> bytes:
    """A digest of the participants of a sum: the same for every round among the same members.

    The members' snapshots do not matter: each member checks by itself that its own cell is unchanged.
    """
    return sha256(b"safelane total company 2\n" + encoded(to.members)).digest()


def _values(
    node: Node, work: SumUnitOfWork, cube: ReadyCube, policy: Policy, cells: Sequence[Withheld]
) -> list[int]:
    """The true counts, from the records behind the cube. Raises UnprovenError without these records."""
    loaded, stored = work.snapshot(), work.cube()
    if cube.withholding is None:
        raise UnprovenError("Numbers that are changed enter no total.")
    if loaded is None or stored is None or loaded[0].id != cube.snapshot.id or stored.index != cube.index:
        raise UnprovenError("The records that the cube was made from are no longer there.")
    _, rules = plan_cube(node.dictionary, policy, loaded[1], node.clock.now().date())
    try:
        values = feasible_ranges(cube).true_values(counted_table(node, loaded[1], stored.plan, rules))
    except AnonymiserError as error:
        raise UnprovenError(f"The counts cannot be summed: {error.message}.") from None
    return [int(values[c.place]) for c in cells if c.place is not None]


def _logged(
    node: Node,
    work: SumUnitOfWork,
    proven: ProvenRound,
    masked: tuple[int, ...],
    found: tuple[ReadyCube, dict[Codes, Withheld]],
) -> StoredContribution:
    cube, cells = found
    entry = proven.entry
    contribution = Contribution(
        question_id=proven.event.question_id,
        asked=AskedEntry(entry.origin, entry.index, entry.leaf.hex()),
        member=node.member,
        roster=proven.event.roster,
        masked=masked,
    )
    note = sign_text(contribution.as_json(), node.answer_signer)
    opening = commit(CONTRIBUTION, Note.parse(note).text.encode())
    event = Contributed(
        question_id=contribution.question_id,
        member=node.member,
        asked=entry,
        roster=contribution.roster,
        policy_version=cube.label,
        snapshot=cube.snapshot.id,
        contribution=opening.commitment,
        size=CoarseSize.of(len(masked)),
        at=whole_second(node.clock.now()),
    )
    index = log_entries.record(node, work, event, {CONTRIBUTION: opening})
    stored = StoredContribution(contribution.question_id, entry.index, note, index, acknowledged=False)
    work.sums.add_contribution(stored, because=index)
    for to in proven.roster.of(node.member):
        cell = cells[to.cell]
        if cell.place is not None and cube.withholding is not None:  # as every offered cell
            entered = SummedCell(cell.people, participants_digest(to), basis(cube.withholding, cell.place))
            work.sums.enter(entered, because=index)
    return stored


def _reject(node: Node, call: SumCall) -> None:
    """Log a refused call: once for each entry, so that repeated calls do not fill the log."""
    leaf = leaf_hash(NOT_CONTRIBUTED.encode() + b"\n" + call.entry)
    with node.store.writing() as work:
        if not work.rejected(leaf):
            try:
                event = answer_entries.rejected(
                    node, call.question_id[:100], NOT_CONTRIBUTED, node.clock.now()
                )
            except AuditError:
                event = answer_entries.rejected(node, "unreadable", NOT_CONTRIBUTED, node.clock.now())
            work.add_rejected(leaf, because=log_entries.record(node, work, event, {}))
