"""Settings that do not go with differential privacy, or would leave a budget without any use."""

from collections.abc import Iterator
from decimal import Decimal

from policies.model.finding import Finding, error, note, warning
from policies.model.model import Policy
from policies.model.terms import MechanismKind

LARGE = Decimal(10)
"""An epsilon above this value: one person's presence can change the odds of an answer 22,000 times."""
ACCIDENTS = "accidents"
COMPLETE = 365
"""Days after which hardly any report of a year is still to come."""


def privacy(policy: Policy) -> Iterator[Finding]:
    """The findings on differential privacy; none for a policy with another mechanism."""
    mechanism = policy.scope.mechanism
    budget, cost = mechanism.budget, mechanism.per_table
    if mechanism.kind is not MechanismKind.DIFFERENTIAL_PRIVACY or budget is None or cost is None:
        return
    tables = len(_noisy(policy))
    if not tables:
        yield error(
            "nothing-drawn",
            "differential-privacy without priority: no noisy counts are made; list some tables.",
        )
    elif tables * cost > budget:
        yield warning(
            "budget-too-small",
            f"{tables} tables at {cost} cost {tables * cost}, more than the budget of {budget}: a node "
            "makes noisy counts for all of them or for none. Name fewer under priority, or let one cost "
            "less.",
        )
    elif (tables + 1) * cost > budget:
        yield note(
            "no-reserve",
            f"{tables} tables at {cost} leave less than one table of the budget of {budget}: no table can be "
            "added later.",
        )
    if budget > LARGE:
        yield warning(
            "large-epsilon", f"a budget of {budget}: above {LARGE} this cannot be called protection."
        )
    if policy.embargo_days < COMPLETE:
        yield note(
            "late-never-counted",
            f"embargo: {policy.embargo_days} days with differential-privacy: who is reported later than that "
            "after the end of a year is never counted; take an embargo after which reports are complete.",
        )
    if any(ACCIDENTS in share.measures for share in policy.shares):
        yield note(
            "accidents-not-drawn",
            "accidents with differential-privacy: only people are counted, so that questions about accidents "
            "have no answer.",
        )


def _noisy(policy: Policy) -> set[object]:
    """The listed tables, with the questions of each pack; questions about casualties get noise."""
    packs = policy.vocabulary.packs
    return {
        table
        for one in policy.scope.priority
        for table in (packs.get(one, (one,)) if isinstance(one, str) else (one,))
    }
