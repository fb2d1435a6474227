"""Location of the register that a node loads: set by its operator, or beside its settings."""

from dataclasses import dataclass
from pathlib import Path

from gateway.config import MemberConfig, read_config

SOURCE, MAPPING = "source", "mapping.yaml"
"""Default names beside the settings."""


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
    config = read_config(directory, MemberConfig)
    mapping = mapping_of(directory)
    where = config.source or str(directory / SOURCE)
    is_url = "://" in where
    if not is_url:
        where = str(directory / where)
    if mapping is None or not (is_url or Path(where).exists()):
        return None
    name = where.partition("://")[0] + " database" if is_url else Path(where).name
    return Source(where, mapping, name)


def mapping_of(directory: Path) -> Path | None:
    """Return the path of the mapping document; None if there is no document. Raises ConfigError."""
    path = directory / (read_config(directory, MemberConfig).mapping or MAPPING)
    return path if path.exists() else None
