"""The layout of a hub's or a node's directory."""

from dataclasses import dataclass
from pathlib import Path

from gateway.config import FILE, ConfigError, HubConfig, MemberConfig, read_config
from gateway.errors import SafelaneError


@dataclass(frozen=True)
class Layout:
    """`keys` is readable for the owner only; `address` exists while the process listens."""

    directory: Path

    @property
    def config(self) -> Path:
        return self.directory / FILE

    @property
    def keys(self) -> Path:
        return self.directory / "keys"

    @property
    def database(self) -> Path:
        return self.directory / "safelane.sqlite"

    @property
    def log_index(self) -> Path:
        """The words of the log, for searches; made again where it is missing."""
        return self.directory / "log-index.sqlite"

    @property
    def address(self) -> Path:
        return self.directory / "address"

    @property
    def region_log(self) -> Path:
        """A node's mirror of the regional log, as files."""
        return self.directory / "region-log"

    @property
    def output(self) -> Path:
        return self.directory / "output.log"


def database_url(directory: Path, config: HubConfig | MemberConfig) -> str:
    """Return the database that the settings name, or the SQLite file in the directory."""
    # Here, because whoever only asks a hub reads where it is, and opens no database.
    from gateway.store.engine.database import sqlite_url  # noqa: PLC0415

    return config.database or sqlite_url(Layout(directory).database)


def is_hub(directory: Path) -> bool:
    """Return whether this is a hub's directory; `open_member` reports a directory that is neither hub nor
    node.
    """
    try:
        read_config(directory, HubConfig)
    except ConfigError:
        return False
    return True


def own_config(directory: Path) -> HubConfig | MemberConfig:
    """Return the settings of the hub or node in this directory. Raises ConfigError."""
    return read_config(directory, HubConfig) if is_hub(directory) else read_config(directory, MemberConfig)


class NotEmptyError(SafelaneError):
    """A directory for a new hub or node is not empty."""

    exit_code = 8


def fresh(directory: Path) -> Layout:
    """Return the layout of a new directory. Raises NotEmptyError when the directory is in use already."""
    layout = Layout(directory)
    if layout.config.exists() or layout.keys.exists():
        raise NotEmptyError(
            f"{directory} is set up already.",
            remedy="Nothing was changed. Choose another directory with --dir.",
        )
    # The database holds what the keys protect: the directory is for its owner only, like the keys.
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    return layout
