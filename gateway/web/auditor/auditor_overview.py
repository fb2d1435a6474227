"""The auditor's overview: health of the log, what is unusual, a sample that is due, newest entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from flask_babel import gettext, ngettext

from audit.events.event_values import ReadAction
from audit.events.events import LogRead
from audit.events.question_events import Asked, Released
from audit.events.search import Criteria, Found, event_of
from audit.reading.alerts import NoticeKind
from audit.reading.wording import say_question
from gateway.api.audit_reading import reading
from gateway.api.services import audited
from gateway.auditing.alert_board import Findings
from gateway.auditing.context import KeptLog
from gateway.auditing.damage import words_of_damage
from gateway.auditing.entry_search import entries_of, find_newest, whole
from gateway.auditing.log_status import LogStatus, log_status
from gateway.auditing.ports import View
from gateway.dictionary import regional
from gateway.web.auditor.alert_pages import AlertLine, line_of
from gateway.web.auditor.folding import Fold, Row, folded
from gateway.web.auditor.listing import row_of
from gateway.web.auditor.log_status_page import ago
from gateway.web.shared.desk import Desk, Model
from gateway.web.shared.languages import number, translated

PATH = "/audit/overview"
NEWEST = 60
"""Entries that are read for the newest lines."""
LINES = 10
"""Lines of newest entries, a run of everyday entries being one."""
MOST_ALERTS = 4
QUESTIONS = 6
SAMPLE_EVERY = timedelta(days=91)
"""A sample is due a quarter of a year after the last one."""

desk = Desk("audit-overview")


@dataclass(frozen=True)
class Health:
    """A heading and a sentence. `state` is good, warn or alarm."""

    state: str
    heading: str
    sentence: str


@dataclass(frozen=True)
class AskedLine:
    """A released question: what was asked, by whom, and how each member answered."""

    question: str
    says: str
    organisation: str
    at: datetime
    members: tuple[tuple[str, str, str], ...]
    """Code, name and outcome of each member."""


@dataclass(frozen=True)
class OverviewPage:
    """`searching` while alerts are sought for the first time. `sample_due`: from when on; None for now."""

    health: Health
    alerts: tuple[AlertLine, ...]
    open: int
    searching: bool
    sampled_at: datetime | None
    sample_due: datetime | None
    asked: tuple[AskedLine, ...]
    rows: tuple[Row | Fold, ...]
    size: int
    status: LogStatus | None
    damaged: str


@desk.page(PATH, "auditor/overview.html")
def audit_overview() -> Model:
    """Everything at a glance; the look itself is an entry, as everywhere on this desk."""
    kept = reading(ReadAction.LIST, {"newest": NEWEST})
    found, status, now = audited().board.latest(kept), log_status(kept), kept.clock.now()
    with kept.store.reading() as view:
        rows = tuple(row_of(view, each) for each in _newest(kept, view))
        asked = tuple(_asked(kept, view))
        watched = sum(alert.ended is None for alert in view.watch.alerts(ended=False))
        damaged = words_of_damage(view.log)
    sampled = None if found is None else found.sampled_at
    due = None if sampled is None or sampled + SAMPLE_EVERY <= now else sampled + SAMPLE_EVERY
    alerts = () if found is None else found.alerts
    lines = (line_of(notice, explained) for notice, explained in alerts if explained is None)
    return OverviewPage(
        health_of(status, found, watched, now),
        tuple(islice(lines, MOST_ALERTS)),
        (0 if found is None else found.open) + watched,
        found is None,
        sampled,
        due,
        asked,
        folded(rows)[:LINES],
        0 if status is None else status.size,
        status,
        damaged,
    )


def _newest(kept: KeptLog, view: View) -> Iterator[Found]:
    span = whole(view)
    every = find_newest(kept, view, Criteria(), None, span)
    return islice((one for one in every if not isinstance(one.event, LogRead)), NEWEST)


def health_of(status: LogStatus | None, found: Findings | None, watched: int, now: datetime) -> Health:
    """What witnesses cosigned, and no more."""
    kinds = set() if found is None else {notice.kind for notice, _ in found.alerts}
    if status is None:
        return Health("warn", gettext("The log is empty"), gettext("The first entry creates a checkpoint."))
    if NoticeKind.DAMAGED in kinds:
        return Health(
            "alarm", gettext("The log is damaged"), gettext("Stored entries are not what was logged.")
        )
    size, reached = number(status.size), number(status.reached)
    if not status.witness_statuses:
        said = gettext("It has %(size)s entries. No witness has cosigned them.", size=size)
        return Health("warn", gettext("Nobody else vouches for the log"), said)
    cosigned = [one for one in status.witness_statuses if one.size and one.size >= status.reached]
    times = [one.at for one in cosigned if one.at is not None]
    if not status.reached or not times:
        said = gettext(
            "Fewer than half of the witnesses have cosigned any of its %(size)s entries.", size=size
        )
        return Health("warn", gettext("Nobody else vouches for the log"), said)
    said = _cosigned(status, size, reached, len(cosigned), ago(now - max(times)))
    if watched:
        also = ngettext(
            "But %(num)d alert about a watched log is open.",
            "But %(num)d alerts about watched logs are open.",
            watched,
        )
        return Health("alarm", gettext("Look at the alerts first"), f"{said} {also}")
    late = NoticeKind.UNWITNESSED in kinds
    return Health("warn" if late else "good", gettext("The log is whole"), said)


def _cosigned(status: LogStatus, size: str, reached: str, cosigned: int, last: str) -> str:
    values = {"cosigned": cosigned, "witnesses": len(status.witness_statuses), "ago": last}
    if status.reached == status.size:
        return gettext(
            "All %(size)s entries stand as they were written: %(cosigned)s of %(witnesses)s witnesses "
            "cosigned them, the last %(ago)s.",
            size=size,
            **values,
        )
    return gettext(
        "%(reached)s of %(size)s entries stand as they were written: %(cosigned)s of %(witnesses)s witnesses "
        "cosigned them, the last %(ago)s. The newest are on their way to the witnesses.",
        size=size,
        reached=reached,
        **values,
    )


def _asked(kept: KeptLog, view: View) -> Iterator[AskedLine]:
    """The newest released questions. A member's log has none: it holds what the member itself answered."""
    found = islice(find_newest(kept, view, Criteria(kind=Released.TYPE), None, whole(view)), QUESTIONS)
    for each in found:
        if not isinstance(each.event, Released):
            continue
        asked = next((event_of(entry) for _, entry in entries_of(view.log, [each.event.asked_index])), None)
        if not isinstance(asked, Asked):
            continue
        names = regional().members
        yield AskedLine(
            asked.question_id,
            translated(say_question(asked.measure, asked.by, asked.where)),
            asked.organisation,
            asked.asked_at,
            tuple(
                (
                    one.member,
                    translated(names[one.member].name) if one.member in names else one.member,
                    one.outcome.value,
                )
                for one in each.event.outcomes
            ),
        )
