"""A group of which some commands are imported only when they run: help and short commands stay fast."""

from importlib import import_module
from typing import Any

import click


class LazyCommands(click.Group):
    """`later`: name -> ("module:function", what the overview says of it)."""

    def __init__(self, *args: Any, later: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._later[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong line in `later`, not input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            known = None if name in self._later else super().get_command(ctx, name)
            if known is None or not known.hidden:
                about = self._later[name][1] if known is None else known.get_short_help_str(60)
                rows.append((name, about))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
