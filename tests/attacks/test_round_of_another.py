"""Attack: a round of a regional total is logged as something else than what the members are asked for.

The attacker is the hub. Every member gets the same list of participants, and masks that cancel; but the
entry of the public log names other members, or another question, so that nobody who reads the log learns
whose withheld cells were summed, and for what. Before, a node compared the digest of the list only.
"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from memory_log import MemoryStorage

from anonymisers.secure_sum.pairwise_keys import MaskKey
from audit.events.event_values import CoarseSize
from audit.events.events import encode
from audit.events.total_events import TotalAsked
from audit.formats.checkpoint import Checkpoint
from audit.formats.note import Signer
from audit.log.log import Log
from gateway.member.errors import UnprovenError
from gateway.member.model.witnessed import Witnessed
from gateway.secure_sum.participants import ProvenRound, prove_round, roster_of
from gateway.wire.answer import AskedEntry
from gateway.wire.sum_call import CalledSum, SumCall
from gateway.wire.sum_messages import Consent, sign_text

MEMBERS = ("KH", "LA", "MM", "PH", "TH", "VN")
CELL = ("2025", "K")
ORIGIN = "test.example/log"
ASKED = AskedEntry(ORIGIN, 3, "ab" * 32)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SIGNERS = {m: Signer.from_seed(f"test.example/{m}/answers", m.encode() * 16) for m in MEMBERS}
CONSENTS = {m: Consent(ASKED, m, f"s-{m}", MaskKey(m.encode() * 16).public, 6, (CELL,)) for m in MEMBERS}
SUMS = (CalledSum(CELL, MEMBERS),)
HONEST = TotalAsked("q-1", ASKED.index, 1, MEMBERS, b"", CoarseSize.of(1), NOW, NOW)


def asked_for(event: TotalAsked) -> ProvenRound:
    """What Cambodia makes of a round that the hub has logged as this event."""
    notes = tuple(sign_text(CONSENTS[m].as_json(), SIGNERS[m]) for m in MEMBERS)
    call = SumCall(event.question_id, b"", "", SUMS, notes)
    digest = roster_of(call, CONSENTS, bytes.fromhex(ASKED.leaf), event.round).digest()
    entry = encode(replace(event, roster=digest))
    log, storage = Log(Signer.generate(ORIGIN)), MemoryStorage(ORIGIN)
    log.append(storage, [b"{}"] * 4 + [entry], 1)
    receipt = log.receipt(storage, 4)
    checkpoint = Checkpoint.parse(receipt.checkpoint.text)
    call = replace(call, entry=entry, receipt=str(receipt))
    keys = {m: signer.verifier for m, signer in SIGNERS.items()}
    witnessed = Witnessed(checkpoint, (log._signer.verifier,))
    return prove_round(call, CONSENTS["KH"], keys, 6, witnessed)


def test_a_round_that_was_logged_as_it_is_asked_for_is_proved() -> None:
    assert [p.member for p in asked_for(HONEST).roster.participants] == list(MEMBERS)


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        (replace(HONEST, members=MEMBERS[:-1]), "names other members"),
        (replace(HONEST, members=(*MEMBERS, "ZZ")), "names other members"),
        (replace(HONEST, asked_index=2), "about another question"),
    ],
)
def test_a_round_that_was_logged_as_another_gets_nothing(lie: TotalAsked, fault: str) -> None:
    with pytest.raises(UnprovenError, match=fault):
        asked_for(lie)
