"""Attack: under cell keys the same people have the same number, and a zero stays zero, so that both tell.

The attacker reads a group's number, finds it once more beside one attribute and zeros beside the others, and
claims that everybody in the group has that attribute. He does nothing else, and knows no key.
"""

from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pytest
from federation import policy_text
from lone_node import lone_node
from signing import put_in_force

from anonymisers.errors import ProtectionError
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.perturbed_counts import CountedPeople, PerturbativeMechanism
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.lattice import Lattice
from gateway.member.errors import PolicyRefusedError

KEYS = 60
GROUPS = 60
DEVICES = ("MINE", "CMR", "ERW", "UNK")
DEFAULT = CellKeyMechanism(Noise(6, 3.0, 2, 0.0))


def flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


LATTICE = Lattice.of(
    [flat("group", *map(str, range(GROUPS))), flat("device", *DEVICES)], ["group", "device"], 2
)


@dataclass(frozen=True)
class Claims:
    """Claims that a group of one to four people shares an attribute; and how often such groups do."""

    made: int
    right: int
    groups: int
    alike: int


def claims(seed: int, key: bytes, mechanism: PerturbativeMechanism = DEFAULT) -> Claims:
    """Small groups of people with devices of a usual mix; one attack on all of them."""
    draw = Random(seed)
    people = [
        (group, draw.choices(range(4), [3, 2, 4, 1])[0])
        for group in range(GROUPS)
        for _ in range(draw.randint(1, 4))
    ]
    coords = np.array(people, dtype=np.int32) + 1
    persons = [f"{seed}-{n}".encode() for n in range(len(people))]
    shown = mechanism.perturb(CountedPeople(LATTICE, coords, persons), key).values
    made = right = alike = 0
    for group in range(GROUPS):
        places = np.array([[group + 1, device] for device in range(5)], dtype=np.int32)
        total, *parts = shown[LATTICE.cells(places)].tolist()
        true = {device for of, device in people if of == group}
        alike += len(true) == 1
        if total and sorted(parts) == [0, 0, 0, total]:
            made += 1
            right += true == {parts.index(total)}
    return Claims(made, right, GROUPS, alike)


def test_a_number_that_stands_twice_tells_the_attribute_of_a_small_group() -> None:
    """What the refusal below is for: the claims are right far more often than such groups are alike."""
    found = [claims(seed, bytes([seed]) * 32) for seed in range(KEYS)]
    made, right = sum(c.made for c in found), sum(c.right for c in found)
    usual = sum(c.alike for c in found) / sum(c.groups for c in found)

    assert made > 100
    assert right / made > 0.6
    assert usual < 0.4


def test_a_rounded_number_that_stands_twice_tells_less_than_nothing() -> None:
    """Draws of a group's parts are their own: of two parts one is shown as a whole base, and one as 0."""
    found = [claims(seed, bytes([seed]) * 32, RoundingMechanism(5)) for seed in range(20)]
    made, right = sum(c.made for c in found), sum(c.right for c in found)

    assert made > 100
    assert right / made < sum(c.alike for c in found) / sum(c.groups for c in found)


@pytest.mark.parametrize("shown", ["outcome: yes", "device: device_group", "civ_status: yes"])
def test_cell_keys_are_not_offered_for_sensitive_dimensions(tmp_path: Path, shown: str) -> None:
    policy = policy_text("KH") + "mechanism: cell-key\n"
    with lone_node(tmp_path) as (node, _), pytest.raises(PolicyRefusedError, match="no sensitive dimension"):
        put_in_force(node, policy.replace("outcome: yes", shown))


def test_the_same_people_are_not_released_anew_under_another_key() -> None:
    """The mean of two numbers of the same people is nearer to the count than one of them."""
    coords = np.ones((9, 2), dtype=np.int32)
    counted = CountedPeople(LATTICE, coords, [bytes([n]) for n in range(9)])
    first = DEFAULT.perturb(counted, b"a" * 32)

    again = DEFAULT.perturb(counted, b"a" * 32, kept=first.kept)
    with pytest.raises(ProtectionError, match="another secret key"):
        DEFAULT.perturb(counted, b"b" * 32, kept=first.kept)

    assert again.values.tolist() == first.values.tolist()


@pytest.mark.parametrize("marked", [False, True], ids=["before there were marks", "since"])
def test_who_was_given_out_while_keys_of_cells_added_up_keeps_these_numbers(marked: bool) -> None:
    """Other numbers of the same people would be nearer to the count, together with the former ones."""
    coords = np.ones((9, 2), dtype=np.int32)
    counted = CountedPeople(LATTICE, coords, [bytes([n]) for n in range(9)])
    key = b"a" * 32
    former = DEFAULT.perturb(counted, key, kept=b"")
    kept = former.kept if marked else b""

    again = DEFAULT.perturb(counted, key, kept=kept)

    assert again.values.tolist() == former.values.tolist()
    assert again.kept == former.kept != DEFAULT.perturb(counted, key).kept
    with pytest.raises(ProtectionError, match="another secret key"):
        DEFAULT.perturb(counted, b"b" * 32, kept=former.kept)
