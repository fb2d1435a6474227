"""Looks at everything that a hub or a node needs, says what to do about what is wrong, changes nothing."""

import shutil
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from audit.errors import AuditError
from gateway import __version__
from gateway.bootstrap.hub import open_hub
from gateway.bootstrap.layout import database_url
from gateway.bootstrap.logs import is_hub, open_log
from gateway.bootstrap.member import open_member
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.errors import SafelaneError
from gateway.http.signatures import SKEW

ENOUGH, SCARCE = 2 * 1024**3, 200 * 1024**2
"""Bytes free on the disk: from the one on it is well, below the other a load may fail."""

SOON = timedelta(days=21)
"""A certificate that ends sooner is worth a warning."""

QUIET = timedelta(days=1)
"""A member that was not heard for longer is worth a warning."""

SECONDS = 5.0


class State(StrEnum):
    WELL = "well"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and for what is not well what to do."""

    about: str
    state: State
    said: str
    remedy: str = ""


def examine(directory: Path) -> Iterator[Finding]:
    """Every check that can be made, one after the other; none stops the others.

    Raises ConfigError for a directory that is not set up.
    """
    hub = is_hub(directory)
    config = read_config(directory, HubConfig) if hub else read_config(directory, MemberConfig)
    yield Finding("software", State.WELL, f"Safelane {__version__}")
    yield _disk(directory)
    yield _private(directory)
    yield from _tried("database", lambda: _database(directory, config))
    yield from _tried("log", lambda: _log(directory))
    if isinstance(config, HubConfig):
        yield from _tried("members", lambda: _members(directory))
    else:
        yield from _tried("node", lambda: _node(directory))
        yield from _hub(config.hub_url)


def _tried(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except SafelaneError as error:
        yield Finding(about, State.WRONG, error.message, error.remedy)
    except AuditError as error:
        yield Finding(about, State.WRONG, f"{error}.", "Stop it, and restore the newest backup.")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(directory).free
    said = f"{free / 1024**3:.1f} GB free"
    if free >= ENOUGH:
        return Finding("disk", State.WELL, said)
    state = State.WARNING if free >= SCARCE else State.WRONG
    return Finding("disk", state, said, "Make room: a log that cannot be written answers nothing.")


def _private(directory: Path) -> Finding:
    """The database holds what the keys protect: the directory is for its owner only."""
    open_to = directory.stat().st_mode & 0o077
    if open_to:
        return Finding(
            "directory", State.WRONG, "others on this machine may look into it", f"chmod 700 {directory}"
        )
    return Finding("directory", State.WELL, "for its owner only")


def _database(directory: Path, config: HubConfig | MemberConfig) -> Iterator[Finding]:
    """Opening brings it to the present schema, reads the keys, and fails where one is missing or damaged."""
    with open_hub(directory) if isinstance(config, HubConfig) else open_member(directory):
        kind = urlsplit(database_url(directory, config)).scheme.partition("+")[0]
        yield Finding("keys", State.WELL, "all there, for their owner only")
        yield Finding("database", State.WELL, f"{kind}, at the present schema")


def _log(directory: Path) -> Iterator[Finding]:
    with open_log(directory) as own:
        note = own.log.checkpoint(own.storage)
        cosigned = len(note.signatures) - 1
        head = own.storage.head()
    size = 0 if head is None else head.size
    yield Finding("log", State.WELL, f"{size} entries, its newest checkpoint cosigned by {cosigned}")


def _members(directory: Path) -> Iterator[Finding]:
    with open_hub(directory) as hub, hub.store.reading() as view:
        awaited = view.recovery.awaited()
        seen = {p.member: p.last_seen for p in view.presence()}
        codes = [e.member for e in view.enrolments()]
        now = hub.clock.now()
    if not codes:
        yield Finding("members", State.WARNING, "nobody is enrolled", "Begin with: safelane hub invite")
    for code in codes:
        last = seen.get(code)
        if last is not None and now - last < QUIET:
            yield Finding(code, State.WELL, f"heard {_ago(now - last)} ago")
        else:
            said = "never heard" if last is None else f"not heard for {_ago(now - last)}"
            yield Finding(code, State.WARNING, said, "Call its operator, who should run: safelane doctor")
    yield from _recovering(awaited)


def _node(directory: Path) -> Iterator[Finding]:
    with open_member(directory) as node, node.store.reading() as view:
        awaited = view.recovery.awaited()
        missing = [
            (what, remedy)
            for what, remedy, there in (
                ("a snapshot", "safelane member load", view.snapshot() is not None),
                ("a policy in force", "safelane policy publish", view.policy() is not None),
                ("a cube", "safelane member cube", view.cube_entry() is not None),
            )
            if not there
        ]
    for what, remedy in missing:
        yield Finding("answers", State.WARNING, f"there is not yet {what}", f"Go on with: {remedy}")
    if not missing:
        yield Finding("answers", State.WELL, "snapshot, policy and cube are there")
    yield from _recovering(awaited)


def _recovering(awaited: Sequence[str]) -> Iterator[Finding]:
    if awaited:
        names = ", ".join(awaited)
        yield Finding(
            "restore",
            State.WARNING,
            f"restored, and not heard since: {names}",
            "Serve it and wait; see the page on backups if it does not go on.",
        )


def _hub(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "https":
        yield _certificate(parts.hostname or "", parts.port or 443)
    elif parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        yield Finding(
            "TLS",
            State.WARNING,
            f"{url} is not https",
            "Calls are signed, but everybody on the way can read them: put TLS in front of the hub.",
        )
    try:
        before = datetime.now(UTC)
        reply = httpx.get(f"{url.rstrip('/')}/healthz", timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        yield Finding(
            "hub",
            State.WRONG,
            f"{url} cannot be reached ({type(error).__name__}: {error})",
            "Check the network, the address in safelane.yaml and the firewall: only the way out is needed.",
        )
        return
    yield Finding("hub", State.WELL, f"{url} answers")
    yield _clock(reply.headers.get("Date", ""), before)


def _certificate(host: str, port: int) -> Finding:
    try:
        with (
            socket.create_connection((host, port), timeout=SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            ends = datetime.fromtimestamp(
                ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"])), UTC
            )
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
    said = f"{apart.total_seconds():.0f} s apart from the hub's"
    if apart > SKEW:
        return Finding(
            "clock", State.WRONG, said, "Set both clocks, best by the network's time: calls are refused."
        )
    return Finding("clock", State.WELL, said)


def _ago(span: timedelta) -> str:
    if span < timedelta(minutes=2):
        return f"{span.total_seconds():.0f} s"
    if span < timedelta(hours=2):
        return f"{span.total_seconds() / 60:.0f} min"
    return f"{span.total_seconds() / 3600:.0f} h" if span < timedelta(days=2) else f"{span.days} days"
