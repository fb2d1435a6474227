"""DuckDB, opened so that nothing of a register leaves the memory: no files of its own, no network."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from gateway.sources.engine.declined import DeclinedError
from gateway.sources.model.errors import SourceError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS = (
    "SET allocator_background_threads = true",  # memory that was given up goes back within a second
    "SET temp_directory = ''",  # what does not fit into memory is never written to a disk
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET python_enable_replacements = false",
    "SET lock_configuration = true",
)


def is_installed() -> bool:
    """Whether the extra with the engine is installed."""
    return find_spec("duckdb") is not None


@contextmanager
def connected() -> Iterator["DuckDBPyConnection"]:
    """An engine of one's own. Raises SourceError without the extra, DeclinedError for what it cannot read.

    The engine's own errors quote values, so none of them is passed on.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra, and 0.2 s of each start
    except ImportError:
        raise SourceError(
            "DuckDB is not installed here.",
            remedy="Install Safelane with its extra: pip install 'safelane[engine]'.",
        ) from None
    with duckdb.connect(":memory:") as connection:
        for setting in _SETTINGS:
            connection.execute(setting)
        try:
            yield connection
        except duckdb.OutOfMemoryException:
            raise DeclinedError("the engine has not enough memory for it") from None
        except duckdb.Error:
            raise DeclinedError("the engine cannot read it as it stands") from None
