"""`safelane member`: a member node, inside its state."""

import click

from gateway.cli.common.lazy_commands import LazyCommands

# Imported when they run: hundreds of short commands must not wait for what serves, loads or protects.
COMMANDS: dict[str, tuple[str, str]] = {
    "approvals": (
        "gateway.cli.member.approvals:command",
        "Questions that wait until a person approves the answer.",
    ),
    "changes": ("gateway.cli.member.records:changes_command", "List what each load changed."),
    "confirm": (
        "gateway.cli.member.joining:confirm_region",
        "Become part of the region, after comparing the fingerprint.",
    ),
    "consent": ("gateway.cli.member.records:consent_command", "Record a person's consent."),
    "cube": ("gateway.cli.member.loading:cube", "Protect the newest snapshot under the policy in force."),
    "figures": (
        "gateway.cli.member.figures:command",
        "Numbers that were published elsewhere: tables must agree with them.",
    ),
    "go-on": (
        "gateway.cli.member.joining:go_on",
        "After a restore: cosign the regional log, which no other member can confirm.",
    ),
    "join": ("gateway.cli.member.joining:join_region", "Set up a node, and apply with the hub's INVITATION."),
    "load": ("gateway.cli.member.loading:load", "Load the national register; whole or not at all."),
    "map": (
        "gateway.cli.tools.mapping:command",
        "The mapping of a national source to the regional dictionary.",
    ),
    "prepare": ("gateway.cli.member.prepare:prepare", ""),
    "quotas": ("gateway.cli.member.approvals:quotas", "Show each organisation's use of its quotas."),
    "recompute": (
        "gateway.cli.member.recompute:command",
        "Read a source again and compare with the newest snapshot.",
    ),
    "revisions": ("gateway.cli.member.revisions:command", "List changes waiting in released years."),
    "serve": ("gateway.cli.member.member_serving:serve", "Answer the hub's questions until stopped."),
    "trust-hub": (
        "gateway.cli.member.joining:trust",
        "Believe the hub's new key, after hearing its fingerprint.",
    ),
    "work": ("gateway.cli.member.worker:command", ""),
}


@click.group(cls=LazyCommands, later=COMMANDS)
def member() -> None:
    """A member node, inside its state."""
