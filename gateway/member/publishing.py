"""A policy's way into force: drafted, reviewed where the state asks for it, signed, in force from its day.

Signing is logged at once; on its first day the version takes over by itself. Each of these is one transaction
with the entry of the log that says so, and whatever is refused leaves the policy in force as it is.
"""

from dataclasses import replace

from audit.commitment import commit
from audit.event_values import PolicyStep
from audit.events import PolicyRevoked, PolicySigned, whole_second
from gateway.member import entries
from gateway.member.adopting import adopt
from gateway.member.context import Node
from gateway.member.errors import PolicyRefusedError, SignatureRefusedError
from gateway.member.holders import counting
from gateway.member.model import Draft, Duty, Ending, Holder, SignedPolicy
from gateway.member.policies import (
    check_effect,
    check_signed,
    checked,
    publication,
    read,
    reviewed,
)
from gateway.member.ports import UnitOfWork, View
from gateway.member.statements import Act, Signed, accepts_shared_values, check, digest, statement
from gateway.member.steps import step_of
from policies import Policy, PolicyError
from policies.expectations import check as missed
from policies.expectations import load_expectations
from policies.finding import Severity
from policies.lint import lint
from policies.terms import Review

REASON = "reason"
"""Label of the log's commitment to why something was revoked or refused."""


def hand_in(node: Node, text: str, questions: str | None) -> Draft:
    """Keep a document as the draft of the next version, in place of any former draft.

    `questions`: the examples that it must decide as expected. Raises PolicyRefusedError, with the reason.
    """
    with node.store.reading() as view:
        policy = _fit(node, view, text, questions)
    draft = Draft(policy.version, text, questions, None, node.clock.now())
    with node.store.notes() as notes:
        notes.keep_draft(draft)
    return draft


def add_review(node: Node, note: str) -> Draft:
    """Keep that a second person reviewed the draft. Raises PolicyRefusedError or SignatureRefusedError."""
    with node.store.reading() as view:
        draft = draft_of(view)
        check(note, reviewed(node, draft.version, draft.text), counting(view))
    kept = replace(draft, review=note)
    with node.store.notes() as notes:
        notes.keep_draft(kept)
    return kept


def publish(node: Node, note: str) -> SignedPolicy:
    """Sign the draft into force, at once or from its first day. `note`: the controller's signed statement.

    Raises PolicyRefusedError or SignatureRefusedError; the policy in force stays in force then.
    """
    with node.store.writing() as work:
        draft = draft_of(work)
        policy = _fit(node, work, draft.text, draft.questions)
        controllers = [holder for holder in counting(work) if holder.duty is Duty.CONTROLLER]
        accepts = accepts_shared_values(note)
        signed = check(note, publication(node, draft.version, draft.text, accepts=accepts), controllers)
        reviewers = _reviewed(node, work, policy, draft, signed)
        now = node.clock.now()
        _, changes = step_to(node, work, policy)
        text, effect = commit(entries.TEXT, draft.text.encode()), commit(entries.EFFECT, changes)
        event = PolicySigned(
            member=node.member,
            policy_version=str(policy.version),
            text=text.commitment,
            effect=effect.commitment,
            signed_by=tuple(holder.key for holder in signed.by),
            reviewed_by=tuple(holder.key for holder in reviewers),
            begins=policy.valid_from.isoformat(),
            at=whole_second(now),
        )
        index = entries.record(node, work, event, {entries.TEXT: text, entries.EFFECT: effect})
        kept = SignedPolicy(policy.version, draft.text, note, draft.review, policy.valid_from, now, index)
        work.sign_policy(kept, because=index)
        for other in work.signed_policies():
            if other.version < kept.version and other.since is None and other.ended is None:
                work.end_policy(other.version, now, Ending.WITHDRAWN, because=index)
        _come_into_force(node, work)
        found = next(each for each in work.signed_policies() if each.version == kept.version)
    with node.store.notes() as notes:
        notes.keep_draft(None)
    return found


def come_into_force(node: Node) -> int | None:
    """Let the signed version whose first day has come take over; returns it, None where there is none.

    Raises SignatureRefusedError or PolicyRefusedError for one that cannot; the policy in force stays.
    """
    with node.store.reading() as view:
        if not _due(node, view):
            return None
    with node.store.writing() as work:
        return _come_into_force(node, work)


def revoke(node: Node, note: str, reason: str) -> SignedPolicy:
    """End the policy in force at once, or one that has not begun: from now on nothing is answered under it.

    `note`: a controller's signature over `revocation`. Raises PolicyRefusedError or SignatureRefusedError.
    """
    with node.store.writing() as work:
        ended = revocable(work)
        controllers = [holder for holder in counting(work) if holder.duty is Duty.CONTROLLER]
        signed = check(note, revocation(node, ended.version, reason), controllers)
        now = node.clock.now()
        why = commit(REASON, reason.encode())
        event = PolicyRevoked(
            member=node.member,
            policy_version=str(ended.version),
            reason=why.commitment,
            signed_by=tuple(holder.key for holder in signed.by),
            at=whole_second(now),
        )
        index = entries.record(node, work, event, {REASON: why})
        work.end_policy(ended.version, now, Ending.REVOKED, because=index)
    return replace(ended, ended=now, ending=Ending.REVOKED)


def revocation(node: Node, version: int, reason: str) -> str:
    """What a controller signs to revoke a version."""
    return statement(Act.REVOKE_POLICY, node.member, version=version, reason=digest(reason))


def revocable(view: View) -> SignedPolicy:
    """The version in force, else one that is yet to begin. Raises PolicyRefusedError."""
    live = [each for each in view.signed_policies() if each.ended is None]
    for each in sorted(live, key=lambda one: one.since is None):
        return each
    raise PolicyRefusedError("No policy is in force, and none is to begin.", remedy="Nothing was changed.")


def step_to(node: Node, view: View, policy: Policy) -> tuple[PolicyStep, bytes]:
    """What a policy changes against the last one that was in force: see `gateway.member.steps`."""
    before = view.policies()
    return step_of(read(node, before[-1].text) if before else None, policy)


def draft_of(view: View) -> Draft:
    """Raises PolicyRefusedError where there is none."""
    draft = view.draft()
    if draft is None:
        raise PolicyRefusedError(
            "There is no draft.", remedy="Hand one in first: safelane policy draft POLICY --dir DIRECTORY."
        )
    return draft


def _fit(node: Node, view: View, text: str, questions: str | None) -> Policy:
    """Raises PolicyRefusedError unless the document could be the next version here, as it stands."""
    _check_lint(node, text)
    policy = checked(node, text)
    known = [each.version for each in view.signed_policies()]
    expected = max(known, default=0) + 1
    if policy.version != expected:
        used = "is used already" if policy.version in known else "does not follow"
        raise PolicyRefusedError(
            f"The policy has version {policy.version}, which {used}; the next version here is {expected}.",
            remedy=f"Write 'version: {expected}' if this is the policy that shall follow.",
        )
    if questions is not None:
        _check_questions(policy, questions)
    check_effect(node, view, policy)
    return policy


def _check_lint(node: Node, text: str) -> None:
    errors = [f.sentence for f in lint(read(node, text)) if f.severity is Severity.ERROR]
    if errors:
        raise PolicyRefusedError(
            f"The policy has an error: {' '.join(errors)}", remedy="`safelane policy lint` says more."
        )


def _check_questions(policy: Policy, questions: str) -> None:
    try:
        found = missed(policy, load_expectations(questions, policy.vocabulary))
    except PolicyError as error:
        raise PolicyRefusedError(f"The questions beside the policy: {error}") from None
    if found:
        first = found[0]
        raise PolicyRefusedError(
            f"{len(found)} of the questions beside the policy are decided otherwise than expected, "
            f"first '{first.expectation.name}': {first.sentence}",
            remedy="Mend the policy or the questions; `safelane policy test` names them all.",
        )


def _reviewed(node: Node, view: View, policy: Policy, draft: Draft, signed: Signed) -> tuple[Holder, ...]:
    """Who reviewed it. Raises SignatureRefusedError where somebody else than the signer has to have."""
    in_force = view.policy()
    before = None if in_force is None else read(node, in_force.text).review
    if draft.review is None:
        if Review.SECOND_PERSON in (policy.review, before):
            raise SignatureRefusedError(
                "This policy has to be reviewed by a second person before it is signed.",
                remedy="Let that person run: safelane policy review --by NAME --dir DIRECTORY.",
            )
        return ()
    found = check(draft.review, reviewed(node, draft.version, draft.text), counting(view))
    if {holder.name for holder in found.by} <= {holder.name for holder in signed.by}:
        raise SignatureRefusedError("Nobody is a second person to oneself: reviewer and signer are the same.")
    return found.by


def next_policy(node: Node) -> Policy | None:
    """The signed policy whose day has come and that is not in force yet, or None."""
    with node.store.reading() as view:
        due = _due(node, view)
    return checked(node, due[-1].text) if due else None


def _due(node: Node, view: View) -> list[SignedPolicy]:
    """Signed versions whose first day has come and that are not in force yet."""
    today = node.clock.now().date()
    return [
        each
        for each in view.signed_policies()
        if each.since is None and each.ended is None and each.begins <= today
    ]


def _come_into_force(node: Node, work: UnitOfWork) -> int | None:
    due = _due(node, work)
    if not due:
        return None
    newest, former, now = due[-1], work.policy(), node.clock.now()
    holders = work.holders()
    check_signed(node, newest, [holder for holder in holders if not holder.revoked])
    policy = checked(node, newest.text)
    check_effect(node, work, policy)
    step = step_to(node, work, policy)
    event, openings = entries.policy_in_force(node, newest.version, newest.text, step, now)
    index = entries.record(node, work, event, openings)
    if former is not None:
        work.end_policy(former.version, now, Ending.REPLACED, because=index)
    work.put_in_force(newest.version, now, because=index)
    adopt(node, work, policy)
    return newest.version
