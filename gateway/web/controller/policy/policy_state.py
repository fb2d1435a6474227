"""The state of this node's policies: the policy in force, the draft, every signed version."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from audit.events.event_values import PolicyStep
from gateway.errors import SafelaneError
from gateway.member.model.policy_version import Draft, Ending, SignedPolicy
from gateway.member.model.signing_key import Holder
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.node.signed_statements import digest, signed_by
from gateway.member.node.signing_keys import named
from gateway.member.policy.policy_in_force import check_signed, read, review_asked
from gateway.member.policy.publishing import step_to
from policies import Policy
from policies.model.terms import Review

NO_DRAFT = "none"


@dataclass(frozen=True)
class Version:
    """A signed version. `state`: in-force, waits, replaced, revoked, withdrawn, or not-as-signed."""

    version: int
    state: str
    signed_by: str
    reviewed_by: str | None
    signed_at: datetime
    begins: date
    since: datetime | None
    ended: datetime | None
    entry: int


@dataclass(frozen=True)
class Change:
    """A difference in a sentence: loosened, tightened or changed."""

    direction: str
    sentence: str


@dataclass(frozen=True)
class Drafted:
    """A draft. `seen` names exactly this text: only this text is signed.

    `needs_review`: a second person has to sign first. `fault`: the draft cannot be read here any more.
    """

    version: int
    at: datetime
    seen: str
    step: str
    changes: tuple[Change, ...]
    begins: date | None
    needs_review: bool
    reviewed_by: str | None
    fault: str | None = None


def draft_token(draft: Draft | None) -> str:
    """The token of the current draft, for forms that would replace the draft."""
    return NO_DRAFT if draft is None else digest(draft.text + "\n" + (draft.questions or ""))


def drafted(node: Node, view: View, draft: Draft) -> Drafted:
    """The changes of a draft, and its open steps."""
    try:
        policy = read(node, draft.text)
        step, changes = changes_to(node, view, policy)
    except SafelaneError as error:
        return Drafted(draft.version, draft.at, draft_token(draft), "", (), None, False, None, error.message)
    reviewers = None if draft.review is None else named(signed_by(draft.review, view.holders()))
    return Drafted(
        version=draft.version,
        at=draft.at,
        seen=draft_token(draft),
        step=step,
        changes=changes,
        begins=policy.valid_from,
        needs_review=needs_review(node, view, policy),
        reviewed_by=reviewers,
    )


def changes_to(node: Node, view: View, policy: Policy) -> tuple[str, tuple[Change, ...]]:
    """The changes of a policy against the last policy in force: in short, and sentence by sentence."""
    step, changes = step_to(node, view, policy)
    return STEPS[step](), tuple(Change(one["direction"], one["sentence"]) for one in json.loads(changes))


def needs_review(node: Node, view: View, policy: Policy) -> bool:
    """Whether a second person has to sign: where the new policy requires a review, or the policy in force."""
    in_force = view.policy()
    before = None if in_force is None else review_asked(node, in_force.text)
    return Review.SECOND_PERSON in (policy.review, before)


def versions(node: Node, view: View) -> tuple[Version, ...]:
    """Every version that was ever signed, the newest first."""
    holders = view.holders()
    return tuple(_version(node, one, holders) for one in reversed(view.signed_policies()))


def _version(node: Node, one: SignedPolicy, holders: list[Holder]) -> Version:
    state = _STATES[one.ending] if one.ending is not None else "waits" if one.since is None else "in-force"
    try:
        check_signed(node, one, holders)
        by = named(signed_by(one.note, holders))
    except SafelaneError:
        # edited after signing: the version is void, and the page must say so
        state, by = "not-as-signed", _("no valid signature")
    return Version(
        version=one.version,
        state=state,
        signed_by=by,
        reviewed_by=None if one.review is None else named(signed_by(one.review, holders)),
        signed_at=one.signed_at,
        begins=one.begins,
        since=one.since,
        ended=one.ended,
        entry=one.index,
    )


_STATES = {Ending.REPLACED: "replaced", Ending.REVOKED: "revoked", Ending.WITHDRAWN: "withdrawn"}

STEPS = {
    PolicyStep.FIRST: lambda: _("This is the first policy."),
    PolicyStep.LOOSENED: lambda: _("It is less restrictive: more may be seen than before."),
    PolicyStep.TIGHTENED: lambda: _("It is more restrictive: less may be seen than before."),
    PolicyStep.BOTH: lambda: _("It is less restrictive in some ways and more restrictive in others."),
    PolicyStep.NEITHER: lambda: _("It is neither less nor more restrictive."),
}
