"""The canonical form of a policy: one text and one digest for one meaning.

All defaults are written out, and lists and rules have a fixed order; so two documents mean the same exactly
where their canonical forms have the same bytes. The canonical form is a policy document itself: reading the
text gives the same policy, and writing that policy gives the same bytes.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from policies.document.assemble import DEFAULT_CONDITIONS
from policies.document.document import READY_MADE, UNTIL_REVOKED
from policies.model.model import Ban, Cell, LevelOf, Mechanism, Policy, Scope, Share
from policies.model.phrases import say_days, say_quota, say_years
from policies.model.terms import Approval, Conditions, Reruns

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _./-]*[A-Za-z0-9_./-])?")


def canonical_text(policy: Policy) -> str:
    """The policy as a YAML document in canonical form, UTF-8 when encoded, each line ended."""
    return "".join(f"{line}\n" for line in _lines(policy))


def digest(policy: Policy) -> str:
    """SHA-256 of the canonical text, in hexadecimal.

    Policies are short and can be guessed; a log takes a salted commitment to the digest, never the digest
    itself.
    """
    return hashlib.sha256(canonical_text(policy).encode()).hexdigest()


def _lines(policy: Policy) -> Iterator[str]:
    yield f"member: {policy.member}"
    yield f"data_set: {policy.data_set}"
    yield f"version: {policy.version}"
    yield f"valid_from: {policy.valid_from.isoformat()}"
    if policy.valid_until is None:
        yield f"valid_for: {UNTIL_REVOKED}"
    else:
        yield f"valid_until: {policy.valid_until.isoformat()}"
    if policy.legal_basis is not None:
        yield f"legal_basis: {_scalar(policy.legal_basis)}"
    yield f"review: {policy.review}"
    yield from _rules("share", [_share(policy, share) for share in policy.shares])
    yield from _rules("never", [_ban(ban) for ban in policy.bans])
    yield from _scope(policy)
    yield f"population: {{consent: {_flow(policy.consent)}, victims: {_flow(policy.population.victims)}}}"
    yield f"embargo: {say_days(policy.embargo_days) if policy.embargo_days else 'none'}"
    yield f"release: {policy.release}"
    yield f"appears: {policy.appears}"
    yield from _conditions(policy.conditions, DEFAULT_CONDITIONS)
    yield f"record_level: {_record_level(policy)}"


def _rules(key: str, rules: list[list[str]]) -> Iterator[str]:
    yield f"{key}:" if rules else f"{key}: []"
    for lines in rules:
        for number, line in enumerate(lines):
            yield ("    " if number else "  - ") + line


def _share(policy: Policy, share: Share) -> list[str]:
    lines = [] if share.name is None else [f"name: {_scalar(share.name)}"]
    lines += [f"with: {_flow(share.recipients)}", f"for: {_flow(share.purposes)}"]
    lines += [] if share.roles is None else [f"roles: {_flow(share.roles)}"]
    lines += [f"measures: {_flow(share.measures)}"]
    root = policy.vocabulary.root
    finest = {d: share.finest.get(d, root(d)) for d in policy.scope.dimensions}
    lines += [f"finest: {_levels(finest)}"] if finest else []
    lines += [f"max_dimensions: {share.max_dims}"]
    lines += [f"only: {READY_MADE}"] if share.ready_made_only else []
    return [*lines, *_conditions(share.conditions, Conditions())]


def _ban(ban: Ban) -> list[str]:
    lines = [] if ban.name is None else [f"name: {_scalar(ban.name)}"]
    named = {"with": ban.recipients, "for": ban.purposes, "roles": ban.roles, "measures": ban.measures}
    lines += [f"{key}: {_flow(words)}" for key, words in named.items() if words is not None]
    levels = {"show": ban.show, "together": ban.together}
    return [*lines, *(f"{key}: {_levels(pairs)}" for key, pairs in levels.items() if pairs)]


def _scope(policy: Policy) -> Iterator[str]:
    scope = policy.scope
    nothing = {d: policy.vocabulary.root(d) for d in sorted(policy.vocabulary.dimensions)[:1]}
    yield f"finest: {_levels(scope.dimensions or nothing)}"
    yield f"max_dimensions: {scope.max_dims}"
    yield f"threshold: {_threshold(scope)}"
    yield f"zeros: {scope.zeros}"
    if scope.reruns is not Reruns.WITHSTAND:  # a policy from before the key keeps its bytes
        yield f"reruns: {scope.reruns}"
    if scope.first_year is not None:  # a policy from before the key keeps its bytes
        yield f"first_year: {scope.first_year}"
    if isinstance(scope.pooled_years, int):
        yield f"pooled_years: {scope.pooled_years}"
    elif scope.pooled_years is not None:
        yield f"pooled_years: [{', '.join(map(say_years, scope.pooled_years))}]"
    if scope.years_per_release != 1:  # likewise
        yield f"years_per_release: {scope.years_per_release}"
    yield f"priority: [{', '.join(_table(one) for one in scope.priority)}]"
    yield f"keep: [{', '.join(_levels(dict(margin)) if margin else 'total' for margin in scope.keep)}]"
    for key, cells in a_priori_status(scope).items():
        if cells:  # a policy from before single cells could be named keeps its bytes
            yield f"{key}: [{', '.join(_cell(cell) for cell in cells)}]"
    yield f"mechanism: {_mechanism(scope.mechanism)}"
    rule = scope.dominance
    shares = f"share_percent: {rule.share_percent}, p_percent: {rule.p_percent}"
    yield f"dominance: {{largest: {rule.largest}, {shares}}}"
    if scope.operator_p_percent is not None:  # a policy from before the key keeps its bytes
        yield f"operator_p_percent: {scope.operator_p_percent}"


def _threshold(scope: Scope) -> str:
    if not scope.thresholds:
        return str(scope.threshold)
    by_dimension: dict[str, list[str]] = {}
    for (dimension, level), k in sorted(scope.thresholds.items()):
        by_dimension.setdefault(dimension, []).append(f"{level}: {k}")
    parts = [f"{d}: {{{', '.join(levels)}}}" for d, levels in by_dimension.items()]
    return f"{{usual: {scope.threshold}, {', '.join(parts)}}}"


def _mechanism(mechanism: Mechanism) -> str:
    number: dict[str, object] = {
        name: getattr(mechanism, name) for name in ("base", "budget", "per_table", "first_year")
    }
    if mechanism.noise is not None:
        noise = mechanism.noise
        number |= {"D": noise.most, "V": noise.variance, "js": noise.blocked, "pstay": noise.stay}
    said = [f"{key}: {value}" for key, value in number.items() if value is not None]
    return f"{{kind: {mechanism.kind}, {', '.join(said)}}}" if said else str(mechanism.kind)


def _conditions(conditions: Conditions, unsaid: Conditions) -> Iterator[str]:
    """Every term that differs from `unsaid`, the terms that hold where the key is left out."""
    ready_made, others = conditions.approval_ready_made, conditions.approval_others
    if (ready_made, others) != (Approval.AUTOMATIC, Approval.AUTOMATIC):
        yield f"approval: {{ready_made: {ready_made}, others: {others}}}"
    if conditions.quotas:
        quotas = [say_quota(period, limit) for period, limit in sorted(conditions.quotas.items())]
        yield f"quota: [{', '.join(quotas)}]"
    if conditions.retention_days != unsaid.retention_days:
        yield f"retention: {_time(conditions.retention_days)}"
    if conditions.redistribution != unsaid.redistribution:
        yield f"redistribution: {conditions.redistribution}"
    if conditions.hub_cache_days != unsaid.hub_cache_days:
        yield f"hub_cache: {_time(conditions.hub_cache_days)}"


def _time(days: int | None) -> str:
    if days is None:
        return "unlimited"
    return say_days(days) if days else "no"


def _record_level(policy: Policy) -> str:
    rule = policy.record_level
    if rule is None:
        return "never"
    terms = f"k: {rule.k}, l: {rule.l}, approval: {rule.approval}, consent: {rule.consent}"
    return f"{{to: {_flow(rule.recipients)}, {terms}}}"


def _table(one: str | tuple[LevelOf, ...]) -> str:
    return _scalar(one) if isinstance(one, str) else _levels(dict(one))


def _levels(levels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{d}: {level}" for d, level in sorted(levels.items())) + "}"


def a_priori_status(scope: Scope) -> dict[str, tuple[Cell, ...]]:
    """The a priori status of cells in a scope, by the key of the document."""
    return {
        "always_show": scope.always_show,
        "never_show": scope.never_show,
        "structural_zeros": scope.structural_zeros,
    }


def _cell(cell: Cell) -> str:
    return "{" + ", ".join(f"{dimension}: {_scalar(code)}" for dimension, code in cell) + "}"


def _flow(words: Iterable[str]) -> str:
    return f"[{', '.join(_scalar(word) for word in sorted(words))}]"


def _scalar(text: str) -> str:
    # a JSON string is a YAML scalar in double quotes; the document holds printable text only
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
