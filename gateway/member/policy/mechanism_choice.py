"""A data set keeps one perturbation mechanism for its life: the mechanism of its first release.

With two mechanisms, the difference between the two numbers of the same people would reveal facts about them;
so would fresh noise with other parameters.
"""

from decimal import Decimal

from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.mechanisms import mechanism_of
from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_counts import PerturbativeMechanism
from anonymisers.perturbation.perturbed_cube import PerturbedCube
from anonymisers.perturbation.privacy_parameters import Privacy, privacy_of
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from gateway.member.cube.cube_formats import is_noisy, is_perturbed
from gateway.member.errors import PolicyRefusedError
from gateway.member.node.ports import View
from policies import Policy
from policies.model.model import Mechanism

WITHHELD = ""
"""Stands for the mechanism of exact numbers with suppression."""


def words_of(mechanism: Mechanism) -> str:
    """The words of a policy's mechanism in a plan, for mechanisms that nodes carry out."""
    if mechanism.base is not None:
        return RoundingMechanism(mechanism.base).words
    if mechanism.budget is not None and mechanism.per_table is not None:
        return Privacy(_plain(mechanism.budget), _plain(mechanism.per_table), mechanism.first_year or 0).words
    noise = mechanism.noise
    if noise is None:
        return WITHHELD
    return CellKeyMechanism(Noise(noise.most, float(noise.variance), noise.blocked, float(noise.stay))).words


def perturbation(words: str) -> PerturbativeMechanism | None:
    """None where numbers are withheld and not changed, or drawn with noise."""
    return None if words == WITHHELD or privacy(words) else mechanism_of(words)


def privacy(words: str) -> Privacy | None:
    """None where numbers are not drawn with the noise of differential privacy."""
    return privacy_of(words) if words else None


def largest_deviation(words: str) -> int:
    """The largest difference between number and count under this mechanism; 0 for unbounded noise."""
    made = perturbation(words)
    return 0 if made is None else made.largest_change


def fixed(view: View) -> str | None:
    """The mechanism that the data set has for its life; None before the first release."""
    released = view.released_cubes()
    if released:  # a cube of withheld numbers takes seconds to read, and need not be
        if is_noisy(released[-1]):
            return NoisyCube.from_bytes(released[-1]).privacy.words
        if is_perturbed(released[-1]):
            return PerturbedCube.from_bytes(released[-1]).perturbation.words
        return WITHHELD
    return WITHHELD if view.extracts.disclosed() else None


def check_fixed(view: View, policy: Policy) -> None:
    """Raise PolicyRefusedError for a policy with another mechanism than the data set's."""
    has, wants = fixed(view), words_of(policy.scope.mechanism)
    if has is not None and has != wants:
        raise PolicyRefusedError(
            f"What was given out of this data set is protected by {_said(has)}; the policy asks for "
            f"{_said(wants)}. A data set has one mechanism for its life: the difference of both would tell "
            "of people.",
            remedy="Nothing was changed. Write the mechanism, and its parameters, as they were.",
        )
    if privacy(wants) is not None:
        check_alone(view, wants)


def check_alone(view: View, words: str) -> None:
    """Raise PolicyRefusedError where noise is not allowed: beside another budget, or beside exact numbers."""
    parts = view.privacy.release_parts()
    if parts and parts[0].mechanism != words:
        raise PolicyRefusedError(
            f"The privacy budget of this data set was spent on tables under {_said(parts[0].mechanism)}; "
            f"the policy asks for {_said(words)}. A budget holds for the life of a data set.",
            remedy="Nothing was changed. Write the mechanism, and its parameters, as they were.",
        )
    if any(figure.withdrawn is None for figure in view.figures()):
        raise PolicyRefusedError(
            "A figure of these people is registered as public. A privacy budget is offered only where no "
            "exact number exists.",
            remedy="Nothing was changed. Take the cell-key method or controlled rounding, which reckon with "
            "it; or withdraw it if it was registered by mistake.",
        )


def _plain(number: Decimal) -> str:
    """The shortest form of a number: equal numbers are equal mechanisms."""
    return f"{number.normalize():f}"


def _said(words: str) -> str:
    return "suppression" if words == WITHHELD else words.strip("{}").replace('"', "")
