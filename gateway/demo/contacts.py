"""Needs and services of the demo's people: what a register of victim assistance has beside the casualties."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gateway.demo.casualties import Casualty

_LATE_HELP = ("NEED", "REF", "RECV", "RECV", "RECV", "UNAVAIL", "REFUSED")
_CHANCES: Mapping[str, float] = {"DATA": 0.4, "PSS": 0.25, "SEI": 0.3}
_DIED_IN_CARE = 0.15
_AMPUTATIONS = frozenset({"AMP_L", "AMP_U", "AMP_M"})


@dataclass(frozen=True)
class Contact:
    """One need, referral or service: pillar of victim assistance and what came of it."""

    pillar: str
    state: str


def contacts(casualty: Casualty, dice: np.random.Generator) -> tuple[Contact, ...]:
    """The contacts of one casualty, in the order in which they were made."""
    if casualty.outcome != "I":
        return (Contact("EMC", "RECV"),) if dice.random() < _DIED_IN_CARE else ()
    made = [Contact("EMC", "RECV")] if dice.random() < 0.9 else []
    if _AMPUTATIONS & set(casualty.injuries):
        made.append(Contact("REH", "NEED"))
        made += [Contact("REH", "RECV")] * int(dice.integers(0, 3))
    for pillar, chance in _CHANCES.items():
        if dice.random() < chance:
            made.append(Contact(pillar, _LATE_HELP[int(dice.integers(len(_LATE_HELP)))]))
    return tuple(made)
