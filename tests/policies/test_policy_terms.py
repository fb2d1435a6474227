"""Conditions of several permissions together: term by term the strictest, as if joined one by one."""

from functools import reduce
from itertools import permutations

import pytest

from policies.model.frozen import FrozenMap
from policies.model.terms import Approval, Conditions, Period, Redistribution, fewest, joined

LOOSE = Conditions()
SHORT = Conditions(retention_days=5, hub_cache_days=9, quotas=FrozenMap({Period.DAY: 3, Period.YEAR: 9}))
LONG = Conditions(retention_days=50, hub_cache_days=1, quotas=FrozenMap({Period.DAY: 4, Period.WEEK: 6}))
STRICT = Conditions(
    approval_ready_made=Approval.ONE, approval_others=Approval.TWO, redistribution=Redistribution.NO
)


def test_of_nothing_it_is_the_loosest() -> None:
    assert joined([]) == LOOSE


@pytest.mark.parametrize("one", [LOOSE, SHORT, LONG, STRICT])
def test_of_one_it_is_that_one(one: Conditions) -> None:
    assert joined([one]) == one


@pytest.mark.parametrize("several", list(permutations([LOOSE, SHORT, LONG, STRICT], 3)))
def test_of_several_it_is_what_joining_them_makes(several: tuple[Conditions, ...]) -> None:
    assert joined(several) == reduce(Conditions.join, several)


def test_the_strictest_of_each_term_is_kept() -> None:
    assert joined([SHORT, STRICT, LONG]) == Conditions(
        approval_ready_made=Approval.ONE,
        approval_others=Approval.TWO,
        quotas=FrozenMap({Period.DAY: 3, Period.WEEK: 6, Period.YEAR: 9}),
        retention_days=5,
        redistribution=Redistribution.NO,
        hub_cache_days=1,
    )


def test_quotas_have_one_order_however_they_were_joined() -> None:
    """Quotas appear in sentences, and a text must not depend on the process that writes it."""
    backwards = [FrozenMap({period: 5}) for period in sorted(Period, reverse=True)]
    several = [Conditions(quotas=quotas) for quotas in backwards]

    assert list(joined(several).quotas) == sorted(Period)
    assert list(reduce(fewest, backwards)) == sorted(Period)


def test_a_quota_on_either_side_holds() -> None:
    assert fewest(SHORT.quotas, LONG.quotas) == {Period.DAY: 3, Period.WEEK: 6, Period.YEAR: 9}
    assert fewest(SHORT.quotas, FrozenMap({})) == SHORT.quotas
    assert fewest(FrozenMap({}), SHORT.quotas) == SHORT.quotas
