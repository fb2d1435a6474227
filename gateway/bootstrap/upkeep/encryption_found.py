"""Says how the files of a hub or a node are kept: what encrypts them, or why nothing does."""

from collections.abc import Iterator

from gateway.bootstrap.setup.at_rest import AtRest
from gateway.bootstrap.setup.disk_encryption import HERE, System, open_swaps
from gateway.bootstrap.upkeep.check_result import Finding, State

ABOUT = "encryption"
REMEDY = (
    "Whoever takes the disk reads everything but the vault. Install the machine with an encrypted disk, or "
    "run safelane-encrypt (of the Debian package): see the page on running a hub or a node."
)
SAY_IT = "Where something encrypts it unseen, say so in safelane.yaml: encrypted_by."


def encryption(kept: AtRest, system: System = HERE) -> Iterator[Finding]:
    """Say by what the files are encrypted, if by anything that is seen or said."""
    if kept.seen:
        found = f"on an encrypted disk ({kept.means})"
    elif kept.said.encrypted_by:
        own = "" if kept.means is None else f" but {kept.means} here"
        found = f"nothing is seen{own}; encrypted, as the operator says, by: {kept.said.encrypted_by}"
    elif kept.said.unencrypted:
        detail = f"not encrypted; the operator's reason: {kept.said.unencrypted}"
        yield Finding(ABOUT, State.WARNING, detail, REMEDY)
        return
    elif kept.means is None:
        yield Finding(ABOUT, State.WARNING, "no encryption of the disk was found", f"{REMEDY} {SAY_IT}")
        return
    else:
        detail = f"on an encrypted disk ({kept.means}), and of the database's server nothing is known"
        yield Finding(ABOUT, State.WARNING, detail, f"Ask who runs the server. {SAY_IT}")
        return
    swaps = open_swaps(system)
    if swaps:
        detail = f"{found}; and memory is swapped to {swaps[0]}, which is not"
        yield Finding(ABOUT, State.WARNING, detail, "Encrypt the swap space too, or turn it off.")
        return
    yield Finding(ABOUT, State.WELL, found)
