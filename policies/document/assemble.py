"""From the keys of a document to a policy: defaults, and the rules that need several keys at once."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from policies.document.cell_shapes import cell_name
from policies.model.errors import Fault
from policies.model.frozen import FrozenMap
from policies.model.messages import Message, message
from policies.model.model import (
    Ban,
    Cell,
    Dominance,
    LevelOf,
    Mechanism,
    Noise,
    Policy,
    Population,
    RecordLevel,
    Scope,
    Share,
    first_year_of,
)
from policies.model.phrases import NO_LIMIT, last_day
from policies.model.strict_yaml import Position, Table
from policies.model.terms import (
    Appearance,
    Approval,
    Conditions,
    MechanismKind,
    Redistribution,
    Release,
    Reruns,
    Review,
    Zeros,
    fewest,
)
from policies.model.vocabulary import Vocabulary

DEFAULT_FINEST = {
    "place": "province",
    "date": "year",
    "age": "adult_child",
    "sex": "sex",
    "device": "device_type",
    "activity": "activity_group",
    "civ_status": "civ_status",
    "outcome": "outcome",
}
DEFAULT_MEASURES = ("casualties", "accidents")
DEFAULT_PRIORITY = ("canonical-questions", "article-7")
DEFAULT_CONSENT = ("AGG", "REC")
DEFAULT_VICTIMS = ("DIR",)
DEFAULT_VALIDITY = (24, "month")
DEFAULT_EMBARGO_DAYS = 90
DEFAULT_CONDITIONS = Conditions(redistribution=Redistribution.WITH_CREDIT, hub_cache_days=0)

Values = Mapping[str, Any]


def build_policy(values: Values, table: Table, faults: list[Fault], words: Vocabulary) -> Policy | None:
    """The policy that the keys of a document describe; None where faults prevent building a policy."""
    valid_until = _valid_until(values, table, faults)
    scope = _scope(values, table, faults, words)
    written = values.get("share", ())
    shares = [_share(own, positions, scope, faults, words) for own, positions in written]
    bans = [_ban(own, positions, faults) for own, positions in values.get("never", ())]
    if faults:
        return None
    return Policy(
        member=values["member"],
        data_set=values.get("data_set", "victims"),
        version=values["version"],
        valid_from=values["valid_from"],
        valid_until=valid_until,
        legal_basis=values.get("legal_basis"),
        review=values.get("review", Review.NONE),
        shares=tuple(shares),
        bans=tuple(bans),
        scope=scope,
        population=_population(values.get("population", {}), words),
        embargo_days=values.get("embargo", DEFAULT_EMBARGO_DAYS),
        release=values.get("release", Release.TWICE),
        appears=values.get("appears", Appearance.OWN),
        conditions=_conditions(values, DEFAULT_CONDITIONS),
        record_level=_record_level(values.get("record_level", {}), words),
        vocabulary=words,
    )


def _position(table: Table, key: str) -> Position:
    return next((entry.position for entry in table.entries if entry.key == key), table.position)


def _valid_until(values: Values, table: Table, faults: list[Fault]) -> date | None:
    given = {entry.key for entry in table.entries}
    if {"valid_until", "valid_for"} <= given:
        faults.append(_position(table, "valid_for").fault(message("give valid_until or valid_for, not both")))
        return None
    first = values.get("valid_from")
    if "valid_until" in given:
        last: date | None = values.get("valid_until")
        if first is not None and last is not None and last < first:
            problem = message("this day is before the first, valid_from")
            faults.append(_position(table, "valid_until").fault(problem))
        return last
    span = values.get("valid_for", DEFAULT_VALIDITY)
    if first is None or span[0] == NO_LIMIT:
        return None
    last = last_day(first, span)
    if last is None:
        problem = message("the policy would end after the last day of the calendar")
        faults.append(_position(table, "valid_for").fault(problem))
    return last


def _scope(values: Values, table: Table, faults: list[Fault], words: Vocabulary) -> Scope:
    usual = [(d, level) for d, level in DEFAULT_FINEST.items() if level in words.dimensions.get(d, ())]
    dimensions = _without_roots(values.get("finest", usual), words)
    threshold, thresholds = _thresholds(values, table, faults)
    pools = values.get("pooled_years")
    if isinstance(pools, tuple):
        pools = tuple(sorted(pools))
    measures = {m for own, _ in values.get("share", ()) for m in _measures(own, words)}
    return Scope(
        dimensions=dimensions,
        measures=frozenset(measures),
        max_dims=values.get("max_dimensions", 3),
        threshold=threshold,
        thresholds=thresholds,
        zeros=values.get("zeros", Zeros.PARTNER),
        pooled_years=None if pools == 1 else pools,
        priority=_priority(values, words),
        keep=tuple(sorted(tuple(sorted(margin)) for margin in values.get("keep", ()))),
        always_show=tuple(sorted(values.get("always_show", ()))),
        never_show=_never_shown(values, table, faults, words),
        structural_zeros=tuple(sorted(values.get("structural_zeros", ()))),
        mechanism=_mechanism(values.get("mechanism"), faults),
        dominance=Dominance(**values.get("dominance", {})),
        operator_p_percent=values.get("operator_p_percent"),
        first_year=_first_year(values, table, faults, usual=first_year_of(pools)),
        years_per_release=values.get("years_per_release", 1),
        reruns=values.get("reruns", Reruns.WITHSTAND),
    )


def _first_year(values: Values, table: Table, faults: list[Fault], usual: int) -> int | None:
    """The first year, as far as the policy names another than the usual one."""
    first: int | None = values.get("first_year")
    written = values.get("mechanism")
    kind = (written[0] if isinstance(written, tuple) else written or {}).get("kind")
    if first is not None and kind is MechanismKind.DIFFERENTIAL_PRIVACY:
        problem = message("first_year of %(kind)s stands within the mechanism", kind=str(kind))
        faults.append(_position(table, "first_year").fault(problem))
    return None if first == usual else first


def _never_shown(values: Values, table: Table, faults: list[Fault], words: Vocabulary) -> tuple[Cell, ...]:
    listed: tuple[Cell, ...] = values.get("never_show", ())
    for cell in sorted(set(listed) & set(values.get("always_show", ()))):
        problem = message("%(cell)s is marked both as always shown and as never shown", cell=cell_name(cell))
        faults.append(_position(table, "never_show").fault(problem))
    for cell in listed:
        # a release of a year discloses how many people the year has
        if all(set(words.dimensions[dimension]) & words.bands.keys() for dimension, _ in cell):
            problem = message("%(cell)s names only a time; also name which people", cell=cell_name(cell))
            faults.append(_position(table, "never_show").fault(problem))
    return tuple(sorted(listed))


def _without_roots(levels: Iterable[LevelOf], words: Vocabulary) -> FrozenMap[str, str]:
    return FrozenMap({d: level for d, level in sorted(levels) if level != words.root(d)})


def _thresholds(values: Values, table: Table, faults: list[Fault]) -> tuple[int, FrozenMap[LevelOf, int]]:
    written = values.get("threshold", 5)
    if isinstance(written, int):
        return written, FrozenMap()
    usual = dict(written).get("usual", 5)
    by_level = {(d, level): k for d, pairs in written if d != "usual" for level, k in pairs}
    if any(k < usual for k in by_level.values()):
        problem = message(
            "the threshold of a level may be larger than the general one (%(usual)s), never smaller",
            usual=usual,
        )
        faults.append(_position(table, "threshold").fault(problem))
    return usual, FrozenMap(sorted((at, k) for at, k in by_level.items() if k > usual))


def _priority(values: Values, words: Vocabulary) -> tuple[str | tuple[LevelOf, ...], ...]:
    usual = [name for name in DEFAULT_PRIORITY if name in words.packs]
    listed = values.get("priority", usual)
    return tuple(one if isinstance(one, str) else tuple(sorted(one)) for one in listed)


def _mechanism(written: Any, faults: list[Fault]) -> Mechanism:
    if written is None:
        return Mechanism()
    values, table = written if isinstance(written, tuple) else (written, None)
    kind = values.get("kind", MechanismKind.SUPPRESSION)
    needed = {MechanismKind.ROUNDING: {"base"}, MechanismKind.DIFFERENTIAL_PRIVACY: set(_PRIVACY)}
    if table is not None:
        given = {entry.key for entry in table.entries} - {"kind"}
        if kind is MechanismKind.CELL_KEY:
            given -= set(_NOISE)
        for key in sorted(given ^ needed.get(kind, set())):
            names = {"key": key, "kind": str(kind)}
            if key in given:
                problem = message("%(key)s cannot be used with %(kind)s", **names)
            else:
                problem = message("%(key)s is needed for %(kind)s", **names)
            faults.append(_position(table, key).fault(problem))
    if kind is not MechanismKind.CELL_KEY:
        private = {key: values.get(key) for key in _PRIVACY}
        if table is not None and all(private.values()) and private["per_table"] > private["budget"]:
            problem = message("one table costs more than the whole budget of %(b)s", b=str(private["budget"]))
            faults.append(_position(table, "per_table").fault(problem))
        return Mechanism(kind, values.get("base"), **private)
    noise = Noise(**{name: values[key] for key, name in _NOISE.items() if key in values})
    if table is not None:
        faults += [_position(table, key).fault(problem) for key, problem in _impossible(noise, values)]
    return Mechanism(kind, noise=noise)


_PRIVACY = ("budget", "per_table", "first_year")
_NOISE = {"D": "most", "V": "variance", "js": "blocked", "pstay": "stay"}


def _impossible(noise: Noise, values: Values) -> Iterator[tuple[str, Message]]:
    """The parameters for which no table of changes exists: the key to correct, and why."""
    named = {"D": str(noise.most), "V": str(noise.variance), "js": str(noise.blocked)}
    blamed = "js" if "js" in values else "D"
    if noise.blocked > noise.most:
        yield blamed, message("js %(js)s is more than D %(D)s: no change leads from 1 past js", **named)
    elif noise.variance < noise.least_variance:
        least = str(noise.least_variance)
        problem = message("js %(js)s needs a V of %(least)s or more; V is %(V)s", **named, least=least)
        yield "V" if "V" in values else blamed, problem
    if noise.variance > noise.largest_variance:
        most = f"{noise.largest_variance:.4g}"
        problem = message("D %(D)s allows a V of at most %(most)s; V is %(V)s", **named, most=most)
        yield "V" if "V" in values else "D", problem


def _population(values: Values, words: Vocabulary) -> Population:
    usual_consent = words.consents.intersection(DEFAULT_CONSENT) or words.consents
    usual_victims = words.victims.intersection(DEFAULT_VICTIMS) or words.victims
    return Population(
        consent=frozenset(values.get("consent", usual_consent)),
        victims=frozenset(values.get("victims", usual_victims)),
    )


def _measures(values: Values, words: Vocabulary) -> tuple[str, ...]:
    usual = tuple(measure for measure in DEFAULT_MEASURES if measure in words.measures)
    listed: tuple[str, ...] = values.get("measures", usual)
    return listed


def _share(values: Values, table: Table, scope: Scope, faults: list[Fault], words: Vocabulary) -> Share:
    most = values.get("max_dimensions", scope.max_dims)
    if most > scope.max_dims:
        problem = message(
            "the data set allows %(most)s dimensions; a permission cannot allow more", most=scope.max_dims
        )
        faults.append(_position(table, "max_dimensions").fault(problem))
    finest = dict(scope.dimensions)
    for dimension, level in values.get("finest", ()):
        allowed = scope.dimensions.get(dimension, words.root(dimension))
        if words.rank(dimension, level) > words.rank(dimension, allowed):
            problem = message(
                "%(dimension)s by %(level)s is finer than the data set's %(allowed)s; a permission can "
                "only restrict further",
                dimension=dimension,
                level=level,
                allowed=allowed,
            )
            faults.append(_position(table, "finest").fault(problem))
        finest[dimension] = level
    roles = values.get("roles")
    return Share(
        recipients=frozenset(values.get("with", ())),
        purposes=frozenset(values.get("for", ())),
        measures=frozenset(_measures(values, words)),
        finest=_without_roots(finest.items(), words),
        max_dims=most,
        roles=None if roles is None else frozenset(roles),
        ready_made_only=values.get("only", False),
        conditions=_conditions(values, Conditions()),
        name=values.get("name"),
    )


def _ban(values: Values, table: Table, faults: list[Fault]) -> Ban:
    # an empty "all of" would apply to everything; a policy without permissions says the same
    if not any(entry.key != "name" for entry in table.entries):
        faults.append(table.position.fault(message("a prohibition must say what it prohibits")))

    def named(key: str) -> frozenset[str] | None:
        return frozenset(values[key]) if key in values else None

    return Ban(
        recipients=named("with"),
        roles=named("roles"),
        purposes=named("for"),
        measures=named("measures"),
        show=FrozenMap(sorted(values.get("show", ()))),
        together=FrozenMap(sorted(values.get("together", ()))),
        name=values.get("name"),
    )


def _conditions(values: Values, usual: Conditions) -> Conditions:
    approval = values.get("approval", {})
    quotas: FrozenMap[Any, int] = FrozenMap()
    for period, limit in values.get("quota", ()):
        quotas = fewest(quotas, FrozenMap({period: limit}))
    return Conditions(
        approval_ready_made=approval.get("ready_made", approval.get("others", usual.approval_ready_made)),
        approval_others=approval.get("others", usual.approval_others),
        quotas=quotas,
        retention_days=_limit(values.get("retention", NO_LIMIT)),
        redistribution=values.get("redistribution", usual.redistribution),
        hub_cache_days=_limit(values["hub_cache"]) if "hub_cache" in values else usual.hub_cache_days,
    )


def _limit(days: int) -> int | None:
    return None if days == NO_LIMIT else days


def _record_level(values: Values, words: Vocabulary) -> RecordLevel | None:
    if not values:
        return None
    return RecordLevel(
        recipients=frozenset(values["to"]) if "to" in values else frozenset(),
        k=values.get("k", 5),
        l=values.get("l", 2),
        approval=values.get("approval", Approval.TWO),
        consent=values.get("consent", words.record_consent),
    )
