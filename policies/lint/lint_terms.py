"""Terms that are missing, cannot be kept, or contradict each other."""

from collections.abc import Iterator

from policies.explanation.wording import listed
from policies.model.finding import Finding, error, note, warning
from policies.model.model import Policy
from policies.model.terms import (
    Approval,
    Conditions,
    MechanismKind,
    Period,
    Redistribution,
    strictest,
)

_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 31, Period.YEAR: 366}


_PERSONS = {Approval.AUTOMATIC: 0, Approval.ONE: 1, Approval.TWO: 2}


def terms(policy: Policy, persons: int | None = None) -> Iterator[Finding]:
    """Every term that is missing or cannot be kept. `persons`: how many people can approve, where known."""
    if policy.valid_until is None:
        yield warning(
            "no-expiry", "The policy never expires; say valid_for: 24 months, so that it is reviewed."
        )
    if policy.legal_basis is None:
        yield warning(
            "no-legal-basis", "No legal_basis; name the law, order or agreement that is the legal basis."
        )
    if not policy.scope.priority and policy.scope.mechanism.kind is not MechanismKind.DIFFERENTIAL_PRIVACY:
        yield note(
            "no-priority",
            "No priority tables: fine tables may then withhold cells of the tables that are asked for most.",
        )
    yield from _records(policy)
    yield from _years(policy)
    for label, conditions in _conditions(policy):
        yield from _quotas(label, conditions)
        yield from _cache(label, conditions)
    yield from _bindings(policy)
    if persons is not None:
        yield from _approvals(policy, persons)


def _conditions(policy: Policy) -> Iterator[tuple[str, Conditions]]:
    yield "the policy", policy.conditions
    for share in policy.shares:
        if share.conditions != Conditions():
            yield share.label, policy.conditions.join(share.conditions)


def _records(policy: Policy) -> Iterator[Finding]:
    rule = policy.record_level
    if rule is not None and rule.consent not in policy.consent:
        yield error(
            "obligation-cannot-be-met",
            f"record_level asks for consent {rule.consent}, but nobody with that consent is counted.",
        )
    if rule is not None and rule.approval is Approval.AUTOMATIC:
        yield warning("records-unseen", "record_level: single records are sent without anybody's approval.")
    if rule is not None and (never := _of_one_year(policy)):
        yield warning(
            "records-beside-clients",
            f"record_level: while single records are shared, nothing is shown of {listed(never)}: both may "
            "be about the same people.",
        )


def _years(policy: Policy) -> Iterator[Finding]:
    """Every question about clients is of one year: a policy without the years of service answers none."""
    words = policy.vocabulary
    missing = sorted(words.of_one_code - policy.scope.dimensions.keys())
    if missing and (measures := _of_one_year(policy)):
        levels = words.dimensions[missing[0]]
        yield note(
            "year-not-shared",
            f"{listed(measures)} are shared, but not {missing[0]}, of which each question about them names "
            f"one code: none would be answered. Add {missing[0]}: {levels[0]} under finest.",
        )


def _of_one_year(policy: Policy) -> list[str]:
    """The shared measures that stand in a cube beside that of casualties: of clients of assistance."""
    words = policy.vocabulary
    shared = {measure for share in policy.shares for measure in share.measures}
    return [m for m in sorted(shared) if any(words.has(m, name) for name in words.of_one_code)]


def _quotas(label: str, conditions: Conditions) -> Iterator[Finding]:
    """A quota for a short time is idle where the quota for a longer time is no larger."""
    quotas = sorted(conditions.quotas.items(), key=lambda pair: _DAYS[pair[0]])
    for n, (short, often) in enumerate(quotas):
        for long, seldom in quotas[n + 1 :]:
            if seldom <= often:
                yield warning(
                    "unreachable-quota",
                    f"For {label}, {often} a {short} never takes effect beside {seldom} a {long}.",
                )


def _cache(label: str, conditions: Conditions) -> Iterator[Finding]:
    keep, cache = conditions.retention_days, conditions.hub_cache_days
    if keep is not None and (cache is None or cache > keep):
        yield error(
            "obligation-cannot-be-met",
            f"For {label}, the hub may keep answers longer than the recipient; "
            f"make hub_cache at most {keep} days.",
        )


def _bindings(policy: Policy) -> Iterator[Finding]:
    """Obligations on recipients whom nothing can bind, and publication of data that must not be passed on."""
    words = policy.vocabulary
    for share in policy.shares:
        conditions = policy.conditions.join(share.conditions)
        published = share.purposes & words.publishing
        if published and conditions.redistribution is Redistribution.NO:
            yield error(
                "obligation-cannot-be-met",
                f"The permission {share.label}: {listed(published)} means publication, "
                "but redistribution is no.",
            )
        unbound = share.recipients & words.unbound
        bound = [
            name
            for name, binds in (
                ("retention", conditions.retention_days is not None),
                ("redistribution", conditions.redistribution is Redistribution.NO),
            )
            if binds
        ]
        if unbound and bound:
            yield note(
                "obligation-binds-nobody",
                f"The permission {share.label}: nothing binds {listed(unbound)} to {listed(bound)}.",
            )


def _approvals(policy: Policy, persons: int) -> Iterator[Finding]:
    """An approval that nobody can give: questions would wait in vain."""
    here = {0: "nobody has", 1: "only one has"}.get(persons, f"only {persons} have")
    for label, conditions in _conditions(policy):
        needed = _PERSONS[strictest(conditions.approval_ready_made, conditions.approval_others)]
        if needed > persons:
            yield error(
                "obligation-cannot-be-met",
                f"For {label}, {_counted(needed)} must approve, but {here} a valid key on this node: "
                "questions would wait in vain. Have another person make a key first.",
            )
    rule = policy.record_level
    if rule is not None and max(_PERSONS[rule.approval], 1) >= persons:
        yield error(
            "obligation-cannot-be-met",
            f"record_level: {_counted(max(_PERSONS[rule.approval], 1))} besides the requester must "
            f"approve, but {here} a valid key on this node. Have another person make a key first.",
        )


def _counted(persons: int) -> str:
    return "one person" if persons == 1 else f"{persons} people"
