"""Whose certificates are believed: the public authorities', and those that this machine's operator trusts.

A ministry often has an authority of its own. What the system trusts (or the file that `SSL_CERT_FILE` names)
counts for nodes, commands, the directory for sign-ins and `safelane doctor` alike.
"""

import ssl
from functools import lru_cache

import httpx


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """For every way out of this process."""
    context = httpx.create_ssl_context(trust_env=False)  # the authorities that came with the software
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context
