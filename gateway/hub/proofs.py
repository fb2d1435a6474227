"""The hub's log as auditors read the log, members' entries with their proofs, and sidecars of tables."""

from collections.abc import Iterator

from audit.errors import AuditError
from audit.events.events import decode
from audit.events.question_events import Released
from audit.formats.merkle import leaf_hash
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.dossier import Dossier, ProvenEntry
from audit.reading.sidecar import Sidecar
from gateway.auditing.audited_log import AuditedLog, ReplayResult
from gateway.auditing.context import KeptLog
from gateway.hub.context import Hub
from gateway.hub.decision_replay import replay
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.log_exchange import log_keys_of, origin_of, witness_keys_of
from gateway.hub.model import AskedQuestion, KeptRelease, LoggedAnswer
from gateway.hub.ports import View
from gateway.watching.keys import LOG, KnownKeys, Numbered, check_signs
from gateway.wire.release import RESULT, release_text


def kept_log(hub: Hub) -> KeptLog:
    """The regional log, to be audited at the hub."""
    return KeptLog(
        hub.log,
        hub.store,
        hub.clock,
        witnesses=lambda: _witnesses(hub),
        thresholds=hub.thresholds,
        others=lambda question_id: member_proofs(hub, question_id),
        index=hub.index,
    )


def audited(hub: Hub) -> AuditedLog:
    """The regional log, and the hub's own decisions made again."""

    def again(number: int) -> ReplayResult:
        with hub.store.reading() as view:
            return ReplayResult(replay(view, number)[1])

    return AuditedLog(kept_log(hub), again)


def member_proofs(hub: Hub, question_id: str) -> list[tuple[ProvenEntry, VerifierKey]]:
    """Entries of members' logs about a question, as received with the answers, and each log's key."""
    with hub.store.reading() as view:
        enrolled = {enrolment.member: enrolment for enrolment in view.enrolments()}
        logged = view.logged_answers(question_id)
        return [
            proof
            for member, answer in sorted(logged.items())
            if member in enrolled
            for proof in _proven(
                answer,
                log_keys_of(hub, view, enrolled[member]),
                view.watch.key_changes(origin_of(enrolled[member])),
            )
        ]


def sidecar(hub: Hub, asked: AskedQuestion, kept: KeptRelease) -> Sidecar:
    """Return the release, its salt, and the proofs of its entries, members' own among them.

    Raises UnknownQuestionError where the opening was erased: nobody can prove the table any more.
    """
    with hub.store.reading() as view:
        opening = view.opening(RESULT, kept.index)
        if opening is None:
            raise UnknownQuestionError(
                "What opens the log's commitment to this table was erased.",
                remedy="Ask anew, if you need a table that can be proved.",
            )
        own = [_own_entry(hub, view, index) for index in (asked.asked_index, kept.index)]
    event = decode(own[1].entry)
    named = {
        outcome.entry.leaf
        for outcome in (event.outcomes if isinstance(event, Released) else ())
        if outcome.entry is not None
    }
    # Of members that answered late, only what the release refers to: the rest is no part of this table.
    others = [found for found in member_proofs(hub, asked.id) if leaf_hash(found[0].entry) in named]
    keys = dict.fromkeys([hub.log.key, *(key for _, key in others)])
    entries = (*own, *(proven for proven, _ in others))
    witnesses = tuple(kept_log(hub).witnesses())
    dossier = Dossier(asked.id, entries, tuple(keys), witnesses)
    return Sidecar(dossier, release_text(kept.release).encode(), opening.salt)


def _own_entry(hub: Hub, view: View, index: int) -> ProvenEntry:
    return ProvenEntry(hub.log.entry(view.log, index), hub.log.fullest_receipt(view.log, index))


def _proven(
    answer: LoggedAnswer, keys: KnownKeys, changes: Numbered
) -> Iterator[tuple[ProvenEntry, VerifierKey]]:
    """The entry with the first key that verifies its proof, of those that the log had at its checkpoint: the
    log may have changed its key since."""
    receipt = Receipt.parse(answer.receipt)
    for key in map(VerifierKey.parse, keys.all):
        try:
            proven = receipt.verify(answer.entry, Policy.of(Verifier(key))).checkpoint
            check_signs(LOG, keys, changes, receipt.checkpoint, proven.size)
        except AuditError:
            continue
        yield ProvenEntry(answer.entry, receipt), key
        return


def _witnesses(hub: Hub) -> list[VerifierKey]:
    with hub.store.reading() as view:
        known = [witness_keys_of(hub, view, member) for member in view.enrolments()]
    return [VerifierKey.parse(key) for each in known for key in each.valid]
