"""Combinations that disclose what the threshold is to protect."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from policies.document.canonical import a_priori_status
from policies.explanation.wording import listed, plural
from policies.model.finding import Finding, error, note, warning
from policies.model.model import EVERY_DATA_SET, Policy, Scope
from policies.model.offered_mechanisms import not_offered
from policies.model.phrases import say_years
from policies.model.terms import MechanismKind, Release, Reruns, Zeros


def leaks(policy: Policy) -> Iterator[Finding]:
    """Every combination within one policy that leaks."""
    yield from _rounding(policy.scope)
    yield from _noise(policy.scope)
    yield from _sensitive_beside_keys(policy)
    yield from _pools(policy)
    yield from _released_together(policy)
    yield from _exact_beside_noise(policy)
    scope = policy.scope
    if scope.threshold < 3:
        yield warning(
            "low-threshold",
            f"threshold {scope.threshold}: a cell of two shows each of them the other; take 3 or more.",
        )
    if scope.zeros is Zeros.PUBLISH:
        yield note(
            "published-zeros",
            "zeros: publish discloses that each withheld cell is at least 1; zeros: partner shows as "
            "much and hides this.",
        )
    if scope.reruns is Reruns.ACCEPT and scope.mechanism.kind is MechanismKind.SUPPRESSION:
        yield note(
            "reruns-accepted",
            "reruns: accept lets whoever reruns the public program exclude values of withheld numbers in "
            "small tables; reruns: withstand costs more withheld margins and prevents this.",
        )
    if scope.reruns is Reruns.SMALL_TABLES and scope.mechanism.kind is MechanismKind.SUPPRESSION:
        yield note(
            "reruns-of-large-tables",
            "reruns: small-tables lets whoever reruns the public program exclude values of withheld numbers "
            "in large tables; reruns: withstand shows few tables of these and prevents this.",
        )
    if policy.release is Release.MONTHLY:
        yield note(
            "frequent-release",
            "release: each month: where few accidents happen, the difference between two releases is small "
            "itself; changes will wait until enough people are in them.",
        )
    if policy.record_level and policy.record_level.k < scope.threshold:
        yield warning(
            "records-finer-than-tables",
            f"record_level: k {policy.record_level.k} shows groups smaller than the threshold of the tables, "
            f"{scope.threshold}; take k {scope.threshold} or more.",
        )

    if policy.record_level and scope.never_show:
        yield warning(
            "records-beside-never",
            "never_show beside record_level: withheld cells can be counted in an extract, as far as its "
            "records go; the extract's own rules protect people there.",
        )


def _rounding(scope: Scope) -> Iterator[Finding]:
    """A published 0 stands for 0 to base - 1 people where no sum hides more, so not only for fewer people
    than the threshold. No other number discloses as much: a published base stands for 1 to twice the base
    less 1, and no number is withheld that could have been published.
    """
    base = scope.mechanism.base
    strictest = max(scope.threshold, *scope.thresholds.values(), 0)
    if base is not None and base < strictest:
        yield error(
            "rounding-too-fine",
            f"controlled-rounding to {base} with threshold {strictest}: a shown 0 can say that there are at "
            f"most {base - 1} people; take a base of {strictest} or more.",
        )


def _noise(scope: Scope) -> Iterator[Finding]:
    """A published 0 stands for 0 to D people, and must not disclose a number below the threshold."""
    noise = scope.mechanism.noise
    strictest = max(scope.threshold, *scope.thresholds.values(), 0)
    if noise is not None and noise.most < strictest - 1:
        yield error(
            "noise-too-small",
            f"cell-key with D {noise.most} and threshold {strictest}: a shown 0 says that there are at most "
            f"{noise.most} people; take D {strictest - 1} or more.",
        )


def _sensitive_beside_keys(policy: Policy) -> Iterator[Finding]:
    shown = not_offered(policy.scope.mechanism.kind, policy.scope.dimensions, policy.vocabulary)
    if shown:
        yield error(
            "attribute-by-equal-numbers",
            f"cell-key with {listed(shown)}: a group whose people all have one attribute shows one number "
            "twice and zeros beside it; show no sensitive dimension, or take mechanism: suppression.",
        )


def _pools(policy: Policy) -> Iterator[Finding]:
    pools, finest = policy.scope.pooled_years, policy.scope.dimensions.get("date")
    if pools is None or finest is None:
        return
    levels = policy.vocabulary.from_level("date", finest)
    if isinstance(pools, tuple):
        for one, other in pairwise(pools):
            if other[0] <= one[1]:
                yield error(
                    "overlapping-pools",
                    f"pooled_years: {say_years(one)} and {say_years(other)} overlap; "
                    "their difference discloses single years. Let each year be in one period.",
                )
    for _, level in sorted(policy.hidden_levels):
        if level in levels:
            yield note(
                "bands-hidden",
                f"{policy.vocabulary.say(level)} are not shown: they overlap pooled_years, and differences "
                "would disclose single years.",
            )
    for level in levels:
        if level not in policy.vocabulary.bands and level != "year":
            yield error(
                "finer-than-pools",
                f"finest: date: {level} beside pooled_years: {plural(policy.vocabulary.say(level))} add up "
                "to single years; take date: year.",
            )


def _released_together(policy: Policy) -> Iterator[Finding]:
    """Periods of release and of `pooled_years` that do not fit wait for each other."""
    pools, years = policy.scope.pooled_years, policy.scope.years_per_release
    if pools is None or years == 1 or (isinstance(pools, int) and (years % pools == 0 or pools % years == 0)):
        return
    yield note(
        "periods-wait",
        f"years_per_release: {years} beside pooled_years: a year waits until its periods of both are over.",
    )


def _exact_beside_noise(policy: Policy) -> Iterator[Finding]:
    kind = policy.scope.mechanism.kind
    if kind is MechanismKind.SUPPRESSION:
        return
    if policy.scope.keep:
        yield error(
            "exact-beside-noise",
            f"keep with {kind}: an exact margin beside perturbed cells undoes the perturbation; remove keep.",
        )
    if any(a_priori_status(policy.scope).values()):
        named = listed(key for key, cells in a_priori_status(policy.scope).items() if cells)
        yield error(
            "exact-beside-noise",
            f"{named} with {kind}: every number is perturbed and none is withheld, so that no cell can be "
            "treated differently; remove it.",
        )
    if policy.record_level:
        yield error(
            "exact-beside-noise",
            f"record_level with {kind}: exact records beside perturbed cells undo the perturbation; "
            "choose one.",
        )


def mechanisms(policy: Policy, beside: Iterable[Policy]) -> Iterator[Finding]:
    """Two mechanisms on one data set: each undoes the protection of the other."""
    for other in beside:
        same = other.data_set == policy.data_set or EVERY_DATA_SET in (other.data_set, policy.data_set)
        if other.member != policy.member or not same:
            continue
        one, two = policy.scope.mechanism, other.scope.mechanism
        if one != two and one.kind == two.kind:
            yield error(
                "two-mechanisms",
                f"{policy.data_set} is protected by {one.kind} with other parameters here than in version "
                f"{other.version} for {other.data_set}; both together narrow each number down.",
            )
        if one.kind != two.kind:
            yield error(
                "two-mechanisms",
                f"{policy.data_set} is protected by {one.kind} here and by {two.kind} in version "
                f"{other.version} for {other.data_set}; a data set has one mechanism for its life.",
            )
