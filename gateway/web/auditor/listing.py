"""The log as a list, newest first: filtered like the API's list, over an index that answers at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import ValidationError, fields, validate

from audit.events.event_values import ReadAction
from audit.events.events import LogRead
from audit.events.former_events import present_type
from audit.events.search import Found, time_of
from audit.reading.doers import doer
from audit.reading.sentences import say_event
from gateway.api.audit_reading import criteria_of, reading, search_of
from gateway.api.audit_schemas import LARGEST_NUMBER, SearchSchema
from gateway.auditing.context import KeptLog
from gateway.auditing.damage import words_of_damage
from gateway.auditing.entry_search import Span, find_newest, name_of, whole
from gateway.auditing.ports import View
from gateway.dictionary import regional
from gateway.web.auditor import typed_search
from gateway.web.auditor.entry_kinds import GROUPS
from gateway.web.auditor.field_errors import said, searched
from gateway.web.auditor.folding import Fold, Row, folded
from gateway.web.auditor.search_words import OUTCOMES, label_of, read_words, words_for
from gateway.web.shared.desk import Desk, Model
from gateway.web.shared.languages import spoken, translated
from gateway.wire.answer import Refusal

PATH = "/audit/entries"
AT_ONCE = 50
FIELDS = (
    *("actor", "organisation", "purpose", "member", "type"),
    *("question", "outcome", "reason", "since", "until"),
)

desk = Desk("audit-list")

Choices = tuple[tuple[str, str], ...]
"""Pairs of a value and its words."""


class PageSchema(SearchSchema):
    """The query of the list: a search, the entry number to start before, with or without readings.

    `everyday`: everyday entries one by one. `q`: the words that the search was read from.
    """

    before = fields.Integer(validate=validate.Range(min=0, max=LARGEST_NUMBER))
    readings = fields.Boolean(load_default=False)
    everyday = fields.Boolean(load_default=False)
    q = fields.String(validate=validate.Length(max=typed_search.LONGEST))


@dataclass(frozen=True)
class Condition:
    """A condition of the search in words, and the address of the list without it."""

    label: str
    words: str
    without: str


@dataclass(frozen=True)
class Listed:
    """`typed` is the search as typed, `errors` the search's errors by field.

    The choices are pairs of value and words, of kinds in groups with a heading. What was typed and is no
    choice, as a purpose of a former dictionary, is one all the same. `damaged` names entries
    that were met and left out. `conditions` are those of the search; `left_out` the words that are none.
    `unfolded`: the address of the list with everyday entries one by one, where some are folded.
    """

    typed: dict[str, str]
    errors: dict[str, str]
    rows: tuple[Row | Fold, ...]
    size: int
    older: str | None
    newest: str | None
    damaged: str
    kinds: tuple[tuple[str, Choices], ...]
    outcomes: Choices
    members: Choices
    purposes: Choices
    reasons: Choices
    conditions: tuple[Condition, ...]
    left_out: tuple[str, ...]
    unfolded: str | None


@desk.page(PATH, "auditor/entries.html", fragment="auditor/_found.html")
def audit_entries() -> Model:
    typed = searched(request.args)
    try:
        query: dict[str, Any] = PageSchema().load(typed)
    except ValidationError as error:
        return _listed(typed, errors=said(error)), 422
    before, readings, everyday = query.pop("before", None), query.pop("readings"), query.pop("everyday")
    for beside in ("start", "limit", "q"):
        query.pop(beside, None)
    kept = reading(ReadAction.LIST, search_of(query))
    with kept.store.reading() as view:
        size = whole(view).end
        span = Span(0, size if before is None else min(before, size))
        found = list(islice(_wanted(kept, view, query, span, readings=readings), AT_ONCE + 1))
        rows = tuple(row_of(view, each) for each in found[:AT_ONCE])
        left_out = words_of_damage(view.log)
    older = rows[-1].number if len(found) > AT_ONCE else None
    # Whoever names a kind or a person, or wants readings, wants each entry.
    each = everyday or readings or not {"type", "actor"}.isdisjoint(query)
    shown = rows if each else folded(rows)
    return _listed(typed, rows=shown, size=size, older=older, damaged=left_out)


def _wanted(
    kept: KeptLog, view: View, query: dict[str, Any], span: Span, *, readings: bool
) -> Iterator[Found]:
    """Entries that match; entries about readings of the log only on request."""
    shows_all = readings or query.get("type") == LogRead.TYPE
    for found in find_newest(kept, view, criteria_of(query), query.get("actor"), span):
        if shows_all or not isinstance(found.event, LogRead):
            yield found


def row_of(view: View, found: Found) -> Row:
    event = found.event
    question = getattr(event, "question_id", None)
    return Row(
        found.number,
        time_of(event),
        present_type(event.TYPE),
        say_event(event),
        name_of(view, found),
        doer(event.TYPE),
        question,
    )


def _listed(
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    rows: tuple[Row | Fold, ...] = (),
    size: int = 0,
    older: int | None = None,
    damaged: str = "",
) -> Listed:
    search = {name: value for name, value in typed.items() if name != "before"}
    return Listed(
        {name: typed.get(name, "") for name in (*FIELDS, "readings", "q")},
        errors or {},
        rows,
        size,
        None if older is None else f"{PATH}?{urlencode({**search, 'before': older})}",
        f"{PATH}?{urlencode(search)}" if "before" in typed else None,
        damaged,
        tuple((translated(head), tuple((kind, spoken(kind)) for kind in kinds)) for head, kinds in GROUPS),
        tuple((outcome, spoken(outcome)) for outcome in OUTCOMES),
        _choices({code: one.name for code, one in regional().members.items()}, typed.get("member", "")),
        _choices({p.name: p.label for p in regional().purposes.values()}, typed.get("purpose", "")),
        _choices({each.value: each.meaning for each in Refusal}, typed.get("reason", "")),
        () if errors else _conditions(search),
        () if errors else _left_out(search),
        f"{PATH}?{urlencode({**typed, 'everyday': 'true'})}" if _folds(rows) else None,
    )


def _left_out(search: dict[str, str]) -> tuple[str, ...]:
    """The typed words that no condition of the search comes from."""
    named = tuple(filter(None, [search.get("organisation")]))
    return read_words(search.get("q", ""), named).left_out


def _folds(rows: tuple[Row | Fold, ...]) -> bool:
    return any(isinstance(row, Fold) for row in rows)


def _conditions(search: dict[str, str]) -> tuple[Condition, ...]:
    """The search read back, each condition with the list without it."""
    found = []
    for name, value in search.items():
        if name in FIELDS:
            rest = {other: words for other, words in search.items() if other not in (name, "q")}
            address = f"{PATH}?{urlencode(rest)}" if rest else PATH
            found.append(Condition(label_of(name), words_for(name, value), address))
    return tuple(found)


def _choices(words: Mapping[str, str], typed: str) -> Choices:
    known = tuple((value, translated(word)) for value, word in words.items())
    return known if not typed or typed in words else (*known, (typed, typed))
