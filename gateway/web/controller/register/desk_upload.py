"""An upload at the mapping desk: its draft, the work on it, and the version of the draft of a form."""

import hashlib
import json
from dataclasses import dataclass

from flask_babel import gettext as _

from gateway.sources.desk.desk_draft import DeskDraft
from gateway.sources.desk.kept_draft import draft_json, read_draft
from gateway.sources.files.uploads import Upload
from gateway.sources.model.errors import NoUploadError
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import raise_not_found
from gateway.web.controller.common.job_runner import Kind
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.shared.forms import Now, require_version

UPLOADS = "/controller/loads/upload"
FILE, COLUMNS, WORDS, PREVIEW = range(4)
"""The steps of the desk, in their order."""


@dataclass(frozen=True)
class Step:
    """A step of the desk. `state`: done, now or next; `address` is "" where there is nothing to see yet."""

    words: str
    state: str
    address: str


@dataclass(frozen=True)
class ToCorrect:
    """Table and column of a finding, and where the column stands at the desk, "" where the file lacks it."""

    where: str
    address: str


@dataclass(frozen=True)
class AtDesk:
    """An upload with its draft, if one is made, and the newest work on the draft."""

    upload: Upload
    draft: DeskDraft | None
    work: Work | None

    @property
    def running(self) -> bool:
        return self.work is not None and self.work.state == "running"

    @property
    def version(self) -> str:
        """The version of the draft, which a form carries."""
        if self.draft is None:
            return ""
        text = json.dumps(draft_json(self.draft), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def to_correct(self) -> ToCorrect | None:
        """The finding for which the columns are looked at, if any."""
        if not self.upload.about or self.draft is None:
            return None
        found = fixes(self.draft, self.upload.id)
        _table, _sign, heading = self.upload.about.partition(", ")
        same = [address for where, address in found.items() if where.endswith(f", {heading}")]
        return ToCorrect(self.upload.about, found.get(self.upload.about) or next(iter(same), ""))

    def steps(self, now: int) -> tuple[Step, ...]:
        """The four steps, as seen from the step that is shown."""
        address = f"{UPLOADS}/{self.upload.id}"
        words = (_("The file"), _("Columns"), _("Words and codes"), _("Preview and load"))
        ready = self.draft is not None and not self.running
        mapped = desk_context().uploads.mapping(self.upload) is not None
        where = ("", f"{address}/columns", f"{address}/words" if ready else "", address if mapped else "")
        return tuple(
            Step(said, "now" if n == now else "done" if n < now else "next", "" if n == now else where[n])
            for n, said in enumerate(words)
        )

    def require(self, page: str) -> None:
        """Raise ChangedMeanwhileError for a form of another version of the draft."""
        require_version(Now(self.version, _("The columns and words have been changed."), page))


def upload_at(upload_id: str) -> Upload:
    """The upload of an address. Raises NotFound."""
    try:
        return desk_context().uploads.of(upload_id)
    except NoUploadError as error:
        raise_not_found(error)


def at_desk(upload_id: str) -> AtDesk:
    """An upload at the desk. Raises NotFound."""
    upload = upload_at(upload_id)
    kept = desk_context().uploads.draft(upload)
    job = desk_context().jobs.latest(Kind.DRAFT, upload.id)
    return AtDesk(
        upload,
        None if kept is None else read_draft(kept),
        None if job is None else shown_work(job),
    )


def fixes(draft: DeskDraft, upload_id: str) -> dict[str, str]:
    """Table and column of a finding, as a report names them -> where at the desk the column is corrected."""
    address = f"{UPLOADS}/{upload_id}"
    found = {}
    for column in draft.columns:
        page = "words" if column.words or column.dates or column.unit is not None else "columns"
        name = draft.tables[column.table].name
        found[f"{name}, {column.heading}"] = f"{address}/{page}#column-{column.number}"
    return found
