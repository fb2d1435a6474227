"""Commands that are imported only when they run: help and short commands stay fast."""

import gc
from importlib import import_module
from typing import Any

import click


def imported(place: str) -> click.Command:
    """Import the command at "module:function".

    Garbage collection is off meanwhile: imports leave no garbage, and collection would take a sixth of the
    time.
    """
    module, _, attribute = place.partition(":")
    collecting = gc.isenabled()
    gc.disable()
    try:
        command = getattr(import_module(module), attribute)
    finally:
        if collecting:
            gc.enable()
    assert isinstance(command, click.Command)  # noqa: S101 - a wrong line of the program, not input
    return command


class LazyCommands(click.Group):
    """`later`: name -> ("module:function", line of the overview; empty for an unlisted command)."""

    def __init__(self, *args: Any, later: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._later])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        return imported(self._later[cmd_name][0])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            known = None if name in self._later else super().get_command(ctx, name)
            about = self._later[name][1] if known is None else known.get_short_help_str(60)
            if about and not (known is not None and known.hidden):
                rows.append((name, about))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
