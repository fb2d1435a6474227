"""The command line: one thin function per command."""

from typing import Any

import click

from anonymisers.errors import AnonymiserError
from audit.errors import AuditError
from gateway import __version__
from gateway.cli.common.lazy_commands import LazyCommands
from gateway.errors import SafelaneError
from policies.model.errors import PolicyError

# Commands are imported when asked for: `safelane --help` must not wait for a solver or a language model.
COMMANDS: dict[str, tuple[str, str]] = {
    "access": ("gateway.cli.common.access:access", "Store a token for asking a hub."),
    "account": (
        "gateway.cli.region.account:command",
        "Who may sign in to a hub or a node, and with which duties.",
    ),
    "ask": ("gateway.cli.region.ask:ask", "Ask a regional question."),
    "attack": ("gateway.cli.tools.attack:command", "Attack released tables: what can be inferred?"),
    "backup": ("gateway.cli.region.backup:backup", "Save a hub or a node, and read the backup back."),
    "certificate": (
        "gateway.cli.tools.certificate:command",
        "Check that a protected table is safe, without a solver.",
    ),
    "demo": ("gateway.cli.region.demo:demo", "Build a demo region, start it, and ask a first question."),
    "doctor": ("gateway.cli.region.doctor:doctor", "Is everything well with a hub or a node?"),
    "epoch": ("gateway.cli.tools.epochs:epoch", "Keys of pseudonyms: begin, list and destroy epochs."),
    "extract": (
        "gateway.cli.member.extracts:extract",
        "Single records: prepared, approved, sealed to one reader.",
    ),
    "hub": ("gateway.cli.region.hub_group:hub", "The regional hub."),
    "keys": ("gateway.cli.member.keys:command", "Keys of the controllers: make, back up, rotate, revoke."),
    "log": ("gateway.cli.log.log_group:command", "The log that nobody can rewrite: export, list, prove."),
    "member": ("gateway.cli.member.member_group:member", "A member node, inside its state."),
    "perturb": ("gateway.cli.tools.perturb:command", "Perturb counts instead of withholding cells."),
    "policy": ("gateway.cli.policy.policy_group:command", "Explain, check and publish policies."),
    "protect": (
        "gateway.cli.tools.protect:command",
        "Withhold cells of a table so that no small cell follows.",
    ),
    "pseudonymise": (
        "gateway.cli.tools.pseudonymise:pseudonymise",
        "Turn identifiers of a CSV table into pseudonyms.",
    ),
    "redact": ("gateway.cli.tools.redact:redact", "Remove personal data from narratives."),
    "report": ("gateway.cli.region.report:command", "Take the yearly reports as files."),
    "restore": ("gateway.cli.region.backup:restore_command", "Restore a backup of a hub or a node."),
    "reidentify": (
        "gateway.cli.member.reidentify:reidentify",
        "Who is behind a pseudonym: two custodians ask.",
    ),
    "risk": ("gateway.cli.tools.risk:risk", "Measure how easily records can be identified."),
    "tls": (
        "gateway.cli.region.tls:command",
        "A certificate by an authority of one's own, for TLS.",
    ),
    "vault": ("gateway.cli.member.vault:vault", "A node's personal data, and their custodians."),
    "words": ("gateway.cli.common.words:words", "List the words for questions."),
}
"""Name on the command line -> "module:function", and its line in the overview."""

PURE_ERRORS = (AnonymiserError, AuditError, PolicyError)
"""Roots of the pure packages' errors; each message names the fault and the remedy."""


class Safelane(LazyCommands):
    """The program: its errors are read by people."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; show an error that a person can act on without a traceback."""
        try:
            return super().invoke(ctx)
        except SafelaneError as error:
            click.echo(f"safelane: {error.message}", err=True)
            if error.remedy:
                click.echo(error.remedy, err=True)
            ctx.exit(error.exit_code)
        except PURE_ERRORS as error:
            click.echo(f"safelane: {error}", err=True)
            remedy = getattr(error, "remedy", "")
            if remedy:
                click.echo(remedy, err=True)
            ctx.exit(1)


@click.group(cls=Safelane, later=COMMANDS)
@click.version_option(__version__, prog_name="safelane")
def main() -> None:
    """Share regional victim-assistance statistics, and never a person's data."""
