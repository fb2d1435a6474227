"""What an operator sets for one hub or one member node: a small YAML file in its directory."""

import dataclasses
import os
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gateway.errors import SafelaneError

FILE = "safelane.yaml"
DEMO_DIR = Path("safelane-demo")


class ConfigError(SafelaneError):
    """A directory that is not set up, or a setting that is missing, unknown or of the wrong kind."""

    exit_code = 8


@dataclass(frozen=True)
class HubConfig:
    """`origin` names the regional log and its key.

    `database` is a URL of SQLAlchemy; empty for a SQLite file in the directory. `listen` is HOST:PORT, with
    port 0 for any free one; beyond this machine only with a certificate (`tls_certificate`, `tls_key`: files,
    from the directory) or behind `proxies` (addresses and networks, with commas). `public_url` is the https://
    address under which people reach the pages, and `oidc_*` the directory at which they may sign in.
    `time_zone` (such as Asia/Phnom_Penh) and `office_hours` (such as 8-17) are the office's: an auditor is
    told of questions at other times. `encrypted_by` says what encrypts the disk where that cannot be seen,
    `unencrypted` why nothing does.
    """

    origin: str
    database: str = ""
    listen: str = "127.0.0.1:0"
    log_policy: str = ""
    monitor_seconds: int = 60
    monitor_patience_seconds: int = 300
    metrics: str = ""
    time_zone: str = ""
    office_hours: str = ""
    public_url: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    proxies: str = ""
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_name: str = ""
    oidc_acr: str = ""
    encrypted_by: str = ""
    unencrypted: str = ""


@dataclass(frozen=True)
class MemberConfig:
    """`hub_log_key` is the vkey of the regional log, `hub_call_key` that of the hub's replies, as compared by
    voice at enrolment.

    `hub_authority` is the file with the certificate of the hub's own authority for TLS; then no other is
    trusted for the way to the hub.

    `source` is the register, a file or folder (from the node's directory) or the URL of a database, and
    `mapping` the document that says what its columns mean: what the controller's page loads.
    """

    member: str
    hub_url: str
    hub_log_key: str
    hub_call_key: str
    database: str = ""
    listen: str = "127.0.0.1:0"
    log_policy: str = ""
    monitor_seconds: int = 60
    monitor_patience_seconds: int = 300
    metrics: str = ""
    time_zone: str = ""
    office_hours: str = ""
    public_url: str = ""
    tls_certificate: str = ""
    tls_key: str = ""
    proxies: str = ""
    oidc_issuer: str = ""
    oidc_client: str = ""
    oidc_name: str = ""
    oidc_acr: str = ""
    encrypted_by: str = ""
    unencrypted: str = ""
    source: str = ""
    mapping: str = ""
    hub_authority: str = ""


T = TypeVar("T", HubConfig, MemberConfig)


def read_config(directory: Path, kind: type[T]) -> T:
    """Raises ConfigError, which names the file and the setting."""
    path = directory / FILE
    try:
        data = _parsed(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{directory} is not set up: there is no {path}.",
            remedy="Name the right directory with --dir, or start with `safelane demo`.",
        ) from None
    except (YAMLError, ValueError, OverflowError, RecursionError):  # a text that is no UTF-8 is a ValueError
        raise ConfigError(
            f"{path} is not a YAML file.", remedy="Correct it, or restore it from a backup."
        ) from None
    return _checked(path, data, kind)


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:
    """Return what a file says: several parts of a process read the same, and none changes it."""
    return YAML(typ="safe").load(text)


def write_config(directory: Path, config: HubConfig | MemberConfig) -> None:
    text = StringIO()
    YAML(typ="safe", pure=True).dump(dataclasses.asdict(config), text)
    # Beside its place first: a full disk leaves the settings that were there.
    partial = directory / f"{FILE}.new"
    with partial.open("w", encoding="utf-8") as file:
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(directory / FILE)


def _checked(path: Path, data: Any, kind: type[T]) -> T:
    fields = {f.name: f for f in dataclasses.fields(kind)}
    if not isinstance(data, dict):
        raise ConfigError(f"{path} does not hold settings.", remedy=f"It needs: {', '.join(fields)}.")
    unknown = sorted(set(data) - set(fields))
    missing = [n for n, f in fields.items() if f.default is dataclasses.MISSING and n not in data]
    known = [(n, value) for n, value in data.items() if n in fields]
    wrong = [n for n, value in known if fields[n].type is str and not isinstance(value, str)]
    numbers = [n for n, value in known if fields[n].type is int and (type(value) is not int or value < 1)]
    problems = (
        (unknown, "unknown"),
        (missing, "missing"),
        (wrong, "not text"),
        (numbers, "not a whole number above 0"),
    )
    for names, what in problems:
        if names:
            raise ConfigError(
                f"{path}: {what}: {', '.join(map(str, names))}.", remedy=f"Known: {', '.join(fields)}."
            )
    return kind(**data)
