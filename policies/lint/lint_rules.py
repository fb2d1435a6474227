"""Rules that never decide anything, and purposes that no recipient holds."""

from collections.abc import Iterator, Mapping

from policies.document.canonical import a_priori_status
from policies.explanation.wording import listed, say_cell, say_level
from policies.model.finding import Finding, note, warning
from policies.model.model import Ban, LevelOf, Policy, Share


def unreachable(policy: Policy, held: Mapping[str, frozenset[str]] | None) -> Iterator[Finding]:
    """Rules without effect, and detail, purposes and tables that no recipient can have."""
    if not policy.shares:
        yield note("nothing-shared", "No permission: every question will be denied.")
        return
    yield from _shares(policy)
    yield from _bans(policy)
    yield from _detail(policy)
    yield from _tables(policy)
    yield from _cells(policy)
    yield from _records(policy)
    yield from _purposes(policy, held)


def _shares(policy: Policy) -> Iterator[Finding]:
    for number, share in enumerate(policy.shares):
        for ban in policy.bans:
            if _bans_all(ban, share):
                yield warning(
                    "unreachable-permission",
                    f"The permission {share.label} never applies: the prohibition {ban.label} covers it all.",
                )
        for other_number, other in enumerate(policy.shares):
            twin = _within(share, other) and _within(other, share)
            if other_number != number and _within(share, other) and (not twin or other_number < number):
                yield warning(
                    "unreachable-permission",
                    f"The permission {share.label} changes nothing: {other.label} permits all of it, "
                    "under conditions no stricter.",
                )
                break


def _bans_all(ban: Ban, share: Share) -> bool:
    named = (
        (ban.recipients, share.recipients),
        (ban.roles, share.roles),
        (ban.purposes, share.purposes),
        (ban.measures, share.measures),
    )
    everywhere = all(banned is None or (some is not None and some <= banned) for banned, some in named)
    return everywhere and not ban.show and not ban.together


def _within(share: Share, other: Share) -> bool:
    """Whether `share` adds nothing to `other`: no request, and no condition."""
    return (
        share.recipients <= other.recipients
        and share.purposes <= other.purposes
        and share.measures <= other.measures
        and (other.roles is None or (share.roles is not None and share.roles <= other.roles))
        and all(other.finest.get(d) == level for d, level in share.finest.items())
        and share.max_dims <= other.max_dims
        and (share.ready_made_only or not other.ready_made_only)
        and share.conditions.join(other.conditions) == other.conditions
    )


def _bans(policy: Policy) -> Iterator[Finding]:
    for ban, (show, together) in zip(policy.bans, policy.ban_levels, strict=True):
        shares = zip(policy.shares, policy.share_levels, strict=True)
        if not any(_meets(ban, show, together, share, levels) for share, levels in shares):
            yield warning(
                "unreachable-prohibition",
                f"The prohibition {ban.label} changes nothing: no permission goes that far.",
            )


def _meets(
    ban: Ban,
    show: frozenset[LevelOf],
    together: frozenset[LevelOf],
    share: Share,
    levels: frozenset[LevelOf],
) -> bool:
    named = (
        (ban.recipients, share.recipients),
        (ban.roles, share.roles),
        (ban.purposes, share.purposes),
        (ban.measures, share.measures),
    )
    if not all(banned is None or some is None or banned & some for banned, some in named):
        return False
    if ban.show and not show & levels:
        return False
    shown = {dimension for dimension, _ in together & levels}
    return ban.together.keys() <= shown and len(ban.together) <= share.max_dims


def _detail(policy: Policy) -> Iterator[Finding]:
    words, seen = policy.vocabulary, frozenset[LevelOf]().union(*policy.share_levels)
    nobody = sorted(policy.scope_levels - seen)
    if nobody:
        said = listed(say_level(words, *pair) for pair in nobody)
        yield warning(
            "detail-nobody-sees",
            f"finest goes down to {said}, which no permission shows; protecting these levels withholds "
            "more of the rest.",
        )
    most = max(share.max_dims for share in policy.shares)
    if most < policy.scope.max_dims:
        yield warning(
            "detail-nobody-sees",
            f"max_dimensions is {policy.scope.max_dims}, but no permission allows more than {most}; "
            "protecting larger tables withholds more of the rest.",
        )
    for dimension, level in policy.scope.thresholds:
        if (dimension, level) not in policy.scope_levels:
            yield warning(
                "unreachable-threshold",
                f"threshold for {dimension} by {level}: nobody may see that level.",
            )


def _tables(policy: Policy) -> Iterator[Finding]:
    tables = [("priority", table) for table in policy.scope.priority if not isinstance(table, str)]
    tables += [("keep", margin) for margin in policy.scope.keep]
    for key, table in tables:
        outside = set(table) - policy.scope_levels
        if outside or len(table) > policy.scope.max_dims:
            said = listed(f"{d} by {level}" for d, level in table)
            yield warning("unreachable-table", f"{key}: {said} is not in the data set's detail.")


def _cells(policy: Policy) -> Iterator[Finding]:
    """Cells that no table can have; structural zeros may name more dimensions than a table has."""
    words = policy.vocabulary
    for key, cells in a_priori_status(policy.scope).items():
        for cell in cells:
            levels = {(dimension, words.codes[dimension][code]) for dimension, code in cell}
            outside = {d for d, level in levels - policy.scope_levels}
            if outside or (len(cell) > policy.scope.max_dims and key != "structural_zeros"):
                yield warning(
                    "unreachable-cell", f"{key}: {say_cell(words, cell)} is not in the data set's detail."
                )


def _records(policy: Policy) -> Iterator[Finding]:
    if policy.record_level is None:
        return
    named = frozenset[str]().union(*(share.recipients for share in policy.shares))
    if policy.record_level.recipients - named:
        nobody = listed(policy.record_level.recipients - named)
        yield warning("unreachable-records", f"record_level: no permission names {nobody}.")


def _purposes(policy: Policy, held: Mapping[str, frozenset[str]] | None) -> Iterator[Finding]:
    if held is None:
        return
    for share in policy.shares:
        admitted = frozenset[str]().union(*(held.get(name, frozenset()) for name in share.recipients))
        for purpose in sorted(share.purposes - admitted):
            yield warning(
                "purpose-nobody-holds",
                f"The permission {share.label}: none of its recipients is admitted for {purpose}.",
            )
