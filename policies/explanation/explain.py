"""Plain sentences for a policy as a whole and for each decision."""

from collections.abc import Callable, Iterator

from policies.decision.decision import Code, Decision, DisclosedReason, Reason
from policies.decision.request import Request
from policies.document.canonical import a_priori_status
from policies.explanation.wording import (
    listed,
    plural,
    say_approval,
    say_cell,
    say_conditions,
    say_levels,
    say_obligations,
    say_table,
    say_threshold,
    say_timing,
    say_validity,
)
from policies.model.model import Ban, Mechanism, Noise, Policy, Scope, Share
from policies.model.terms import Appearance, MechanismKind, Reruns, Review, Zeros
from policies.model.vocabulary import Vocabulary

Details = dict[str, str]

DISCLOSED_REASONS = {
    DisclosedReason.NOT_IN_FORCE: "No policy of this member is in force for that.",
    DisclosedReason.NOT_UNDERSTOOD: "The question uses a word that this member does not know.",
    DisclosedReason.NOT_FOR_YOU: "This member does not share with you.",
    DisclosedReason.NOT_FOR_THIS_PURPOSE: "This member does not share with you for this purpose.",
    DisclosedReason.NOT_SHARED: "This member does not share that.",
    DisclosedReason.TOO_DETAILED: "This member shares that in less detail only.",
    DisclosedReason.READY_MADE_ONLY: "This member answers only ready-made questions of yours.",
}
"""The closed list of disclosed reasons as sentences for the recipient."""

_ZEROS = {
    Zeros.PUBLISH: "Every zero is shown.",
    Zeros.PARTNER: "A zero is not small, but may be withheld to protect another cell.",
    Zeros.PROTECT: "A zero is suppressed like a small count.",
}


def explain(policy: Policy, request: Request, decision: Decision) -> list[str]:
    """The request, the decision and the reasons, a sentence each, for the controller."""
    words = policy.vocabulary
    lines = [say_request(request, words)]
    version = f"version {policy.version} of {policy.member}'s policy for {policy.data_set}"
    if decision.permit:
        lines.append(f"Permitted by {version}: {listed(decision.by)}.")
        if decision.obligations is not None:
            lines += say_obligations(decision.obligations)
        return lines
    reasons = [say_reason(reason, words) for reason in decision.reasons]
    lines.append(f"Denied by {version}.")
    lines += reasons
    return [
        *lines,
        f"The recipient sees: {' '.join(DISCLOSED_REASONS[reason] for reason in decision.disclosed)}",
    ]


def say_request(request: Request, words: Vocabulary) -> str:
    """The request in a sentence."""
    who = f"{request.recipient} ({request.role or 'no role'})"
    known = {d: level for d, level in request.levels if level != words.root(d)}
    table = f" by {say_table(words, known.items())}" if known else ""
    kind = "single records on" if request.record_level else "the ready-made question on"
    kind = f"{kind} " if request.record_level or request.ready_made else ""
    return (
        f"{who} asks {request.member} for {kind}{words.say(request.measure)}{table}, for {request.purpose}."
    )


def say_reason(reason: Reason, words: Vocabulary) -> str:
    """A reason in a sentence, for the controller."""
    details = dict(reason.details)
    sentence = _REASONS[reason.code](details, words)
    return f"{details['permission']}: {sentence}" if "permission" in details else _capital(sentence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _unknown(what: str) -> Callable[[Details, Vocabulary], str]:
    return lambda d, _: f"{d[what]!r} is not a {what} that the dictionary knows."


_REASONS: dict[Code, Callable[[Details, Vocabulary], str]] = {
    Code.OTHER_MEMBER: lambda d, _: f"this is the policy of {d['policy']}, the question is for {d['asked']}.",
    Code.NOT_YET_VALID: lambda d, _: f"the policy is in force only from {d['valid_from']}.",
    Code.EXPIRED: lambda d, _: f"the policy was in force until {d['valid_until']}.",
    Code.UNKNOWN_RECIPIENT: _unknown("recipient"),
    Code.UNKNOWN_ROLE: _unknown("role"),
    Code.UNKNOWN_PURPOSE: _unknown("purpose"),
    Code.UNKNOWN_MEASURE: _unknown("measure"),
    Code.UNKNOWN_DIMENSION: _unknown("dimension"),
    Code.UNKNOWN_LEVEL: lambda d, _: f"{d['level']!r} is not a level of {d['dimension']}.",
    Code.UNKNOWN_QUESTION: lambda d, _: f"{d['question']!r} is not a ready-made question.",
    Code.BANNED: lambda d, _: f"a prohibition applies: {d['prohibition']}.",
    Code.RECIPIENT_NOT_PERMITTED: lambda d, _: f"no permission names {d['recipient']}.",
    Code.ROLE_NOT_PERMITTED: lambda d, _: f"no permission for this recipient is for the role {d['role']}.",
    Code.PURPOSE_NOT_PERMITTED: lambda d, _: f"no permission for this recipient is for {d['purpose']}.",
    Code.MEASURE_NOT_SHARED: lambda d, w: f"{w.say(d['measure'])} is not shared.",
    Code.DIMENSION_NOT_SHARED: lambda d, w: f"{w.say(d['dimension'])} is not shared.",
    Code.LEVEL_TOO_FINE: lambda d, w: (
        f"{plural(w.say(d['level']))} are too fine; the finest is {plural(w.say(d['finest']))}."
    ),
    Code.OVERLAPS_POOLS: lambda d, w: (
        f"{plural(w.say(d['level']))} overlap the pooled years; together they would disclose single years."
    ),
    Code.TOO_MANY_DIMENSIONS: lambda d, _: f"{d['asked']} dimensions in one table; at most {d['most']}.",
    Code.READY_MADE_ONLY: lambda _, __: "only ready-made questions are answered.",
    Code.RECORDS_NOT_SHARED: lambda d, _: f"single records are not shared with {d['recipient']}.",
}


def describe(policy: Policy) -> list[str]:
    """The policy in plain language, a sentence or two for each of its parts."""
    return [*_identity(policy), *_rules(policy), *_detail(policy), *_terms(policy)]


def _identity(policy: Policy) -> Iterator[str]:
    yield f"This is version {policy.version} of {policy.member}'s policy for {policy.data_set}."
    yield say_validity(policy) + " It can be revoked at once."
    if policy.legal_basis:
        yield f"Legal basis: {policy.legal_basis}."
    if policy.review is Review.SECOND_PERSON:
        yield "A second person reviews it before it is signed."


def _rules(policy: Policy) -> Iterator[str]:
    if not policy.shares:
        yield "Nobody may ask anything."
    for share in policy.shares:
        yield say_share(policy, share)
        if share.conditions != type(share.conditions)():
            yield from (
                f"  For that: {line}" for line in say_conditions(policy.conditions.join(share.conditions))
            )
    for ban in policy.bans:
        yield say_ban(policy, ban)
    yield "Everything else is denied."


def say_share(policy: Policy, share: Share) -> str:
    """A permission in a sentence."""
    words = policy.vocabulary
    roles = "" if share.roles is None else f" in the role of {listed(share.roles)}"
    only = "only with ready-made questions, " if share.ready_made_only else ""
    purposes = listed(share.purposes)
    who = _capital(listed(share.recipients))
    said = []
    for measures in _alike(share, words):
        seen = _seen(share, words, measures[0])
        named = listed(words.say(measure) for measure in measures)
        said.append(f"{who}{roles} may ask, {only}for {purposes}: {named}, {seen}.")
    nobody = "No person stands behind these numbers: no threshold applies to them"
    exact = policy.scope.operator_p_percent is None
    nobody += (
        ", and none is withheld." if exact else "; some are withheld to protect who held the activities."
    )
    return " ".join([*said, nobody] if share.measures & words.apart.keys() else said)


def _alike(share: Share, words: Vocabulary) -> list[list[str]]:
    """The measures of a permission, those of the same dimensions together; those without people last."""
    found: dict[tuple[bool, frozenset[str]], list[str]] = {}
    for measure in sorted(share.measures):
        dimensions = frozenset(name for name in words.dimensions if words.has(measure, name))
        found.setdefault((measure in words.apart, dimensions), []).append(measure)
    return [found[kind] for kind in sorted(found, key=lambda kind: (kind[0], found[kind][0]))]


def _seen(share: Share, words: Vocabulary, measure: str) -> str:
    """What a measure is broken down by."""
    finest = {name: level for name, level in share.finest.items() if words.has(measure, name)}
    if not finest:
        return "as one number, not broken down"
    most = min(share.max_dims, len(finest)) if measure in words.apart else share.max_dims
    return f"by {say_levels(words, finest)}, at most {most} of these together"


def say_ban(policy: Policy, ban: Ban) -> str:
    """A prohibition in a sentence."""
    words = policy.vocabulary
    parts = ["anybody" if ban.recipients is None else listed(ban.recipients)]
    parts += [] if ban.roles is None else [f"in the role of {listed(ban.roles)}"]
    parts += [] if ban.purposes is None else [f"for {listed(ban.purposes)}"]
    parts += [] if ban.measures is None else [f"about {listed(ban.measures)}"]
    for levels, both in ((ban.show, "showing any of"), (ban.together, "showing together")):
        shown = [_banned_level(words, *pair) for pair in levels.items()]
        parts += [f"{both} {listed(shown)}"] if shown else []
    return f"Never: {', '.join(parts)}."


def _banned_level(words: Vocabulary, dimension: str, level: str) -> str:
    if level == words.dimensions[dimension][-1]:
        return words.say(dimension)
    return f"{words.say(dimension)} by {words.say(level)} or finer"


def _detail(policy: Policy) -> Iterator[str]:
    scope, words = policy.scope, policy.vocabulary
    yield (
        f"Finest levels that anybody may see: {say_levels(words, scope.dimensions)}, {scope.max_dims} at "
        "once."
    )
    if scope.mechanism.kind is not MechanismKind.DIFFERENTIAL_PRIVACY:  # it has a first year of its own
        yield f"People are counted from {scope.counted_from} on."
    if isinstance(scope.pooled_years, int):
        yield f"Years are shown in fixed periods of {scope.pooled_years}."
    elif scope.pooled_years is not None:
        yield f"Years are shown in these periods: {listed(f'{a}-{b}' for a, b in scope.pooled_years)}."
    if scope.years_per_release > 1:
        yield (
            f"Years are released together in fixed periods of {scope.years_per_release}, once the last of "
            "them is over."
        )
    yield _mechanism(policy)
    private = scope.mechanism.kind is MechanismKind.DIFFERENTIAL_PRIVACY
    if not private:  # noise protects a cell of two like a cell of two hundred
        yield say_threshold(scope, words)
        yield _ZEROS[scope.zeros]
    if scope.mechanism.kind is MechanismKind.SUPPRESSION:
        alone = scope.pooled_years is None and scope.years_per_release == 1
        unit = "year" if alone else "period"
        yield (
            f"A new {unit} of fewer people is withheld for good, with every sum over it; so is one of nobody."
        )
    if scope.mechanism.kind is MechanismKind.SUPPRESSION and scope.reruns is Reruns.ACCEPT:
        yield (
            "What is withheld of small tables is chosen by the withheld numbers too: whoever reruns the "
            "public program on other tables may exclude some of the values that a withheld number could have."
        )
    if scope.mechanism.kind is MechanismKind.SUPPRESSION and scope.reruns is Reruns.SMALL_TABLES:
        yield (
            "What is withheld of large tables, of accidents and of clients of assistance is chosen by the "
            "withheld numbers too: whoever reruns the public program on other tables may exclude some of the "
            "values that a withheld number could have."
        )
    if scope.operator_p_percent is not None:
        yield (
            "Numbers of risk education and marking are withheld where one operator could tell what another "
            f"held to within {scope.operator_p_percent} %, with every sum over them."
        )
    if scope.priority:
        first = [p if isinstance(p, str) else say_table(words, p) for p in scope.priority]
        yield f"{'Drawn' if private else 'Protected first'}: {', '.join(first)}."
    if scope.keep:
        yield f"Always shown: {', '.join(say_table(words, m) for m in scope.keep)}."
    yield from _a_priori_status(scope, words)


def _a_priori_status(scope: Scope, words: Vocabulary) -> Iterator[str]:
    labels = {
        "always_show": "Always shown",
        "never_show": "Never shown",
        "structural_zeros": "Publicly known to be empty, and shown as zero",
    }
    for key, cells in a_priori_status(scope).items():
        if cells:
            yield f"{labels[key]}: {'; '.join(say_cell(words, cell) for cell in cells)}."


def _mechanism(policy: Policy) -> str:
    mechanism = policy.scope.mechanism
    said = {
        MechanismKind.SUPPRESSION: "Small cells are protected by withholding cells.",
        MechanismKind.CELL_KEY: _noise(mechanism.noise or Noise()),
        MechanismKind.ROUNDING: (
            f"Numbers are rounded to multiples of {mechanism.base}, so that tables add up; none is withheld."
        ),
        MechanismKind.DIFFERENTIAL_PRIVACY: _privacy(mechanism),
    }
    return said[mechanism.kind]


def _privacy(mechanism: Mechanism) -> str:
    return (
        f"Numbers have noise of differential privacy, epsilon {mechanism.budget} for each person and the "
        f"life of the data set, {mechanism.per_table} for each table; each person is counted once, from "
        f"{mechanism.first_year} on. Noisy counts are made only for the tables listed under priority and "
        "for their sums; no other table is shared."
    )


def _noise(noise: Noise) -> str:
    most, variance = noise.most, noise.variance
    said = (
        f"Numbers are perturbed by at most {most}, with keyed noise of variance {variance}; none is withheld"
    )
    return f"{said}, and none of 1 to {noise.blocked} is shown." if noise.blocked else f"{said}."


def _terms(policy: Policy) -> Iterator[str]:
    consent, victims = listed(policy.consent), listed(policy.population.victims)
    yield f"People counted: consent {consent}, victims {victims}."
    yield say_timing(policy.embargo_days, str(policy.release))
    if policy.appears is Appearance.TOTALS:
        yield f"{policy.member} appears only within regional totals."
    yield from say_conditions(policy.conditions)
    rule = policy.record_level
    if rule is None:
        yield "Single records are never shared."
    else:
        approval = say_approval(rule.approval)
        yield f"Single records go to {listed(rule.recipients)} {approval}, k {rule.k}, l {rule.l}."
