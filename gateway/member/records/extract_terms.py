"""The policy's terms for recipients of an extract: part of the approval, and sealed with the records."""

from collections.abc import Iterator

from gateway.member.errors import ExtractRefusedError
from gateway.member.model.extract import ExtractPlan
from gateway.wire.usage_terms import PassOn, Terms
from policies.decision.decision import Obligations

_PASSING_ON = {
    # Records are sealed to a named reader: a policy lets recipients pass on tables, never records.
    PassOn.YES: "No record may be passed on; tables made from them may.",
    PassOn.WITH_CREDIT: "No record may be passed on; tables made from them may, "
    "if the member is named as the source.",
    PassOn.NO: "Nothing of it may be passed on, tables made from it neither.",
}


def terms_of(duties: Obligations) -> Terms:
    """The terms among a policy's demands on an extract."""
    return Terms(duties.retention_days, PassOn(str(duties.redistribution)), duties.legal_basis)


def check_days(days: int, terms: Terms) -> None:
    """Raise ExtractRefusedError for an extract with a longer validity than its retention."""
    longest = terms.retention_days
    if longest is not None and days > longest:
        raise ExtractRefusedError(
            f"The policy lets a recipient keep what it gives for {_days(longest)}, and this extract would be "
            f"good for {days}.",
            remedy=f"Choose --days {longest} or fewer." if longest else "The policy permits no extract then.",
        )


def sentences(plan: ExtractPlan) -> tuple[str, ...]:
    """The terms of an extract in words: approved, sealed with the extract, and read by the recipient."""
    return tuple(_sentences(plan))


def _sentences(plan: ExtractPlan) -> Iterator[str]:
    yield f"For {plan.recipient}, for {plan.purpose} only."
    yield "Nobody may try to find out who a person is."
    yield f"It may be kept for {_days(plan.days)}, and is then to be deleted."
    if plan.terms is None:  # prepared by a node of before, which asked for the strictest
        yield _PASSING_ON[PassOn.NO]
    else:
        yield _PASSING_ON[plan.terms.redistribution]
        if plan.terms.legal_basis is not None:
            yield f"Legal basis: {plan.terms.legal_basis}"
    yield f"Permitted by version {plan.policy_version} of the policy of {plan.member}."
    yield f"At least {plan.k} people share every combination of the columns."


def _days(number: int) -> str:
    return "one day" if number == 1 else f"{number} days"
