"""Checks and loads registers that were uploaded in the controller's pages, in a separate process."""

import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from audit.reading.messages import message
from gateway.bootstrap.loading.load_choices import NOTHING_SAID, LoadChoices, too_few
from gateway.bootstrap.loading.load_report import QUALITY
from gateway.bootstrap.loading.register_loading import (
    Loaded,
    internal_pseudonyms,
    load_source,
    since_former,
)
from gateway.bootstrap.loading.source_location import access_of, mapping_kept, mapping_of, place_of
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.custody import read_custody
from gateway.member.model.record_changes import compare
from gateway.member.model.snapshot import Snapshot
from gateway.member.node.context import Node
from gateway.member.register.missing_cases import missing_cases, says_the_same
from gateway.member.register.snapshot_loading import last_closed_day
from gateway.sources.files.opening import open_source
from gateway.sources.files.uploaded import as_source
from gateway.sources.files.uploads import Upload, Uploads
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import SourceError, UploadError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.quality.load import load
from gateway.sources.quality.quality import assess
from gateway.sources.quality.quality_report import quality_json, read_former
from gateway.sources.rows.load_progress import Reached
from gateway.sources.rows.row_accounts import share_counted

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class _Ready:
    """An upload as a source, with its mapping."""

    upload: Upload
    source: str
    text: str
    rules: SourceMapping
    own: bool
    """Whether the mapping was made for this upload at the mapping desk."""


def check_upload(directory: Path, node: Node, upload_id: str, progress: Progress) -> dict[str, Any]:
    """Read an upload as a load would, keep none of its data, and store the findings beside the upload.

    Raises UploadError, NoUploadError, MappingError, SourceError, and NoVaultError.
    """
    with _ready(directory, node, upload_id) as ready:
        if ready.rules.kept:
            read_custody(Layout(directory).keys)
        findings, today = Findings(), ready.upload.as_of or node.clock.now().date()
        with open_source(
            ready.source, ready.rules, findings, access_of(directory, row_progress(progress))
        ) as opened:
            read = load(
                opened,
                ready.rules,
                node.dictionary,
                pseudonymise=internal_pseudonyms(directory, node),
                today=today,
                findings=findings,
                progress=row_progress(progress),
                look_for_likely=True,
            )
        checked = {
            "rows": read.rows,
            "casualties": len(read.snapshot),
            "until": last_closed_day(read.snapshot).isoformat(),
            "unread": sum(1 for _line in findings.every_line()),
            "report": quality_json(
                assess(read, node.dictionary), _former(directory), since_former(node, read.snapshot)
            ),
            "changes": _changes(node, read.snapshot),
            "least_counted": ready.rules.least_counted,
            "too_few": [account.table for account in too_few(read, ready.rules.least_counted)],
            "share": math.floor(100 * share_counted(read.accounts)),
            "missing": _missing(node, read.snapshot),
            "can_be_added": not ready.rules.kept and _says_the_same(node, read.snapshot),
            "says_the_same": _says_the_same(node, read.snapshot),
            "mapping": _digest(ready.text),
        }
        Uploads(directory).note(ready.upload, checked)
    return {"upload": upload_id}


def load_upload(
    directory: Path, node: Node, upload_id: str, progress: Progress, choices: LoadChoices = NOTHING_SAID
) -> Loaded:
    """Load a checked upload, whole or not at all, and delete its files once the load is done.

    A mapping made for the upload becomes the node's mapping with the load.

    Raises as `check_upload` does.
    """
    with _ready(directory, node, upload_id) as ready:
        checked = Uploads(directory).noted(ready.upload)
        if checked is None or checked.get("mapping") != _digest(ready.text):
            raise UploadError(
                message("The mapping has been changed since the upload was checked."),
                remedy=message("Have it checked again."),
            )
        with mapping_kept(directory, ready.text) if ready.own else nullcontext():
            loaded = load_source(
                directory,
                node,
                ready.source,
                ready.text,
                row_progress(progress),
                as_of=ready.upload.as_of,
                choices=choices,
            )
    Uploads(directory).remove(upload_id)
    return loaded


def row_progress(progress: Progress) -> Callable[[Reached], None]:
    """Return a callback that reports rows as steps of a task."""
    return lambda reached: progress(message("%(n)s rows are read", n=reached.rows), reached.share)


@contextmanager
def _ready(directory: Path, node: Node, upload_id: str) -> Iterator[_Ready]:
    uploads = Uploads(directory)
    upload = uploads.of(upload_id)
    own, found = uploads.mapping(upload), mapping_of(directory)
    if own is None and found is None:
        raise UploadError(
            message("Nobody has said yet what the columns of this register mean."),
            remedy=message("Look at its columns first, and say what each of them means."),
        )
    text = own if own is not None or found is None else found.read_text(encoding="utf-8")
    assert text is not None  # noqa: S101 - one of the two is there
    rules = parse_mapping(text, node.dictionary, member=node.member)
    work = uploads.workplace(upload)
    try:
        if upload.of_source:
            source = where_set(directory)
        else:
            source = str(as_source(uploads.files(upload), upload.names, rules, work))
        yield _Ready(upload, source, text, rules, own is not None)
    finally:
        uploads.clear(upload)


def where_set(directory: Path) -> str:
    """Return the place of the register that is set for the node. Raises UploadError where there is none."""
    place = place_of(directory)
    if place is None:
        raise UploadError(
            message("The source that is set for this node is not there."),
            remedy=message("The operator sets it once in safelane.yaml; or upload the register."),
        )
    return place.where


def _changes(node: Node, snapshot: Snapshot) -> str | None:
    """Return the differences of a load to the newest snapshot; None without a snapshot."""
    with node.store.reading() as view:
        before = view.snapshot()
    return None if before is None else compare(before[1], snapshot, before[0].until).to_text()


def _missing(node: Node, snapshot: Snapshot) -> dict[str, Any] | None:
    """Return what the upload lacks of the newest snapshot, where that is much; else None."""
    with node.store.reading() as view:
        before = view.snapshot()
    found = None if before is None else missing_cases(before[1], snapshot)
    return asdict(found) if found is not None and found.many else None


def _says_the_same(node: Node, snapshot: Snapshot) -> bool:
    """Whether the upload says the same of its cases as the newest snapshot, so that it can be added."""
    with node.store.reading() as view:
        before = view.snapshot()
    return before is None or says_the_same(before[1], snapshot)


def _former(directory: Path) -> Any:
    try:
        return read_former((directory / QUALITY).read_text(encoding="utf-8"))
    except (OSError, SourceError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
