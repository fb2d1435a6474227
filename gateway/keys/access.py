"""How an analyst, auditor or program reaches a hub: its address, a token, the key of the regional log."""

import json
from dataclasses import dataclass
from pathlib import Path

from audit.errors import AuditError
from audit.formats.note import Verifier
from gateway.errors import SafelaneError
from gateway.keys.files import read_secret, write_secret

FILE = "access.token"


class NoAccessError(SafelaneError):
    """There is no access in a directory, or the hub that it is for is not running."""

    exit_code = 8


@dataclass(frozen=True)
class Access:
    """`log_key` is the vkey of the regional log, as its owner has compared it."""

    hub_url: str
    token: str
    log_key: str

    def __repr__(self) -> str:
        return f"Access({self.hub_url})"


def keep_access(directory: Path, access: Access) -> None:
    """Keep it in a file that only its owner reads.

    Raises NoAccessError for what is no address, no token or no key, KeyFileError where one is kept already.
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
    """The access kept in a directory, or None. Raises KeyFileError when it is damaged or open to others."""
    if not (directory / FILE).exists():
        return None
    try:
        body = json.loads(read_secret(directory / FILE))
        return Access(body["hub_url"], body["token"], body["log_key"])
    except (ValueError, KeyError, TypeError):
        raise NoAccessError(
            f"{directory / FILE} is damaged.", remedy="Remove it, and make it again: safelane access"
        ) from None
