"""How a member's numbers were perturbed to protect people: part of the member's answer, and signed with
it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, expm1, sqrt
from sys import float_info
from typing import Any

LARGEST_CHANGE = 10**6
"""No policy changes a number by more, however many cells are added up: a larger change is a fault."""
MOST_DRAWS = 10**7
"""No table has more inner cells over all releases."""

_EPSILON = re.compile(r"(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{0,8}[1-9])?", re.ASCII)


class Mechanism(StrEnum):
    """The mechanism, in the words of policies. A member with exact numbers names no mechanism."""

    CELL_KEY = "cell-key"
    ROUNDING = "controlled-rounding"
    PRIVACY = "differential-privacy"


@dataclass(frozen=True)
class Noise:
    """Noise of differential privacy. `epsilon`: the privacy loss of each table, a decimal.

    `draws` run over the cells of an answer: the number of noise draws in each cell's number; empty where only
    the mechanism is reported.
    """

    epsilon: str
    draws: tuple[int, ...] = ()

    @property
    def scale(self) -> str:
        """Scale of the discrete Laplace noise of one draw."""
        return f"{1 / float(self.epsilon):.6g}"

    def typically(self, draws: int) -> int:
        """How far a number of so many draws is typically off."""
        return standard_deviation_of(draws * self.variance)

    @property
    def variance(self) -> float:
        """Variance of one draw; the variance of n draws is n times as large."""
        variance = 2 * exp(-float(self.epsilon)) / expm1(-float(self.epsilon)) ** 2
        return max(variance, float_info.min)  # it is drawn, however little is left of it


@dataclass(frozen=True)
class Perturbation:
    """`most`: the largest difference between a number of this table and the count of people; 0 with
    `noise`.
    """

    mechanism: Mechanism
    most: int = 0
    noise: Noise | None = None

    def as_json(self) -> dict[str, Any]:
        if self.noise is None:
            return {"mechanism": self.mechanism.value, "most": self.most}
        data: dict[str, Any] = {"mechanism": self.mechanism.value, "epsilon": self.noise.epsilon}
        draws = {"draws": list(self.noise.draws)} if self.noise.draws else {}
        return {**data, "scale": self.noise.scale, **draws}

    @property
    def in_general(self) -> "Perturbation":
        """The notice without facts about single cells."""
        return self if self.noise is None else replace(self, noise=replace(self.noise, draws=()))


def standard_deviation_of(variance: float) -> int:
    """The standard deviation in whole people; 0 where there is no noise."""
    return max(1, round(sqrt(variance))) if variance else 0


def perturbation_from_json(data: Mapping[str, Any]) -> Perturbation:
    """Read what `Changed.as_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    mechanism = Mechanism(data["mechanism"])
    changed = _noisy(data) if mechanism is Mechanism.PRIVACY else _bounded(mechanism, data["most"])
    if changed.as_json() != data:
        raise ValueError
    return changed


def _bounded(mechanism: Mechanism, most: object) -> Perturbation:
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= LARGEST_CHANGE:
        raise ValueError
    return Perturbation(mechanism, most)


def _noisy(data: Mapping[str, Any]) -> Perturbation:
    epsilon, draws = data["epsilon"], data.get("draws", [])
    if not isinstance(epsilon, str) or not _EPSILON.fullmatch(epsilon) or not float(epsilon):
        raise ValueError
    if not all(type(n) is int and 1 <= n <= MOST_DRAWS for n in draws):
        raise ValueError
    return Perturbation(Mechanism.PRIVACY, noise=Noise(epsilon, tuple(draws)))
