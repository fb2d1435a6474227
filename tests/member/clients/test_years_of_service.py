"""Each year of service is a cube of its own: closed, fixed, and held against the casualties."""

from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pytest
from federation import policy_text, snapshot
from invented_clients import invented_clients, number_of

from anonymisers.cube.released_cells import OutsideLattice, Value, Withheld
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import RECIPIENTS, vocabulary
from gateway.member.build import beside_casualties, clients_building
from gateway.member.build.bridge_check import Beside, GivesWay, Survivors, held_beside
from gateway.member.build.clients_building import ClientsInputs, grow_clients, withheld_years
from gateway.member.build.growth import grow
from gateway.member.cube.clients_counts import (
    SEX_AND_AGE,
    ClientsRead,
    clients_table,
    named_apart,
    trees_of,
)
from gateway.member.cube.clients_history import ClientsHistory, beside
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.model.clients import Clients
from gateway.member.policy.clients_plan import clients_rules
from gateway.member.policy.cube_plan import plan_cube
from policies import Policy, load_policy

DICTIONARY = regional()
TODAY = date(2026, 1, 15)
LEVELS = "outcome: yes, service_date: service_year, age_now: adult_child_now, disability: yes"
SHARE = "  - {with: [ARMAC], for: [regional-reporting], measures: [clients]}\nfinest:"


def policy(more: str = "", levels: str = LEVELS) -> Policy:
    text = policy_text("KH").replace("outcome: yes", levels).replace("finest:", SHARE)
    return load_policy(f"{text}{more}", vocabulary(DICTIONARY, recipients=RECIPIENTS, member="KH"))


def inputs_of(clients: Clients, by: Policy | None = None, **changed: object) -> ClientsInputs:
    by = policy() if by is None else by
    people = replace(snapshot("KH"), clients=clients)
    plan, rules = plan_cube(DICTIONARY, by, people, TODAY)
    assert plan.clients is not None
    inputs = CubeInputs(DICTIONARY, people, plan, rules, b"k" * 32)
    survivors = Survivors(inputs, grow(inputs, None))
    own = clients_rules(DICTIONARY, by, plan.clients.finest)
    at = partial(clients_rules, DICTIONARY, by)
    made = ClientsInputs(DICTIONARY, "KH", clients, plan.clients, own, at, b"k" * 32, survivors)
    return replace(made, **changed)  # type: ignore[arg-type]


def read(inputs: ClientsInputs, made: ClientsHistory, **key: str) -> int | None:
    trees = trees_of(DICTIONARY, "KH", inputs.plan.finest, inputs.plan.years)
    return ClientsRead(trees, made.years).read(key)


def of(year: int, *, women: float = 0.2, **more: int) -> Clients:
    return invented_clients("KH", women=women, years=(year,), **more)


def test_numbers_are_those_of_the_register_to_the_last_client() -> None:
    clients = invented_clients("KH", women=0.2)
    inputs = inputs_of(clients)
    made = grow_clients(inputs, None)

    shown = 0
    for code in ("YES", "NO", "UNK"):
        for sex in ("M", "F"):
            for age in ("ADULT", "CHILD"):
                found = read(inputs, made, disability=code, sex=sex, age_now=age, service_date="2023")
                truth = number_of(clients, 2023, disability=code, sex=sex, adult_child_now=age)
                assert found in (None, truth)
                shown += found is not None
    assert shown >= 4


def test_a_closed_year_stays_as_it_was_released_whatever_is_reported_later() -> None:
    before = invented_clients("KH", women=0.2)
    first = grow_clients(inputs_of(before), None)
    late = invented_clients("KH", women=0.2, others=120)
    later = inputs_of(late)

    second = grow_clients(later, ClientsHistory.from_bytes(first.to_bytes()))

    assert read(later, second) == number_of(before, 2024) != number_of(late, 2024)
    assert second.to_bytes() == first.to_bytes()


def test_a_new_year_stands_beside_the_former_ones() -> None:
    first = grow_clients(inputs_of(of(2023)), None)
    assert set(first.released) == {2023}, "nobody came in 2024 yet, and few look the same"
    assert first.years[2024].parts[0].sealed, "such a year is withheld for good"


def test_too_few_clients_are_withheld_for_good() -> None:
    few = of(2024).taken(np.arange(3))
    first = grow_clients(inputs_of(few), None)
    inputs = inputs_of(of(2024))

    second = grow_clients(inputs, first)

    assert read(inputs, second) is None


def test_a_year_without_a_safe_cube_is_tried_again() -> None:
    inputs = inputs_of(of(2024))
    first = withheld_years(inputs, None)
    assert read(inputs, first) is None

    assert read(inputs, grow_clients(inputs, first)) == number_of(inputs.clients, 2024)


def test_beside_single_records_no_year_is_released() -> None:
    inputs = inputs_of(of(2024), single_records=True)
    assert not grow_clients(inputs, None).released


@pytest.mark.parametrize(
    "more",
    ["record_level: {to: [ARMAC], k: 5, l: 2}\n", "mechanism: cell-key\n"],
)
def test_clients_are_not_counted_beside_single_records_or_changed_numbers(more: str) -> None:
    people = replace(snapshot("KH"), clients=of(2024))
    assert plan_cube(DICTIONARY, policy(more), people, TODAY)[0].clients is None
    assert plan_cube(DICTIONARY, policy(), people, TODAY)[0].clients is not None


def test_dimensions_of_clients_are_none_of_casualties() -> None:
    people = replace(snapshot("KH"), clients=of(2024))
    plan = plan_cube(DICTIONARY, policy(), people, TODAY)[0]
    assert plan.clients is not None
    assert plan.finest.keys() & plan.clients.finest.keys() == {"sex"}


def test_a_looser_policy_shows_no_more_of_a_closed_year() -> None:
    clients = of(2024)
    first = grow_clients(inputs_of(clients), None)
    finer = inputs_of(clients, policy(levels=f"{LEVELS}, client: yes"))

    second = grow_clients(finer, first)

    assert read(finer, second, client="SURV") is None
    assert read(finer, second) == number_of(clients, 2024)


def test_a_stricter_threshold_withholds_what_was_shown() -> None:
    clients = of(2024)
    first = grow_clients(inputs_of(clients), None)
    stricter = inputs_of(clients, _stricter())

    second = grow_clients(stricter, first)

    cube = second.years[2024]
    assert (cube.values[~cube.withheld] > 0).any()
    assert not ((cube.values[~cube.withheld] > 0) & (cube.values[~cube.withheld] < 15)).any()


def _stricter() -> Policy:
    text = policy_text("KH").replace("outcome: yes", LEVELS).replace("finest:", SHARE)
    text = text.replace("threshold: 5", "threshold: 15")
    return load_policy(text, vocabulary(DICTIONARY, recipients=RECIPIENTS, member="KH"))


def test_women_give_way_where_nearly_all_who_survived_are_clients() -> None:
    clients = of(2024, women=1.0)
    inputs = inputs_of(clients)

    made = grow_clients(inputs, None)

    part = made.released[2024]
    assert not isinstance(part.cubes[0].lookup({SEX_AND_AGE: "F ADULT"}), Value)
    assert isinstance(part.cubes[0].lookup({SEX_AND_AGE: "M ADULT"}), Value)
    table = clients_table(DICTIONARY, "KH", inputs.plan.finest, clients)
    assert not held_beside(inputs.survivors, part, clients, table, 2024).gives_way


def test_nothing_gives_way_where_no_casualties_are_shown() -> None:
    inputs = inputs_of(of(2024, women=1.0))
    nobody = replace(inputs.survivors.history, parts=())

    made = grow_clients(replace(inputs, survivors=replace(inputs.survivors, history=nobody)), None)

    assert isinstance(made.released[2024].cubes[0].lookup({SEX_AND_AGE: "F ADULT"}), Value)


def test_a_year_released_under_a_weaker_check_holds_up_no_new_casualties(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clients = of(2024, women=0.7)
    inputs = inputs_of(clients)
    with monkeypatch.context() as patched:  # as before it was asked who knows how many others there are
        patched.setattr(clients_building, "held_beside", lambda _, part, *_rest: Beside(part, GivesWay()))
        released = grow_clients(inputs, None)
    part, former = released.released[2024], inputs.survivors.history
    table = clients_table(DICTIONARY, "KH", inputs.plan.finest, clients)
    made = inputs.survivors.inputs
    anew = grow(replace(made, rules=replace(made.rules, sensitive=frozenset({"sex"}))), None)
    newer = replace(inputs.survivors, history=anew)
    stored = beside(former.to_bytes(), released.to_bytes())

    assert held_beside(inputs.survivors, part, clients, table, 2024).gives_way
    assert not held_beside(newer, part, clients, table, 2024, others_known=False).gives_way
    assert anew.certificate_digest != former.certificate_digest
    beside_casualties._check_released(newer, released, stored, anew)  # nothing is raised


def test_a_cell_is_named_by_the_dimensions_of_questions() -> None:
    assert named_apart((("disability", "YES"), (SEX_AND_AGE, "F CHILD"))) == (
        ("disability", "YES"),
        ("sex", "F"),
        ("age_now", "CHILD"),
    )
    assert named_apart(((SEX_AND_AGE, "F"),)) == (("sex", "F"),)


class WithheldWhole:
    """A year of which only totals of homes are shown: two homes have clients."""

    def lookup(self, cell: dict[str, str]) -> Value | Withheld | OutsideLattice:
        if set(cell) == {"home"} and cell["home"].startswith("KH-"):
            return Value(20 if cell["home"] in ("KH-2", "KH-3") else 0)
        return Withheld() if set(cell) <= {"home", "barrier_main", "sex"} else OutsideLattice()


def test_a_group_of_nobody_has_zeros_and_no_withheld_sign() -> None:
    finest = {name: name for name in ("barrier_main", "sex", "disability")} | {"home": "home_province"}
    made = ClientsRead(trees_of(DICTIONARY, "KH", finest, (2024,)), {2024: WithheldWhole()})  # type: ignore[dict-item]

    assert made.read({"home": "KH-3", "barrier_main": "DIST"}) is None
    assert made.read({"home": "KH-1", "barrier_main": "DIST"}) == 0
    assert made.read({"home": "KH-1", "barrier_main": "UNMET"}) == 0
    assert made.read({"home": "KH-1", "sex": "F", "service_date": "2024"}) == 0
    assert made.read({"barrier_main": "DIST"}) is None, "no larger group is shown"
    with pytest.raises(KeyError):
        made.read({"home": "KH-1", "disability": "YES"})
