"""`safelane member`: a member node, inside its state."""

import click

from gateway.cli.lazy import LazyCommands

# Imported when they run: hundreds of short commands must not wait for what serves, loads or protects.
COMMANDS: dict[str, tuple[str, str]] = {
    "approvals": ("gateway.cli.approvals:command", "Questions that wait until a person gives leave."),
    "changes": ("gateway.cli.member_records:changes_command", "List what each load changed."),
    "confirm": (
        "gateway.cli.member_joining:confirm_region",
        "Become part of the region, after comparing the fingerprint.",
    ),
    "consent": ("gateway.cli.member_records:consent_command", "Write down what somebody agrees to share."),
    "cube": ("gateway.cli.member_loading:cube", "Protect the newest snapshot under the policy in force."),
    "figures": (
        "gateway.cli.figures:command",
        "Numbers that were published elsewhere: tables must agree with them.",
    ),
    "join": ("gateway.cli.member_joining:join_region", "Set up a node, and apply with the hub's INVITATION."),
    "load": ("gateway.cli.member_loading:load", "Load the national register; whole or not at all."),
    "map": (
        "gateway.cli.mapping:command",
        "The mapping of a national source to the regional dictionary.",
    ),
    "prepare": ("gateway.cli.member_preparing:prepare", ""),
    "quotas": ("gateway.cli.approvals:quotas", "How often each organisation has asked."),
    "recompute": (
        "gateway.cli.recomputing:command",
        "Read a source again and compare with the newest snapshot.",
    ),
    "revisions": ("gateway.cli.revisions:command", "List what waits in released years."),
    "serve": ("gateway.cli.member_serving:serve", "Answer the hub's questions until stopped."),
    "trust-hub": (
        "gateway.cli.member_joining:trust",
        "Believe the hub's new key, after hearing its fingerprint.",
    ),
    "work": ("gateway.cli.working:command", ""),
}


@click.group(cls=LazyCommands, later=COMMANDS)
def member() -> None:
    """A member node, inside its state."""
