"""Questions waiting for approval: exactly the answer to be sent, and approval or refusal in two steps."""

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
from gateway.web.controller.common.charts import table_layout, withheld
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import raise_not_found
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
class WaitingQuestion:
    """A question waiting for approval. `no_table`: a refusal would be sent, whatever a person decides."""

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
    """The queue, oldest first, and the quota usage under the policy in force."""

    waiting: tuple[WaitingQuestion, ...]
    quotas: tuple[Used, ...]
    done: str


@dataclass(frozen=True)
class Approval:
    """One question with exactly the answer to be sent. `seen` names the only answer that is signed."""

    waits: WaitingQuestion
    answer: Layout | None
    refusals: tuple[str, ...]
    why: tuple[str, ...]
    policy: str | None
    snapshot_date: str | None
    seen: str
    done: str


@dataclass(frozen=True)
class Step:
    """The second step: the text to sign, the signing keys, and errors of the form."""

    approval: Approval
    keys: Keys
    granted: bool
    reason: str = ""
    error: NotSignedError | None = None


@desk.page(LIST, "controller/approvals.html", fragment="controller/approvals-list.html")
def approvals() -> Model:
    return Approvals(tuple(map(_waiting_question, _queue())), _quotas(), _done())


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
    """Sign for exactly the answer that was seen; a changed answer is shown instead of being signed."""
    node, pending = desk_context().node, _pending(question_id)
    require_version(_now(pending))
    try:
        note = signed(approving.approval(node, pending))
        sent = approving.approve(node, desk_context().cube_cache, question_id, note)
    except (NotSignedError, SignatureRefusedError) as error:
        return shown((_again(pending, error, granted=True), 422), "controller/approve.html")
    if sent is None:
        return redirect(f"{LIST}/{question_id}?done=saved", 303)
    word = "refused-anyway" if answer_of_note(sent.note).refusals else "approved"
    return redirect(f"{LIST}?done={word}", 303)


@desk.form(f"{ONE}/refuse")
def refuse(question_id: str) -> Model:
    node, pending, reason = desk_context().node, _pending(question_id), typed("reason").strip()
    try:
        if not reason:
            raise NotSignedError(
                "reason", _("Give a reason: people who review this decision later will need it.")
            )
        note = signed(approving.refusal(node, question_id, reason))
        approving.refuse(node, desk_context().cube_cache, question_id, note, reason)
    except (NotSignedError, SignatureRefusedError) as error:
        return shown((_again(pending, error, granted=False), 422), "controller/refuse.html")
    return redirect(f"{LIST}?done=refused", 303)


def _quotas() -> tuple[Used, ...]:
    """The quotas of the policy in force, and their usage."""
    node = desk_context().node
    with node.store.reading() as view:
        ruling = trusted(node, view)
        used = used_now(view, None if ruling is None else ruling[1], node.clock.now())
    return tuple(one for one in used if one.limit is not None)


def _queue() -> list[Pending]:
    """The waiting questions. Tables are opened only if there is one: a large cube takes seconds."""
    with desk_context().node.store.reading() as view:
        if not view.waiting_questions():
            return []
    return approving.queue(desk_context().node, desk_context().cube_cache)


def _again(pending: Pending, error: NotSignedError | SignatureRefusedError, *, granted: bool) -> Step:
    if isinstance(error, SignatureRefusedError):
        error = NotSignedError("by", error.message, error.remedy)
    return Step(_approval(pending), keys(), granted=granted, reason=typed("reason"), error=error)


def _pending(question_id: str) -> Pending:
    """The waiting question. Raises NotFound for a question that does not wait (any more)."""
    try:
        return approving.find(desk_context().node, desk_context().cube_cache, question_id)
    except NotWaitingError as error:
        raise_not_found(error)


def _now(pending: Pending) -> Now:
    return Now(_seen(pending), _text(pending), f"{LIST}/{pending.waiting.question_id}")


def _seen(pending: Pending) -> str:
    return digest(answer_text(pending.answer))


def _text(pending: Pending) -> str:
    """The current answer in short, for a person who has seen another answer."""
    table = desk_context().table(pending.asked, pending.answer) if not pending.answer.refusals else None
    if table is None:
        return "; ".join(refusal.meaning for refusal in pending.answer.refusals)
    return _(
        "%(cells)d cells, %(withheld)d of them withheld, records up to %(day)s, policy version %(version)s",
        cells=len(table.cells),
        withheld=withheld(table),
        day=pending.answer.snapshot_date or "-",
        version=pending.answer.policy or "-",
    )


def _waiting_question(pending: Pending) -> WaitingQuestion:
    node, asked = desk_context().node, pending.asked
    return WaitingQuestion(
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
        table = table_layout(desk_context().table(pending.asked, answer))
    return Approval(
        waits=_waiting_question(pending),
        answer=table,
        refusals=tuple(refusal.meaning for refusal in answer.refusals),
        why=_why(pending),
        policy=answer.policy,
        snapshot_date=answer.snapshot_date,
        seen=_seen(pending),
        done=_done(),
    )


def _why(pending: Pending) -> tuple[str, ...]:
    """The policy's reasons on the question, for the controller only."""
    policy, verdict = pending.case.policy, pending.verdict
    if policy is None or verdict.request is None or verdict.decision is None:
        return ()
    return tuple(explain(policy, verdict.request, verdict.decision)[1:])


def _done() -> str:
    """The action just done, from a closed list: a page never repeats text of an address."""
    return _DONE.get(request.args.get("done", ""), lambda: "")()


_DONE = {
    "approved": lambda: _("Approved. The answer is sent the next time the node connects to the hub."),
    "refused": lambda: _("Refused. The requester learns that approval was refused, and nothing else."),
    "refused-anyway": lambda: _(
        "A refusal is sent: the policy or the deadline no longer permitted an answer."
    ),
    "saved": lambda: _("Your approval is saved. Another person still has to approve the answer."),
}
