"""How a sentence says the words and terms of a policy."""

from collections.abc import Iterable, Mapping

from policies.decision.decision import Obligations
from policies.model.model import Cell, LevelOf, Policy, Scope
from policies.model.phrases import say_days, say_quota
from policies.model.terms import Appearance, Approval, Conditions, Redistribution
from policies.model.vocabulary import Vocabulary


def listed(words: Iterable[str]) -> str:
    """`a, b and c`, in alphabetical order."""
    *front, last = sorted(words) or ["nothing"]
    return f"{', '.join(front)} and {last}" if front else last


def plural(label: str) -> str:
    """A level's label in the plural, where a plain rule gives one; a remark in brackets is dropped.

    Of "pillar of assistance" and "age band now" the first words are several: "pillars of assistance".
    """
    bare = label.partition(" (")[0]
    if any(f" {word} " in bare for word in ("or", "to")):
        return bare
    head, of, rest = bare.partition(" of ")
    if not of and head.endswith(" now"):
        head, of, rest = head.removesuffix(" now"), " now", ""
    if head.endswith(("s", "x")):
        return bare
    return f"{head[:-1]}ies{of}{rest}" if head.endswith("y") else f"{head}s{of}{rest}"


def say_level(words: Vocabulary, dimension: str, level: str) -> str:
    """A dimension at a level as a recipient sees it: `quarters`, `sex`, `device types`."""
    if len(words.dimensions.get(dimension, ())) == 1:
        return words.say(dimension)
    return plural(words.say(level))


def say_levels(words: Vocabulary, levels: Mapping[str, str]) -> str:
    """All these dimensions at these levels as a recipient sees them."""
    families = {d.partition(".")[0] for d in levels if "." in d}
    said = [say_level(words, d, level) for d, level in levels.items() if "." not in d]
    for family in families:
        own = {d: level for d, level in levels.items() if d.startswith(f"{family}.")}
        for kind in dict.fromkeys(level.partition(".")[0] for level in own.values()):
            shown = {d: level for d, level in own.items() if level.startswith(f"{kind}.")}
            if len(shown) == len(words.families[family]):
                said.append(words.say(kind))
            elif words.family_levels(family):
                said += map(words.say, shown.values())
            else:
                said.append(f"{words.say(kind)} ({listed(map(words.say, shown))})")
    return listed(said)


def say_table(words: Vocabulary, levels: Iterable[LevelOf]) -> str:
    """A table by its breakdown."""
    pairs = list(levels)
    return " by ".join(words.say(level) for _, level in sorted(pairs)) if pairs else "the grand total"


def say_cell(words: Vocabulary, cell: Cell) -> str:
    """A cell by its codes: `place KH-1 with sex F`."""
    return " with ".join(f"{words.say(dimension)} {code}" for dimension, code in cell)


def say_approval(approval: Approval) -> str:
    """Who has to approve, as the end of `answers are sent ...`."""
    return _APPROVALS[approval]


def say_conditions(conditions: Conditions) -> list[str]:
    """The conditions of a permission, a sentence each."""
    ready_made, others = conditions.approval_ready_made, conditions.approval_others
    if ready_made is others:
        said = [f"Answers are sent {say_approval(others)}."]
    else:
        said = [f"Answers to ready-made questions are sent {say_approval(ready_made)}."]
        said += [f"Other answers are sent {say_approval(others)}."]
    if conditions.quotas:
        quotas = [say_quota(period, limit) for period, limit in conditions.quotas.items()]
        said.append(f"Questions of a recipient: at most {listed(quotas)}.")
    return [*said, *_afterwards(conditions)]


def say_obligations(obligations: Obligations) -> list[str]:
    """The obligations of a permit, a sentence each."""
    said = [f"The answer is sent {say_approval(obligations.approval)}."]
    if obligations.quotas:
        quotas = [say_quota(period, limit) for period, limit in obligations.quotas.items()]
        said.append(f"It counts against the quota of {listed(quotas)}.")
    said += [say_timing(obligations.embargo_days, str(obligations.release))]
    if obligations.appears is Appearance.TOTALS:
        said.append("The member appears only within regional totals.")
    if obligations.k is not None:
        said.append(
            f"Each record looks like at least {obligations.k - 1} others, with {obligations.l} different "
            f"sensitive values, and is of a person with consent {obligations.consent}."
        )
    said += _afterwards(obligations)
    return [*said, f"Legal basis: {obligations.legal_basis}."] if obligations.legal_basis else said


def say_timing(embargo_days: int, release: str) -> str:
    """When data come out."""
    old = f"at least {say_days(embargo_days)} old" if embargo_days else "of any age"
    return f"Data are released {release}, {old}."


def _afterwards(terms: Conditions | Obligations) -> list[str]:
    keep = terms.retention_days
    kept = "without limit" if keep is None else f"for {say_days(keep)}"
    passed_on = {
        Redistribution.YES: "may pass it on",
        Redistribution.WITH_CREDIT: "may pass on aggregates with credit",
        Redistribution.NO: "may not pass it on",
    }[terms.redistribution]
    cache = terms.hub_cache_days
    hub = "may keep it without limit" if cache is None else f"may keep it for {say_days(cache)}"
    hub = "may not keep it" if cache == 0 else hub
    return [f"The recipient may keep the answer {kept} and {passed_on}; the hub {hub}."]


def say_threshold(scope: Scope, words: Vocabulary) -> str:
    """From how many people on a cell is not small."""
    said = f"A cell with fewer than {scope.threshold} people is small"
    for (dimension, level), k in scope.thresholds.items():
        said += f", fewer than {k} where {say_level(words, dimension, level)} are shown"
    return said + "."


def say_validity(policy: Policy) -> str:
    """From when till when."""
    last = f"until {policy.valid_until.isoformat()}" if policy.valid_until else "until it is revoked"
    return f"It holds from {policy.valid_from.isoformat()} {last} (days of UTC)."


_APPROVALS = {
    Approval.AUTOMATIC: "automatically",
    Approval.ONE: "with approval by one person",
    Approval.TWO: "with approval by two people",
}
