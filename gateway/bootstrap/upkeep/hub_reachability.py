"""Checks the connection to a hub: certificate, reply, clocks, keys and versions."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gateway.bootstrap.setup.open_member import hub_link, open_member
from gateway.bootstrap.setup.private_authority import hub_authority
from gateway.bootstrap.upkeep.check_result import Finding, State, in_words
from gateway.config import MemberConfig
from gateway.errors import SafelaneError
from gateway.http.signatures import SKEW
from gateway.http.trust import certificate_remedy, trusted
from gateway.watching.certificates import SOON
from gateway.wire.versions import unknown_to

SECONDS = 5.0


def way_to_hub(directory: Path, config: MemberConfig) -> Iterator[Finding]:
    """Check everything about a node's connection to its hub. Raises ConfigError or UntrustedError."""
    url, trust = config.hub_url, trusted(hub_authority(directory, config))
    yield from _protected(url, trust)
    reply = _asked(url, trust)
    if isinstance(reply, Finding):
        yield reply
        return
    yield Finding("hub", State.WELL, f"{url} answers")
    yield _clock(reply.headers.get("Date", ""), datetime.now(UTC))
    yield _understood(directory)


def public_address(url: str) -> Iterator[Finding]:
    """Check whether a hub or a node is reached at the address that its people use."""
    yield from _protected(url, trusted())
    reply = _asked(url, trusted())
    yield reply if isinstance(reply, Finding) else Finding("address", State.WELL, f"{url} answers")


def _protected(url: str, trust: ssl.SSLContext) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "https":
        yield _certificate(parts.hostname or "", parts.port or 443, trust)
    elif parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield Finding(
            "TLS",
            State.WARNING,
            f"{url} is not https",
            "Calls are signed, but everybody on the way can read them: see TLS in docs/how-to/operate.md.",
        )


def _asked(url: str, trust: ssl.SSLContext) -> httpx.Response | Finding:
    try:
        return httpx.get(
            f"{url.rstrip('/')}/healthz", timeout=SECONDS, verify=trust, trust_env=False
        ).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Finding(
            "hub",
            State.WRONG,
            f"{url} cannot be reached ({type(error).__name__}: {error})",
            "Check the network, the address in safelane.yaml and the firewall: only the way out is needed.",
        )


def _certificate(host: str, port: int, trust: ssl.SSLContext) -> Finding:
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            trust.wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = datetime.fromtimestamp(
                ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"])), UTC
            )
    except ssl.SSLCertVerificationError as error:
        detail = f"the certificate of {host} is refused: {error.verify_message}"
        return Finding("TLS", State.WRONG, detail, certificate_remedy(error.verify_code))
    except (OSError, KeyError, ValueError) as error:
        return Finding(
            "TLS", State.WRONG, f"no safe connection to {host}: {error}", "Tell the hub's operator."
        )
    if ends - datetime.now(UTC) < SOON:
        return Finding(
            "TLS", State.WARNING, f"the certificate of {host} ends on {ends:%Y-%m-%d}", "Have it renewed."
        )
    return Finding("TLS", State.WELL, f"the certificate of {host} holds up to {ends:%Y-%m-%d}")


def _clock(date: str, now: datetime) -> Finding:
    try:
        apart = abs(parsedate_to_datetime(date) - now)
    except ValueError:
        return Finding(
            "clock", State.WARNING, "the hub does not tell its time", "Compare the clocks by hand."
        )
    detail = f"{in_words(apart)} apart from the hub's"
    if apart > SKEW:
        return Finding(
            "clock", State.WRONG, detail, "Set both clocks, best by the network's time: calls are refused."
        )
    return Finding("clock", State.WELL, detail)


def _understood(directory: Path) -> Finding:
    """Check by a signed greeting that each side has the other's keys, and compare the features of both."""
    try:
        with open_member(directory) as node, closing(hub_link(directory, node)) as link:
            hub = link.greeted()
    except SafelaneError as error:
        return Finding(
            "versions",
            State.WRONG,
            error.message,
            error.remedy or "If this node's keys were changed or revoked, it must be enrolled again.",
        )
    lacks = unknown_to(hub)
    if lacks:
        return Finding(
            "versions",
            State.WARNING,
            f"the hub ({hub.software}) is older and cannot do: {', '.join(lacks)}",
            "It works without; tell the hub's operator that there is a newer Safelane.",
        )
    return Finding("versions", State.WELL, f"the hub is Safelane {hub.software} and knows this node's keys")
