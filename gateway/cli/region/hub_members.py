"""`safelane hub found`, `invite`, `members`, `confirm` and `revoke`: a region and its members."""

from datetime import datetime, timedelta
from pathlib import Path

import click

from audit.formats.vkey import WITNESS_KEY_TYPES
from gateway.bootstrap.setup.at_rest import Said
from gateway.bootstrap.setup.open_hub import create_hub, log_key, open_hub
from gateway.cli.common import options
from gateway.cli.common.at_rest import encrypted_at_rest
from gateway.cli.common.files import whole
from gateway.hub.enrolment import VALID, confirm, invite, pending, revoke


@click.command()
@options.own_directory
@click.option("--origin", required=True, help="Name of the regional log, like armac.example/log.")
@click.option(
    "--listen", default="127.0.0.1:0", show_default=True, help="HOST:PORT; port 0 for any free one."
)
@options.database
@options.key_type("--witness-key-type", "Of the keys with which hub and members cosign.", "ml-dsa-44")
@encrypted_at_rest()
def found(  # noqa: PLR0917 - one for each option
    directory: Path, origin: str, listen: str, database: str, key_type: str, said: Said
) -> None:
    """Set up a hub in an empty directory: its keys, its log and its database."""
    witnesses = WITNESS_KEY_TYPES[key_type]
    create_hub(directory, origin, listen, database=database, witness_key_type=witnesses, said=said)
    click.echo(f"The hub of {origin} is set up in {directory}. The key of its log, for everybody to compare:")
    click.echo(log_key(directory))


@click.command(name="invite")
@click.argument("member")
@options.own_directory
@click.option("--url", required=True, help="Address at which the member reaches this hub: https://...")
@click.option("--days", type=click.IntRange(1, 90), default=VALID.days, show_default=True)
@click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Where to; else MEMBER.invitation."
)
def invite_member(member: str, directory: Path, url: str, days: int, output: Path | None) -> None:
    """Write an invitation for a MEMBER state (KH, LA, ...), also for a member that needs new keys."""
    path = output or Path(f"{member}.invitation")
    with open_hub(directory) as opened:
        invitation = invite(opened, member, url, timedelta(days=days))
    with whole(path) as file:
        file.write(invitation.text())
    click.echo(f"{path} is good for one application, up to {invitation.until:%Y-%m-%d %H:%M} UTC.")
    click.echo(
        f"Send it to {member}. Whoever has it could apply in its place: compare the fingerprint by voice."
    )


@click.command()
@options.own_directory
def members(directory: Path) -> None:
    """List the members, and applications to be confirmed, with the fingerprint to compare."""
    with open_hub(directory) as opened:
        waiting = pending(opened)
        with opened.store.reading() as view:
            enrolled = view.enrolments()
            seen = {p.member: p.last_seen for p in view.presence()}
    for enrolment in enrolled:
        click.echo(f"{enrolment.member}  enrolled, last seen {_moment(seen.get(enrolment.member))}")
    for applicant in waiting:
        click.echo(
            f"{applicant.enrolment.member}  waits to be confirmed, fingerprint {applicant.fingerprint}"
        )
    if not enrolled and not waiting:
        click.echo("Nobody yet. Begin with: safelane hub invite")


@click.command(name="confirm")
@click.argument("member")
@options.own_directory
@options.fingerprint
def confirm_member(member: str, directory: Path, fingerprint: str) -> None:
    """Confirm a MEMBER that has applied, after comparing the fingerprint by voice."""
    with open_hub(directory) as opened:
        confirm(opened, member, fingerprint)
    click.echo(f"{member} is a member of the region from now on.")


@click.command(name="revoke")
@click.argument("member")
@options.own_directory
@click.option("--reason", required=True, help="Recorded in the regional log, which everybody can read.")
def revoke_member(member: str, directory: Path, reason: str) -> None:
    """End a MEMBER's enrolment at once: its keys are no longer valid. Its former answers stay."""
    with open_hub(directory) as opened:
        revoke(opened, member, reason)
    click.echo(f"{member} is no member of the region any more.")


def _moment(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
