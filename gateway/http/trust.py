"""Trusted certificate authorities: the public authorities, and those that this machine's operator trusts.

A ministry often has an authority of its own. The system's trust (or the file that `SSL_CERT_FILE` names) is
valid for nodes, commands, the directory for sign-ins and `safelane doctor` alike.
"""

import ssl
from functools import lru_cache

import httpx

from gateway.errors import SafelaneError


class UntrustedError(SafelaneError):
    """An authority for TLS that cannot be read."""

    exit_code = 8


@lru_cache(maxsize=4)
def trusted(authority: str = "") -> ssl.SSLContext:
    """Return the TLS context for outgoing connections of this process.

    With `authority`, certificates in PEM, these are trusted and nobody else. Raises UntrustedError for a text
    without a certificate.
    """
    if authority:
        try:
            return ssl.create_default_context(cadata=authority)
        except (ssl.SSLError, ValueError):
            raise UntrustedError(
                "The file of the hub's authority holds no certificate in PEM.",
                remedy="Ask the hub's operator for tls/authority.pem, and name it as hub_authority in "
                "safelane.yaml.",
            ) from None
    context = httpx.create_ssl_context(trust_env=False)  # the authorities that came with the software
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context
