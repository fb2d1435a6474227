"""Uploaded registers that wait to be loaded: where they are kept, for how long, and when they are removed.

Each upload is a folder of its own below the node's directory, readable by the node's owner only. An upload is
removed when loaded, when discarded, and in any case after a day.
"""

import hashlib
import json
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from audit.reading.messages import message
from gateway.sources.model.errors import NoUploadError, UploadError

FOLDER = "uploads"
KEPT = timedelta(hours=24)
MOST = 4
"""Uploads that can wait at the same time; the oldest upload makes room for a new upload."""
LARGEST = 200 << 20
"""Largest size of an upload in bytes."""
MOST_FILES = 50
_FILES, _WORK, _ABOUT, _CHECKED = "files", "work", "about.json", "checked.json"
_DRAFT, _MAPPING = "draft.json", "mapping.yaml"
_ARRIVING = "new-"
_ID = re.compile(r"[0-9a-f]{16}")
_PLAIN = re.compile(r"[\w .()-]")
_JOINERS = "\u200b\u200c\u200d"
"""Between the words and within the syllables of Khmer, Lao, Thai and Burmese."""
_LONGEST_NAME, _MOST_BYTES = 120, 240
"""Letters and bytes; file systems take 255 bytes, and a letter of these scripts has three."""
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Upload:
    """`names`: the original names of the files; `digest`: SHA-256 over all files, to recognise the upload;
    `as_of`: the register date, None for the day on which the register is loaded. `of_source`: nothing was
    uploaded; the mapping desk looks at the source that is set for the node.
    """

    id: str
    names: tuple[str, ...]
    size: int
    digest: str
    by: str
    at: datetime
    as_of: date | None = None
    of_source: bool = False
    about: str = ""
    """The table and column of a finding for which the columns are looked at, as a report names them."""

    @property
    def until(self) -> datetime:
        """The time at which the upload is removed in any case."""
        return self.at + KEPT


class Uploads:
    """The uploads that wait below `directory`."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER

    def add(
        self,
        files: Iterable[tuple[str, IO[bytes]]],
        by: str,
        now: datetime,
        as_of: date | None = None,
        about: str = "",
    ) -> Upload:
        """Keep files as one upload, or nothing.

        Raises UploadError for no files, too many, or too large files.
        """
        self.tidy(now, room=1)
        upload_id = secrets.token_hex(8)
        place = self.arriving() / f"{_ARRIVING}{upload_id}"
        place.mkdir(mode=0o700)
        try:
            (place / _FILES).mkdir(mode=0o700)
            names, size, digest = _kept(files, place / _FILES)
            made = Upload(upload_id, names, size, digest, by, now, as_of, about=about)
            self._settle(made, place)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return made

    def add_source(
        self, name: str, by: str, now: datetime, as_of: date | None = None, about: str = ""
    ) -> Upload:
        """Keep a place for the draft of the source that is set for the node; its data stay where they are.

        `name`: what pages call the source.
        """
        self.tidy(now, room=1)
        upload_id = secrets.token_hex(8)
        made = Upload(upload_id, (name,), 0, "", by, now, as_of, of_source=True, about=about)
        place = self.arriving() / f"{_ARRIVING}{upload_id}"
        place.mkdir(mode=0o700)
        self._settle(made, place)
        return made

    def _settle(self, made: Upload, place: Path) -> None:
        day = None if made.as_of is None else made.as_of.isoformat()
        _write(place / _ABOUT, {**asdict(made), "at": made.at.isoformat(), "as_of": day})
        place.rename(self._folder / made.id)

    def arriving(self) -> Path:
        """The folder for files still arriving, kept without their names."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder

    def of(self, upload_id: str) -> Upload:
        """The upload with this id. Raises NoUploadError."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            if _ID.fullmatch(upload_id):
                about = json.loads((self._folder / upload_id / _ABOUT).read_text(encoding="utf-8"))
                at, day = datetime.fromisoformat(about.pop("at")), about.pop("as_of", None)
                as_of = None if day is None else date.fromisoformat(day)
                return Upload(**{**about, "names": tuple(about["names"])}, at=at, as_of=as_of)
        raise NoUploadError(
            message("There is no such upload: it was loaded or discarded, or more than a day has passed."),
            remedy=message("Upload the register again."),
        )

    def waiting(self) -> tuple[Upload, ...]:
        """All waiting uploads, the newest first."""
        found = []
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(NoUploadError):
                found.append(self.of(place.name))
        return tuple(sorted(found, key=lambda one: one.at, reverse=True))

    def files(self, upload: Upload) -> Path:
        """The folder with the files of an upload. Raises UploadError where the files have changed since."""
        folder = self._folder / upload.id / _FILES
        if _digest(folder / name for name in upload.names) != upload.digest:
            raise UploadError(
                message("The uploaded files have been changed on the disk."),
                remedy=message("Upload them again."),
            )
        return folder

    def workplace(self, upload: Upload) -> Path:
        """An empty folder for files unpacked from an upload, removed together with the upload."""
        self.clear(upload)
        folder = self._folder / upload.id / _WORK
        folder.mkdir(mode=0o700)
        return folder

    def clear(self, upload: Upload) -> None:
        """Remove the unpacked files."""
        shutil.rmtree(self._folder / upload.id / _WORK, ignore_errors=True)

    def note(self, upload: Upload, checked: dict[str, Any]) -> None:
        """Keep the result of a check with an upload; do nothing where the upload has been removed."""
        with suppress(FileNotFoundError):
            _write(self._folder / upload.id / _CHECKED, checked)

    def noted(self, upload: Upload) -> dict[str, Any] | None:
        """The result of the check of an upload; None before the first check."""
        with suppress(OSError, ValueError):
            found = json.loads((self._folder / upload.id / _CHECKED).read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else None
        return None

    def keep_draft(self, upload: Upload, draft: dict[str, Any]) -> None:
        """Keep a draft of the mapping desk with an upload; the mapping of a former draft is gone then."""
        with suppress(FileNotFoundError):
            (self._folder / upload.id / _MAPPING).unlink(missing_ok=True)
            _write(self._folder / upload.id / _DRAFT, draft)

    def draft(self, upload: Upload) -> dict[str, Any] | None:
        """The draft of the mapping desk; None where there is none."""
        with suppress(OSError, ValueError):
            found = json.loads((self._folder / upload.id / _DRAFT).read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else None
        return None

    def keep_mapping(self, upload: Upload, draft: dict[str, Any], text: str) -> None:
        """Keep a corrected draft, and the mapping document by which this upload is read."""
        self.keep_draft(upload, draft)
        with suppress(FileNotFoundError):
            _write_text(self._folder / upload.id / _MAPPING, text)

    def mapping(self, upload: Upload) -> str | None:
        """The mapping document of this upload alone; None where that of the node reads it."""
        with suppress(OSError, ValueError):
            return (self._folder / upload.id / _MAPPING).read_text(encoding="utf-8")
        return None

    def remove(self, upload_id: str) -> None:
        """Remove an upload, if present."""
        if _ID.fullmatch(upload_id):
            shutil.rmtree(self._folder / upload_id, ignore_errors=True)

    def tidy(self, now: datetime, *, room: int = 0) -> None:
        """Remove uploads that have waited too long, and the oldest uploads where `room` is needed."""
        if not self._folder.is_dir():
            return
        waiting = self.waiting()
        known = {one.id for one in waiting if one.until > now and one.at <= now}
        for place in self._folder.iterdir():
            if _ID.fullmatch(place.name) and place.name not in known:
                self.remove(place.name)
            elif (
                place.name.startswith(_ARRIVING)
                and time.time() - place.stat().st_mtime > KEPT.total_seconds()
            ):
                shutil.rmtree(place, ignore_errors=True)  # the process ended while the upload arrived
        for one in [each for each in waiting if each.id in known][MOST - room :]:
            self.remove(one.id)


def _kept(files: Iterable[tuple[str, IO[bytes]]], folder: Path) -> tuple[tuple[str, ...], int, str]:
    """Names, size and digest of the files, now in the folder."""
    names: list[str] = []
    size = 0
    for given, stream in files:
        name = safe_name(given)
        if name in names or len(names) == MOST_FILES:
            raise UploadError(
                message("Two of the files have the same name, or there are too many files."),
                remedy=message("Upload them as a zip."),
            )
        with (folder / name).open("xb") as file:
            (folder / name).chmod(0o600)
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > LARGEST:
                    raise too_large()
                file.write(block)
        names.append(name)
    if not names or size == 0:
        raise UploadError(
            message("No file was chosen, or it is empty."), remedy=message("Choose the file of the register.")
        )
    return tuple(names), size, _digest(folder / name for name in names)


def too_large() -> UploadError:
    """The error for an upload above the size limit."""
    return UploadError(
        message("The upload is larger than %(megabytes)s MB; nothing was kept.", megabytes=LARGEST >> 20),
        remedy=message("Pack it as a zip, or have the operator load it with `safelane member load`."),
    )


def safe_name(given: str) -> str:
    """The last part of a file's name, without characters special to a shell, a path or a page.

    Vowel signs and tone marks of any script stay: without them a name is another one.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(letter if _stays(letter) else "_" for letter in last).strip(f" .{_JOINERS}")
    name = name[-_LONGEST_NAME:].encode(errors="ignore")[-_MOST_BYTES:].decode(errors="ignore")
    while name and _is_mark(name[0]):  # a mark alone would join whatever stands before it
        name = name[1:]
    return name or "register"


def _stays(letter: str) -> bool:
    return _PLAIN.match(letter) is not None or _is_mark(letter)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M") or letter in _JOINERS


def _digest(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents; a missing file counts as empty, and so matches no upload."""
    whole = hashlib.sha256()
    for path in paths:
        own = hashlib.sha256()
        for block in _blocks(path):
            own.update(block)
        whole.update(path.name.encode() + b"\0" + own.digest())
    return whole.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with suppress(FileNotFoundError), path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _write(path: Path, what: dict[str, Any]) -> None:
    _write_text(path, json.dumps(what, ensure_ascii=True))


def _write_text(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
