"""The change from a policy to its successor, for the log: a direction, and a committed text. Pure."""

from audit.events.event_values import PolicyStep
from audit.formats.canonical import canonical_json
from policies import Policy, PolicyError
from policies.comparison.change import Change, Direction
from policies.comparison.diff import diff


def step_of(former: Policy | None, present: Policy) -> tuple[PolicyStep, bytes]:
    """The direction, and every change in a sentence as canonical JSON."""
    if former is None:
        return PolicyStep.FIRST, canonical_json([])
    try:
        changes = diff(former, present)
    except PolicyError:
        # another data set: nothing of the former policy holds, and everything of this one is new
        return PolicyStep.BOTH, canonical_json([])
    sentences = [{"direction": change.direction.value, "sentence": change.sentence} for change in changes]
    return _direction(changes), canonical_json(sentences)


def _direction(changes: tuple[Change, ...]) -> PolicyStep:
    ways = {change.direction for change in changes}
    if {Direction.LOOSENED, Direction.TIGHTENED} <= ways:
        return PolicyStep.BOTH
    if Direction.LOOSENED in ways:
        return PolicyStep.LOOSENED
    return PolicyStep.TIGHTENED if Direction.TIGHTENED in ways else PolicyStep.NEITHER
