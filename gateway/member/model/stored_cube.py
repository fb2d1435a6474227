"""A cube in the node's store, and the plan that it was made by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import policy_label

WITH_ACCIDENTS = " with accidents"


@dataclass(frozen=True)
class Plan:
    """What a cube holds and how it is protected: of the same snapshot, the same plan is the same cube.

    `finest`: dimension -> finest level; `years`: the closed years that count; `consent`, `victims`: who is
    counted; `rules`: the protection, in words.
    """

    finest: Mapping[str, str]
    years: tuple[int, ...]
    consent: tuple[str, ...]
    victims: tuple[str, ...]
    rules: str
    known: tuple[str, ...] = ()
    """The registered figures that the register can say something of: see
    `gateway.member.model.registered_figure`.
    """

    @property
    def accidents(self) -> bool:
        """Whether numbers of accidents are protected with the people's: then the rules say so in words."""
        return self.rules.endswith(WITH_ACCIDENTS)

    changed: str = ""
    """How numbers are changed, in the words of `gateway.member.policy.mechanism_choice`; empty where some are
    withheld.
    """
    tables: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Where numbers are drawn: dimension and level of each table that is."""


def without_accidents(plan: Plan) -> Plan:
    """The same plan, without numbers of accidents."""
    return replace(plan, rules=plan.rules.removesuffix(WITH_ACCIDENTS))


@dataclass(frozen=True)
class StoredCube:
    """A certified cube, the snapshot and the policy version that made it."""

    snapshot: LoadedSnapshot
    policy_version: int
    plan: Plan
    cube: bytes
    index: int
    above: int | None = None
    """The version of the ministry-wide policy that stood above, if any."""

    @property
    def label(self) -> str:
        return policy_label(self.policy_version, self.above)
