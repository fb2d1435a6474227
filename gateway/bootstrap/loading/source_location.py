"""Location of the register that a node loads: set by its operator, or beside its settings."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from audit.reading.messages import message
from gateway.config import MemberConfig, read_config
from gateway.sources.mapping.document_text import document_data
from gateway.sources.model.errors import SourceError
from gateway.sources.rows.load_progress import Progress
from gateway.sources.services.credentials import FILE as CREDENTIALS
from gateway.sources.services.service_address import is_web_address
from gateway.sources.services.service_source import Access

SOURCE, MAPPING = "source", "mapping.yaml"
"""Default names beside the settings."""
FORMER = "mapping.former.yaml"
"""The mapping before the one that the mapping desk has kept."""


def access_of(directory: Path, progress: Progress = lambda _: None) -> Access:
    """Return how a node opens a register: by the credentials in its directory, where rows wait as well."""
    return Access(directory / CREDENTIALS, directory, progress)


@dataclass(frozen=True)
class Place:
    """`where`: a file, folder or database URL. `name` is the text for pages, never with a password."""

    where: str
    name: str


@dataclass(frozen=True)
class Source:
    """`source`: a file, folder or database URL; `mapping`: the document that explains the columns.

    `name` is the text for pages, never with a password.
    """

    source: str
    mapping: Path
    name: str


def source_of(directory: Path) -> Source | None:
    """Return the register of a node; None where none is set. Raises ConfigError."""
    mapping, place = mapping_of(directory), place_of(directory)
    return None if mapping is None or place is None else Source(place.where, mapping, place.name)


def place_of(directory: Path) -> Place | None:
    """Return where the register of a node is, with or without a mapping; None where no place is set or there.

    Raises ConfigError.
    """
    where = read_config(directory, MemberConfig).source or _address(directory) or str(directory / SOURCE)
    is_url = "://" in where
    if not is_url:
        where = str(directory / where)
    if not (is_url or Path(where).exists()):
        return None
    return Place(where, _name(where) if is_url else Path(where).name)


def _address(directory: Path) -> str:
    """Return the address that the node's mapping names; "" where it names none."""
    path = mapping_of(directory)
    address = document_data(path.read_text(encoding="utf-8")).get("address") if path is not None else None
    return address if isinstance(address, str) else ""


def _name(url: str) -> str:
    """Return what pages call a server: its host, or the kind of the database."""
    if not is_web_address(url):
        return url.partition("://")[0] + " database"
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address: whoever loads from it is told so
        return ""


def mapping_of(directory: Path) -> Path | None:
    """Return the path of the mapping document; None if there is no document. Raises ConfigError."""
    path = _mapping_path(directory)
    return path if path.exists() else None


@contextmanager
def mapping_kept(directory: Path, text: str) -> Iterator[None]:
    """Make a text the node's mapping once the context ends without an error; the former one stays beside it.

    A text that cannot be written is an error before anything else is done. Raises ConfigError, SourceError.
    """
    path = _mapping_path(directory)
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.touch(mode=0o600)
        fresh.write_text(text, encoding="utf-8")
    except OSError:
        raise SourceError(
            message("The mapping cannot be written beside the node's settings; nothing was loaded."),
            remedy=message("The operator frees room on the disk, or lets the node write its directory."),
        ) from None
    try:
        yield
        if path.exists() and path.read_text(encoding="utf-8") != text:
            copy = path.with_name(f".{FORMER}.new")
            copy.touch(mode=0o600)
            shutil.copyfile(path, copy)
            copy.replace(path.with_name(FORMER))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _mapping_path(directory: Path) -> Path:
    return directory / (read_config(directory, MemberConfig).mapping or MAPPING)
