"""The command line: one thin function per command."""

from importlib import import_module
from typing import Any

import click

from gateway import __version__
from gateway.errors import SafelaneError

# Commands are imported when asked for: `safelane --help` must not wait for a solver or a language model.
COMMANDS: dict[str, str] = {
    "ask": "gateway.cli.ask:ask",
    "demo": "gateway.cli.demo:demo",
    "hub": "gateway.cli.hub:hub",
    "log": "gateway.cli.log:command",
    "member": "gateway.cli.member:member",
    "policy": "gateway.cli.policy:command",
    "epoch": "gateway.cli.epochs:epoch",
    "pseudonymise": "gateway.cli.pseudonymise:pseudonymise",
    "risk": "gateway.cli.risk:risk",
    "redact": "gateway.cli.redact:redact",
    "words": "gateway.cli.words:words",
    "attack": "gateway.cli.attack:command",
    "protect": "gateway.cli.protect:command",
    "certificate": "gateway.cli.certificate:command",
}
"""Name on the command line -> "module:function"."""


class LazyGroup(click.Group):
    """A group that imports a command only when it runs or is described."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong line in COMMANDS, not input
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; show an error that a person can act on without a traceback."""
        try:
            return super().invoke(ctx)
        except SafelaneError as error:
            click.echo(f"safelane: {error.message}", err=True)
            if error.remedy:
                click.echo(error.remedy, err=True)
            ctx.exit(error.exit_code)


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="safelane")
def main() -> None:
    """Share regional victim-assistance statistics, and never a person's data."""
