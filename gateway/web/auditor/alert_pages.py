"""Alerts: from the entries of this log, open or explained by an auditor, and from watching other logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from flask import redirect, request
from flask_babel import gettext

from audit.events.alert_events import Explanation
from audit.events.event_values import ReadAction
from audit.events.search import read_events
from audit.reading.alerts import Notice
from audit.reading.entry_facts import ExplainedAlert
from audit.reading.wording import EXPLANATIONS
from gateway.api.access_control import principal
from gateway.api.audit_reading import reading
from gateway.api.services import audited
from gateway.auditing.context import Reader
from gateway.auditing.entry_search import entries_of
from gateway.auditing.explaining import explain_alert
from gateway.hub.errors import UnknownQuestionError
from gateway.watching.model import KeptAlert
from gateway.web.auditor.folding import Row
from gateway.web.auditor.listing import row_of
from gateway.web.shared.base import typed
from gateway.web.shared.desk import Desk, Model, shown
from gateway.web.shared.languages import second, spoken, translated

PATH, ONE = "/audit/alerts", "/audit/alert"
TEMPLATE = "auditor/alert.html"
MOST = 100
"""Alerts on one page."""
LISTED = 12
"""Entries that a line about an alert, or its page, names at most: the newest."""

desk = Desk("audit-alerts")


@dataclass(frozen=True)
class Explained:
    """The entry that explains an alert, when, and why."""

    entry: int
    at: datetime
    words: str


@dataclass(frozen=True)
class AlertLine:
    """An alert about the entries of this log. `numbers`: the newest of its entries; `more`: how many others.

    `address`: the page of the alert. `explained`: None while the alert is open.
    """

    kind: str
    about: str
    message: str
    numbers: tuple[int, ...]
    more: int
    address: str
    explained: Explained | None


@dataclass(frozen=True)
class WatchedAlert:
    """An alert from watching another log."""

    kind: str
    about: str
    message: str
    since: datetime
    ended: datetime | None
    entries: tuple[int, ...]


@dataclass(frozen=True)
class AlertsPage:
    """`alerts` follow from the first `size` entries as of `at`, `watched` from observations of other logs.

    `more` is the number of further alerts beside the shown ones; `searching` while the first are sought.
    """

    alerts: tuple[AlertLine, ...]
    open: int
    more: int
    size: int
    at: datetime | None
    watched: tuple[WatchedAlert, ...]

    @property
    def searching(self) -> bool:
        return self.at is None


@dataclass(frozen=True)
class AlertPage:
    """One alert with its newest entries. `letter`: a question about it to whoever it is about, ready to send.

    `explanations`: pairs of a value and its words; `chosen` is the value that was sent, "" before.
    """

    alert: AlertLine
    rows: tuple[Row, ...]
    kind: str
    first: int
    last: int
    explanations: tuple[tuple[str, str], ...]
    chosen: str
    wrong: str
    letter: str
    mail: str


@desk.page(PATH, "auditor/alerts.html")
def audit_alerts() -> Model:
    """Open alerts first, then explained ones; the newest first in each part."""
    kept = reading(ReadAction.ALERTS, {})
    with kept.store.reading() as view:
        watched = _watched(view.watch.alerts(ended=True))
    found = audited().board.latest(kept)
    if found is None:
        return AlertsPage((), 0, 0, 0, None, watched)
    lines = tuple(line_of(notice, explained) for notice, explained in found.alerts[:MOST])
    return AlertsPage(lines, found.open, len(found.alerts[MOST:]), found.size, found.at, watched)


@desk.page(ONE, TEMPLATE)
def audit_alert() -> Model:
    """One alert, which the address names by its kind, its subject and its first entry."""
    args = request.args
    return _page(*_sought(args.get("kind", ""), args.get("about", ""), args.get("first", "")))


@desk.form(ONE)
def explain() -> Model:
    """Log the explanation of the alert as it was shown; one that has grown since is shown again."""
    notice, explained = _sought(typed("kind"), typed("about"), typed("first"))
    chosen = typed("explanation")
    if chosen not in set(Explanation):
        page = _page(notice, explained, wrong=gettext("Choose a value from the list."))
        return shown((page, 422), TEMPLATE)
    if typed("last") != str(max(notice.numbers)):
        wrong = gettext("More entries have come to this alert since: look at them first.")
        return shown((_page(notice, explained, chosen, wrong), 409), TEMPLATE)
    who = principal()
    reader = Reader(who.user, who.organisation, who.role.value)
    explain_alert(audited().kept, reader, who.organisation, notice, Explanation(chosen))
    return redirect(PATH, 303)


def line_of(notice: Notice, explained: ExplainedAlert | None) -> AlertLine:
    """An alert as a line of a list."""
    newest = tuple(sorted(notice.numbers))[-LISTED:]
    named = {"kind": notice.kind.value, "about": notice.about, "first": min(notice.numbers, default=0)}
    return AlertLine(
        notice.kind.value,
        notice.about,
        notice.message,
        newest,
        len(notice.numbers) - len(newest),
        f"{ONE}?{urlencode(named)}" if notice.numbers else "",
        None if explained is None else _explained(explained),
    )


def _explained(explained: ExplainedAlert) -> Explained:
    known = explained.explanation in set(Explanation)
    words = EXPLANATIONS[Explanation(explained.explanation)] if known else explained.explanation
    return Explained(explained.number, explained.at, words)


def _sought(kind: str, about: str, first: str) -> tuple[Notice, ExplainedAlert | None]:
    """The alert of this name. Raises UnknownQuestionError where the log gives no such alert now."""
    kept = reading(ReadAction.ALERTS, {"kind": kind, "about": about, "first": first})
    for notice, explained in audited().board.current(kept).alerts:
        named = notice.kind.value, notice.about, str(min(notice.numbers, default=""))
        if named == (kind, about, first):
            return notice, explained
    raise UnknownQuestionError(
        "The log gives no such alert now.", remedy="Open the list of alerts: it shows those of this moment."
    )


def _page(notice: Notice, explained: ExplainedAlert | None, chosen: str = "", wrong: str = "") -> AlertPage:
    kept, line = audited().kept, line_of(notice, explained)
    with kept.store.reading() as view:
        rows = tuple(row_of(view, found) for found in read_events(entries_of(view.log, line.numbers)))
    letter = _letter(line, rows)
    subject = gettext("About entries of the log %(log)s", log=kept.log.origin)
    return AlertPage(
        line,
        rows,
        notice.kind.value,
        min(notice.numbers),
        max(notice.numbers),
        tuple((one.value, translated(EXPLANATIONS[one])) for one in Explanation),
        chosen,
        wrong,
        letter,
        f"mailto:?subject={quote(subject)}&body={quote(letter)}",
    )


def _letter(line: AlertLine, rows: Sequence[Row]) -> str:
    said = [f"{row.number} ({second(row.at)}): {translated(row.says)}" for row in rows]
    return "\n".join(
        (
            gettext("The log has entries about you that we ask you to explain."),
            f"{spoken(line.kind)}: {translated(line.message)}",
            "",
            *said,
            "",
            gettext("What were they for?"),
            audited().kept.log.origin,
        )
    )


def _watched(alerts: Sequence[KeptAlert]) -> tuple[WatchedAlert, ...]:
    """Open alerts first, then the newest of the closed alerts."""
    rows = [
        WatchedAlert(a.alert.kind, a.alert.about, a.alert.message, a.since, a.ended, tuple(a.alert.entries))
        for a in alerts
    ]
    return tuple(sorted(rows, key=lambda row: (row.ended is not None, -row.since.timestamp())))[:MOST]
