"""What a policy makes of a snapshot: whom and what a cube holds, and how it is protected. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from anonymisers.rules import Rules, TableOf
from gateway.dictionary import Dictionary
from gateway.member.cubes import MEASURE
from gateway.member.model import Plan
from gateway.member.snapshot import Snapshot
from policies import Policy


def plan(dictionary: Dictionary, policy: Policy, snapshot: Snapshot, today: date) -> tuple[Plan, Rules]:
    """Dimensions that the policy shows and the source has; years that ended before the embargo."""
    shown = {d for d, _ in policy.scope_levels}  # a dimension at its root is no dimension
    scope = sorted(policy.scope.dimensions.items())
    finest = {d: level for d, level in scope if d in snapshot.columns and d in shown}
    last = today - timedelta(days=policy.embargo_days)
    covered = range(min(snapshot.years, default=0), max(snapshot.years, default=-1) + 1)
    protection = _rules(dictionary, policy, snapshot.member, finest)
    made = Plan(
        finest=finest,
        years=tuple(year for year in covered if date(year, 12, 31) < last),
        consent=tuple(sorted(policy.consent)),
        victims=tuple(sorted(policy.population.victims)),
        rules=_words(protection),
    )
    return made, protection


def _rules(dictionary: Dictionary, policy: Policy, member: str, finest: Mapping[str, str]) -> Rules:
    """The policy's protection in the words of disclosure control, for the dimensions that there are."""
    scope = policy.scope
    sensitive = {d.name for d in dictionary.dimensions.values() if d.sensitive}
    tables = (_table(dictionary, member, finest, levels) for levels in _priorities(dictionary, policy))
    return Rules(
        threshold=scope.threshold,
        zeros=scope.zeros.value,
        max_dims=min(scope.max_dims, len(finest)),
        sensitive=frozenset(sensitive & set(finest)),
        priority=tuple(dict.fromkeys(t for t in tables if t is not None and len(t.dims) <= scope.max_dims)),
    )


def _words(rules: Rules) -> str:
    """Equal rules have equal words: a set is written in order."""
    tables = [(sorted(t.dims), sorted(t.levels)) for t in rules.priority]
    return repr((rules.threshold, rules.zeros, rules.max_dims, sorted(rules.sensitive), tables))


def _priorities(dictionary: Dictionary, policy: Policy) -> Iterator[dict[str, str]]:
    """The tables that the policy puts first, as dimension -> level: ready-made questions and its own."""
    for entry in policy.scope.priority:
        if not isinstance(entry, str):
            yield dict(entry)
            continue
        for name in dictionary.packs.get(entry, (entry,)):
            question = dictionary.ready_made[name]
            if question.measure == MEASURE:
                yield {dictionary.level(level).dimension: level for level in question.by}


def _table(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], levels: Mapping[str, str]
) -> TableOf | None:
    """The table down to these levels, as far as the cube goes; None where it has not all dimensions."""
    cuts: dict[str, int] = {}
    for dimension, level in levels.items():
        if dimension not in finest:
            return None
        names = dictionary.dimension(dimension).level_names(member)
        shown = names[names.index(finest[dimension]) :]
        if level in shown:
            cuts[dimension] = len(shown) - shown.index(level)
    return TableOf.of(levels, **cuts)
