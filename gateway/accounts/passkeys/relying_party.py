"""The name for which passkeys are made here (the relying party of WebAuthn)."""

from dataclasses import dataclass
from ipaddress import ip_address


@dataclass(frozen=True)
class RelyingParty:
    """`id` is a host name, `origin` the one origin (scheme, host, port) whose pages may use its passkeys.

    Browsers make passkeys for a name only, never for an IP address. `name` is what a person reads.
    """

    id: str
    origin: str
    name: str


def is_name(host: str) -> bool:
    """Return whether a host is a name, for which browsers make passkeys, and not an IP address."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False
