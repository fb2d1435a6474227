"""An audit sample that nobody can pick: derived from a checkpoint of the log, and from words agreed on."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from marshmallow import RAISE, ValidationError

from audit.errors import NotInLogError
from audit.events.event_values import ReadAction
from audit.events.search import read_events
from gateway.api.audit_reading import noted
from gateway.api.audit_schemas import SampleSchema
from gateway.api.services import audited
from gateway.auditing.damage import words_of_damage
from gateway.auditing.entry_search import entries_of, whole
from gateway.auditing.sampling import draw
from gateway.web.auditor.field_errors import said, searched
from gateway.web.auditor.folding import Row
from gateway.web.auditor.listing import row_of
from gateway.web.shared.desk import Desk, Model

USUAL = "20"

desk = Desk("audit-sample")


@dataclass(frozen=True)
class SamplePage:
    """`drawn`: whether a sample was asked for; then `size` and `root` are the checkpoint's, `rows` the
    entries.
    """

    typed: dict[str, str]
    errors: dict[str, str]
    drawn: bool
    size: int
    root: str
    rows: tuple[Row, ...]
    damaged: str = ""


@desk.page("/audit/sample", "auditor/sample.html")
def audit_sample() -> Model:
    typed = searched(request.args)
    kept = audited().kept
    if not typed:
        with kept.store.reading() as view:
            size = whole(view).end
        return SamplePage({"count": USUAL, "size": "", "seed": ""}, {}, False, size, "", ())
    shown = {name: typed.get(name, "") for name in ("count", "size", "seed")}
    try:
        query: dict[str, Any] = SampleSchema(unknown=RAISE).load(typed)
        return _drawn(shown, query)
    except ValidationError as error:
        wrong = said(error)
    except NotInLogError:
        wrong = {"size": gettext("The log has fewer entries than that.")}
    return SamplePage(shown, wrong, False, 0, "", ()), 422


def _drawn(typed: dict[str, str], query: dict[str, Any]) -> SamplePage:
    kept = audited().kept
    with kept.store.reading() as view:
        drawn = draw(kept, view, query["count"], size=query.get("size"), seed=query["seed"])
        # The checkpoint is taken first: the entry about this reading must not change the sample.
        noted(kept, ReadAction.SAMPLE, {**query, "size": drawn.size})
        rows = tuple(row_of(view, found) for found in read_events(entries_of(view.log, drawn.numbers)))
        left_out = words_of_damage(view.log)
    return SamplePage(typed, {}, True, drawn.size, drawn.root.hex(), rows, left_out)
