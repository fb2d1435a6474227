"""The changes between two versions of a policy, in sentences, each marked as loosened or tightened."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from policies.comparison.change import Change, Direction, compared, graded, sets, stricter_if
from policies.comparison.diff_grants import grant_changes
from policies.document.canonical import canonical_text
from policies.explanation.wording import listed, say_approval, say_cell, say_level, say_levels, say_table
from policies.model.errors import PolicyError
from policies.model.model import Ban, Cell, Mechanism, Policy, RecordLevel, Scope
from policies.model.phrases import say_days
from policies.model.pools import Pools, made_of
from policies.model.terms import MechanismKind
from policies.model.vocabulary import Vocabulary


def diff(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every change from `old` to `new`; none where both mean the same.

    Exact about permissions: for every request that `old` denied and `new` permits, a change marked `loosened`
    is listed. Version numbers are not compared. Both policies must have been read with the same vocabulary.
    Raises PolicyError for policies of two members or data sets.
    """
    if (old.member, old.data_set) != (new.member, new.data_set):
        raise PolicyError(
            "These are policies of different members or data sets; they have no common history."
        )
    if canonical_text(replace(old, version=1)) == canonical_text(replace(new, version=1)):
        return ()
    changes = [
        *_validity(old, new),
        *grant_changes(old, new),
        *_bans(old, new),
        *_scope(old.scope, new.scope, new.vocabulary),
        *_bands(old, new),
        *_terms(old, new),
        *_records(old.record_level, new.record_level),
    ]
    if not changes:
        changes = [Change(Direction.CHANGED, "Other words, the same effect.", effect=False)]
    capital = [replace(c, sentence=c.sentence[:1].upper() + c.sentence[1:]) for c in changes]
    return tuple(dict.fromkeys(capital))


def _validity(old: Policy, new: Policy) -> Iterator[Change]:
    first, was = new.valid_from, old.valid_from
    yield from compared(was, first, lambda a, b: a > b, f"It holds from {first}, was {was}.")
    until, till = (p.valid_until.isoformat() if p.valid_until else "revoked" for p in (new, old))
    yield from compared(
        old.valid_until,
        new.valid_until,
        lambda now, before: before is None or (now is not None and now < before),
        f"It holds until {until}, was until {till}.",
    )
    if old.legal_basis != new.legal_basis:
        now, before = new.legal_basis or "nothing", old.legal_basis or "nothing"
        yield Change(Direction.CHANGED, f"It rests on {now}, was {before}.")
    yield from graded(old.review, new.review, f"Review before signing: {new.review}, was {old.review}.")


def _bans(old: Policy, new: Policy) -> Iterator[Change]:
    """A prohibition counts as removed where no new one covers the same requests, and as added likewise."""
    for ban in old.bans:
        if not any(_covers(new, other, ban) for other in new.bans):
            yield Change(Direction.LOOSENED, f"A prohibition is gone: {ban.label}.")
    for ban in new.bans:
        if not any(_covers(old, other, ban) for other in old.bans):
            yield Change(Direction.TIGHTENED, f"A prohibition is new: {ban.label}.")


def _covers(policy: Policy, wide: Ban, narrow: Ban) -> bool:
    """Whether `wide` applies wherever `narrow` does."""
    named = (
        (wide.recipients, narrow.recipients),
        (wide.roles, narrow.roles),
        (wide.purposes, narrow.purposes),
        (wide.measures, narrow.measures),
    )
    if not all(w is None or (n is not None and n <= w) for w, n in named):
        return False
    if wide.show and not (
        narrow.show and policy.levels_as_fine_as(narrow.show) <= policy.levels_as_fine_as(wide.show)
    ):
        return False
    rank = policy.vocabulary.rank
    return all(
        d in narrow.together and rank(d, narrow.together[d]) >= rank(d, level)
        for d, level in wide.together.items()
    )


def _scope(old: Scope, new: Scope, words: Vocabulary) -> Iterator[Change]:
    k, was = new.threshold, old.threshold
    yield from compared(was, k, lambda a, b: a > b, f"A cell is small below {k} people, was {was}.")
    for pair in sorted({*old.thresholds, *new.thresholds}):
        k, was = new.threshold_at(*pair), old.threshold_at(*pair)
        sentence = f"Where {say_level(words, *pair)} are shown, a cell is small below {k} people, was {was}."
        yield from compared(was, k, lambda a, b: a > b, sentence)
    yield from graded(old.zeros, new.zeros, f"Zeros: {new.zeros}, was {old.zeros}.")
    yield from graded(old.reruns, new.reruns, f"Reruns of the program: {new.reruns}, was {old.reruns}.")
    yield from _lattice(old, new, words)
    # Where other periods begin earlier or later, the sentence about pools says enough.
    same = old.pooled_years == new.pooled_years or old.first_year != new.first_year
    from_year, was_from = new.counted_from if same else old.counted_from, old.counted_from
    sentence = f"People are counted from {from_year} on, was {was_from}."
    yield from compared(was_from, from_year, lambda a, b: a > b, sentence)
    if old.pooled_years != new.pooled_years:
        yield _pools(old, new)
    yield from _together(old.years_per_release, new.years_per_release)
    yield from _margins(old, new, words)
    yield from _a_priori_status(old, new, words)
    if old.priority != new.priority:
        yield _first(new.mechanism)
    yield from _mechanism(old.mechanism, new.mechanism)
    rule, was_rule = new.dominance, old.dominance
    yield from compared(
        (-was_rule.largest, was_rule.share_percent, -was_rule.p_percent),
        (-rule.largest, rule.share_percent, -rule.p_percent),
        lambda now, before: all(a <= b for a, b in zip(now, before, strict=True)),
        f"Costs: the {rule.largest} largest make up less than {rule.share_percent} %, p {rule.p_percent} %; "
        f"was {was_rule.largest}, {was_rule.share_percent} %, {was_rule.p_percent} %.",
    )
    now, was = new.operator_p_percent or 0, old.operator_p_percent or 0
    sentence = f"Activities: what one operator held is protected to within {now} %, was {was} %."
    yield from compared(was, now, lambda a, b: a > b, sentence)


def _lattice(old: Scope, new: Scope, words: Vocabulary) -> Iterator[Change]:
    """All tables are protected together, so another lattice may withhold other cells from every recipient."""
    own = {name for names in words.apart.values() for name in names}
    now, was = ({d: level for d, level in s.dimensions.items() if d not in own} for s in (new, old))
    if (now, new.max_dims) == (was, old.max_dims):
        return
    kept = now.keys() & was.keys()
    finer = {d for d in kept if words.rank(d, now[d]) > words.rank(d, was[d])}
    coarser = {d for d in kept if words.rank(d, now[d]) < words.rank(d, was[d])}
    deep = {d: level for d, level in now.items() if d in finer or d not in was}
    parts = [f"now go down to {say_levels(words, deep)}"] if deep else []
    shallow = {d: now[d] for d in coarser}
    parts += [f"now only go down to {say_levels(words, shallow)}"] if shallow else []
    gone = {d: level for d, level in was.items() if d not in now}
    parts += [f"no longer show {say_levels(words, gone)}"] if gone else []
    most = f"have at most {new.max_dims} dimensions, was {old.max_dims}"
    parts += [most] if new.max_dims != old.max_dims else []
    sentence = f"Other cells may be withheld: the tables protected together {', '.join(parts)}."
    yield Change(Direction.CHANGED, sentence)


def _pools(old: Scope, new: Scope) -> Change:
    said = ["single years" if s.pooled_years is None else "pooled years" for s in (new, old)]
    if isinstance(old.pooled_years, int) and isinstance(new.pooled_years, int):
        said = [f"periods of {s.pooled_years} years" for s in (new, old)]
    direction = _pooled(old.pooled_years, new.pooled_years)
    if said[0] == said[1]:
        return Change(direction, "Years are pooled into other periods.")
    return Change(direction, f"Years: {said[0]}, was {said[1]}.")


def _together(old: int, new: int) -> Iterator[Change]:
    """A longer period of release that consists of whole former ones is released later, and in one part."""
    sentence = f"Years are released {_each(new)}, was {_each(old)}."
    if new != old:
        direction = Direction.TIGHTENED if new % old == 0 else Direction.LOOSENED if old % new == 0 else None
        yield Change(direction or Direction.CHANGED, sentence)


def _each(years: int) -> str:
    return "one by one" if years == 1 else f"in periods of {years}"


def _pooled(old: Pools | None, new: Pools | None) -> Direction:
    """Periods that are made of other periods are disclosed along with their parts."""
    if new is None or (old is not None and made_of(old, new)):
        return Direction.LOOSENED
    return Direction.TIGHTENED if old is None or made_of(new, old) else Direction.CHANGED


def _bands(old: Policy, new: Policy) -> Iterator[Change]:
    """Bands of years are removed and added along with the pools that overlap them."""
    words = new.vocabulary
    for pair in sorted(old.hidden_levels - new.hidden_levels):
        sentence = f"{say_level(words, *pair)} no longer overlap pooled years, so they may be seen."
        yield Change(Direction.LOOSENED, sentence)
    for pair in sorted(new.hidden_levels - old.hidden_levels):
        sentence = f"{say_level(words, *pair)} overlap the pooled years, so they may no longer be seen."
        yield Change(Direction.TIGHTENED, sentence)


def _margins(old: Scope, new: Scope, words: Vocabulary) -> Iterator[Change]:
    for margin in new.keep:
        if margin not in old.keep:
            yield Change(Direction.LOOSENED, f"Always shown: {say_table(words, margin)}.")
    for margin in old.keep:
        if margin not in new.keep:
            yield Change(Direction.TIGHTENED, f"No longer always shown: {say_table(words, margin)}.")


def _a_priori_status(old: Scope, new: Scope, words: Vocabulary) -> Iterator[Change]:
    """Publishing a cell always loosens a policy, never publishing a cell always tightens the policy.
    Structural zeros are not permissions: they change which other cells are safe and published, so the
    direction is open.
    """
    for cell, came in _added_and_removed(old.always_show, new.always_show):
        word = "Always shown" if came else "No longer always shown"
        yield Change(stricter_if(not came), f"{word}: {say_cell(words, cell)}.")
    for cell, came in _added_and_removed(old.never_show, new.never_show):
        word = "Never shown" if came else "No longer always withheld"
        yield Change(stricter_if(came), f"{word}: {say_cell(words, cell)}.")
    for cell, came in _added_and_removed(old.structural_zeros, new.structural_zeros):
        word = "Publicly known to be empty" if came else "No longer treated as publicly known to be empty"
        yield Change(Direction.CHANGED, f"{word}: {say_cell(words, cell)}.")


def _added_and_removed(old: tuple[Cell, ...], new: tuple[Cell, ...]) -> Iterator[tuple[Cell, bool]]:
    yield from ((cell, True) for cell in new if cell not in old)
    yield from ((cell, False) for cell in old if cell not in new)


def _first(mechanism: Mechanism) -> Change:
    """The effect of protecting other tables first."""
    sentence = "Other tables are protected first, so other cells will be withheld."
    if mechanism.kind is MechanismKind.DIFFERENTIAL_PRIVACY:
        cost = f"each new table costs {mechanism.per_table} of the privacy budget"
        sentence = f"Noisy counts are made for other tables: {cost}."
    return Change(Direction.CHANGED, sentence)


def _mechanism(old: Mechanism, new: Mechanism) -> Iterator[Change]:
    if old.kind != new.kind:
        sentence = f"Protected by {new.kind}, was {old.kind}; a data set has one mechanism for its life."
        yield Change(Direction.CHANGED, sentence)
    elif new.kind is MechanismKind.ROUNDING:
        sentence = f"Rounded to multiples of {new.base}, was {old.base}."
        yield from compared(old.base or 0, new.base or 0, lambda a, b: a > b, sentence)
    elif old.noise != new.noise:
        sentence = (
            "Numbers are perturbed with other parameters of the cell-key method; a data set has one "
            "mechanism, "
            "with the same parameters, for its life."
        )
        yield Change(Direction.CHANGED, sentence)
    elif old.budget is not None and new.budget is not None:
        yield from _privacy(old, new)


def _privacy(old: Mechanism, new: Mechanism) -> Iterator[Change]:
    """A larger value of either discloses more about each person."""
    zero = Decimal(0)
    sentence = f"The privacy budget is {new.budget}, was {old.budget}."
    yield from compared(old.budget or zero, new.budget or zero, lambda a, b: a < b, sentence)
    sentence = f"One table costs {new.per_table} of the privacy budget, was {old.per_table}."
    yield from compared(old.per_table or zero, new.per_table or zero, lambda a, b: a < b, sentence)


def _terms(old: Policy, new: Policy) -> Iterator[Change]:
    consents = "People with consent {} are now counted.", "People with consent {} are no longer counted."
    yield from sets(old.consent, new.consent, *consents, listed)
    kinds = "Victims {} are now counted.", "Victims {} are no longer counted."
    yield from sets(old.population.victims, new.population.victims, *kinds, listed)
    now, was = new.embargo_days, old.embargo_days
    sentence = f"Embargo: {say_days(now)}, was {say_days(was)}."
    yield from compared(was, now, lambda a, b: a > b, sentence)
    yield from graded(old.release, new.release, f"Released {new.release}, was {old.release}.")
    yield from graded(old.appears, new.appears, f"{new.member} appears {new.appears}, was {old.appears}.")


def _records(old: RecordLevel | None, new: RecordLevel | None) -> Iterator[Change]:
    nobody: frozenset[str] = frozenset()
    before, after = (rule.recipients if rule else nobody for rule in (old, new))
    sentences = "{} may now receive single records.", "{} may no longer receive single records."
    yield from sets(before, after, *sentences, listed)
    if old is None or new is None:
        return
    yield from compared(old.k, new.k, lambda a, b: a > b, f"Single records: k {new.k}, was {old.k}.")
    yield from compared(old.l, new.l, lambda a, b: a > b, f"Single records: l {new.l}, was {old.l}.")
    sentence = f"Single records are sent {say_approval(new.approval)}, was {say_approval(old.approval)}."
    yield from graded(old.approval, new.approval, sentence)
    if old.consent != new.consent:
        yield Change(Direction.CHANGED, f"Single records need consent {new.consent}, was {old.consent}.")
