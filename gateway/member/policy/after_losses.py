"""What counts at a node that has lost entries of its log for good: what was signed and released since.

A lost entry may have been another policy, a cube that answered, an extract or a charge against a privacy
budget. So no policy counts that was signed before the loss was recorded, and of years that were over by then
nothing is released anew: beside what a lost cube has shown, it could disclose somebody. What the backup knows
as released stands.
"""

from gateway.member.model.policy_version import PolicyInForce
from gateway.member.model.stored_cube import StoredCube
from gateway.member.node.policy_ports import Versions
from gateway.member.node.ports import View
from gateway.watching.recovering import Loss


def losses_for_good(view: View) -> list[Loss]:
    """The losses after which something may be missing that decides over people."""
    return [loss for loss in view.recovery.losses() if not loss.certain]


def is_decided_since(view: View, versions: Versions, found: PolicyInForce) -> bool:
    """Whether a policy was signed after everything that was lost.

    False as long as a loss is not recorded, which takes moments.
    """
    losses = view.recovery.losses()
    if any(loss.because is None for loss in losses):
        return False
    recorded = [loss.because or 0 for loss in losses if not loss.certain]
    if not recorded:
        return True
    signed = next(each for each in versions.signed_policies() if each.version == found.version)
    return signed.index > max(recorded)


def lost_before(view: View) -> int:
    """The first year of which nothing can be lost; 0 where nothing was ever lost for good."""
    return max((loss.at.year for loss in losses_for_good(view)), default=0)


def may_answer_again(view: View, cube: StoredCube) -> bool:
    """Whether a cube of before a loss has shown everything that it would show: it has answered, or there was
    no loss since it was made.
    """
    after = all((loss.because or loss.stop) < cube.index for loss in losses_for_good(view))
    return after or cube.cube in view.released_cubes()
