"""What can be read of each table under a previewed policy, and what changes in each, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import format_percent, ngettext
from flask_babel import gettext as _

from gateway.picturing.words import capital
from gateway.web.controller.common import wording
from gateway.web.controller.common.context import desk_context
from gateway.web.shared.languages import number

Result = Mapping[str, Any]
ALWAYS_OPEN = 10
"""Tables before the fold."""


@dataclass(frozen=True)
class ReadShare:
    """A table with the share of its people who are shown; `percent` is that share in whole per cent, and
    `share` the same in words, empty where nobody could be shown.

    `question`: whether a ready-made question asks for the table. `note`: why nobody is shown, else empty.
    `change`: the effect on the table, compared with the policy in force; empty for none.
    """

    table: str
    question: bool
    percent: int
    share: str
    shown: int
    ceiling: int
    note: str
    change: str


@dataclass(frozen=True)
class ReadShares:
    """`worst`: the tables that show least; `others`: the rest, each at `least` or above (empty for 0).

    `compared`: whether there is a policy in force to compare with. `dropped`: tables that can be read today
    and no longer under this policy, with today's share.
    """

    threshold: int
    nobody: int
    """The number of tables that show nobody, or less than one per cent."""
    worst: tuple[ReadShare, ...]
    others: tuple[ReadShare, ...]
    least: str
    compared: bool
    dropped: tuple[str, ...]

    @property
    def tables(self) -> int:
        return len(self.worst) + len(self.others)


def read_shares(result: Result) -> ReadShares:
    """The shares of a preview's result, the worst first."""
    changes = () if result["effect"] is None else result["effect"]["changes"]
    by_table = {_key(one["after"]): one for one in changes if one["after"] is not None}
    threshold = result["threshold"]
    rows = [_share(one, threshold, by_table.get(_key(one))) for one in result["shares"]]
    others = tuple(rows[ALWAYS_OPEN:])
    least = min((one.percent for one in others), default=0)
    return ReadShares(
        threshold=threshold,
        nobody=sum(one.percent == 0 for one in rows),
        worst=tuple(rows[:ALWAYS_OPEN]),
        others=others,
        least=_percent(least) if least else "",
        compared=bool(changes),
        dropped=tuple(_dropped(one["before"]) for one in changes if one["after"] is None),
    )


def instead(changes: Iterable[Result]) -> tuple[str, ...]:
    """Each table whose share another policy changes in whole per cent, with both shares.

    The changes are in tables that this policy shares.
    """
    return tuple(_instead(one) for one in changes if _percents(one["before"]) != _percents(one["after"]))


def _instead(change: Result) -> str:
    before, after = change["before"], change["after"]
    if after is None:
        return _(
            "%(table)s: no longer shared, instead of %(before)s shown",
            table=_table(before),
            before=_percent(before["percent"]),
        )
    return _(
        "%(table)s: %(after)s shown instead of %(before)s",
        table=_table(before),
        after=_percent(after["percent"]),
        before=_percent(before["percent"]),
    )


def _percents(share: Result | None) -> int | None:
    return None if share is None else int(share["percent"])


def _share(one: Result, threshold: int, change: Result | None) -> ReadShare:
    return ReadShare(
        table=_table(one),
        question=bool(one["question"]),
        percent=one["percent"] if one["ceiling"] else 0,
        share=_percent(one["percent"]) if one["ceiling"] else "",
        shown=one["people_shown"],
        ceiling=one["ceiling"],
        note=_note(one, threshold),
        change="" if change is None else _change(change),
    )


def _note(one: Result, threshold: int) -> str:
    if not one["ceiling"]:
        return _("every cell has fewer than %(threshold)s people", threshold=number(threshold))
    return _("shows nobody") if not one["people_shown"] else ""


def _change(change: Result) -> str:
    if change["before"] is None:
        return _("not shared today")
    was = _percent(change["before"]["percent"])
    people = abs(change["people"])
    if change["people"] > 0:
        return ngettext(
            "%(n)s person more, today %(share)s", "%(n)s people more, today %(share)s",
            people, n=number(people), share=was,
        )  # fmt: skip
    if change["people"] < 0:
        return ngettext(
            "%(n)s person fewer, today %(share)s", "%(n)s people fewer, today %(share)s",
            people, n=number(people), share=was,
        )  # fmt: skip
    same = change["before"]["percent"] == change["after"]["percent"]
    return "" if same else _("as many people, today %(share)s", share=was)


def _dropped(before: Result) -> str:
    return _("%(table)s (today %(share)s)", table=_table(before), share=_percent(before["percent"]))


def _table(one: Result) -> str:
    """A ready-made question by its label, any other table by its levels."""
    dictionary = desk_context().node.dictionary
    if one["question"]:
        return wording.ready_made(dictionary, one["question"])
    return capital(", ".join(wording.level(dictionary, level) for level in one["levels"].values()))


def _key(one: Result) -> tuple[str, tuple[tuple[str, str], ...]]:
    return one["question"], tuple(sorted(one["levels"].items()))


def _percent(whole: int) -> str:
    return format_percent(whole / 100)
