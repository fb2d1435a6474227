"""Tables and releases as files: read strictly, written whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

from anonymisers.errors import AnonymiserError
from anonymisers.tables.count_table import Table
from anonymisers.tables.release import Release
from anonymisers.tables.strict_json import parse_json
from anonymisers.tables.table_reading import release_from_json, table_from_json
from gateway.errors import SafelaneError

Read = TypeVar("Read")


class TableInputError(SafelaneError):
    """A file that cannot be read in the required form."""

    exit_code = 2


def read_table(path: Path) -> Table:
    """The raw table in a JSON file."""
    return read_with(path, lambda text: table_from_json(parse_json(text)))


def read_release(path: Path) -> Release:
    """The release in a JSON file."""
    return read_with(path, lambda text: release_from_json(parse_json(text)))


def read_text(path: Path) -> str:
    """Return the text of a file in UTF-8."""
    return read_with(path, str)


def read_with(path: Path, reader: Callable[[str], Read]) -> Read:
    """Return a reader's result for a file. Raises TableInputError, naming the file."""
    try:
        return reader(path.read_text(encoding="utf-8"))
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error
    except UnicodeDecodeError as error:
        raise TableInputError(f"{path} is not text in UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise TableInputError(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def staged(*paths: Path) -> Iterator[list[Path]]:
    """Places for files that appear together when all are written, and not at all when anything fails."""
    partial = [path.with_name(path.name + ".partial") for path in paths]
    try:
        yield partial
        for place, final in zip(partial, paths, strict=True):
            place.replace(final)
    except OSError as error:
        raise TableInputError(f"{error.filename} cannot be written: {error.strerror}") from error
    finally:
        for place in partial:
            place.unlink(missing_ok=True)


@contextmanager
def written_whole(*paths: Path) -> Iterator[list[TextIO]]:
    """Streams for files that appear together when all are written, and not at all when anything fails."""
    with staged(*paths) as partial, ExitStack() as stack:
        yield [stack.enter_context(p.open("w", encoding="utf-8", newline="\n")) for p in partial]
        stack.close()
