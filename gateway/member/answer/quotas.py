"""Quotas of organisations: counted by calendar periods (UTC), and charged before a cube is read.

A question is charged once the policy permits the question, whatever is then found: nothing follows from a
charge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.member.model.waiting_question import QuotaCharge
from gateway.member.node.ports import UnitOfWork, View
from gateway.wire.answer import Quota
from policies import Policy
from policies.model.terms import Period


@dataclass(frozen=True)
class Used:
    """How often an organisation has asked in the present `period`; `limit` is None where none is set."""

    organisation: str
    period: str
    used: int
    limit: int | None


def used_now(view: View, policy: Policy | None, now: datetime) -> tuple[Used, ...]:
    """The quota used by each organisation that has asked in a period, or for which the policy sets a
    limit.
    """
    limits = {} if policy is None else limits_of(policy)
    found = []
    for period in Period:
        used: dict[str, int] = {}
        for each in view.charges(None, start_of(period, now)):
            used[each.organisation] = used.get(each.organisation, 0) + 1
        names = {*used, *(name for name, p in limits if p is period)}
        found += [Used(n, str(period), used.get(n, 0), limits.get((n, period))) for n in sorted(names)]
    return tuple(found)


def limits_of(policy: Policy) -> dict[tuple[str, Period], int]:
    """The largest number that any permission allows an organisation in a period."""
    found: dict[tuple[str, Period], int] = {}
    for share in policy.shares:
        for period, limit in policy.conditions.join(share.conditions).quotas.items():
            for name in share.recipients:
                found[name, period] = max(limit, found.get((name, period), 0))
    return found


def quotas_used(
    view: View, organisation: str, limits: Mapping[Period, int], at: datetime, *, upto: int | None = None
) -> tuple[Quota, ...]:
    """Each quota and its use at a moment; `upto`: by questions logged up to this entry."""
    found = []
    for period in Period:
        if period in limits:
            charges = view.charges(organisation, start_of(period, at))
            used = sum(1 for each in charges if upto is None or each.asked_index <= upto)
            found.append(Quota(str(period), limits[period], used))
    return tuple(found)


def charge(work: UnitOfWork, asked: QuotaCharge, limits: Mapping[Period, int]) -> tuple[Quota, ...] | None:
    """Charge a question to its organisation; None, and nothing charged, where a quota is used up."""
    if not limits:
        return ()
    if any(q.used >= q.limit for q in quotas_used(work, asked.organisation, limits, asked.at)):
        return None
    work.add_charge(asked)
    return quotas_used(work, asked.organisation, limits, asked.at)


def start_of(period: Period, at: datetime) -> datetime:
    """The start of the calendar period around a moment, in UTC; weeks begin on Mondays."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period is Period.MONTH else day.replace(month=1, day=1)
