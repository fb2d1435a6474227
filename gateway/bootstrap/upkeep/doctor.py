"""Checks everything that a hub or a node needs and names remedies for faults; changes nothing."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from audit.errors import AuditError
from audit.formats.cosignature import Cosigner
from audit.formats.note import Signer
from gateway import __version__
from gateway.accounts.codes import STEP_SECONDS
from gateway.auditing.log_check import check_log
from gateway.bootstrap.setup.at_rest import at_rest
from gateway.bootstrap.setup.certificate import certificate_files
from gateway.bootstrap.setup.layout import Layout, database_url, is_hub
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.bootstrap.setup.private_authority import own_authority
from gateway.bootstrap.setup.upgrading import behind
from gateway.bootstrap.upkeep.check_result import Finding, State, in_words
from gateway.bootstrap.upkeep.database_connection import connection
from gateway.bootstrap.upkeep.encryption_found import encryption
from gateway.bootstrap.upkeep.hub_reachability import public_address, way_to_hub
from gateway.bootstrap.upkeep.log_opening import open_log, open_view, open_watch
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.keys.files import KeyFileError
from gateway.keys.lost_keys import check_not_lost
from gateway.member.policy.losses_shown import LossShown, losses_shown
from gateway.store.engine.log_lock import LogHeldError, hold_log
from gateway.watching.certificates import SOON
from gateway.watching.clocks import TOLERANCE, Tick, clock_alerts
from gateway.watching.model import Concern

ENOUGH, SCARCE = 2 * 1024**3, 200 * 1024**2
"""Bytes free on the disk: from `ENOUGH` on all is well, below `SCARCE` a load may fail."""

QUIET = timedelta(days=1)
"""A longer silence of a member causes a warning."""

MOST_DAMAGES = 3
"""Damages of the log that are named; the command for all of them stands beside."""

SET_IT = "Set it right, best by the network's time."


def examine(directory: Path) -> Iterator[Finding]:
    """Make every check, one after the other; a failed check does not stop the others.

    Raises ConfigError for a directory that is not set up.
    """
    hub = is_hub(directory)
    config = read_config(directory, HubConfig) if hub else read_config(directory, MemberConfig)
    yield Finding("software", State.WELL, f"Safelane {__version__}")
    yield _disk(directory)
    yield _private(directory)
    yield from encryption(at_rest(directory, config))
    yield from connection(database_url(directory, config))
    opened = list(_tried("database", lambda: _database(directory, config)))
    yield from opened
    # Else each of these would say the same once more; a log whose key is lost can be opened.
    if any(found.about == "database" and found.state is State.WELL for found in opened):
        yield from _tried("service", lambda: _service(directory, config))
        yield from _tried("log", lambda: _log(directory))
        yield from _tried("members" if hub else "node", lambda: _own(directory, hub=hub))
    yield from _tried("certificate", lambda: _own_certificate(directory, config))
    if isinstance(config, MemberConfig):
        yield from _tried("hub", lambda: way_to_hub(directory, config))
    if config.public_url:
        yield from public_address(config.public_url)


def _own(directory: Path, *, hub: bool) -> Iterator[Finding]:
    yield from _members(directory) if hub else _node(directory)
    yield from _codes(directory, hub=hub)
    yield from _alerts(directory)


def _service(directory: Path, config: HubConfig | MemberConfig) -> Iterator[Finding]:
    """Check whether a process serves, here or on another machine with the same database."""
    side, name = ("hub", config.origin) if isinstance(config, HubConfig) else ("member", config.member)
    try:
        with hold_log(database_url(directory, config), name):
            start = f"Start its service, or: safelane {side} serve --dir {directory}"
            yield Finding("service", State.WARNING, "stopped", start)
    except LogHeldError:
        address = Layout(directory).address
        where = f"at {address.read_text('ascii').strip()}" if address.exists() else "by another machine"
        yield Finding("service", State.WELL, f"served {where}")


def _own_certificate(directory: Path, config: HubConfig | MemberConfig) -> Iterator[Finding]:
    """Check that the own certificate can be served, and when it ends."""
    files = certificate_files(directory, config)
    if files is None:
        return
    files.context()
    now, ends = datetime.now(UTC), files.ends()
    if files.begins() > now:
        detail = f"{files.chain.name} does not count before {files.begins():%Y-%m-%d}"
        remedy = "Compare this machine's clock. If it is right now and was ahead before, make a new one."
        yield Finding("certificate", State.WRONG, detail, remedy)
        return
    detail = f"{files.chain.name} {'ended' if ends <= now else 'ends'} on {ends:%Y-%m-%d}"
    if ends - now > SOON:
        yield Finding("certificate", State.WELL, detail)
        return
    state = State.WRONG if ends <= now else State.WARNING
    own = f" with safelane tls NAME --dir {directory}" if own_authority(directory) else ""
    yield Finding("certificate", state, detail, f"Renew it{own}; the new files count without a restart.")


def _tried(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except KeyFileError as error:
        yield Finding("keys", State.WRONG, error.message, error.remedy)
    except SafelaneError as error:
        yield Finding(about, State.WRONG, error.message, error.remedy)
    except AuditError as error:
        yield Finding(about, State.WRONG, f"{error}.", "Stop it, and restore the newest backup.")


def _disk(directory: Path) -> Finding:
    free = shutil.disk_usage(directory).free
    detail = f"{free / 1024**3:.1f} GB free"
    if free >= ENOUGH:
        return Finding("disk", State.WELL, detail)
    state = State.WARNING if free >= SCARCE else State.WRONG
    return Finding("disk", state, detail, "Make room: a log that cannot be written answers nothing.")


def _private(directory: Path) -> Finding:
    """The database holds the data that the keys protect: the directory is for its owner only."""
    open_to = directory.stat().st_mode & 0o077
    if open_to:
        return Finding(
            "directory", State.WRONG, "others on this machine may look into it", f"chmod 700 {directory}"
        )
    return Finding("directory", State.WELL, "for its owner only")


def _database(directory: Path, config: HubConfig | MemberConfig) -> Iterator[Finding]:
    """Open the database and the keys, which fails where a key is missing or damaged."""
    if behind(directory):
        yield Finding(
            "database",
            State.WARNING,
            "in the form of an older Safelane",
            "Start it: it is backed up and brought to the new form then.",
        )
        return
    with open_hub(directory) if isinstance(config, HubConfig) else open_member(directory) as own:
        kind = urlsplit(database_url(directory, config)).scheme.partition("+")[0]
        replies = (own.reply_signer,) if isinstance(own, Hub) else ()
        yield _keys(own.log.signer, own.cosigner, *replies)
        yield Finding("database", State.WELL, f"{kind}, at the present schema")


def _keys(*keys: Signer | Cosigner) -> Finding:
    """A log whose key is lost is read on, and never grows: everything else can be well."""
    try:
        check_not_lost(*keys)
    except KeyFileError as error:
        return Finding("keys", State.WRONG, error.message, error.remedy)
    return Finding("keys", State.WELL, "all there, for their owner only")


def _log(directory: Path) -> Iterator[Finding]:
    with open_log(directory) as own:
        note = own.log.checkpoint(own.storage)
        cosigned = len(note.signatures) - 1
        checkpoint = own.storage.latest_checkpoint()
        with open_view(directory) as view:
            damages = check_log(own.log, view).damages
    for damage in damages[:MOST_DAMAGES]:
        yield Finding("log", State.WRONG, damage, f"See all of it: safelane log check --dir {directory}")
    if damages:
        return
    size = 0 if checkpoint is None else checkpoint.size
    now = Tick(datetime.now(UTC), 0.0)
    for alert in clock_alerts(own.log.origin, checkpoint, None, now):
        yield Finding("clock", State.WRONG, alert.message, SET_IT)
    detail = f"{size} entries, all whole, the newest checkpoint cosigned by {cosigned}"
    yield Finding("log", State.WELL, detail)


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
        if last is not None and last - now > TOLERANCE:
            detail = f"not heard since the clock was set back by {in_words(last - now)} or more"
            yield Finding(code, State.WARNING, detail, "Wait for its next call, which puts this right.")
        elif last is not None and now - last < QUIET:
            yield Finding(code, State.WELL, f"heard {in_words(now - last)} ago")
        else:
            detail = "never heard" if last is None else f"not heard for {in_words(now - last)}"
            yield Finding(code, State.WARNING, detail, "Call its operator, who should run: safelane doctor")
    yield from _recovering(awaited)


def _node(directory: Path) -> Iterator[Finding]:
    with open_member(directory) as node, node.store.reading() as view:
        awaited, losses = view.recovery.awaited(), list(losses_shown(node, view))
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
    if not missing and all(shown.answers for shown in losses):
        yield Finding("answers", State.WELL, "snapshot, policy and cube are there")
    yield from _recovering(awaited)
    yield from map(_lost, losses)


def _codes(directory: Path, *, hub: bool) -> Iterator[Finding]:
    """Look for people who signed in under a clock that was ahead: their codes have yet to reach that time."""
    with open_hub(directory) if hub else open_member(directory) as own, own.store.reading() as view:
        kept = [view.people.credentials(account.name) for account in view.people.accounts()]
    soon = (datetime.now(UTC) + QUIET).timestamp()
    ahead = [one.last_step * STEP_SECONDS for one in kept if one is not None]
    times = [at for at in ahead if at > soon]
    if times:
        until = datetime.fromtimestamp(max(times), UTC)
        yield Finding(
            "codes",
            State.WARNING,
            f"people who signed in while the clock was ahead: {len(times)}; the last of their one-time codes "
            f"is refused up to {until:%Y-%m-%d}",
            "They sign in with a recovery code and renew the code generator; or two operators let them in.",
        )


def _lost(shown: LossShown) -> Finding:
    """What a restored node has lost, and what it does about it."""
    whole = f"entries signed after the backup: {shown.entries}"
    if not shown.unknown:
        return Finding("restore", State.WELL, f"{whole}, all given back by the hub")
    lost = f"{whole}, lost for good: {shown.unknown}"
    if shown.answers:
        detail = f"{lost}; of years before {shown.before} nothing new is released"
        return Finding("restore", State.WARNING, detail, "Nothing is to be done; it stays so.")
    return Finding(
        "restore",
        State.WRONG,
        f"{lost}; nothing is answered",
        "Load the register, publish the policy as a new version, and make the cube: see the page on backups.",
    )


def _recovering(awaited: Sequence[str]) -> Iterator[Finding]:
    if awaited:
        names = ", ".join(awaited)
        yield Finding(
            "restore",
            State.WARNING,
            f"restored, and not heard since: {names}",
            "Serve it and wait; see the page on backups if it does not go on.",
        )


def _alerts(directory: Path) -> Iterator[Finding]:
    """Open alerts of hub and nodes about each other's logs and about the clock."""
    with open_watch(directory) as watch:
        open_alerts = [kept.alert for kept in watch.alerts(ended=False)]
    clocks = [alert for alert in open_alerts if alert.kind == Concern.CLOCK]
    for alert in clocks:
        yield Finding("clock", State.WARNING, alert.message, SET_IT)
    others = len(open_alerts) - len(clocks)
    if others:
        detail = f"{others} {'alert is open' if others == 1 else 'alerts are open'}"
        yield Finding("watch", State.WARNING, detail, f"Read them: safelane log alerts --dir {directory}")
    else:
        yield Finding("watch", State.WELL, "no open alerts")
