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


_EXPIRED, _NOT_YET = 10, 9
_MISMATCHES = (62, 64)  # of a name, of an address
"""OpenSSL's numbers for faults of a certificate; 18 to 21 are about the issuer."""


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


def way_out(error: BaseException, otherwise: str) -> str:
    """Return what to do about a failed connection: about its certificate, if that was refused."""
    fault = _certificate_fault(error)
    if fault is None:
        return otherwise
    return (
        f"The hub's certificate is refused: {fault.verify_message}. {certificate_remedy(fault.verify_code)}"
    )


def _certificate_fault(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error


def certificate_remedy(code: int) -> str:
    """Return what to do about a refused certificate, by OpenSSL's number for its fault."""
    if code in (_EXPIRED, _NOT_YET):
        return "Compare this machine's clock; if it is right, tell the hub's operator to renew it."
    if code in _MISMATCHES:
        return "Compare the address with the one that the hub's operator has told you."
    return (
        "If the hub's authority is your own, let this machine trust it (or name its file in SSL_CERT_FILE); "
        "else somebody stands in between: tell the hub's operator."
    )
