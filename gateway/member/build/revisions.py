"""Changes that wait to be counted: for the data controller alone, and never for the region."""

from anonymisers.perturbation.noisy_cube import NoisyCube
from anonymisers.perturbation.perturbed_cube import PerturbedCube
from gateway.member.build.growth import waiting
from gateway.member.build.growth_perturbed import waiting_perturbed
from gateway.member.cube.cube_formats import parse_cube
from gateway.member.cube.cube_inputs import CubeInputs
from gateway.member.errors import NothingToProtectError
from gateway.member.node.context import Node
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import in_force
from gateway.member.register.population import Difference


def revisions(node: Node) -> Difference:
    """The differences between the newest snapshot and the newest cube in released periods.

    Raises NothingToProtectError without a policy, snapshot or cube.
    """
    with node.store.reading() as view:
        ruling, loaded, cube = in_force(node, view), view.snapshot(), view.cube()
        figures = view.figures()
    if ruling is None or loaded is None or cube is None:
        raise NothingToProtectError(
            f"{node.member} has no cube yet: nothing was given out, and nothing waits.",
            remedy="Load the register, put a policy in force and make the cube first.",
        )
    plan, rules = plan_cube(node.dictionary, ruling[1], loaded[1], node.clock.now().date(), figures)
    inputs = CubeInputs(node.dictionary, loaded[1], plan, rules, node.cube_key)
    found = parse_cube(cube.cube)
    if isinstance(found, NoisyCube):
        raise NothingToProtectError(
            "Numbers of this data set were drawn once with noise, and stand: nothing waits to enter them.",
            remedy="People of years that are not released yet are counted with the next release.",
        )
    return waiting_perturbed(inputs, found) if isinstance(found, PerturbedCube) else waiting(inputs, found)
