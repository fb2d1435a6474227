"""Changes in what each recipient may see: sentences such as "ARMAC may now see quarters, was years"."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from policies.comparison.change import Change, Direction
from policies.comparison.grants import Case, DetailLimit, Grant, conditions_at, grants, is_covered, meet
from policies.explanation.wording import listed, say_approval, say_levels
from policies.model.model import Policy
from policies.model.phrases import say_days, say_quota
from policies.model.terms import Conditions, Graded
from policies.model.vocabulary import Vocabulary

Cases = dict[Case, frozenset[Grant]]


@dataclass(frozen=True)
class _Statement:
    """A change in some cases of a recipient; `{who}` in the sentence stands for the recipient."""

    direction: Direction
    sentence: str


def grant_changes(old: Policy, new: Policy) -> Iterator[Change]:
    """Every change in what may be seen and under which conditions, prohibitions left aside."""
    before, after = grants(old), grants(new)
    whom: dict[_Statement, set[str]] = {}
    for recipient in sorted({case.recipient for case in (*before, *after)}):
        was = {case: several for case, several in before.items() if case.recipient == recipient}
        now = {case: several for case, several in after.items() if case.recipient == recipient}
        for statement in (*_added_and_removed(was, now, new.vocabulary), *_within(was, now, old, new)):
            whom.setdefault(statement, set()).add(recipient)
    for statement, recipients in whom.items():
        yield Change(statement.direction, statement.sentence.format(who=listed(recipients)))


# --- cases on one side only


def _added_and_removed(was: Cases, now: Cases, words: Vocabulary) -> Iterator[_Statement]:
    if not was:
        yield _Statement(Direction.LOOSENED, f"{{who}} may now ask{_what(now, words)}.")
    elif not now:
        yield _Statement(Direction.TIGHTENED, "{who} may no longer ask anything.")
    else:
        # recipients that gain or lose single records are reported by the rule for records
        extracts = any(c.records for c in was) and any(c.records for c in now)
        for gained in _new_in(now.keys() - was.keys(), was, words, extracts=extracts):
            yield _Statement(Direction.LOOSENED, f"{{who}} may now ask {gained}.")
        for lost in _new_in(was.keys() - now.keys(), now, words, extracts=extracts):
            yield _Statement(Direction.TIGHTENED, f"{{who}} may no longer ask {lost}.")


def _what(cases: Iterable[Case], words: Vocabulary) -> str:
    several = list(cases)
    only = " only ready-made questions" if all(case.ready_made for case in several) else ""
    purposes = listed({case.purpose for case in several})
    return f"{only}, for {purposes}: {listed({words.say(case.measure) for case in several})}"


def _new_in(
    cases: Iterable[Case], known: Iterable[Case], words: Vocabulary, *, extracts: bool
) -> Iterator[str]:
    """Phrases for the new part of `cases` against `known`, by the widest attribute that distinguishes
    both.
    """
    left, known = {case for case in cases if extracts or not case.records}, list(known)
    phrases: tuple[tuple[Callable[[Case], str], str], ...] = (
        (lambda case: case.purpose, "for {}"),
        (lambda case: words.say(case.measure), "about {}"),
        (lambda case: case.role or "none", "in the role {}"),
        (
            lambda case: "ready-made questions" if case.ready_made else "questions that are not ready-made",
            "{}",
        ),
    )
    for attribute, phrase in phrases:
        fresh = {attribute(case) for case in left} - {attribute(case) for case in known}
        if fresh:
            yield phrase.format(listed(fresh))
            left = {case for case in left if attribute(case) not in fresh}
    for purpose in sorted({case.purpose for case in left}):
        measures = {words.say(case.measure) for case in left if case.purpose == purpose}
        yield f"for {purpose} in more ways: {listed(measures)}"


# --- cases on both sides


def _within(was: Cases, now: Cases, old: Policy, new: Policy) -> Iterator[_Statement]:
    common = was.keys() & now.keys()
    known: dict[tuple[int, int, bool], list[_Statement]] = {}
    cases: dict[_Statement, set[Case]] = {}
    for case in sorted(common, key=Case.order):
        key = (id(was[case]), id(now[case]), case.ready_made)
        if key not in known:
            known[key] = list(_differences(was[case], now[case], old, new, ready_made=case.ready_made))
        for statement in known[key]:
            cases.setdefault(statement, set()).add(case)
    for statement, several in cases.items():
        limits = _limited_to(several, common, new.vocabulary)
        comma = "," if limits and ", was " in statement.sentence else ""
        yield _Statement(statement.direction, f"{statement.sentence}{comma}{limits}.")


def _differences(
    was: frozenset[Grant], now: frozenset[Grant], old: Policy, new: Policy, *, ready_made: bool
) -> Iterator[_Statement]:
    yield from _level_changes(frozenset(_widest(was)), frozenset(_widest(now)), new.vocabulary)
    yield from _condition_changes(was, now, (old.conditions, new.conditions), ready_made=ready_made)


def _widest(several: Iterable[Grant]) -> list[DetailLimit]:
    """The detail limits that no other of these limits holds."""
    details = {grant.detail for grant in several}
    return [
        detail for detail in details if not any(other.holds(detail) for other in details - {detail})
    ] or list(details)


def _limited_to(cases: set[Case], common: Iterable[Case], words: Vocabulary) -> str:
    """The purposes, measures and questions of a change, where the change is limited to some of them."""
    everything = list(common)
    said = ""
    if (purposes := {case.purpose for case in cases}) != {case.purpose for case in everything}:
        said += f" for {listed(purposes)}"
    if (measures := {case.measure for case in cases}) != {case.measure for case in everything}:
        said += f" in questions about {listed(map(words.say, measures))}"
    kinds = {case.ready_made for case in cases}
    if kinds != {case.ready_made for case in everything}:
        said += " in ready-made questions" if kinds == {True} else " in questions that are not ready-made"
    if all(case.records for case in cases):
        said += " in single records"
    return said


def _level_changes(
    was: frozenset[DetailLimit], now: frozenset[DetailLimit], words: Vocabulary
) -> Iterator[_Statement]:
    gained = [detail for detail in now if not is_covered(detail, was)]
    lost = [detail for detail in was if not is_covered(detail, now)]
    if (gained or lost) and len(was) == 1 and len(now) == 1:
        yield from _one_to_one(next(iter(was)), next(iter(now)), words)
        return
    for detail in gained:
        yield _Statement(Direction.LOOSENED, f"{{who}} may now see {_say_detail(detail, words)}")
    for detail in lost:
        yield _Statement(
            Direction.TIGHTENED, f"{{who}} may no longer see all of {_say_detail(detail, words)}"
        )


def _say_detail(detail: DetailLimit, words: Vocabulary) -> str:
    return f"{say_levels(words, detail.finest)}, {detail.max_dims} in one table"


def _one_to_one(was: DetailLimit, now: DetailLimit, words: Vocabulary) -> Iterator[_Statement]:
    fresh = {d: level for d, level in now.finest.items() if d not in was.ranks}
    if fresh:
        yield _Statement(Direction.LOOSENED, f"{{who}} may now see {say_levels(words, fresh)}")
    gone = {d: level for d, level in was.finest.items() if d not in now.ranks}
    if gone:
        yield _Statement(Direction.TIGHTENED, f"{{who}} may no longer see {say_levels(words, gone)}")
    for dimensions, finer in _refined_alike(was, now):
        after, before = (
            say_levels(words, {name: detail.finest[name] for name in dimensions}) for detail in (now, was)
        )
        direction, only = (Direction.LOOSENED, "") if finer else (Direction.TIGHTENED, "only ")
        yield _Statement(direction, f"{{who}} may now see {only}{after}, was {before}")
    if now.max_dims != was.max_dims and now.used != was.used:
        direction = Direction.LOOSENED if now.max_dims > was.max_dims else Direction.TIGHTENED
        sentence = f"{{who}} may now combine {now.max_dims} dimensions in one table, was {was.max_dims}"
        yield _Statement(direction, sentence)


def _refined_alike(was: DetailLimit, now: DetailLimit) -> Iterator[tuple[list[str], bool]]:
    """Dimensions that are seen more or less finely than before, and whether more; those of one family that
    change alike stand together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for dimension in sorted(was.ranks.keys() & now.ranks.keys()):
        family, dot, _ = dimension.partition(".")
        kinds = (detail.finest[dimension].partition(".")[0] for detail in (was, now)) if dot else ()
        if was.ranks[dimension] != now.ranks[dimension]:
            alike.setdefault((family, *kinds), []).append(dimension)
    for dimensions in alike.values():
        yield dimensions, now.ranks[dimensions[0]] > was.ranks[dimensions[0]]


def _condition_changes(
    was: frozenset[Grant], now: frozenset[Grant], bases: tuple[Conditions, Conditions], *, ready_made: bool
) -> Iterator[_Statement]:
    """Changes of conditions wherever grants overlap differently; at the finest requests of every overlap."""
    details = {grant.detail for grant in (*was, *now)}
    corners = details | {meet(one, other) for one in details for other in details}
    for detail in sorted(corners, key=repr):
        if all(any(grant.detail.holds(detail) for grant in side) for side in (was, now)):
            before, after = conditions_at(detail, was, bases[0]), conditions_at(detail, now, bases[1])
            yield from _term_changes(before, after, ready_made=ready_made)


def _term_changes(was: Conditions, now: Conditions, *, ready_made: bool) -> Iterator[_Statement]:
    if ready_made:
        approval, former = now.approval_ready_made, was.approval_ready_made
    else:
        approval, former = now.approval_others, was.approval_others
    yield from _scale(
        former, approval, f"answers to {{who}} are sent {say_approval(approval)}, was {say_approval(former)}"
    )
    for period in sorted({*was.quotas, *now.quotas}):
        before, after = was.quotas.get(period), now.quotas.get(period)
        said = [say_quota(period, limit) if limit else "without limit" for limit in (after, before)]
        yield from _limit(before, after, f"{{who}} may ask {said[0]}, was {said[1]}")
    kept = [_time(days) for days in (now.retention_days, was.retention_days)]
    sentence = f"{{who}} may keep answers {kept[0]}, was {kept[1]}"
    yield from _limit(was.retention_days, now.retention_days, sentence)
    passing = now.redistribution, was.redistribution
    yield from _scale(passing[1], passing[0], f"passing on by {{who}}: {passing[0]}, was {passing[1]}")
    kept = [_time(days) for days in (now.hub_cache_days, was.hub_cache_days)]
    sentence = f"the hub may keep answers to {{who}} {kept[0]}, was {kept[1]}"
    yield from _limit(was.hub_cache_days, now.hub_cache_days, sentence)


def _scale(was: Graded, now: Graded, sentence: str) -> Iterator[_Statement]:
    if was is not now:
        direction = Direction.TIGHTENED if now.grade > was.grade else Direction.LOOSENED
        yield _Statement(direction, sentence)


def _limit(was: int | None, now: int | None, sentence: str) -> Iterator[_Statement]:
    if was != now:
        stricter = was is None or (now is not None and now < was)
        yield _Statement(Direction.TIGHTENED if stricter else Direction.LOOSENED, sentence)


def _time(days: int | None) -> str:
    if days is None:
        return "without limit"
    return f"for {say_days(days)}" if days else "not at all"
