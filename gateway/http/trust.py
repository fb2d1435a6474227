"""Trusted certificate authorities: the public authorities, and those that this machine's operator trusts.

A ministry often has an authority of its own. The system's trust (or the file that `SSL_CERT_FILE` names) is
valid for nodes, commands, the directory for sign-ins and `safelane doctor` alike.
"""

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """Return the TLS context for every outgoing connection of this process."""
    context = httpx.create_ssl_context(trust_env=False)  # the authorities that came with the software
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context
