"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from audit.formats.vkey import WITNESS_KEY_TYPES
from gateway.bootstrap.serving.shutdown import GUNICORN, WAITRESS
from gateway.config import DEMO_DIR

FC = TypeVar("FC", bound=Callable[..., Any] | click.Command)

directory = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEMO_DIR,
    show_default=True,
    help="Directory of the demo, or of one hub or node.",
)

own_directory = click.option(
    "--dir",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Directory of this hub or node.",
)

mapping = click.option(
    "--mapping",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The document that explains the source's columns.",
)

database = click.option(
    "--database", default="", help="URL of an empty database; else an SQLite file in the directory."
)

fingerprint = click.option(
    "--fingerprint",
    prompt="Fingerprint, as the other side reads it out",
    help="The five groups of five digits that the other side reads out.",
)

server = click.option(
    "--server",
    type=click.Choice([WAITRESS, GUNICORN]),
    default=WAITRESS,
    show_default=True,
    help="The server; gunicorn, for production, restarts the serving process when it dies.",
)

hierarchies = click.option(
    "--hierarchies",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML: the codes of a CSV or XLSX table, and their parents.",
)

count = click.option(
    "--count", metavar="COLUMN", help="Column of counts of a sheet; without it, each row is a record."
)

person = click.option(
    "--person", metavar="COLUMN", help="Column that identifies people; each person counts once."
)


def key_type(option: str, of: str, default: str | None = None) -> Callable[[FC], FC]:
    """The type of a witness's key: a name of `WITNESS_KEY_TYPES`, given to the command as `key_type`."""
    return click.option(
        option,
        "key_type",
        type=click.Choice([*WITNESS_KEY_TYPES]),
        default=default,
        show_default=True,
        help=of,
    )


def sheet_options(command: FC) -> FC:
    """Add the options for reading a sheet: hierarchies, column of counts, column of people."""
    return hierarchies(count(person(command)))


with_parent = click.option("--with-parent", is_flag=True, hidden=True)


class Pairs(click.ParamType[tuple[str, list[str]]]):
    """LEVEL=CODE[,CODE...]"""

    name = "level=codes"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, list[str]]:
        level, equals, codes = str(value).partition("=")
        if not equals or not level or not codes:
            self.fail(f"{value!r} is not of the form LEVEL=CODE or LEVEL=CODE,CODE", param, ctx)
        return level.strip(), [code.strip() for code in codes.split(",")]
