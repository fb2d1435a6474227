"""A ministry-wide policy above the policy of the data set: the more restrictive rule of the two applies.

A ministry-wide policy is drafted, reviewed, signed and logged like any policy, with versions of its own. Once
there was one, there always is: after a revocation, or while the policy cannot be trusted, nothing is answered
until another ministry-wide policy is in force, since otherwise the node would release more than the ministry
ever allowed.
"""

from functools import lru_cache

from gateway.member.errors import PolicyRefusedError
from gateway.member.model.policy_version import PolicyInForce, ministry_label
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.former_defaults import as_signed, with_reruns
from policies import Policy, PolicyError, Vocabulary, load_policy
from policies.document.compose import compose
from policies.model.model import EVERY_DATA_SET

Signed = tuple[str, str | None]


def is_ministry(policy: Policy) -> bool:
    """Whether a policy is ministry-wide."""
    return policy.data_set == EVERY_DATA_SET


def ministry_in_force(view: View) -> PolicyInForce | None:
    """The ministry-wide policy in force; None where there never was one.

    Raises PolicyRefusedError where a former ministry-wide policy has no successor.
    """
    found = view.ministry.policy()
    if found is None and view.ministry.policies():
        raise PolicyRefusedError(
            "The ministry-wide policy was revoked and none follows it, so that nothing is answered.",
            remedy="Publish another one: safelane policy draft, then safelane policy publish --ministry.",
        )
    return found


def below(node: Node, view: View, policy: Policy) -> tuple[Policy, int | None]:
    """The data set's `policy` as it counts here, and the version of the ministry-wide policy above.

    Raises PolicyRefusedError where the two contradict each other.
    """
    above = ministry_in_force(view)
    if above is None:
        return policy, None
    return composed(as_signed(_read(node, above.text), above), policy), above.version


def as_it_counts(node: Node, view: View, policy: Policy) -> tuple[Policy, int | None]:
    """A policy of either kind, composed with the policy in force of the other kind.

    Raises PolicyRefusedError for a ministry-wide policy without a data set's policy below.
    """
    if not is_ministry(policy):
        return below(node, view, policy)
    found = view.policy()
    if found is None:
        raise PolicyRefusedError(
            "No policy of the data set is in force, so that there is nothing to stand above.",
            remedy="Publish that one first, or compare both documents: safelane policy explain --above.",
        )
    return composed(policy, as_signed(_read(node, found.text), found)), policy.version


def composed(above: Policy, policy: Policy) -> Policy:
    """`policies.document.compose.compose` in this node's words. Raises PolicyRefusedError."""
    try:
        return compose(above, policy)
    except PolicyError as error:
        raise PolicyRefusedError(
            f"Version {policy.version} cannot stand below {ministry_label(above.version)}: {error}",
            remedy="Nothing was changed. Both have to be in force together: correct one of the two.",
        ) from None


@lru_cache(maxsize=8)
def together(above: Signed, text: Signed, vocabulary: Vocabulary) -> Policy:
    """Two texts as a single policy, cached: a decision must not wait for parsing. Raises PolicyError.

    Each is given with what `reruns` meant when it was signed (`former_defaults.with_reruns`).
    """
    one, other = (with_reruns(load_policy(each, vocabulary), reruns) for each, reruns in (above, text))
    return compose(one, other)


def _read(node: Node, text: str) -> Policy:
    try:
        return load_policy(text, node.vocabulary)
    except PolicyError as error:
        raise PolicyRefusedError(str(error), remedy="Nothing was changed; correct the document.") from None
