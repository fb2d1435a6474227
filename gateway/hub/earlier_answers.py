"""Earlier answers that may stand in for members that are away, where the member's policy allows.

An earlier answer stands in only for the same organisation and the same words; only if the member, at its last
call, answered under the same policy and from the same snapshot; and only as long as the policy lets the hub
keep the answer. The release says so. When the member is back, the member answers by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.events.event_values import EntryRef
from audit.formats.note import Note
from gateway.hub.model import AskedQuestion, EarlierAnswer
from gateway.hub.ports import View
from gateway.wire.answer import Answer
from gateway.wire.answer_text import answer_of_text


@dataclass(frozen=True)
class ReusableAnswer:
    """The earlier answer of a member, when the answer came, and the entry of the member's log about it."""

    answer: Answer
    earlier: EarlierAnswer

    @property
    def entry(self) -> EntryRef:
        return self.earlier.logged.ref


def reusable_answers(
    view: View, asked: AskedQuestion, away: Collection[str], now: datetime
) -> dict[str, ReusableAnswer]:
    """The earlier answers that may stand in for members that are away."""
    serves = {seen.member: seen.serves for seen in view.presence()}
    found = {}
    for member in away:
        earlier = view.earlier_answer(asked, member)
        if earlier is not None:
            # Its signature was verified before it was kept.
            answer = answer_of_text(Note.parse(earlier.note).text)
            if is_reusable(answer, earlier.answered_at, serves.get(member), now):
                found[member] = ReusableAnswer(answer, earlier)
    return found


def is_reusable(answer: Answer, answered_at: datetime, serves: tuple[str, str] | None, now: datetime) -> bool:
    """Whether an earlier answer may stand in. `serves`: policy version and snapshot behind the member's last
    call.
    """
    if answer.refusals or serves is None or (answer.policy, answer.snapshot) != serves:
        return False
    return answer.keep_days is None or now <= answered_at + timedelta(days=answer.keep_days)
