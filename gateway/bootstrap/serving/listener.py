"""Where a hub or a node listens, and who may connect: under TLS everybody, else this machine and proxies."""

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from gateway.bootstrap.setup.certificate import RenewedCertificate, certificate_files
from gateway.bootstrap.setup.sign_in_setup import proxies_of
from gateway.config import ConfigError, HubConfig, MemberConfig
from gateway.http.proxies import ON_THIS_MACHINE, Proxies


@dataclass(frozen=True)
class Listener:
    """`address` is HOST:PORT, port 0 for any; without a certificate only `plain` addresses may connect."""

    address: str
    certificate: RenewedCertificate | None = None
    plain: Proxies = ON_THIS_MACHINE

    @property
    def scheme(self) -> str:
        return "http" if self.certificate is None else "https"

    def admits(self, address: str) -> bool:
        """Return whether a connection from this address is read at all."""
        return self.certificate is not None or self.plain.include(address)


def listener_of(directory: Path, config: HubConfig | MemberConfig) -> Listener:
    """Return the listener of the settings.

    Raises ConfigError for an address of the network without TLS, KeyFileError for a key that others may read.
    """
    files, proxies = certificate_files(directory, config), proxies_of(config)
    if files is not None:
        if not config.public_url:
            raise ConfigError(
                "'tls_certificate' is set without 'public_url'.",
                remedy="Name the https:// address of the certificate as public_url, for the pages.",
            )
        return Listener(config.listen, RenewedCertificate(files))
    if not proxies.networks and not _is_loopback(config.listen.rpartition(":")[0]):
        raise ConfigError(
            f"Without TLS nothing is served on {config.listen}: everybody on the network could read along.",
            remedy="In safelane.yaml, name a certificate (tls_certificate, tls_key, public_url), or listen "
            "on 127.0.0.1 behind a TLS proxy on this machine, or name the machine of the proxy (proxies): "
            "see TLS in docs/how-to/operate.md.",
        )
    return Listener(config.listen, plain=ON_THIS_MACHINE | proxies)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
