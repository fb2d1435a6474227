"""Pages of a register that came before a fetch ended: killed, refused, or cut off. The next one goes on.

A file of its own for each address, below the node's directory and for its owner only, as uploads are. Each
page is a line with a checksum, so that a line cut off by the end of a process is not there. Pages are read
from the file as if the server had just sent them: what is checked of a register is checked of them too. A
file is removed when all pages have come, when the register has changed since, and in any case after a day.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from audit.reading.messages import Message, message
from gateway.sources.model.errors import SourceError

FOLDER = "fetched"
KEPT = timedelta(hours=24)
"""How long pages are kept after the last one came."""
_FORM = 1
_CHECKSUM = 32
"""Hexadecimal digits of SHA-256 in front of a line."""

Ask = Callable[[], Any]


class ChangedError(Exception):
    """What came is not one state of the register: a page twice, a page left out, rows changed meanwhile."""


@dataclass
class _Last:
    """The page that came from the file last, to be compared with what the server says now."""

    ask: Ask
    reply: Any


class KeptPages:
    """The pages of one fetch. Without a file nothing is kept, and all pages are asked for."""

    def __init__(self, file: IO[bytes] | None = None, path: Path | None = None) -> None:
        self._file, self._path = file, path
        self._state: Any = None
        self._pages = 0
        self._left: Iterator[tuple[str, Any]] = iter(())
        self._last: _Last | None = None
        self._came: tuple[str, Any] | None = None
        self._goes_on = False
        self.asked = self.reused = 0
        """Pages of this fetch that came from the server, and from the file."""
        self.changed = False
        """Whether kept pages were given up, since the register has changed."""
        if file is not None:
            self._look()

    def begin(self, state: Ask, unchanged: Callable[[Any], bool]) -> None:
        """Begin a fetch, with the pages of the former one where the register is `unchanged` since then.

        `state` asks what the register is like now, for `unchanged` to compare it at the next begin; None
        where the server does not tell when it was changed, of which nothing is kept.
        """
        self.asked = self.reused = 0
        self._last, self._came, self._left = None, None, iter(())
        if self._file is None:
            return
        if self._pages and self._state is not None and unchanged(self._state):
            self._left = self._lines()
            next(self._left)  # the state
            self._goes_on = True
            return
        if self._pages:
            self.changed = True
        self._empty()
        now = state()
        if now is None:
            self.give_up()
        else:
            self._state = now
            self._write("", now)

    def page(self, key: str, ask: Ask, holds: Callable[[Any], bool] = lambda _: True) -> Any:
        """The page called `key`, from the file or else from the server. Raises what `ask` raises.

        Asking for a page says that the one before was as it ought to be: only then it is kept.

        Raises ChangedError where a kept page is not the next one, no longer `holds`, or is another one now.
        """
        self._keep()
        kept = next(self._left, None)
        if kept is not None:
            if kept[0] != key or not holds(kept[1]):
                raise ChangedError
            self.reused += 1
            self._last = _Last(ask, kept[1])
            return kept[1]
        self._compare()
        reply = ask()
        self.asked += 1
        self._came = key, reply
        return reply

    def end(self) -> None:
        """All pages have come. Raises ChangedError as `page` does."""
        self._compare()
        if next(self._left, None) is not None:
            raise ChangedError
        self.give_up()

    def forget(self) -> None:
        """Forget all pages: the register has changed."""
        self.changed = self.changed or self._goes_on
        self._goes_on = False
        self._left, self._last, self._came = iter(()), None, None
        if self._file is not None:
            self._empty()

    def give_up(self) -> None:
        """Keep nothing any more, and remove the file."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._file = self._path = None

    @property
    def waits(self) -> bool:
        """Whether there are pages for the next fetch to go on with."""
        return self._file is not None and self._pages > 0

    @property
    def note(self) -> Message | None:
        """What was done with the pages of a former fetch, in one sentence; None where there were none."""
        if self.reused:
            return message(
                "A fetch that was broken off went on. "
                "Pages that had come before: %(kept)s; pages fetched now: %(asked)s.",
                kept=self.reused,
                asked=self.asked,
            )
        if self.changed:
            return message(
                "The register has changed since a fetch was broken off: all of it was fetched anew."
            )
        return None

    def _compare(self) -> None:
        """Ask for the last kept page once more, before the first page from the server."""
        last, self._last = self._last, None
        if last is not None and _text(last.ask()) != _text(last.reply):
            raise ChangedError

    def _keep(self) -> None:
        """Keep the page that came last."""
        came, self._came = self._came, None
        if came is not None:
            self._write(*came)

    def _look(self) -> None:
        """Count the whole pages of the file, and cut off what follows them."""
        end = 0
        for number, (_key, reply) in enumerate(self._lines()):
            end = self._tell
            self._pages = number
            if not number:
                self._state = reply
        if self._file is not None:
            self._file.truncate(end)

    def _lines(self) -> Iterator[tuple[str, Any]]:
        """The whole lines of the file: the state, and the pages. Other pages may be written meanwhile."""
        place = 0
        while self._file is not None:
            self._file.seek(place)
            line = self._file.readline()
            found = _read(line)
            if found is None:
                return
            place += len(line)
            self._tell = place
            yield found

    def _write(self, key: str, reply: Any) -> None:
        if self._file is None:
            return
        body = _text([key, reply]).encode()
        try:
            self._file.seek(0, os.SEEK_END)
            self._file.write(_checksum(body) + b" " + body + b"\n")
            self._file.flush()
        except OSError:  # no room to keep pages is no reason to fetch none
            self.give_up()
        else:
            self._pages += bool(key)

    def _empty(self) -> None:
        self._pages, self._state = 0, None
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate(0)


@contextmanager
def kept_pages(folder: Path | None, address: str) -> Iterator[KeptPages]:
    """The pages that are kept of an address below a node's directory; nothing is kept without a directory,
    or while another process fetches from the address.
    """
    if folder is None:
        yield KeptPages()
        return
    try:
        file, path = _opened(folder, address)
    except OSError:
        yield KeptPages()
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield KeptPages()
            return
        pages = KeptPages(file, path)
        try:
            yield pages
        except SourceError as error:
            if pages.waits:
                error.remedy = message(
                    "%(remedy)s What has come is kept for a day: the next load asks only for the rest.",
                    remedy=error.remedy,
                )
            raise
        finally:
            if not pages.waits:
                pages.give_up()


def _opened(folder: Path, address: str) -> tuple[IO[bytes], Path]:
    place = folder / FOLDER
    place.mkdir(mode=0o700, exist_ok=True)
    name = hashlib.sha256(f"{_FORM} {address}".encode()).hexdigest()[:_CHECKSUM]
    path = place / f"{name}.pages"
    remove_old_pages(folder)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, "r+b"), path


def remove_old_pages(folder: Path) -> None:
    """Remove the pages below a node's directory that nobody has gone on with for a day."""
    place = folder / FOLDER
    if not place.is_dir():
        return
    for path in place.iterdir():
        with suppress(FileNotFoundError):
            if abs(time.time() - path.stat().st_mtime) > KEPT.total_seconds():
                path.unlink()


def _read(line: bytes) -> tuple[str, Any] | None:
    """The key and the reply of a line; None for one that is not whole."""
    checksum, _, body = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != _checksum(body):
        return None
    key, reply = json.loads(body)
    return key, reply


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:_CHECKSUM].encode()


def _text(what: Any) -> str:
    return json.dumps(what, separators=(",", ":"))


def digest(what: Mapping[str, Any] | list[Any]) -> str:
    """A short text that differs where what a server says of itself differs."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:_CHECKSUM]
