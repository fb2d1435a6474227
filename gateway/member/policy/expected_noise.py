"""The expected error of noisy counts, before they are drawn and from no data. Pure."""

from collections.abc import Iterator

import numpy as np

from anonymisers.perturbation.noisy_cube import NoisyCube
from audit.reading.messages import Message, message
from gateway.member.model.stored_cube import Plan
from gateway.wire.perturbation_notice import Noise
from policies import Policy


def expected(policy: Policy, plan: Plan, cube: NoisyCube) -> Iterator[str]:
    """A sentence for each table, and whether any is still to be drawn."""
    noise, names = Noise(cube.epsilon), [dim.name for dim in cube.lattice.dims]
    table_of = cube.lattice.table_of()
    for table in plan.tables:
        axes = tuple(sorted(names.index(dimension) for dimension, _ in table))
        draws = cube.draws[(table_of == cube.lattice.tables.index(axes)) & (cube.draws > 0)]
        yield message(
            "%(table)s: numbers are typically off by %(least)s, sums of them in this table by up to "
            "%(most)s.",
            table=Message(" x ".join(policy.vocabulary.say(level) for _, level in table), {}),
            least=noise.typically(int(np.min(draws))),
            most=noise.typically(int(np.max(draws))),
        )
    yield message(
        "The total of everybody is typically off by %(typical)s.", typical=noise.typically(cube.drawn({}))
    )
    if cube.pending:
        yield message(
            "A preview makes no noisy counts: cells without a number here are charged to the budget and "
            "made when the tables are made under the policy in force."
        )
