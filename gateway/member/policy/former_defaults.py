"""A policy counts as it was signed: a word that it leaves out has the meaning of then."""

from dataclasses import replace

from gateway.member.model.policy_version import PolicyInForce
from policies import Policy
from policies.model.terms import Reruns


def as_signed(policy: Policy, found: PolicyInForce) -> Policy:
    """The policy of a version, where one signed before large tables withstood reruns says nothing of them."""
    return with_reruns(policy, found.reruns)


def with_reruns(policy: Policy, reruns: str | None) -> Policy:
    """The policy with the meaning of `reruns` when it was signed; None: that of today.

    Before, the word `withstand` was about small tables too.
    """
    if reruns is None or policy.scope.reruns is not Reruns.WITHSTAND:
        return policy
    return replace(policy, scope=replace(policy.scope, reruns=Reruns(reruns)))
