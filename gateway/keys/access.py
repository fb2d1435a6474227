"""Access of an analyst, auditor or program to a hub: its address, a token, the regional log's key."""

import json
from dataclasses import dataclass
from pathlib import Path

from audit.errors import AuditError
from audit.formats.note import Verifier
from gateway.errors import SafelaneError
from gateway.keys.files import read_secret, write_secret

FILE = "access.token"


class NoAccessError(SafelaneError):
    """A directory holds no access, or the hub of the access is not running."""

    exit_code = 8


@dataclass(frozen=True)
class Access:
    """An access to a hub. `log_key` is the vkey of the regional log, as compared by the owner."""

    hub_url: str
    token: str
    log_key: str

    def __repr__(self) -> str:
        return f"Access({self.hub_url})"


def keep_access(directory: Path, access: Access) -> None:
    """Store an access in a file that only its owner can read.

    Raises NoAccessError for an invalid address, token or key, KeyFileError where an access exists already.
    """
    if not access.hub_url.startswith(("https://", "http://")):
        raise NoAccessError(f"{access.hub_url} is no address of a hub.", remedy="It begins with https://.")
    if not access.token or any(c.isspace() for c in access.token):
        raise NoAccessError("The token is not whole.", remedy="Copy it as it was shown, in one piece.")
    try:
        Verifier.parse(access.log_key)
    except AuditError as error:
        raise NoAccessError(
            f"The key of the log cannot be read: {error}.",
            remedy="Copy it whole, as the hub's operator gave it.",
        ) from None
    body = {"hub_url": access.hub_url.rstrip("/"), "log_key": access.log_key, "token": access.token}
    write_secret(directory / FILE, json.dumps(body))


def kept_access(directory: Path) -> Access | None:
    """Return the access stored in a directory, or None.

    Raises KeyFileError for a damaged or readable file.
    """
    if not (directory / FILE).exists():
        return None
    try:
        body = json.loads(read_secret(directory / FILE))
        return Access(body["hub_url"], body["token"], body["log_key"])
    except (ValueError, KeyError, TypeError):
        raise NoAccessError(
            f"{directory / FILE} is damaged.", remedy="Remove it, and make it again: safelane access"
        ) from None
