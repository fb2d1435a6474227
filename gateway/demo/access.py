"""How the demo's analyst reaches the hub: an address, a token, and the key of the regional log."""

import json
from pathlib import Path

from gateway.bootstrap.setup.layout import Layout
from gateway.keys.access import NoAccessError, kept_access
from gateway.keys.files import read_secret, write_secret

HUB = "hub"
MEMBERS = "members"
ANALYST = "analyst.token"


def grant(directory: Path, token: str, log_key: str) -> None:
    """Keep the analyst's token, and the log key as the analyst has compared it."""
    write_secret(directory / ANALYST, json.dumps({"log_key": log_key, "token": token}))


def analyst(directory: Path) -> tuple[str, str, str]:
    """Address of the hub, token, and vkey of the regional log: of the demo, or of an access kept there.

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
    """Where the demo's hub listens. Raises NoAccessError when it does not."""
    try:
        return Layout(directory / HUB).address.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise NoAccessError(
            f"The hub of {directory} is not running.", remedy="Start it, in another terminal: safelane demo"
        ) from None
