"""Where a node finds the register that it loads: set by its operator, or beside its settings."""

from dataclasses import dataclass
from pathlib import Path

from gateway.config import MemberConfig, read_config

SOURCE, MAPPING = "source", "mapping.yaml"
"""Beside the settings, where they name nothing else."""


@dataclass(frozen=True)
class Source:
    """`source`: a file, a folder, or the URL of a database; `mapping`: the document that says what it means.

    `name` is what a page may show of it: never a password.
    """

    source: str
    mapping: Path
    name: str


def source_of(directory: Path) -> Source | None:
    """The register of a node; None where none is set. Raises ConfigError."""
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
    """The document that says what the register means; None where there is none. Raises ConfigError."""
    path = directory / (read_config(directory, MemberConfig).mapping or MAPPING)
    return path if path.exists() else None
