"""The demo analyst's access to the hub: an address, a token, and the key of the regional log."""

import json
from pathlib import Path

from gateway.bootstrap.setup.layout import Layout
from gateway.keys.access import NoAccessError, kept_access
from gateway.keys.files import read_secret, write_secret

HUB = "hub"
MEMBERS = "members"
ANALYST = "analyst.token"


def grant(directory: Path, token: str, log_key: str) -> None:
    """Store the analyst's token, and the log key as compared by the analyst."""
    write_secret(directory / ANALYST, json.dumps({"log_key": log_key, "token": token}))


def analyst(directory: Path) -> tuple[str, str, str]:
    """Return the hub's address, the token and the log's vkey, of the demo or of a stored access.

    Raises NoAccessError or KeyFileError.
    """
    kept = kept_access(directory)
    if kept is not None:
        return kept.hub_url, kept.token, kept.log_key
    if not (directory / ANALYST).exists():
        raise NoAccessError(
            f"There is no demo region and no access to a hub in {directory}.",
            remedy="Start a demo (safelane demo), or keep your access there (safelane access).",
        )
    access = json.loads(read_secret(directory / ANALYST))
    return address(directory), access["token"], access["log_key"]


def address(directory: Path) -> str:
    """Return the address of the demo's hub. Raises NoAccessError when the hub does not listen."""
    try:
        return Layout(directory / HUB).address.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoAccessError(
            f"The hub of {directory} is not running.", remedy="Start it, in another terminal: safelane demo"
        ) from None
