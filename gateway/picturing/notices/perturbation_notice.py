"""A sentence about a member whose numbers are perturbed to protect people."""

from gateway.picturing.words import Words, msgid
from gateway.wire.perturbation_notice import Mechanism
from gateway.wire.release import Coverage

_METHODS = {
    Mechanism.CELL_KEY: msgid(
        "Its numbers are perturbed by keyed noise (cell-key method), by at most %(most)s: sums of its "
        "cells differ from its totals."
    ),
    Mechanism.ROUNDING: msgid(
        "Its numbers are rounded (controlled rounding), by at most %(most)s, so that cells add up to their "
        "totals."
    ),
    Mechanism.PRIVACY: msgid(
        "Its numbers have noise of differential privacy (epsilon %(epsilon)s for each table, scale "
        "%(scale)s for each noisy count): they may be below 0, and sums of its cells differ from its "
        "totals. Each person is counted once, in the first year that applies. The same question has the "
        "same numbers, however often it is asked."
    ),
}


def changes(coverage: Coverage, words: Words) -> str:
    """The notice; empty for a member with exact numbers or without numbers."""
    stated = coverage.perturbation
    if stated is None:
        return ""
    if stated.noise is not None:
        return words.filled(
            _METHODS[stated.mechanism], epsilon=stated.noise.epsilon, scale=stated.noise.scale
        )
    return words.filled(_METHODS[stated.mechanism], most=stated.most)
