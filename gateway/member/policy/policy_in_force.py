"""The policy in force at a node: checks of what can become one, and of what was signed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

import structlog

from gateway.member.errors import (
    NotProtectedError,
    NotYetProtectedError,
    PolicyRefusedError,
    SignatureRefusedError,
)
from gateway.member.model.policy_version import PolicyInForce, SignedPolicy
from gateway.member.model.signing_key import Duty, Holder
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.stored_cube import Plan
from gateway.member.node.context import Node
from gateway.member.node.policy_ports import Versions
from gateway.member.node.ports import View
from gateway.member.node.signed_statements import Act, accepts_shared_values, check, digest, statement
from gateway.member.policy.after_losses import is_decided_since
from gateway.member.policy.cube_adoption import existing
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.former_defaults import as_signed
from gateway.member.policy.mechanism_choice import check_fixed, fixed, privacy
from gateway.member.policy.ministry_policy import below, ministry_in_force, together
from gateway.member.policy.noise_budget import check_affordable
from policies import Policy, PolicyError, Vocabulary, load_policy
from policies.decision.demands import AFTERWARDS, Demand, demands
from policies.editing.patching import raw
from policies.model.terms import Review

log = structlog.get_logger()

ABLE = AFTERWARDS | {
    Demand.APPROVAL,
    Demand.CELL_KEY,  # for the life of a data set: see `mechanisms`
    Demand.DIFFERENTIAL_PRIVACY,  # likewise: see `drawing`
    Demand.LEVEL_THRESHOLDS,  # the strictest holds for all: see `planning.stricter`
    Demand.NEVER_SHOWN,
    Demand.POOLED_YEARS,  # bands that hold whole pools, else all pools together
    Demand.QUOTA,
    Demand.TOTALS_ONLY,  # a member that never appears on its own answers nothing
    Demand.ROUNDING,  # for the life of a data set too
    Demand.RELEASE_SCHEDULE,  # cubes are made by the controller's own command
    Demand.REVIEW,
    Demand.STRUCTURAL_ZEROS,
    Demand.VICTIMS,
    Demand.YEARS_PER_RELEASE,
}
"""The demands of policies that this node can carry out, if only by answering nothing."""


def checked(node: Node, text: str) -> Policy:
    """The policy of a document. Raises PolicyRefusedError for a policy that this node cannot carry out."""
    try:
        policy = load_policy(text, node.vocabulary)
    except PolicyError as error:
        raise PolicyRefusedError(str(error), remedy="Nothing was changed; correct the document.") from None
    if policy.member != node.member:
        raise PolicyRefusedError(
            f"This is the policy of {policy.member}; this node is that of {node.member}.",
            remedy="Nothing was changed; choose the right file.",
        )
    _check_end(policy, node.clock.now())
    _check_demands(policy)
    return policy


def check_effect(node: Node, view: View, policy: Policy) -> None:
    """Check that a policy has its cube before it comes into force, once anything was released.

    `policy` is the composed policy, with the ministry-wide policy: see
    `gateway.member.policy.ministry_policy`.

    Raises NotYetProtectedError without a cube: otherwise the node would have a policy and nothing to answer
    from, perhaps for ever, as not every policy can be protected beside earlier releases. Raises
    PolicyRefusedError where the policy has another mechanism than the data set.
    """
    check_fixed(view, policy)
    cube, loaded = view.cube(), view.snapshot()
    if cube is None or loaded is None or not view.released_cubes():
        return
    plan, _ = plan_cube(node.dictionary, policy, loaded[1], node.clock.now().date(), view.figures())
    if privacy(plan.mechanism) is not None:
        _check_affordable(node, view, loaded[1], plan)
    elif existing(view, loaded[0].id, plan) is None:
        raise NotYetProtectedError(
            "The policy, or a newer snapshot, would show other tables than what is released already, and "
            "its tables are not protected beside that yet.",
            remedy=(
                "Nothing was changed. `safelane policy preview` protects them, and says where that cannot be "
                "done; then hand the policy in again."
            ),
        )


def _check_affordable(node: Node, view: View, snapshot: Snapshot, plan: Plan) -> None:
    """New tables are charged once the policy is in force: it is enough that the budget covers the tables."""
    try:
        check_affordable(node.dictionary, view, snapshot, plan)
    except NotProtectedError as error:
        raise NotYetProtectedError(error.message, remedy=f"Nothing was changed. {error.remedy}") from None


def given_out_under(node: Node, view: View) -> tuple[Policy, ...]:
    """The policy in force if anything was released: lint finds another mechanism beside it."""
    found = view.policy()
    policy = None if found is None or fixed(view) is None else readable(node, found.text)
    return () if policy is None else (policy,)


def in_force(node: Node, view: View) -> tuple[PolicyInForce, Policy] | None:
    """The policy in force, below the ministry-wide policy if any; None without a policy.

    Raises PolicyRefusedError for texts that cannot be read here, or that contradict each other.
    """
    found = view.policy()
    if found is None:
        return None
    policy, above = below(node, view, as_signed(read(node, found.text), found))
    return replace(found, above=above), policy


def trusted(node: Node, view: View) -> tuple[PolicyInForce, Policy] | None:
    """As `in_force`, once every part is verified as signed by a controller; None otherwise.

    A text or version edited since its signature counts as no policy in force.
    """
    found = view.policy()
    if found is None:
        return None
    try:
        holders, above = view.holders(), ministry_in_force(view)
        check_signed(node, found, holders)
        _check_since_losses(view, view, found)
        if above is None:
            return found, as_signed(read(node, found.text), found)
        check_signed(node, above, holders)
        _check_since_losses(view, view.ministry, above)
        texts = (above.text, above.reruns), (found.text, found.reruns)
        return replace(found, above=above.version), together(*texts, node.vocabulary)
    except (SignatureRefusedError, PolicyRefusedError, PolicyError) as error:
        log.error("policy in force cannot be trusted", version=found.version, reason=error.message)
        return None


def _check_since_losses(view: View, versions: Versions, found: PolicyInForce) -> None:
    if not is_decided_since(view, versions, found):
        raise PolicyRefusedError(
            f"Version {found.version} was signed before entries of this node's log were lost, among them "
            "perhaps a later decision.",
            remedy="Publish the policy again, as a new version.",
        )


def read(node: Node, text: str) -> Policy:
    """The policy of a text. Raises PolicyRefusedError for a text that this version of Safelane cannot
    read.
    """
    try:
        return _load(text, node.vocabulary)
    except PolicyError as error:
        raise PolicyRefusedError(str(error), remedy="Nothing was changed; correct the document.") from None


def readable(node: Node, text: str) -> Policy | None:
    """The policy of a text that was signed; None where it has words that this version no longer knows."""
    try:
        return read(node, text)
    except PolicyRefusedError:
        return None


def review_asked(node: Node, text: str) -> Review:
    """The review that a signed text asks of its successor, whether or not all its words are known here."""
    policy = readable(node, text)
    if policy is not None:
        return policy.review
    asked = (raw(text) or {}).get("review")
    return Review.SECOND_PERSON if asked == str(Review.SECOND_PERSON) else Review.NONE


def publication(node: Node, version: int, text: str, *, accepts: bool) -> str:
    """The statement to be signed by a controller to publish a version.

    `accepts`: whether the cube may show groups whose people all share a sensitive value.
    """
    return statement(Act.PUBLISH, node.member, version=version, policy=digest(text), accepts=accepts)


def reviewed(node: Node, version: int, text: str) -> str:
    """The statement to be signed by a second person who has reviewed a draft."""
    return statement(Act.REVIEW, node.member, version=version, policy=digest(text))


def check_signed(node: Node, policy: PolicyInForce | SignedPolicy, holders: Iterable[Holder]) -> None:
    """Raise SignatureRefusedError unless a controller of this node signed exactly this text and version.

    A key replaced or revoked since has still signed: the key's validity was checked at the time of signing.
    """
    signing = tuple(holder for holder in holders if holder.duty is Duty.CONTROLLER)
    accepts = accepts_shared_values(policy.note)
    _check_once(policy.note, publication(node, policy.version, policy.text, accepts=accepts), signing)


@lru_cache(maxsize=32)
def _check_once(note: str, expected: str, signing: tuple[Holder, ...]) -> None:
    check(note, expected, signing)


def _check_demands(policy: Policy) -> None:
    """A policy that demands more than this node can carry out would release more than it says."""
    unmet = sorted(demands(policy) - ABLE)
    if unmet:
        raise PolicyRefusedError(
            f"This node cannot carry out what the policy demands: {', '.join(unmet)}.",
            remedy=("Nothing was changed. Take it out of the policy, or have a newer Safelane at this node."),
        )


def _check_end(policy: Policy, now: datetime) -> None:
    if policy.valid_until is not None and policy.valid_until < now.date():
        raise PolicyRefusedError(f"The policy ended on {policy.valid_until}.", remedy="Give it a new end.")


@lru_cache(maxsize=8)
def _load(text: str, vocabulary: Vocabulary) -> Policy:
    return load_policy(text, vocabulary)
