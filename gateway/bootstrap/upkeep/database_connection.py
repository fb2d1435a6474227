"""Finds out whether the connection to a database on another machine is encrypted, and its server proved.

Source: PostgreSQL's documentation of libpq, "SSL Support" (`sslmode`): `verify-ca` and `verify-full` alone
notice somebody in between.
"""

import os
from collections.abc import Iterator, Mapping

from sqlalchemy import make_url

from gateway.bootstrap.upkeep.check_result import Finding, State

PROVED = frozenset({"verify-ca", "verify-full"})
ENCRYPTED = "require"
_HERE = ("", "localhost", "127.0.0.1", "::1")
REMEDY = (
    "Let 'database' in safelane.yaml end in ?sslmode=verify-full&sslrootcert=FILE, with the certificate of "
    "the server's authority."
)


def connection(url: str, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Say how the connection to a PostgreSQL on another machine is protected; nothing of other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return
    named = parsed.query.get("host", parsed.host or environment.get("PGHOST", ""))
    hosts = [_without_port(host) for host in ([named] if isinstance(named, str) else named)]
    away = [host for host in hosts if host not in _HERE and not host.startswith("/")]
    if not away:
        return
    mode = str(parsed.query.get("sslmode", environment.get("PGSSLMODE", "prefer")))
    if mode in PROVED:
        yield Finding("database's TLS", State.WELL, f"the server at {away[0]} proves itself ({mode})")
    elif mode == ENCRYPTED:
        detail = f"encrypted, and whoever stands between can pass for {away[0]} (sslmode={mode})"
        yield Finding("database's TLS", State.WARNING, detail, REMEDY)
    else:
        detail = f"what goes to {away[0]} may be read on the way (sslmode={mode})"
        yield Finding("database's TLS", State.WRONG, detail, REMEDY)


def _without_port(host: str) -> str:
    """The host of `host:port`; an address of IPv6 has more colons."""
    return host.partition(":")[0] if host.count(":") == 1 else host
