"""Output files that are either complete or absent."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from gateway.errors import SafelaneError


class OutputError(SafelaneError):
    """A file that cannot be written."""


class DocumentError(SafelaneError):
    """A document that cannot be read as text."""


def read_document(path: Path) -> str:
    """Return the text of a policy or a mapping. Raises DocumentError; the message repeats no text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{path} cannot be read as text ({type(error).__name__}).",
            remedy="Save it as plain text in UTF-8.",
        ) from None


@contextmanager
def whole(path: Path) -> Iterator[TextIO]:
    """Open a text file that appears under its name only when all of it is on disk.

    Lines end with a line feed on every system. Only the owner may read the file. Raises OutputError.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}",
            remedy="Name a file in a directory that you may write to.",
        ) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} was not written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
