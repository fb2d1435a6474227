"""How the demo's analyst reaches the hub: an address, a token, and the key of the regional log."""

import json
from pathlib import Path

from gateway.bootstrap.layout import Layout
from gateway.errors import SafelaneError
from gateway.keys.files import read_secret, write_secret

HUB = "hub"
MEMBERS = "members"
ANALYST = "analyst.token"


class NoAccessError(SafelaneError):
    """There is no running demo in the directory."""

    exit_code = 8


def grant(directory: Path, token: str, log_key: str) -> None:
    """Keep the analyst's token, and the log key as the analyst has compared it."""
    write_secret(directory / ANALYST, json.dumps({"log_key": log_key, "token": token}))


def analyst(directory: Path) -> tuple[str, str, str]:
    """Address of the hub, token, and vkey of the regional log. Raises NoAccessError or KeyFileError."""
    if not (directory / ANALYST).exists():
        raise NoAccessError(
            f"There is no demo region in {directory}.", remedy="Build and start one: safelane demo"
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
