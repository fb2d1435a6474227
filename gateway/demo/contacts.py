"""Needs and services of the demo's people, which a register of victim assistance holds besides casualties."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gateway.demo.casualties import Casualty

_LATE_HELP = ("NEED", "REF", "RECV", "RECV", "RECV", "UNAVAIL", "DECL")
_CHANCES: Mapping[str, float] = {"DATA": 0.4, "PSS": 0.25, "SEI": 0.3}
_DIED_IN_CARE = 0.15
_ITEMS: Mapping[str, tuple[str, ...]] = {
    "DATA": ("DATA1", "DATA2"),
    "EMC": ("EMC1", "EMC2"),
    "REH": ("REH1", "REH2", "REH3"),
    "PSS": ("PSS1", "PSS2"),
    "SEI": ("SEI1", "SEI2", "SEI3"),
    "LAW": ("",),
}
_PROVIDERS: Mapping[str, str] = {
    "DATA": "GOV",
    "EMC": "HOSP",
    "REH": "REHC",
    "PSS": "NGO",
    "SEI": "NGO",
    "LAW": "GOV",
}
_COST_KNOWN = 0.8
LAST_EARLY_DAY = 310
"""Days after the accident in which the first services are given."""
AMPUTATIONS = frozenset({"AMP_L", "AMP_U", "AMP_M"})


@dataclass(frozen=True)
class Contact:
    """One need, referral or service: pillar of victim assistance and outcome.

    `item`: the subject; `provider`: the kind of provider; `days` after the accident; `cents`: cost in cents
    of a dollar, 0 where nobody recorded the cost; `barrier`: why a need was not met.
    """

    pillar: str
    state: str
    item: str = ""
    provider: str = ""
    days: int = 0
    cents: int = 0
    barrier: str = ""


def with_details(contact: Contact, dice: np.random.Generator) -> Contact:
    """Return the contact with the further details of a register of services; few contacts cost most of the
    money.
    """
    items = _ITEMS[contact.pillar]
    received = contact.state == "RECV" and dice.random() < _COST_KNOWN
    late = 0 if contact.pillar == "EMC" else int(dice.integers(20, 300))
    return Contact(
        contact.pillar,
        contact.state,
        item=items[int(dice.integers(len(items)))],
        provider=_PROVIDERS[contact.pillar],
        days=late + int(dice.integers(0, 10)),
        cents=int(100 * np.ceil(dice.lognormal(4.0, 1.1))) if received else 0,
        barrier=contact.barrier,
    )


def contacts(casualty: Casualty, dice: np.random.Generator) -> tuple[Contact, ...]:
    """Draw the contacts of one casualty, in chronological order."""
    if casualty.outcome != "I":
        return (Contact("EMC", "RECV"),) if dice.random() < _DIED_IN_CARE else ()
    made = [Contact("EMC", "RECV")] if dice.random() < 0.9 else []
    if AMPUTATIONS & set(casualty.injuries):
        made.append(Contact("REH", "NEED"))
        made += [Contact("REH", "RECV")] * int(dice.integers(0, 3))
    for pillar, chance in _CHANCES.items():
        if dice.random() < chance:
            made.append(Contact(pillar, _LATE_HELP[int(dice.integers(len(_LATE_HELP)))]))
    return tuple(made)
