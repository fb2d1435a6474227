"""Laws of the decision, over random policies, requests and times."""

import contextlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib import resources

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from policies import Code, Decision, Policy, PolicyError, Reason, Request, Vocabulary, decide, load_policy
from policies.comparison.diff import Direction, diff
from policies.decision.record import decision_record, read_request, request_record
from policies.document.canonical import canonical_text, digest
from policies.document.compose import compose
from policies.model.frozen import FrozenMap
from policies.model.model import EVERY_DATA_SET, Ban, Share

Documents = st.SearchStrategy[dict[str, object]]
Policies = st.SearchStrategy[Policy]
Requests = st.SearchStrategy[Request]
Times = st.SearchStrategy[datetime]

laws = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(data=st.data())
def test_permit_and_reasons_exclude_each_other(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    decision = decide(data.draw(policies), data.draw(requests), data.draw(times))
    event(f"permit: {decision.permit}")

    assert decision.permit == (not decision.reasons)
    assert decision.permit == (decision.obligations is not None)
    assert decision.permit == bool(decision.by)
    assert bool(decision.disclosed) == (not decision.permit)
    assert list(decision.reasons) == sorted(set(decision.reasons))


@laws
@given(data=st.data())
def test_what_no_permission_covers_is_denied_and_what_one_covers_is_not(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    """The decision against a plain reading of the document, written anew and slowly."""
    policy, request, at = data.draw(policies), data.draw(requests), data.draw(times)
    words = policy.vocabulary

    def within(levels: FrozenMap[str, str], most: int) -> bool:
        asked = [(d, lv) for d, lv in request.levels if lv != words.root(d)]
        fits = all(d in levels and words.rank(d, lv) <= words.rank(d, levels[d]) for d, lv in asked)
        return fits and (request.record_level or len({d for d, _ in asked}) <= most)

    def covers(share: Share) -> bool:
        return (
            request.recipient in share.recipients
            and (share.roles is None or request.role in share.roles)
            and request.purpose in share.purposes
            and request.measure in share.measures
            and (request.ready_made is not None or not share.ready_made_only)
            and within(share.finest, share.max_dims)
        )

    def as_fine(dimension: str, level: str) -> bool:
        rank = words.rank(dimension, level)
        return any(d == dimension and words.rank(d, lv) >= rank for d, lv in known)

    def hits(ban: Ban) -> bool:
        who = [
            (ban.recipients, request.recipient),
            (ban.roles, request.role),
            (ban.purposes, request.purpose),
        ]
        who.append((ban.measures, request.measure))
        return (
            all(words is None or asked in words for words, asked in who)
            and (not ban.show or any(as_fine(*pair) for pair in ban.show.items()))
            and all(as_fine(*pair) for pair in ban.together.items())
        )

    known = [(d, lv) for d, lv in request.levels if lv in words.dimensions.get(d, ())]
    understood = all(lv in (*words.dimensions.get(d, ()), words.root(d)) for d, lv in request.levels)
    understood &= all(d in words.dimensions for d, _ in request.levels)
    records = policy.record_level
    expected = (
        understood
        and request.member == policy.member
        and policy.valid_from <= at.date() <= (policy.valid_until or date.max)
        and any(covers(share) for share in policy.shares)
        and not any(hits(ban) for ban in policy.bans)
        and (not request.record_level or (records is not None and request.recipient in records.recipients))
    )

    assert decide(policy, request, at).permit == expected


@laws
@given(data=st.data())
def test_the_order_of_rules_and_lists_means_nothing(
    data: st.DataObject, documents: Documents, requests: Requests, words: Vocabulary
) -> None:
    document, request = data.draw(documents), data.draw(requests)
    shuffled = _shuffled(document, random.Random(data.draw(st.integers(0, 99))))
    one, other = (load_policy(json.dumps(d), words) for d in (document, shuffled))
    at = datetime.fromisoformat("2026-06-01T00:00:00Z")

    assert decide(one, request, at) == decide(other, request, at)
    assert digest(one) == digest(other)


def _shuffled(value: object, order: random.Random) -> object:
    if isinstance(value, dict):
        keys = order.sample(list(value), len(value))
        return {key: value[key] if key == "priority" else _shuffled(value[key], order) for key in keys}
    if isinstance(value, list):
        return [_shuffled(one, order) for one in order.sample(value, len(value))]
    return value


# --- tightening


def _drop_share(policy: Policy, pick: random.Random) -> Policy:
    shares = pick.sample(policy.shares, max(len(policy.shares) - 1, 0))
    return replace(policy, shares=tuple(shares))


def _narrow_share(policy: Policy, pick: random.Random) -> Policy:
    if not policy.shares:
        return policy
    share, *others = pick.sample(policy.shares, len(policy.shares))
    words = policy.vocabulary
    dimension = pick.choice([*share.finest, ""])
    coarser = words.from_level(dimension, share.finest[dimension])[1:] if dimension else ()
    finest = {d: level for d, level in share.finest.items() if d != dimension}
    finest |= {dimension: pick.choice(coarser)} if coarser else {}
    narrowed = pick.choice(
        [
            replace(share, recipients=frozenset(sorted(share.recipients)[1:])),
            replace(share, purposes=frozenset(sorted(share.purposes)[1:])),
            replace(share, measures=frozenset(sorted(share.measures)[1:])),
            replace(share, roles=(share.roles or words.roles) - {"auditor"}),
            replace(share, ready_made_only=True),
            replace(share, max_dims=share.max_dims - 1),
            replace(share, finest=FrozenMap(finest)),
        ]
    )
    return replace(policy, shares=(narrowed, *others))


def _narrow_scope(policy: Policy, pick: random.Random) -> Policy:
    scope = policy.scope
    dimension = pick.choice([*scope.dimensions, ""])
    fewer = {d: level for d, level in scope.dimensions.items() if d != dimension}
    narrowed = pick.choice(
        [replace(scope, max_dims=scope.max_dims - 1), replace(scope, dimensions=FrozenMap(fewer))]
    )
    return replace(policy, scope=narrowed)


def _more_bans(policy: Policy, pick: random.Random) -> Policy:
    ban = pick.choice([Ban(recipients=frozenset({"ARMAC"})), Ban(show=FrozenMap({"sex": "sex"}))])
    return replace(policy, bans=(*policy.bans, ban))


def _shorter(policy: Policy, pick: random.Random) -> Policy:
    later = policy.valid_from + timedelta(days=pick.choice([1, 400]))
    sooner = min(policy.valid_until or date.max, date(2026, pick.choice([1, 12]), 28))
    return pick.choice([replace(policy, valid_from=later), replace(policy, valid_until=sooner)])


def _no_records(policy: Policy, pick: random.Random) -> Policy:
    return replace(policy, record_level=None)


TIGHTENINGS: tuple[Callable[[Policy, random.Random], Policy], ...] = (
    _drop_share,
    _narrow_share,
    _narrow_scope,
    _more_bans,
    _shorter,
    _no_records,
)


@settings(laws, max_examples=200)
@given(data=st.data())
def test_tightening_any_knob_never_permits_what_was_denied(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    policy, request, at = data.draw(policies), data.draw(requests), data.draw(times)
    tighten = data.draw(st.sampled_from(TIGHTENINGS))
    tighter = tighten(policy, random.Random(data.draw(st.integers(0, 9999))))
    before, after = decide(policy, request, at), decide(tighter, request, at)
    event(f"{tighten.__name__}: {before.permit} -> {after.permit}")

    assert before.permit or not after.permit


# --- composition


@laws
@given(data=st.data())
def test_together_two_policies_permit_what_both_permit_with_the_stricter_obligations(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    policy, request, at = data.draw(policies), data.draw(requests), data.draw(times)
    drawn = data.draw(policies)
    above = replace(
        drawn,
        data_set=EVERY_DATA_SET,
        valid_from=policy.valid_from,
        valid_until=policy.valid_until,
        population=policy.population,
        scope=replace(drawn.scope, mechanism=policy.scope.mechanism, pooled_years=policy.scope.pooled_years),
    )

    both = decide(compose(above, policy), request, at)
    one, other = decide(above, request, at), decide(policy, request, at)

    assert both.permit == (one.permit and other.permit)
    if both.obligations is not None:
        event("permitted by both")
        for single in (one.obligations, other.obligations):
            assert single is not None
            assert both.obligations.approval.grade >= single.approval.grade
            assert both.obligations.redistribution.grade >= single.redistribution.grade
            assert both.obligations.embargo_days >= single.embargo_days
            assert _at_most(both.obligations.retention_days, single.retention_days)
            assert _at_most(both.obligations.hub_cache_days, single.hub_cache_days)
            assert all(_at_most(both.obligations.quotas.get(p), n) for p, n in single.quotas.items())


def _at_most(one: int | None, other: int | None) -> bool:
    return other is None or (one is not None and one <= other)


# --- one meaning, one form


@laws
@given(data=st.data())
def test_the_canonical_form_reads_back_to_the_same_policy_and_the_same_bytes(
    data: st.DataObject, policies: Policies
) -> None:
    policy = data.draw(policies)
    text = canonical_text(policy)
    again = load_policy(text, policy.vocabulary)

    assert again == policy
    assert canonical_text(again) == text


@laws
@given(data=st.data())
def test_a_replay_from_the_records_equals_the_original(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    policy, request, at = data.draw(policies), data.draw(requests), data.draw(times)
    original = decision_record(decide(policy, request, at))
    logged = json.loads(json.dumps([canonical_text(policy), request_record(request), original]))

    replayed = decide(load_policy(logged[0], policy.vocabulary), read_request(logged[1]), at)

    assert decision_record(replayed) == logged[2]


@laws
@given(text=st.text(alphabet=st.characters(codec=None), max_size=200))
def test_any_text_is_a_policy_or_a_policy_error(text: str, words: Vocabulary) -> None:
    with contextlib.suppress(PolicyError):
        load_policy(text, words)


_SCRAPS = [
    "{",
    "}",
    "[",
    "]",
    ": ",
    ", ",
    "- ",
    "&a ",
    "*a ",
    "!t ",
    "| ",
    "> ",
    "%",
    "'",
    '"',
    "#",
    "\n",
    "\t",
    "\u2028",
]


@laws
@given(data=st.data())
def test_a_damaged_document_is_refused_or_means_something_that_can_be_written(
    data: st.DataObject, words: Vocabulary
) -> None:
    name = data.draw(st.sampled_from(["default", "restrictive", "medium", "open"]))
    text = (resources.files("policies") / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        start, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 9))
        text = text[:start] + data.draw(st.sampled_from(["", *_SCRAPS])) + text[start + length :]
    try:
        policy = load_policy(text, words)
    except PolicyError:
        event("refused")
        return
    event("read")
    assert load_policy(canonical_text(policy), words) == policy


# --- differences


@settings(laws, max_examples=200)
@given(data=st.data())
def test_whatever_becomes_permitted_is_flagged_as_loosened(
    data: st.DataObject, policies: Policies, requests: Requests, times: Times
) -> None:
    old, request, at = data.draw(policies), data.draw(requests), data.draw(times)
    new = data.draw(st.one_of(policies, st.just(_loosened(old, data.draw(st.integers(0, 9999))))))
    before, after = decide(old, request, at), decide(new, request, at)
    event(f"{before.permit} -> {after.permit}")
    directions = {change.direction for change in diff(old, new)}

    if after.permit and not before.permit:
        assert Direction.LOOSENED in directions
    if before.permit and not after.permit:
        assert Direction.TIGHTENED in directions
    if before.obligations != after.obligations:
        assert directions


def _loosened(policy: Policy, seed: int) -> Policy:
    """The policy from which a tightening would give something like this policy."""
    pick = random.Random(seed)
    if not policy.shares or pick.random() < 0.3:
        return replace(policy, bans=policy.bans[1:])
    share, *others = pick.sample(policy.shares, len(policy.shares))
    wider = pick.choice(
        [
            replace(share, recipients=share.recipients | {"public"}),
            replace(share, purposes=share.purposes | {"research"}),
            replace(share, measures=share.measures | {"services"}),
            replace(share, roles=None),
            replace(share, ready_made_only=False),
            replace(share, max_dims=policy.scope.max_dims),
            replace(share, finest=policy.scope.dimensions),
        ]
    )
    return replace(policy, shares=(wider, *others))


@laws
@given(data=st.data())
def test_an_edit_that_changes_nothing_says_so(data: st.DataObject, policies: Policies) -> None:
    policy = data.draw(policies)

    assert diff(policy, replace(policy, version=policy.version + 1)) == ()


@laws
@given(data=st.data())
def test_a_change_and_its_undoing_go_opposite_ways(data: st.DataObject, policies: Policies) -> None:
    old, new = data.draw(policies), data.draw(policies)
    there = sorted(change.direction for change in diff(old, new) if change.direction is not Direction.CHANGED)
    back = [change.direction for change in diff(new, old) if change.direction is not Direction.CHANGED]
    opposite = {Direction.LOOSENED: Direction.TIGHTENED, Direction.TIGHTENED: Direction.LOOSENED}

    assert set(there) == {opposite[direction] for direction in back}


def test_every_code_has_a_disclosed_reason() -> None:
    for code in Code:
        reasons = (Reason(code),)
        reported = Decision(permit=False, reasons=reasons, obligations=None, member="KH", version=1).disclosed
        assert len(reported) == 1
