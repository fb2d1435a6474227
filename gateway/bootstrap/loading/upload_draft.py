"""Drafts the mapping of an upload for the mapping desk, in a separate process."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from audit.reading.messages import message
from gateway.bootstrap.loading.register_upload import where_set
from gateway.bootstrap.loading.source_location import access_of, mapping_of
from gateway.member.node.context import Node
from gateway.sources.desk.corrections import TablesSaid, stated_of
from gateway.sources.desk.desk_draft import DeskDraft, desk_draft
from gateway.sources.desk.kept_draft import draft_json, read_draft
from gateway.sources.files.opening import draft_of
from gateway.sources.files.uploaded import as_any_source
from gateway.sources.files.uploads import Upload, Uploads
from gateway.sources.mapping.document_text import document_data
from gateway.sources.mapping.former_document import Former
from gateway.sources.mapping.stated import NOTHING_STATED, Stated

Progress = Callable[[str, float], None]


def draft_upload(directory: Path, node: Node, body: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Draft the mapping of an upload, and keep the draft beside it.

    `body`: `upload`, and where a person has looked over the draft before, `meanings` (number of a column ->
    target), `joins` (number of a table -> numbers of two columns, or nothing for a table not to be read),
    `sheets` (number of a table -> kind of its sheets, or "") and `repeats` (-> victims beside each other).

    Raises UploadError, NoUploadError and SourceError.
    """
    uploads = Uploads(directory)
    upload = uploads.of(body["upload"])
    kept = uploads.draft(upload)
    before = None if kept is None else read_draft(kept)
    of_node = _of_node(directory)
    corrected = before is not None and "meanings" in body
    former = Former(before.document) if corrected and before is not None else of_node
    progress(message("the columns are looked at"), 0.2)
    today = upload.as_of or node.clock.now().date()
    try:
        place = _place(directory, uploads, upload)
        draft = draft_of(
            place,
            node.member,
            node.dictionary,
            today,
            stated=_stated(before, body),
            former=former,
            access=access_of(directory),
        )
    finally:
        uploads.clear(upload)
    progress(message("what they mean is written down"), 0.9)
    uploads.keep_draft(upload, draft_json(desk_draft(draft, node.dictionary, today, former, of_node)))
    return {"upload": upload.id}


def _place(directory: Path, uploads: Uploads, upload: Upload) -> str:
    if upload.of_source:
        return where_set(directory)
    return str(as_any_source(uploads.files(upload), upload.names, uploads.workplace(upload)))


def _of_node(directory: Path) -> Former | None:
    """The mapping of the node, as far as it can be read: a faulty one says what it can."""
    path = mapping_of(directory)
    document = {} if path is None else document_data(path.read_text(encoding="utf-8"))
    return Former(document) if document else None


def _stated(before: DeskDraft | None, body: Mapping[str, Any]) -> Stated:
    if before is None or "meanings" not in body:
        return NOTHING_STATED
    meanings = {int(number): str(meaning) for number, meaning in body["meanings"].items()}
    joins = {
        int(number): None if pair is None else (int(pair[0]), int(pair[1]))
        for number, pair in body.get("joins", {}).items()
    }
    tables = TablesSaid(
        {int(number): str(kind) for number, kind in body.get("sheets", {}).items()},
        {int(number): int(most) for number, most in body.get("repeats", {}).items()},
    )
    return stated_of(before, meanings, joins, tables)
