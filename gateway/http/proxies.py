"""Named TLS proxies: whose word about the address of a caller counts."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

LOOPBACK_NETWORKS = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True)
class Proxies:
    """Addresses and networks of machines whose X-Forwarded-For header is believed."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Proxies":
        """Read addresses and networks with commas between them. Raises ValueError."""
        return cls(tuple(ip_network(word.strip()) for word in text.split(",") if word.strip()))

    def include(self, address: str) -> bool:
        """Return whether a connection from this address is a proxy's."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)

    def __or__(self, others: "Proxies") -> "Proxies":
        return Proxies((*self.networks, *others.networks))


ON_THIS_MACHINE = Proxies(LOOPBACK_NETWORKS)
