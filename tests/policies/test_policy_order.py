"""The order in which a document is written means nothing: the same policy, value for value."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from policies import Policy
from policies.model.frozen import FrozenMap
from policies.model.terms import Conditions, Period

MakePolicy = Callable[..., Policy]

SHARES = (
    "{with: [public, ARMAC], for: [research, treaty-reporting], quota: [5 a day, 9 a month]}",
    "{with: ARMAC, for: research, roles: [auditor, analyst], finest: {sex: yes, date: year}}",
    "{with: public, for: public-information, only: ready-made questions}",
)
TWINS = (
    "{with: ARMAC, for: research, quota: [5 a day, 9 a month]}",
    "{with: ARMAC, for: research, quota: [9 a month, 6 a day]}",
)
ALIKE = (
    "{with: ARMAC, for: research, max_dimensions: 1}",
    "{with: ARMAC, for: research, max_dimensions: 2}",
)
BANS = (
    "{with: public, show: {sex: any, date: quarter}}",
    "{for: [research, treaty-reporting], together: {sex: any, outcome: any}}",
    "{measures: [casualties, accidents]}",
)


@pytest.mark.parametrize("shares", [*permutations(SHARES), TWINS, TWINS[::-1], ALIKE, ALIKE[::-1]])
def test_permissions_have_an_order_of_their_own(policy: MakePolicy, shares: tuple[str, ...]) -> None:
    written = policy(share=", ".join(shares))

    assert written == policy(share=", ".join(sorted(shares)))
    assert written.shares == policy(share=", ".join(sorted(shares, reverse=True))).shares


@pytest.mark.parametrize("bans", list(permutations(BANS)))
def test_prohibitions_have_an_order_of_their_own(policy: MakePolicy, bans: tuple[str, ...]) -> None:
    written = policy(f"never: [{', '.join(bans)}]")

    assert written.bans == policy(f"never: [{', '.join(BANS)}]").bans


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{with: [public, ARMAC], for: research}", "{with: [ARMAC, public], for: research}"),
        (
            "{with: ARMAC, for: research, finest: {sex: yes, date: year}}",
            "{with: ARMAC, for: research, finest: {date: year, sex: yes}}",
        ),
        (
            "{with: ARMAC, for: research, quota: [5 a day, 9 a month]}",
            "{with: ARMAC, for: research, quota: [9 a month, 5 a day]}",
        ),
    ],
)
def test_words_of_a_permission_have_no_order(policy: MakePolicy, one: str, other: str) -> None:
    more = "{with: public, for: treaty-reporting}"

    assert policy(share=f"{one}, {more}") == policy(share=f"{more}, {other}")


@pytest.mark.parametrize("quotas", list(permutations([(Period.DAY, 5), (Period.MONTH, 9)])))
def test_the_order_within_a_quota_moves_no_permission(
    policy: MakePolicy, quotas: tuple[tuple[Period, int], ...]
) -> None:
    written = policy()
    smaller, larger = (
        replace(written.shares[0], conditions=Conditions(quotas=FrozenMap(each)))
        for each in (dict(quotas), {Period.DAY: 6, Period.MONTH: 9})
    )

    assert replace(written, shares=(larger, smaller)).shares == (smaller, larger)


@pytest.mark.parametrize("finest", list(permutations([("date", "quarter"), ("sex", "sex")])))
def test_the_order_of_dimensions_moves_no_permission(
    policy: MakePolicy, finest: tuple[tuple[str, str], ...]
) -> None:
    written = policy()
    finer, coarser = (
        replace(written.shares[0], finest=FrozenMap(each))
        for each in (dict(finest), {"date": "year", "sex": "sex"})
    )

    assert replace(written, shares=(coarser, finer)).shares == (finer, coarser)


def test_permissions_have_the_order_of_their_words_not_of_a_set(policy: MakePolicy) -> None:
    written = policy()
    words = [f"purpose {number}" for number in range(6)]
    shares = [replace(written.shares[0], purposes=frozenset(words[n:])) for n in range(len(words))]

    assert replace(written, shares=tuple(reversed(shares))).shares == tuple(shares)
