"""A report is composed once for what it is made of, and drawn once: whoever opens it later gets the same.

What a report is made of is all in the key: its texts, its tables, whose numbers leave it now, the language.
Who may read the report is asked each time, before anything is looked up here.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import current_app
from markupsafe import Markup

from gateway.hub.model import Report
from gateway.hub.reports.chosen_tables import ChosenTable, ChosenTables
from gateway.hub.reports.templates import Slot
from gateway.web.analyst.reporting.composing import Composed, Surroundings, compose
from gateway.web.analyst.reporting.leaving_out import left_out
from gateway.web.shared.languages import moment, tag

MOST = 8
"""Reports, or versions of one, that are kept: a megabyte each."""
PAPER = "analyst/_report_paper.html"


@dataclass
class Opened:
    """A composed report, and its paper as HTML: with links to the tables for who may open them."""

    composed: Composed
    _papers: dict[bool, Markup] = field(default_factory=dict)

    def paper(self, *, addresses: bool) -> Markup:
        """The paper, drawn for the first reader."""
        if addresses not in self._papers:
            drawing = current_app.jinja_env.get_template(PAPER).module
            self._papers[addresses] = Markup(drawing.paper(self.composed.document, True, addresses))  # type: ignore[attr-defined] # noqa: S704 - a macro of ours, which escapes
        return self._papers[addresses]


class Compositions:
    """The reports that were opened last. Thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, Opened] = OrderedDict()
        self._lock = threading.Lock()

    def opened(self, report: Report, chosen: ChosenTables, around: Surroundings) -> Opened:
        """The report, composed now or kept."""
        key = _key(report, chosen, around)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = Opened(compose(report, chosen, around))
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made


def _key(report: Report, chosen: ChosenTables, around: Surroundings) -> object:
    texts = tuple(sorted((name, repr(text)) for name, text in report.texts.items()))
    return (
        (report.id, report.template, report.year, report.organisation, texts),
        (report.compared_with, moment(min(report.as_of, around.now))),
        (_tables(chosen.now, around), _tables(chosen.before, around)),
        (around.region, around.log, around.public, tag()),
    )


def _tables(tables: Mapping[Slot, ChosenTable], around: Surroundings) -> tuple[object, ...]:
    """Each place with its table, and whose numbers of the table are left out at this moment."""
    return tuple(
        (
            slot,
            found.name,
            found.kept.index,
            tuple(left_out(found.kept.release, around.enrolled, around.now, public=around.public).items()),
        )
        for slot, found in tables.items()
    )
