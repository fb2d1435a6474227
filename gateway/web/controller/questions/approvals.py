"""Questions that wait for a person: the very answer that would go out, and leave or refusal in two steps."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, request
from flask_babel import gettext as _

from gateway.member.answer import approval as approving
from gateway.member.answer.approval import Pending
from gateway.member.answer.quotas import Used, used_now
from gateway.member.errors import NotWaitingError, SignatureRefusedError
from gateway.member.node.signed_statements import digest
from gateway.member.policy.policy_in_force import trusted
from gateway.picturing import Layout
from gateway.web.controller.common import wording
from gateway.web.controller.common.charts import drawn, withheld
from gateway.web.controller.common.context import bench
from gateway.web.controller.common.errors import not_there
from gateway.web.controller.common.signing import Keys, NotSignedError, keys, signed
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Desk, Model, shown
from gateway.web.shared.forms import Now, require_version
from gateway.wire.answer import Quota
from gateway.wire.answer_text import answer_of_note, answer_text
from policies.explanation.explain import explain

desk = Desk("controller-approvals")

LIST = "/controller/approvals"
ONE = f"{LIST}/<question_id>"
LONGEST_REASON = 400


@dataclass(frozen=True)
class Waits:
    """A question that waits. `no_table`: a refusal would go out, whatever a person says."""

    id: str
    sentence: str
    asked_at: datetime
    since: datetime
    deadline: datetime
    left: str
    persons: int
    approved_by: tuple[str, ...]
    no_table: bool
    quotas: tuple[Quota, ...]


@dataclass(frozen=True)
class Approvals:
    """The queue, oldest first, and what the quotas of the policy in force leave."""

    waiting: tuple[Waits, ...]
    quotas: tuple[Used, ...]
    done: str


@dataclass(frozen=True)
class Approval:
    """One question with the very answer. `seen` names that answer: what is signed is this and no other."""

    waits: Waits
    answer: Layout | None
    refusals: tuple[str, ...]
    why: tuple[str, ...]
    policy: str | None
    snapshot_date: str | None
    seen: str
    done: str


@dataclass(frozen=True)
class Step:
    """The second step: what is about to be signed, whose key signs, and what was wrong with the form."""

    approval: Approval
    keys: Keys
    granted: bool
    reason: str = ""
    error: NotSignedError | None = None


@desk.page(LIST, "controller/approvals.html", fragment="controller/approvals-list.html")
def approvals() -> Model:
    return Approvals(tuple(map(_waits, _queue())), _quotas(), _done())


@desk.page(ONE, "controller/approval.html")
def approval(question_id: str) -> Model:
    return _approval(_pending(question_id))


@desk.page(f"{ONE}/approve", "controller/approve.html")
def approve_step(question_id: str) -> Model:
    return Step(_approval(_pending(question_id)), keys(), granted=True)


@desk.page(f"{ONE}/refuse", "controller/refuse.html")
def refuse_step(question_id: str) -> Model:
    return Step(_approval(_pending(question_id)), keys(), granted=False)


@desk.form(f"{ONE}/approve")
def approve(question_id: str) -> Model:
    """Sign for exactly the answer that was seen; another one by now is shown instead of being signed."""
    node, pending = bench().node, _pending(question_id)
    require_version(_now(pending))
    try:
        note = signed(approving.approval(node, pending))
        sent = approving.approve(node, bench().shelf, bench().regional, question_id, note)
    except (NotSignedError, SignatureRefusedError) as error:
        return shown((_again(pending, error, granted=True), 422), "controller/approve.html")
    if sent is None:
        return redirect(f"{LIST}/{question_id}?done=leave", 303)
    word = "refused-anyway" if answer_of_note(sent.note).refusals else "approved"
    return redirect(f"{LIST}?done={word}", 303)


@desk.form(f"{ONE}/refuse")
def refuse(question_id: str) -> Model:
    node, pending, reason = bench().node, _pending(question_id), typed("reason").strip()
    try:
        if not reason:
            raise NotSignedError(
                "reason", _("Give a reason: people who review this decision later will need it.")
            )
        note = signed(approving.refusal(node, question_id, reason))
        approving.refuse(node, bench().shelf, question_id, note, reason)
    except (NotSignedError, SignatureRefusedError) as error:
        return shown((_again(pending, error, granted=False), 422), "controller/refuse.html")
    return redirect(f"{LIST}?done=refused", 303)


def _quotas() -> tuple[Used, ...]:
    """The quotas that the policy in force sets, and what is used of them."""
    node = bench().node
    with node.store.reading() as view:
        ruling = trusted(node, view)
        used = used_now(view, None if ruling is None else ruling[1], node.clock.now())
    return tuple(one for one in used if one.limit is not None)


def _queue() -> list[Pending]:
    """What waits. The tables are only looked at where anything does: a large cube takes seconds to open."""
    with bench().node.store.reading() as view:
        if not view.waiting_questions():
            return []
    return approving.queue(bench().node, bench().shelf)


def _again(pending: Pending, error: NotSignedError | SignatureRefusedError, *, granted: bool) -> Step:
    if isinstance(error, SignatureRefusedError):
        error = NotSignedError("by", error.message, error.remedy)
    return Step(_approval(pending), keys(), granted=granted, reason=typed("reason"), error=error)


def _pending(question_id: str) -> Pending:
    """Raises NotFound where it does not wait (any more)."""
    try:
        return approving.find(bench().node, bench().shelf, question_id)
    except NotWaitingError as error:
        not_there(error)


def _now(pending: Pending) -> Now:
    return Now(_seen(pending), _text(pending), f"{LIST}/{pending.waiting.question_id}")


def _seen(pending: Pending) -> str:
    return digest(answer_text(pending.answer))


def _text(pending: Pending) -> str:
    """The answer of now in short, for whoever looked at another one."""
    table = bench().table(pending.asked, pending.answer) if not pending.answer.refusals else None
    if table is None:
        return "; ".join(refusal.meaning for refusal in pending.answer.refusals)
    return _(
        "%(cells)d cells, %(withheld)d of them withheld, records up to %(day)s, policy version %(version)s",
        cells=len(table.cells),
        withheld=withheld(table),
        day=pending.answer.snapshot_date or "-",
        version=pending.answer.policy or "-",
    )


def _waits(pending: Pending) -> Waits:
    node, asked = bench().node, pending.asked
    return Waits(
        id=pending.waiting.question_id,
        sentence=wording.say_question(node.dictionary, asked),
        asked_at=asked.asked_at,
        since=pending.waiting.since,
        deadline=asked.late_until,
        left=wording.time_left(asked.late_until, node.clock.now()),
        persons=pending.waiting.persons,
        approved_by=pending.approved_by,
        no_table=bool(pending.answer.refusals),
        quotas=pending.answer.quotas,
    )


def _approval(pending: Pending) -> Approval:
    answer = pending.answer
    table = None
    if not answer.refusals:
        table = drawn(bench().table(pending.asked, answer))
    return Approval(
        waits=_waits(pending),
        answer=table,
        refusals=tuple(refusal.meaning for refusal in answer.refusals),
        why=_why(pending),
        policy=answer.policy,
        snapshot_date=answer.snapshot_date,
        seen=_seen(pending),
        done=_done(),
    )


def _why(pending: Pending) -> tuple[str, ...]:
    """What the policy says of the question, for the controller only."""
    policy, verdict = pending.case.policy, pending.verdict
    if policy is None or verdict.request is None or verdict.decision is None:
        return ()
    return tuple(explain(policy, verdict.request, verdict.decision)[1:])


def _done() -> str:
    """What has just been done, from a closed list: a page never repeats what stands in an address."""
    return _DONE.get(request.args.get("done", ""), lambda: "")()


_DONE = {
    "approved": lambda: _("Approved. The answer is sent the next time the node connects to the hub."),
    "refused": lambda: _("Refused. The requester learns that approval was refused, and nothing else."),
    "refused-anyway": lambda: _(
        "A refusal is sent: the policy or the deadline no longer permitted an answer."
    ),
    "leave": lambda: _("Your approval is saved. Another person still has to approve the answer."),
}
