"""Events of a small invented region, each with everything but what a test says: `asked(purpose="...")`."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from audit.events.event_values import (
    CoarseShare,
    CoarseSize,
    EntryRef,
    Filter,
    MemberOutcome,
    Outcome,
    PolicyStep,
)
from audit.events.events import Event, PolicyInForce, SignInFailed, encode
from audit.events.question_events import Answered, Asked, Denied, Refused, Released
from audit.formats.commitment import Commitment
from audit.formats.merkle import leaf_hash

HUB = "log.example/hub"
SECRET = Commitment(bytes(range(32)))
MONDAY = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""10 o'clock in Phnom Penh."""

QUESTION: dict[str, Any] = {
    "actor": SECRET,
    "organisation": "ARMAC",
    "role": "analyst",
    "purpose": "regional-reporting",
    "measure": "casualties",
    "by": ("country", "year"),
    "where": (Filter("sex", ("F",)),),
    "dictionary": "2026.1",
}
REF = EntryRef(HUB, 0, bytes(32))


def asked(question: str = "q-1", **changes: Any) -> Asked:
    """Put to KH and LA on a Monday morning; ten seconds to answer."""
    usual = {
        **QUESTION,
        "held": ("regional-reporting",),
        "members": ("KH", "LA"),
        "asked_at": MONDAY,
        "deadline": changes.get("asked_at", MONDAY),
        "late_until": changes.get("deadline", changes.get("asked_at", MONDAY)),
    }
    return Asked(question_id=question, **{**usual, **changes})


def denied(question: str = "q-1", **changes: Any) -> Denied:
    usual = {**QUESTION, "held": (), "reasons": ("purpose-not-held",), "at": MONDAY}
    return Denied(question_id=question, **{**usual, **changes})


def answered(question: str = "q-1", **changes: Any) -> Answered:
    usual = {
        "policy_version": "1",
        "snapshot": "kh-000000000001",
        "cube": 2,
        "decision": SECRET,
        "answer": SECRET,
        "size": CoarseSize.TENS,
        "withheld": CoarseShare.FEW,
    }
    return Answered(question_id=question, **{**_judged(), **usual, **changes})


def refused(question: str = "q-1", **changes: Any) -> Refused:
    usual = {
        "policy_version": "1",
        "snapshot": None,
        "cube": None,
        "decision": SECRET,
        "reasons": ("not-shared",),
    }
    return Refused(question_id=question, **{**_judged(), **usual, **changes})


def released(
    question: str = "q-1",
    *,
    index: int = 0,
    answered: Iterable[str] = (),
    refused: Iterable[str] = (),
    missing: Iterable[str] = (),
    earlier: Iterable[str] = (),
    **changes: Any,
) -> Released:
    """The end of the question that entry `index` asked."""
    outcomes = [
        *(MemberOutcome(m, Outcome.ANSWERED, "1", "snapshot", (), REF) for m in answered),
        *(MemberOutcome(m, Outcome.REFUSED, "1", None, ("not-shared",), REF) for m in refused),
        *(MemberOutcome(m, Outcome.MISSING, None, None, (), None) for m in missing),
        *(MemberOutcome(m, Outcome.EARLIER, "1", "snapshot", (), REF) for m in earlier),
    ]
    usual = {
        "outcomes": tuple(outcomes),
        "result": SECRET,
        "size": CoarseSize.TENS,
        "withheld": CoarseShare.FEW,
        "at": MONDAY,
    }
    return Released(question_id=question, asked_index=index, **{**usual, **changes})


def policy(version: str = "1", **changes: Any) -> PolicyInForce:
    usual = {"member": "KH", "step": PolicyStep.FIRST, "text": SECRET, "effect": SECRET, "at": MONDAY}
    return PolicyInForce(policy_version=version, **{**usual, **changes})


def sign_in_failed(**changes: Any) -> SignInFailed:
    return SignInFailed(**{"actor": SECRET, "reason": "wrong token", "at": MONDAY, **changes})


def ref(event: Event, index: int = 0, origin: str = HUB) -> EntryRef:
    """A reference to this event as entry `index`."""
    return EntryRef(origin, index, leaf_hash(encode(event)))


def _judged() -> dict[str, Any]:
    return {
        **QUESTION,
        "member": "KH",
        "asked": REF,
        "late_until": MONDAY,
        "software": "1.0",
        "at": MONDAY,
    }
