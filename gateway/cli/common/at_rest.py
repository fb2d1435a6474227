"""What an operator says of the disk, for every command that puts real data onto one."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from gateway.bootstrap.setup.at_rest import LONGEST, Said, check_at_rest
from gateway.bootstrap.setup.layout import Layout


class Words(click.ParamType[str]):
    """One line for people to read."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        words = " ".join(str(value).split())
        if not words or len(words) > LONGEST or not words.isprintable():
            self.fail(f"say it in 1 to {LONGEST} printable signs", param, ctx)
        return words


def words_of_disk(command: Callable[..., None]) -> Callable[..., None]:
    """Options in which the operator says how a disk is encrypted; the command is given them as `said`."""

    @click.option("--encrypted-by", type=Words(), help="What encrypts the disk, where that cannot be seen.")
    @click.option("--unencrypted", type=Words(), metavar="REASON", help="Do without; everybody is shown why.")
    @wraps(command)
    def with_words(*, encrypted_by: str | None, unencrypted: str | None, **others: Any) -> None:
        if encrypted_by and unencrypted:
            raise click.UsageError("Say either --encrypted-by or --unencrypted.")
        command(said=Said(encrypted_by or "", unencrypted or ""), **others)

    return with_words


def encrypted_at_rest(*, beside: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Refuse a command that makes a directory where no encryption is seen or said.

    `beside`: whether the command first writes into the folder that holds the directory.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @words_of_disk
        @wraps(command)
        def checked(*, directory: Path | None, said: Said, **others: Any) -> None:
            # What is set up already was asked before, and makes no new directory.
            if directory is not None and not Layout(directory).config.exists():
                place = directory.absolute().parent if beside else directory
                check_at_rest(place, others.get("database", ""), said)
            command(directory=directory, said=said, **others)

        return checked

    return decorated
