"""The policy in force: put there by the controller, logged, and never replaced by one that does not hold."""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from gateway.member import entries
from gateway.member.context import Node
from gateway.member.errors import PolicyRefusedError
from gateway.member.model import PolicyInForce
from gateway.member.planning import plan
from gateway.member.ports import View
from policies import Policy, PolicyError, Vocabulary, load_policy
from policies.demands import AFTERWARDS, Demand, demands

ABLE = AFTERWARDS | {
    Demand.APPROVAL,  # a question that needs a person is refused
    Demand.QUOTA,  # likewise: no question is answered that a quota would have to count
    Demand.TOTALS_ONLY,  # likewise
    Demand.RELEASE_SCHEDULE,  # cubes are made by the controller's own command
    Demand.VICTIMS,
}
"""What this node can carry out of what a policy may demand, if only by answering nothing."""


def put_in_force(node: Node, text: str) -> PolicyInForce:
    """Check a policy document and let it count from now on.

    Raises PolicyRefusedError, and changes nothing, when the document has faults, is another member's, has
    expired or does not hold yet, or does not follow the version in force by one.
    """
    policy = _checked(node, text)
    now = node.clock.now()
    with node.store.writing() as work:
        _check_effect(node, work, policy)
        former = work.policy()
        expected = 1 if former is None else former.version + 1
        if policy.version != expected:
            raise PolicyRefusedError(
                f"The policy has version {policy.version}; the next version here is {expected}.",
                remedy=f"Write 'version: {expected}' if this is the policy that shall follow.",
            )
        event, openings = entries.policy_in_force(node, policy.version, text, now)
        index = entries.record(node, work, event, openings)
        in_force = PolicyInForce(policy.version, text, now, index)
        work.put_in_force(in_force, because=index)
    return in_force


def _check_effect(node: Node, view: View, policy: Policy) -> None:
    """A policy that would show the released data otherwise needs a second cube, and could strand the node."""
    cube, loaded = view.cube(), view.snapshot()
    if cube is None or loaded is None or not view.released_cubes():
        return
    made, _ = plan(node.dictionary, policy, loaded[1], node.clock.now().date())
    if replace(made, years=()) != replace(cube.plan, years=()):
        raise PolicyRefusedError(
            "The policy would show the same data otherwise than what is released already.",
            remedy=(
                "Nothing was changed. A second release beside the first cannot be protected yet: keep the "
                "levels, threshold, zeros, priority tables and population. Other terms may change."
            ),
        )


def policy_of(node: Node, in_force: PolicyInForce) -> Policy:
    """The policy that a stored text says. It was checked when it came into force."""
    return _load(in_force.text, node.vocabulary)


def _checked(node: Node, text: str) -> Policy:
    try:
        policy = load_policy(text, node.vocabulary)
    except PolicyError as error:
        raise PolicyRefusedError(str(error), remedy="Nothing was changed; correct the document.") from None
    if policy.member != node.member:
        raise PolicyRefusedError(
            f"This is the policy of {policy.member}; this node is that of {node.member}.",
            remedy="Nothing was changed; choose the right file.",
        )
    _check_validity(policy, node.clock.now())
    _check_demands(policy)
    return policy


def _check_demands(policy: Policy) -> None:
    """A policy that asks for more than this node can carry out would release more than it says."""
    unmet = sorted(demands(policy) - ABLE)
    if unmet:
        raise PolicyRefusedError(
            f"This node cannot carry out yet what the policy demands: {', '.join(unmet)}.",
            remedy="Nothing was changed. Leave these out, or wait for a version of Safelane that can.",
        )


def _check_validity(policy: Policy, now: datetime) -> None:
    today = now.date()
    if policy.valid_until is not None and policy.valid_until < today:
        raise PolicyRefusedError(f"The policy ended on {policy.valid_until}.", remedy="Give it a new end.")
    if policy.valid_from > today:
        raise PolicyRefusedError(
            f"The policy begins on {policy.valid_from}, which is not yet.",
            remedy="Put it in force on that day; the policy in force holds until then.",
        )


@lru_cache(maxsize=8)
def _load(text: str, vocabulary: Vocabulary) -> Policy:
    return load_policy(text, vocabulary)
