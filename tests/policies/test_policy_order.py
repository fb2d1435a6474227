"""The order in which a document is written means nothing: the same policy, value for value."""

from collections.abc import Callable
from itertools import permutations

import pytest

from policies import Policy

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
def test_permissions_stand_in_an_order_of_their_own(policy: MakePolicy, shares: tuple[str, ...]) -> None:
    written = policy(share=", ".join(shares))

    assert written == policy(share=", ".join(sorted(shares)))
    assert written.shares == policy(share=", ".join(sorted(shares, reverse=True))).shares


@pytest.mark.parametrize("bans", list(permutations(BANS)))
def test_prohibitions_stand_in_an_order_of_their_own(policy: MakePolicy, bans: tuple[str, ...]) -> None:
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
def test_words_of_a_permission_stand_in_no_order(policy: MakePolicy, one: str, other: str) -> None:
    more = "{with: public, for: treaty-reporting}"

    assert policy(share=f"{one}, {more}") == policy(share=f"{more}, {other}")
