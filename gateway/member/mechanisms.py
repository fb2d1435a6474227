"""A data set has one mechanism for its life: the one under which anything of it was first given out.

With two, the difference of what both show of the same people would tell of them; and so would the same noise
drawn anew with other parameters.
"""

from anonymisers.perturbation.by_cell_key import ByCellKey
from anonymisers.perturbation.by_rounding import ByRounding
from anonymisers.perturbation.change import Change
from anonymisers.perturbation.changed_cube import ChangedCube
from anonymisers.perturbation.ptable import Noise
from anonymisers.perturbation.ways import change_of
from gateway.member.errors import PolicyRefusedError
from gateway.member.ports import View
from gateway.member.stored import is_changed
from policies import Policy
from policies.model import Mechanism

WITHHELD = ""
"""In place of a change's words: exact numbers, some of them withheld."""


def words_of(mechanism: Mechanism) -> str:
    """The words of a policy's mechanism as a plan has them. Of those that nodes carry out."""
    if mechanism.base is not None:
        return ByRounding(mechanism.base).words
    noise = mechanism.noise
    if noise is None:
        return WITHHELD
    return ByCellKey(Noise(noise.most, float(noise.variance), noise.blocked, float(noise.stay))).words


def change(words: str) -> Change | None:
    """None where numbers are withheld and not changed."""
    return None if words == WITHHELD else change_of(words)


def off_by(words: str) -> int:
    """The most by which a number of a cube with this mechanism differs from its count."""
    made = change(words)
    return 0 if made is None else made.most


def fixed(view: View) -> str | None:
    """The mechanism that the data set has for its life; None while nothing of it was given out."""
    released = view.released_cubes()
    if released:  # a cube of withheld numbers takes seconds to read, and need not be
        return ChangedCube.from_bytes(released[-1]).change.words if is_changed(released[-1]) else WITHHELD
    return WITHHELD if view.extracts.told() else None


def changes_numbers(view: View) -> bool:
    """Whether this data set has changed numbers, given out already or ready to be."""
    cube = view.cube()
    return bool(fixed(view)) or (cube is not None and cube.plan.changed != WITHHELD)


def check_fixed(view: View, policy: Policy) -> None:
    """Raises PolicyRefusedError for a policy with another mechanism than the data set has."""
    has, wants = fixed(view), words_of(policy.scope.mechanism)
    if has is not None and has != wants:
        raise PolicyRefusedError(
            f"What was given out of this data set is protected by {_said(has)}; the policy asks for "
            f"{_said(wants)}. A data set has one mechanism for its life: the difference of both would tell "
            "of people.",
            remedy="Nothing was changed. Write the mechanism, and its parameters, as they were.",
        )


def _said(words: str) -> str:
    return "suppression" if words == WITHHELD else words.strip("{}").replace('"', "")
