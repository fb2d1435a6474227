"""A policy as a value: what one member's data controller permits for one data set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from policies.model.frozen import FrozenMap
from policies.model.pools import Pools, nested, pool_of
from policies.model.terms import (
    Appearance,
    Approval,
    Conditions,
    MechanismKind,
    Release,
    Reruns,
    Review,
    Zeros,
)
from policies.model.vocabulary import Vocabulary

EVERY_DATA_SET = "all"
"""Data set of a ministry-wide policy, which is above the policies of the single data sets."""

FIRST_YEAR = 2010
"""The year from which people count where a policy names none: which years exist never follows from rows."""

LevelOf = tuple[str, str]
"""A dimension and one of its levels."""
Cell = tuple[tuple[str, str], ...]
"""Pairs of a dimension and a code, in order: the people who have all of these codes."""


@dataclass(frozen=True)
class Share:
    """A permission: recipients, purposes, measures, and the finest detail.

    `finest` names every dimension that this permission shows; other dimensions are not shown. `roles` is None
    where any role will do.
    """

    recipients: frozenset[str]
    purposes: frozenset[str]
    measures: frozenset[str]
    finest: FrozenMap[str, str]
    max_dims: int
    roles: frozenset[str] | None
    ready_made_only: bool
    conditions: Conditions
    name: str | None

    @property
    def label(self) -> str:
        """The name of the permission, else its recipients and purposes."""
        return self.name or f"{', '.join(sorted(self.recipients))} for {', '.join(sorted(self.purposes))}"


@dataclass(frozen=True)
class Ban:
    """A prohibition; a prohibition wins over every permission, and applies where all its conditions hold.

    `show`: holds where any of these dimensions is asked for at this level or a finer one; `together`: holds
    where all of the dimensions are asked for. None and empty mean "any".
    """

    recipients: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    measures: frozenset[str] | None = None
    show: FrozenMap[str, str] = field(default_factory=FrozenMap)
    together: FrozenMap[str, str] = field(default_factory=FrozenMap)
    name: str | None = None

    @property
    def label(self) -> str:
        """The name of the prohibition, else its conditions."""
        if self.name:
            return self.name
        who = (self.recipients, self.roles, self.purposes, self.measures)
        parts = [", ".join(sorted(words)) for words in who if words is not None]
        parts += [", ".join(f"{d} by {level}" for d, level in sorted(self.show.items()))] if self.show else []
        parts += [" with ".join(sorted(self.together))] if self.together else []
        return "never " + "; ".join(parts)


@dataclass(frozen=True)
class Noise:
    """Of the cell-key method: a count changes by at most `most` (D) with a variance of at most `variance`
    (V), counts of 1 to `blocked` (js) are never shown, `stay` (pstay) is the least chance of no change."""

    most: int = 6
    variance: Decimal = Decimal(3)
    blocked: int = 2
    stay: Decimal = Decimal(0)

    @property
    def least_variance(self) -> int:
        """The least variance for which a count of 1..js, shown as 0 or above js, can be right on average:
        i(js + 1 - i).
        """
        return (self.blocked + 1) ** 2 // 4

    @property
    def largest_variance(self) -> Decimal:
        """The variance of noise that takes each of -D..D equally often: D(D + 1)/3."""
        return Decimal(self.most * (self.most + 1)) / 3


@dataclass(frozen=True)
class Mechanism:
    """How the data set is protected. `base`: of controlled rounding; `noise`: of the cell-key method only. Of
    differential privacy: `budget`, the epsilon of each person for the life of the data set; `per_table`, the
    cost of one table; `first_year`, the year from which people count: which years a table has must not follow
    from the data.
    """

    kind: MechanismKind = MechanismKind.SUPPRESSION
    base: int | None = None
    budget: Decimal | None = None
    noise: Noise | None = None
    per_table: Decimal | None = None
    first_year: int | None = None

    def __post_init__(self) -> None:
        if self.kind is MechanismKind.CELL_KEY and self.noise is None:
            object.__setattr__(self, "noise", Noise())


@dataclass(frozen=True)
class Dominance:
    """For magnitudes: a cell is sensitive where its `largest` contributions make up `share_percent` or more
    of the cell ((n,k)-dominance), or where the second largest contributor can estimate the largest to within
    `p_percent` (p% rule).
    """

    largest: int = 2
    share_percent: int = 85
    p_percent: int = 10


@dataclass(frozen=True)
class Scope:
    """The content of the protected cube of the data set, and its protection: plain data.

    - `dimensions`: dimension -> finest level; every coarser level is in the lattice too;
    - `max_dims`: how many dimensions a table may have, by and where together;
    - `threshold`: a cell with 1..threshold-1 people is sensitive; `thresholds`: (dimension, level) -> a
      larger threshold for tables at that level;
    - `first_year`: people count whose accident was in this year or later; None where the policy names none
      (see `counted_from`);
    - `pooled_years`: years are shown only in these fixed periods; bands of years that overlap the periods are
      not shown at all (see `Policy.scope_levels`);
    - `years_per_release`: years are released together in periods of so many years, counted from years that
      the number divides, once the last of them is over; each year is still shown where that is safe;
    - `priority`: tables protected first: names of ready-made questions or packs, or levels of a table;
    - `keep`: margins that stay visible even where the protection-level rule is not met then; () is the grand
      total;
    - `always_show`: single cells that stay visible like kept margins; `never_show`: cells that are always
      withheld, also in a margin that is kept;
    - `structural_zeros`: cells that are publicly known to be empty;
    - `reruns`: whether tables withstand reruns of the program, at the price of more withheld numbers.
    """

    dimensions: FrozenMap[str, str]
    measures: frozenset[str]
    max_dims: int
    threshold: int
    zeros: Zeros
    thresholds: FrozenMap[LevelOf, int] = field(default_factory=FrozenMap)
    pooled_years: Pools | None = None
    priority: tuple[str | tuple[LevelOf, ...], ...] = ()
    keep: tuple[tuple[LevelOf, ...], ...] = ()
    always_show: tuple[Cell, ...] = ()
    never_show: tuple[Cell, ...] = ()
    structural_zeros: tuple[Cell, ...] = ()
    mechanism: Mechanism = Mechanism()
    dominance: Dominance = Dominance()
    operator_p_percent: int | None = None
    """The p% rule of numbers of activities, by who held them; None where these numbers are exact."""
    first_year: int | None = None
    years_per_release: int = 1
    reruns: Reruns = Reruns.WITHSTAND

    @property
    def counted_from(self) -> int:
        """The first year that counts, whether or not the policy names the year."""
        if self.mechanism.first_year is not None:
            return self.mechanism.first_year
        return first_year_of(self.pooled_years) if self.first_year is None else self.first_year

    def counts(self, year: int, closed: date) -> bool:
        """Whether a year counts among the years that ended before `closed`, and so do its whole pool and all
        years that are released together with it.

        The answer follows from the policy and the day, and never from the data.
        """
        if self.pooled_years is None:
            first, last = year, year
        else:
            pool = pool_of(self.pooled_years, year)
            if pool is None:
                return False
            first, last = pool
        last = max(last, year + (-year - 1) % self.years_per_release)
        return self.counted_from <= first and date(last, 12, 31) < closed

    def threshold_at(self, dimension: str, level: str) -> int:
        """The threshold for tables that show `dimension` at `level`."""
        return max(self.threshold, self.thresholds.get((dimension, level), 0))


def first_year_of(pools: Pools | None) -> int:
    """The first year that counts where a policy names none: of its periods, else `FIRST_YEAR`."""
    return pools[0][0] if isinstance(pools, tuple) else FIRST_YEAR


@dataclass(frozen=True)
class Population:
    """Who is counted at all: people with one of these consents, of these kinds of victim."""

    consent: frozenset[str]
    victims: frozenset[str]


@dataclass(frozen=True)
class RecordLevel:
    """Extracts of single records: recipients, k-anonymity and l-diversity, and the approval needed."""

    recipients: frozenset[str]
    k: int
    l: int  # noqa: E741 - the field's own name for it
    approval: Approval
    consent: str


@dataclass(frozen=True)
class Policy:
    """The permissions of one member for one data set, in one version. An immutable value.

    Both ends of the validity are included (UTC days); `valid_until` is None for a policy that holds until
    revoked. `shares` and `bans` are ordered by their own content, so the order of writing means nothing.
    """

    member: str
    data_set: str
    version: int
    valid_from: date
    valid_until: date | None
    legal_basis: str | None
    review: Review
    shares: tuple[Share, ...]
    bans: tuple[Ban, ...]
    scope: Scope
    population: Population
    embargo_days: int
    release: Release
    appears: Appearance
    conditions: Conditions
    record_level: RecordLevel | None
    vocabulary: Vocabulary = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shares", tuple(sorted(self.shares, key=_content)))
        object.__setattr__(self, "bans", tuple(sorted(self.bans, key=_content)))

    @property
    def consent(self) -> frozenset[str]:
        """Consents whose holders are counted."""
        return self.population.consent

    @cached_property
    def hidden_levels(self) -> frozenset[LevelOf]:
        """Bands of years that overlap the pooled years: differences of both would disclose single years."""
        pools, words = self.scope.pooled_years, self.vocabulary
        if pools is None:
            return frozenset()
        bands = {level for level, length in words.bands.items() if not nested(pools, length)}
        return frozenset((d, level) for d, levels in words.dimensions.items() for level in bands & {*levels})

    @cached_property
    def share_levels(self) -> tuple[frozenset[LevelOf], ...]:
        """For each of `shares`: every (dimension, level) that the permission shows."""
        return tuple(self.levels_down_to(share.finest) for share in self.shares)

    @cached_property
    def scope_levels(self) -> frozenset[LevelOf]:
        """Every (dimension, level) of the data set's lattice."""
        return self.levels_down_to(self.scope.dimensions)

    @cached_property
    def ban_levels(self) -> tuple[tuple[frozenset[LevelOf], frozenset[LevelOf]], ...]:
        """For each of `bans`: every (dimension, level) of its `show` and of its `together`."""
        return tuple((self.levels_as_fine_as(b.show), self.levels_as_fine_as(b.together)) for b in self.bans)

    @cached_property
    def known_levels(self) -> frozenset[LevelOf]:
        """Every (dimension, level) of the dictionary, roots left out."""
        return frozenset((d, level) for d, levels in self.vocabulary.dimensions.items() for level in levels)

    def levels_down_to(self, finest: Mapping[str, str]) -> frozenset[LevelOf]:
        """The named levels and all coarser ones, without roots and hidden levels."""
        from_level = self.vocabulary.from_level
        levels = frozenset((d, level) for d, f in finest.items() for level in from_level(d, f))
        return levels - self.hidden_levels

    def levels_as_fine_as(self, coarsest: Mapping[str, str]) -> frozenset[LevelOf]:
        """The named levels and all finer ones."""
        words = self.vocabulary
        return frozenset(
            (d, level)
            for d, named in coarsest.items()
            for level in words.dimensions[d]
            if words.rank(d, level) >= words.rank(d, named)
        )


def _content(rule: Share | Ban) -> str:
    """A text that depends on the content of a rule alone, to sort by."""
    return repr([(name, _settled(value)) for name, value in sorted(vars(rule).items())])


def _settled(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, FrozenMap):
        return sorted(value.items())
    if isinstance(value, Conditions):
        return [(name, _settled(term)) for name, term in sorted(vars(value).items())]
    return value
