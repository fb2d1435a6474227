"""The demo's vaults: two custodians for each member, with key files side by side in the demo only."""

from pathlib import Path

from anonymisers.identity.key_custody import new_custody
from gateway.bootstrap.setup.layout import Layout
from gateway.keys.custody import new_key_file, write_custody

CUSTODIANS = ("first", "second")
FOLDER = "custodians"


def make_vault(place: Path, member: str) -> None:
    """Make a member's vault with a key file for each custodian; real custodians keep theirs apart."""
    locks = {name: new_key_file(key_file(place, name)) for name in CUSTODIANS}
    write_custody(Layout(place).keys, new_custody(member, locks))


def key_file(place: Path, name: str) -> Path:
    """Return the demo's path of a custodian's key file."""
    return place / FOLDER / f"{name}.key"
