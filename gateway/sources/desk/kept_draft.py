"""A draft of the mapping desk as JSON, to be kept beside the upload that it is about."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gateway.member.node.sentences import as_json, from_json
from gateway.sources.desk.column_contents import Contents
from gateway.sources.desk.desk_draft import DeskColumn, DeskDates, DeskDraft, DeskTable, DeskWord

VERSION = 1


def draft_json(draft: DeskDraft) -> dict[str, Any]:
    """The draft as JSON values; sentences keep their parts, so that a page says them in its language."""
    return {
        "version": VERSION,
        "document": draft.document,
        "tables": [asdict(table) for table in draft.tables],
        "columns": [_column_json(column) for column in draft.columns],
        "explains": list(draft.explains),
        "hidden": draft.hidden,
        "lacking": list(draft.lacking),
    }


def _column_json(column: DeskColumn) -> dict[str, Any]:
    return {
        **asdict(column),
        "notes": [as_json(note) for note in column.notes],
        "reason": as_json(column.reason),
        "contents": {**asdict(column.contents), "says": as_json(column.contents.says)},
    }


def read_draft(kept: Mapping[str, Any]) -> DeskDraft | None:
    """The draft again; None for one of another version, which has to be made anew."""
    try:
        if kept["version"] != VERSION:
            return None
        return DeskDraft(
            kept["document"],
            tuple(DeskTable(**{**one, "also": tuple(one["also"])}) for one in kept["tables"]),
            tuple(map(_column, kept["columns"])),
            tuple(kept["explains"]),
            kept["hidden"],
            tuple(kept["lacking"]),
        )
    except (KeyError, TypeError):
        return None


def _column(one: Mapping[str, Any]) -> DeskColumn:
    contents, dates = one["contents"], one["dates"]
    return DeskColumn(**{
        **one,
        "notes": tuple(map(from_json, one["notes"])),
        "reason": from_json(one["reason"]),
        "contents": Contents(
            from_json(contents["says"]), tuple(contents["examples"]), tuple(contents["forms"])
        ),
        "words": tuple(DeskWord(**word) for word in one["words"]),
        "dates": None if dates is None else _dates(dates),
    })  # fmt: skip


def _dates(one: Mapping[str, Any]) -> DeskDates:
    formats = tuple((str(form), int(rows)) for form, rows in one["formats"])
    return DeskDates(formats, tuple(one["chosen"]), one["era"], one["cells"], one["unread"])
