"""`safelane hub`: the regional hub."""

import click

from gateway.cli.common.lazy_commands import LazyCommands

# Imported when they run: short commands must not wait for what serves.
COMMANDS: dict[str, tuple[str, str]] = {
    "confirm": (
        "gateway.cli.region.hub_members:confirm_member",
        "Let in a MEMBER that has applied, after comparing the fingerprint.",
    ),
    "found": ("gateway.cli.region.hub_members:found", "Set up a hub in an empty directory."),
    "invite": ("gateway.cli.region.hub_members:invite_member", "Write an invitation for a MEMBER state."),
    "keys": (
        "gateway.cli.log.log_keys:show_keys",
        "Show the hub's keys and the fingerprint of its replies' key.",
    ),
    "members": ("gateway.cli.region.hub_members:members", "List the members, and applications to confirm."),
    "refound": (
        "gateway.cli.region.hub_refounding:refound_hub",
        "Found a hub whose disk is lost anew, from members' mirrors of its log.",
    ),
    "revoke": ("gateway.cli.region.hub_members:revoke_member", "End a MEMBER's enrolment at once."),
    "rotate-key": (
        "gateway.cli.log.log_keys:rotate_calls",
        "Let a new key sign what the hub replies to members.",
    ),
    "serve": (
        "gateway.cli.region.hub_serving:serve",
        "Serve questions, members and the regional log until stopped.",
    ),
}


@click.group(cls=LazyCommands, later=COMMANDS)
def hub() -> None:
    """The regional hub."""
