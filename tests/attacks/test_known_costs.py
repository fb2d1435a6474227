"""Attack: somebody who knows what each service costs solves the items of a pillar that are withheld.

Numbers of services by item are shown as far as they are safe, and they add up to their pillar. Where dollars
are shown as well, each withheld item costs its known cost times its number: a second sum over the same
unknowns, so that two withheld items have one solution. The intruder tries all whole numbers that agree with
what is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pytest

from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from gateway.dictionary import regional
from gateway.member.cube.client_services import COST, SERVICES, Numbers, items_of, numbers_of_year
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column
from gateway.member.model.received_services import ReceivedServices

K = 3
RULES = MagnitudeRules(K, (1, 84.99), 10)
PILLARS = items_of(regional(), "KH", ["PSS", "REH"])
UNIT_COSTS = {"PSS1": 10, "PSS2": 25, "REH1": 250, "REH2": 90, "REH3": 15}
"""Dollars, the same for everybody."""
REGISTERS = range(60)


def register(seed: int) -> Clients:
    """People who received some services, a few of them a rare one."""
    dice = np.random.default_rng(seed)
    codes = tuple(UNIT_COSTS)
    number = np.stack([dice.binomial(1, dice.choice([0.08, 0.2, 0.7]), 15) for _ in codes], axis=1)
    cents = number * [100 * UNIT_COSTS[code] for code in codes]
    received = ReceivedServices(codes, number.astype(np.int64), cents.astype(np.int64), items=True)
    people = np.array([f"person-{n}".encode() for n in range(len(number))])
    return Clients.of(np.full(len(number), 2024), people, Column.constant("AGG", len(number)), {}, received)


def solutions(
    shown: Numbers, pillar: str, dollars: int | None
) -> tuple[Sequence[str], list[tuple[int, ...]]]:
    """The withheld items, and every way to fill them that agrees with the sums shown."""
    services = shown[SERVICES]
    withheld = [code for code in UNIT_COSTS if code in PILLARS[pillar] and code not in services]
    known = {code: services[code] for code in PILLARS[pillar] if code in services}
    left = services[pillar] - sum(known.values())
    of_dollars = (
        None if dollars is None else dollars - sum(UNIT_COSTS.get(c, 0) * n for c, n in known.items())
    )
    ways = (each for each in product(range(left + 1), repeat=len(withheld)) if sum(each) == left)
    fits = [
        way
        for way in ways
        if of_dollars is None
        or sum(UNIT_COSTS[code] * n for code, n in zip(withheld, way, strict=True)) == of_dollars
    ]
    return withheld, fits


def withheld_items(
    costs: Mapping[int, Mapping[str, int]] | None = None,
) -> Iterator[tuple[str, list[tuple[int, ...]], int]]:
    """Each withheld item that is small, with the ways left to the intruder and its place in them.

    `costs`: the dollars of the pillars that he has, by register; else those that are shown.
    """
    for seed in REGISTERS:
        clients = register(seed)
        shown = numbers_of_year(clients, RULES, PILLARS, items=True)
        for pillar in PILLARS:
            if pillar not in shown[SERVICES]:
                continue
            dollars = shown[COST].get(pillar) if costs is None else costs[seed].get(pillar)
            items, ways = solutions(shown, pillar, dollars)
            assert clients.received is not None
            true = clients.received.number_in([(code,) for code in items]).sum(axis=0)
            for place, number in enumerate(true.tolist()):
                if len(items) > 1 and 0 < number < K:
                    yield items[place], ways, place


@pytest.fixture(scope="module")
def pillars_alone() -> Mapping[int, Mapping[str, int]]:
    """The dollars of each pillar, as they are shown where no item is."""
    return {seed: numbers_of_year(register(seed), RULES, PILLARS)[COST] for seed in REGISTERS}


def test_known_unit_costs_solve_items_whose_dollars_are_known(
    pillars_alone: Mapping[int, Mapping[str, int]],
) -> None:
    found = [len({way[place] for way in ways}) for _, ways, place in withheld_items(pillars_alone)]
    assert found.count(1) > len(found) / 3  # the attack works


def test_known_unit_costs_tell_nothing_of_items_that_are_withheld() -> None:
    small = list(withheld_items())
    assert len(small) > 20
    for item, ways, place in small:
        possible = {way[place] for way in ways}
        assert possible >= set(range(K)), item
