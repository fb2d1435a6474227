"""The life of a policy: drafted, reviewed where demanded, signed, in force from its first day.

Signing is logged at once; on its first day the version takes over by itself. Each step is one transaction
with its log entry, and a refused step leaves the policy in force unchanged. A ministry-wide policy takes the
same steps: `ministry` selects the ministry-wide policy.
"""

from dataclasses import replace

from audit.events.event_values import PolicyStep
from audit.events.events import PolicyRevoked, PolicySigned, whole_second
from audit.formats.canonical import canonical_json
from audit.formats.commitment import commit
from gateway.member.errors import PolicyRefusedError, SignatureRefusedError
from gateway.member.model.policy_version import Draft, Ending, SignedPolicy, ministry_label, policy_label
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.policy_ports import Versions, VersionsWriter
from gateway.member.node.ports import UnitOfWork, View
from gateway.member.node.signed_statements import Act, Signed, accepts_shared_values, check, digest, statement
from gateway.member.node.signing_keys import counting
from gateway.member.policy.cube_adoption import adopt, read_ahead
from gateway.member.policy.ministry_policy import as_it_counts, below, composed, is_ministry
from gateway.member.policy.policy_entries import EFFECT, TEXT, policy_in_force
from gateway.member.policy.policy_in_force import (
    check_effect,
    check_signed,
    checked,
    in_force,
    publication,
    read,
    readable,
    review_asked,
    reviewed,
)
from gateway.member.policy.policy_steps import step_of
from policies import Policy, PolicyError
from policies.lint.expectations import check as missed
from policies.lint.expectations import load_expectations
from policies.lint.lint import lint
from policies.model.finding import Severity
from policies.model.terms import Review

REASON = "reason"
"""Label of the log's commitment to why something was revoked or refused."""


def hand_in(node: Node, text: str, questions: str | None) -> Draft:
    """Keep a document as the draft of the next version, in place of any former draft.

    `questions`: the examples that the policy must decide as expected. Raises PolicyRefusedError, with the
    reason.
    """
    with node.store.reading() as view:
        policy = _fit(node, view, text, questions)
    draft = Draft(policy.version, text, questions, None, node.clock.now())
    _keep(node, draft, ministry=is_ministry(policy))
    return draft


def add_review(node: Node, note: str, *, ministry: bool = False) -> Draft:
    """Keep a second person's review of the draft. Raises PolicyRefusedError or SignatureRefusedError."""
    with node.store.reading() as view:
        draft = draft_of(versions(view, ministry=ministry))
        check(note, reviewed(node, draft.version, draft.text), counting(view))
    kept = replace(draft, review=note)
    _keep(node, kept, ministry=ministry)
    return kept


def publish(node: Node, note: str, *, ministry: bool = False) -> SignedPolicy:
    """Sign the draft into force, at once or from its first day. `note`: the controller's signed statement.

    Raises PolicyRefusedError or SignatureRefusedError; the policy in force stays then.
    """
    with node.store.reading() as view:
        draft = draft_of(versions(view, ministry=ministry))
        policy = _fit(node, view, draft.text, draft.questions)
        _read_ahead(node, view, policy)
    with node.store.writing() as work:
        cube_cache = writer(work, ministry=ministry)
        if draft_of(cube_cache) != draft:
            raise PolicyRefusedError("Another draft was handed in at the same moment.", remedy="Look at it.")
        _check_next(node, work, policy)
        controllers = [holder for holder in counting(work) if holder.duty is Duty.CONTROLLER]
        accepts = accepts_shared_values(note)
        signed = check(note, publication(node, draft.version, draft.text, accepts=accepts), controllers)
        reviewers = _reviewed(node, work, policy, draft, signed)
        now = node.clock.now()
        _, changes = step_to(node, work, policy)
        text, effect = commit(TEXT, draft.text.encode()), commit(EFFECT, changes)
        event = PolicySigned(
            member=node.member,
            policy_version=_label(policy.version, ministry=ministry),
            text=text.commitment,
            effect=effect.commitment,
            signed_by=tuple(holder.key for holder in signed.by),
            reviewed_by=tuple(holder.key for holder in reviewers),
            begins=policy.valid_from.isoformat(),
            at=whole_second(now),
        )
        index = log_entries.record(node, work, event, {TEXT: text, EFFECT: effect})
        kept = SignedPolicy(policy.version, draft.text, note, draft.review, policy.valid_from, now, index)
        cube_cache.sign_policy(kept, because=index)
        for other in cube_cache.signed_policies():
            if other.version < kept.version and other.since is None and other.ended is None:
                cube_cache.end_policy(other.version, now, Ending.WITHDRAWN, because=index)
        _come_into_force(node, work, ministry=ministry)
        found = next(each for each in cube_cache.signed_policies() if each.version == kept.version)
    _keep(node, None, ministry=ministry)
    return found


def come_into_force(node: Node, *, ministry: bool = False) -> int | None:
    """Let the signed version whose first day has come take over; returns the version, or None.

    Raises SignatureRefusedError or PolicyRefusedError for an invalid version; the policy in force stays.
    """
    with node.store.reading() as view:
        due = _due(node, versions(view, ministry=ministry))
        if not due:
            return None
        _read_ahead(node, view, checked(node, due[-1].text))
    with node.store.writing() as work:
        return _come_into_force(node, work, ministry=ministry)


def revoke(node: Node, note: str, reason: str, *, ministry: bool = False) -> SignedPolicy:
    """End the policy in force at once, or a version that has not begun: nothing is answered under it from now
    on.

    After the revocation of a ministry-wide policy, nothing is answered until the next one. `note`: a
    controller's signature over `revocation`. Raises PolicyRefusedError or SignatureRefusedError.
    """
    with node.store.writing() as work:
        cube_cache = writer(work, ministry=ministry)
        ended = revocable(cube_cache)
        controllers = [holder for holder in counting(work) if holder.duty is Duty.CONTROLLER]
        signed = check(note, revocation(node, ended.version, reason, ministry=ministry), controllers)
        now = node.clock.now()
        why = commit(REASON, reason.encode())
        event = PolicyRevoked(
            member=node.member,
            policy_version=_label(ended.version, ministry=ministry),
            reason=why.commitment,
            signed_by=tuple(holder.key for holder in signed.by),
            at=whole_second(now),
        )
        index = log_entries.record(node, work, event, {REASON: why})
        cube_cache.end_policy(ended.version, now, Ending.REVOKED, because=index)
    return replace(ended, ended=now, ending=Ending.REVOKED)


def revocation(node: Node, version: int, reason: str, *, ministry: bool = False) -> str:
    """The statement to be signed by a controller to revoke a version."""
    about = {"ministry": True} if ministry else {}
    return statement(Act.REVOKE_POLICY, node.member, version=version, reason=digest(reason), **about)


def revocable(cube_cache: Versions) -> SignedPolicy:
    """The version in force, or else a version that is yet to begin. Raises PolicyRefusedError."""
    live = [each for each in cube_cache.signed_policies() if each.ended is None]
    for each in sorted(live, key=lambda one: one.since is None):
        return each
    raise PolicyRefusedError("No policy is in force, and none is to begin.", remedy="Nothing was changed.")


def step_to(node: Node, view: View, policy: Policy) -> tuple[PolicyStep, bytes]:
    """The change from the last version in force to a policy: see `gateway.member.policy.policy_steps`.

    Of a version with words that this Safelane no longer knows, anything may have changed. A first
    ministry-wide policy changes the rules of the data set's policy.
    """
    before = versions(view, ministry=is_ministry(policy)).policies()
    if before:
        former = readable(node, before[-1].text)
        return (PolicyStep.BOTH, canonical_json([])) if former is None else step_of(former, policy)
    if not is_ministry(policy):
        return step_of(None, policy)
    found = view.policy()
    if found is None:
        return step_of(None, policy)
    alone = read(node, found.text)
    return step_of(alone, composed(policy, alone))


def versions(view: View, *, ministry: bool) -> Versions:
    """The versions of the ministry-wide policy, or of the data set's."""
    return view.ministry if ministry else view


def writer(work: UnitOfWork, *, ministry: bool) -> VersionsWriter:
    """As `versions`, to write."""
    return work.ministry if ministry else work


def draft_of(cube_cache: Versions) -> Draft:
    """Raises PolicyRefusedError where there is none."""
    draft = cube_cache.draft()
    if draft is None:
        raise PolicyRefusedError(
            "There is no draft.", remedy="Hand one in first: safelane policy draft POLICY --dir DIRECTORY."
        )
    return draft


def _fit(node: Node, view: View, text: str, questions: str | None) -> Policy:
    """Raise PolicyRefusedError unless the document could be the next version here."""
    _check_lint(node, text)
    policy = checked(node, text)
    if questions is not None:
        _check_questions(policy, questions)
    _check_next(node, view, policy)
    return policy


def _check_next(node: Node, view: View, policy: Policy) -> None:
    """Raise PolicyRefusedError unless a policy has the next number and agrees with the policy in force of the
    other kind.
    """
    known = [each.version for each in versions(view, ministry=is_ministry(policy)).signed_policies()]
    expected = max(known, default=0) + 1
    if policy.version != expected:
        used = "is used already" if policy.version in known else "does not follow"
        raise PolicyRefusedError(
            f"The policy has version {policy.version}, which {used}; the next version here is {expected}.",
            remedy=f"Write 'version: {expected}' if this is the policy that shall follow.",
        )
    _check_together(node, view, policy)


def _check_together(node: Node, view: View, policy: Policy) -> None:
    """Raise PolicyRefusedError where a policy contradicts the policy in force of the other kind.

    A policy of the data set may be signed while the ministry-wide policy is revoked: nothing is answered yet.
    """
    if is_ministry(policy):
        if view.policy() is not None:
            check_effect(node, view, as_it_counts(node, view, policy)[0])
    elif view.ministry.policy() is not None or not view.ministry.policies():
        check_effect(node, view, below(node, view, policy)[0])


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
            remedy="Correct the policy or the questions; `safelane policy test` names them all.",
        )


def _reviewed(node: Node, view: View, policy: Policy, draft: Draft, signed: Signed) -> tuple[Holder, ...]:
    """The reviewer's signature. Raises SignatureRefusedError where a second person's review is required and
    missing.
    """
    versions_in_force = [each for each in (view.policy(), view.ministry.policy()) if each is not None]
    if draft.review is None:
        asked_for = {policy.review, *(review_asked(node, each.text) for each in versions_in_force)}
        if Review.SECOND_PERSON in asked_for:
            raise SignatureRefusedError(
                "This policy has to be reviewed by a second person before it is signed.",
                remedy="Let that person run: safelane policy review --by NAME --dir DIRECTORY.",
            )
        return ()
    found = check(draft.review, reviewed(node, draft.version, draft.text), counting(view))
    if {holder.name for holder in found.by} <= {holder.name for holder in signed.by}:
        raise SignatureRefusedError("Nobody is a second person to oneself: reviewer and signer are the same.")
    return found.by


def next_policy(node: Node, *, ministry: bool = False) -> Policy | None:
    """The signed policy whose first day has come and that is not in force yet, or None."""
    with node.store.reading() as view:
        due = _due(node, versions(view, ministry=ministry))
    return checked(node, due[-1].text) if due else None


def _due(node: Node, cube_cache: Versions) -> list[SignedPolicy]:
    """Signed versions whose first day has come and that are not in force yet."""
    today = node.clock.now().date()
    return [
        each
        for each in cube_cache.signed_policies()
        if each.since is None and each.ended is None and each.begins <= today
    ]


def _come_into_force(node: Node, work: UnitOfWork, *, ministry: bool) -> int | None:
    cube_cache = writer(work, ministry=ministry)
    due = _due(node, cube_cache)
    if not due:
        return None
    newest, former, now = due[-1], cube_cache.policy(), node.clock.now()
    holders = work.holders()
    check_signed(node, newest, [holder for holder in holders if not holder.revoked])
    policy = checked(node, newest.text)
    _check_together(node, work, policy)
    step, label = step_to(node, work, policy), _label(newest.version, ministry=ministry)
    event, openings = policy_in_force(node, label, newest.text, step, now)
    index = log_entries.record(node, work, event, openings)
    if former is not None:
        cube_cache.end_policy(former.version, now, Ending.REPLACED, because=index)
    cube_cache.put_in_force(newest.version, now, because=index)
    _adopt(node, work)
    return newest.version


def _read_ahead(node: Node, view: View, policy: Policy) -> None:
    """Read the cube that a policy would answer from, if valid now, before others have to wait."""
    if is_ministry(policy) and view.policy() is None:
        return
    if not is_ministry(policy) and view.ministry.policies() and view.ministry.policy() is None:
        return
    read_ahead(node, view, as_it_counts(node, view, policy)[0])


def _adopt(node: Node, work: UnitOfWork) -> None:
    """Let the cube of the policy in force answer, if the cube exists already."""
    if work.ministry.policies() and work.ministry.policy() is None:
        return
    ruling = in_force(node, work)
    if ruling is not None:
        adopt(node, work, ruling[1], ruling[0].above)


def _keep(node: Node, draft: Draft | None, *, ministry: bool) -> None:
    with node.store.notes() as notes:
        (notes.ministry if ministry else notes).keep_draft(draft)


def _label(version: int, *, ministry: bool) -> str:
    return ministry_label(version) if ministry else policy_label(version)
