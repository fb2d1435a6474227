"""A cube in the node's store, and the plan behind the cube."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from gateway.dictionary import Dictionary
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.policy_version import policy_label

WITH_ACCIDENTS = " with accidents"


@dataclass(frozen=True)
class ClientsPlan:
    """The contents and protection of the cube of clients, which stands beside that of casualties.

    `finest`: dimension -> finest level; `years`: the closed years of service, each of which is a cube of its
    own; `rules`: the protection, in words; `services`: the measures of services to clients that are counted;
    `items`: whether these are told item by item, and not by pillar alone.
    """

    finest: Mapping[str, str]
    years: tuple[int, ...]
    rules: str
    services: tuple[str, ...] = ()
    items: bool = False


@dataclass(frozen=True)
class Plan:
    """The contents and protection of a cube: for the same snapshot, the same plan gives the same cube.

    `finest`: dimension -> finest level; `years`: the counted closed years; `consent`, `victims`: the counted
    people; `rules`: the protection, in words.
    """

    finest: Mapping[str, str]
    years: tuple[int, ...]
    consent: tuple[str, ...]
    victims: tuple[str, ...]
    rules: str
    known: tuple[str, ...] = ()
    """The registered figures within the register's coverage: see `gateway.member.model.registered_figure`."""

    @property
    def accidents(self) -> bool:
        """Whether numbers of accidents are protected with the people's: then the rules say so in words."""
        return self.rules.endswith(WITH_ACCIDENTS)

    mechanism: str = ""
    """How numbers are changed, in the words of `gateway.member.policy.mechanism_choice`; empty where some are
    withheld.
    """
    tables: tuple[tuple[tuple[str, str], ...], ...] = ()
    """With noise: dimension and level of each noisy table."""
    clients: ClientsPlan | None = None
    """What is shown of clients of assistance; None where nothing is."""
    operators: int = 0
    """The p% rule of numbers of activities by operator, in per cent; 0 where these numbers are exact."""

    def until(self, record: LoadedSnapshot) -> date:
        """The last day that counts, whether or not anybody was hurt in its year."""
        return date(max(self.years), 12, 31) if self.years else record.until


def counted_together(dictionary: Dictionary, plan: Plan) -> dict[str, str]:
    """The finest level of each dimension of the one cube of a plan: of all but those that stand apart.

    A dimension about one of several codes to a person, such as an injury, is in no table with most others,
    and has a table of its own beside the cube. Where numbers are changed, all are in the cube.
    """
    return together(dictionary, plan.finest, plan.mechanism)


def together(dictionary: Dictionary, finest: Mapping[str, str], mechanism: str) -> dict[str, str]:
    """The same of the finest levels and the mechanism of a plan."""
    several = {name for name in finest if dictionary.dimension(name).part_of}
    if mechanism or several == finest.keys():
        return dict(finest)
    return {name: level for name, level in finest.items() if name not in several}


def without_accidents(plan: Plan) -> Plan:
    """The same plan, without numbers of accidents."""
    return replace(plan, rules=plan.rules.removesuffix(WITH_ACCIDENTS))


def withheld(plan: Plan) -> Plan:
    """The plan of a cube that withholds what could not be protected: another plan, so that the cube itself is
    made once it can be made.
    """
    return replace(plan, rules=f"withheld: {plan.rules}")


@dataclass(frozen=True)
class StoredCube:
    """A certified cube, with its snapshot and policy version."""

    snapshot: LoadedSnapshot
    policy_version: int
    plan: Plan
    cube: bytes
    index: int
    above: int | None = None
    """The version of the ministry-wide policy above, if any."""

    @property
    def label(self) -> str:
        return policy_label(self.policy_version, self.above)

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.plan.until(self.snapshot)
