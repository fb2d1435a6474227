"""An analyst's own groups: the list, and the form that puts codes of a table together under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import OwnGroup
from gateway.hub.saved.own_groups import (
    LONGEST_NAME,
    MOST,
    MOST_CODES,
    OwnGroupError,
    delete_group,
    keep_group,
    own_groups,
)
from gateway.picturing.labels import Labels
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import REMEDY, own, released
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Desk, shown
from gateway.wire.cells import TOTAL, Axis
from gateway.wire.release import Release

desk = Desk("analyst-groups")

PAGE = "/groups"
TEMPLATE = "analyst/groups.html"


@dataclass(frozen=True)
class GroupRow:
    """A group: its level and codes in words."""

    id: str
    name: str
    level: str
    codes: str


@dataclass(frozen=True)
class GroupForm:
    """Puts codes of a level of a table together. `options`: code, words, and whether the code is chosen.

    `others`: the other levels of the table, each with the address of its form.
    """

    question: str
    title: str
    level: str
    label: str
    name: str
    options: tuple[tuple[str, str, bool], ...]
    others: tuple[tuple[str, str], ...]
    refused: OwnGroupError | None = None


@dataclass(frozen=True)
class GroupsPage:
    """One's own groups; `form` where a table was named. `latest`: the newest tables to begin from."""

    mine: tuple[GroupRow, ...]
    most: int
    longest_name: int
    form: GroupForm | None
    latest: tuple[tuple[str, str], ...]


@desk.page(PAGE, TEMPLATE)
def groups() -> GroupsPage:
    """The list, and with `question` the form for a level of its table."""
    question, level = request.args.get("question", ""), request.args.get("level", "")
    return _page(_form(question, level) if question else None)


@desk.form(PAGE)
def put_group() -> Any:
    """Keep a group, and go back to the table with the group in it."""
    question, level, name = typed("question"), typed("level"), typed("name")
    codes = request.form.getlist("codes")[: MOST_CODES + 1]
    axis = _axis(_release(question), level)
    known = [code for code in axis.codes if code != TOTAL]
    try:
        made = keep_group(hub(), principal(), name, axis.level, codes, known=known)
    except OwnGroupError as error:
        form = _form(question, axis.level, name=name, chosen=codes, refused=error)
        return shown((_page(form), 422), TEMPLATE)
    return redirect(f"/questions/{question}?{urlencode({'group': made.id})}#the-table", 303)


@desk.form(f"{PAGE}/<group_id>/delete")
def put_group_away(group_id: str) -> Any:
    """Delete a group; tables and numbers stay."""
    delete_group(hub(), principal(), group_id)
    return redirect(PAGE, 303)


def _page(form: GroupForm | None) -> GroupsPage:
    labels = Labels(hub().dictionary, analyst_wording.words())
    with hub().store.reading() as view:
        asked = [one for one in view.questions_of(principal().user)[:50] if one.released_index is not None]
    return GroupsPage(
        mine=tuple(_row(one, labels) for one in own_groups(hub(), principal())),
        most=MOST,
        longest_name=LONGEST_NAME,
        form=form,
        latest=tuple(
            (f"{PAGE}?question={one.id}", analyst_wording.title(hub().dictionary, one.question))
            for one in asked[:5]
            if one.question.by
        ),
    )


def _row(group: OwnGroup, labels: Labels) -> GroupRow:
    codes = ", ".join(labels.code(group.level, code) for code in group.codes)
    return GroupRow(group.id, group.name, labels.level(group.level), codes)


def _release(question: str) -> Release:
    """The newest release of one's own question. Raises UnknownQuestionError without one."""
    with hub().store.reading() as view:
        kept, _ = released(view, own(view, question))
    if kept is None or not kept.release.axes:
        raise UnknownQuestionError("This question has no table with a breakdown yet.", remedy=REMEDY)
    return kept.release


def _axis(release: Release, level: str) -> Axis:
    """The axis of a level, the first one where the table does not have the level."""
    return next((axis for axis in release.axes if axis.level == level), release.axes[0])


def _form(
    question: str,
    level: str,
    *,
    name: str = "",
    chosen: Sequence[str] = (),
    refused: OwnGroupError | None = None,
) -> GroupForm:
    release = _release(question)
    axis = _axis(release, level)
    labels = Labels(hub().dictionary, analyst_wording.words())
    words = labels.axis(axis, alone=True)
    return GroupForm(
        question=question,
        title=labels.caption(release),
        level=axis.level,
        label=labels.level(axis.level),
        name=name,
        options=tuple((code, words[code], code in chosen) for code in axis.codes if code != TOTAL),
        others=tuple(
            (f"{PAGE}?{urlencode({'question': question, 'level': one.level})}", labels.level(one.level))
            for one in release.axes
            if one is not axis
        ),
        refused=refused,
    )
