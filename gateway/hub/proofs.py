"""The hub's log as auditors read the log, and members' own log entries with their proofs."""

from collections.abc import Iterator, Sequence

from audit.errors import AuditError
from audit.formats.note import Verifier
from audit.formats.vkey import VerifierKey
from audit.log.policy import Policy
from audit.log.receipt import Receipt
from audit.reading.dossier import ProvenEntry
from gateway.auditing.audited_log import AuditedLog, ReplayResult
from gateway.auditing.context import KeptLog
from gateway.hub.context import Hub
from gateway.hub.decision_replay import replay
from gateway.hub.log_exchange import log_keys_of, witness_keys_of
from gateway.hub.model import LoggedAnswer


def kept_log(hub: Hub) -> KeptLog:
    """The regional log, to be audited at the hub."""
    return KeptLog(
        hub.log,
        hub.store,
        hub.clock,
        witnesses=lambda: _witnesses(hub),
        others=lambda question_id: member_proofs(hub, question_id),
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
            for proof in _proven(answer, log_keys_of(hub, view, enrolled[member]).all)
        ]


def _proven(answer: LoggedAnswer, keys: Sequence[str]) -> Iterator[tuple[ProvenEntry, VerifierKey]]:
    """The entry with the first key that verifies its proof: the log may have changed its key since."""
    receipt = Receipt.parse(answer.receipt)
    for key in map(VerifierKey.parse, keys):
        try:
            receipt.verify(answer.entry, Policy.of(Verifier(key)))
        except AuditError:
            continue
        yield ProvenEntry(answer.entry, receipt), key
        return


def _witnesses(hub: Hub) -> list[VerifierKey]:
    with hub.store.reading() as view:
        known = [witness_keys_of(hub, view, member) for member in view.enrolments()]
    return [VerifierKey.parse(key) for each in known for key in each.valid]
