"""`safelane perturb`: perturbed counts instead of withheld cells.

One mechanism per data set, for its life.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TextIO

import click
import numpy as np

from anonymisers.errors import BudgetError
from anonymisers.perturbation.cell_key import inner_keys, perturb
from anonymisers.perturbation.controlled_rounding import controlled_rounding
from anonymisers.perturbation.discrete_laplace import inner_counts, question_of, summed
from anonymisers.perturbation.keyed_laplace import keyed_noisy
from anonymisers.perturbation.mechanism_comparison import compare
from anonymisers.perturbation.privacy_budget import Budget, ask
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.rules import Rules
from audit.log.file_lock import FileHeldError, held_file
from gateway.cli.common.tables import TableInputError, read_table, read_text, written_whole
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from policies.model.offered_mechanisms import not_offered
from policies.model.terms import MechanismKind

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
KEY = click.option("--key", type=FILE, required=True, help="32 secret bytes, fixed for the data set.")
OUTPUT = click.option("-o", "--output", type=OUT, required=True, help="Where the answer is written.")
MAX_DIMS = click.option(
    "--max-dims", type=click.IntRange(min=1), help="All tables of up to so many dimensions."
)


def noise_options(function: Callable[..., None]) -> Callable[..., None]:
    """D, V, js and pstay of the cell-key method."""
    for option in (
        click.option(
            "--stay", type=float, default=0.0, show_default=True, help="pstay: least chance of none."
        ),
        click.option("--js", type=int, default=0, show_default=True, help="Counts 1..js are never shown."),
        click.option("-V", "--variance", type=float, default=3.0, show_default=True, help="V."),
        click.option("-D", "--most", type=int, default=5, show_default=True, help="D: the largest change."),
    ):
        function = option(function)
    return function


class Decimal(click.ParamType[Fraction]):
    """A decimal number, kept exactly."""

    name = "decimal"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Raise UsageError for anything but a number above 0."""
        try:
            number = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            self.fail("this is no number", param, ctx)
        if number <= 0:
            self.fail("this must be more than 0", param, ctx)
        return number


@click.group("perturb")
def command() -> None:
    """Perturb counts instead of withholding cells: one mechanism per data set, for its life."""


@command.command("cell-key")
@click.argument("table", type=FILE)
@OUTPUT
@KEY
@MAX_DIMS
@noise_options
def cell_key(
    *,
    table: Path,
    output: Path,
    key: Path,
    max_dims: int | None,
    most: int,
    variance: float,
    js: int,
    stay: float,
) -> None:
    """Noise that depends on the people in a cell: repeated answers are equal. Tables do not add up.

    A table by a sensitive dimension of the regional dictionary, or about one of its values, is refused, as in
    a policy.
    """
    raw = read_table(table)
    _check_offered(raw)
    ptable = PTable.of(Noise(most, variance, js, stay))
    found = perturb(raw, inner_keys(raw, key.read_bytes()), ptable, max_dims)
    _write(output, raw, found.lattice, found.values, found.note)


@command.command("rounding")
@click.argument("table", type=FILE)
@OUTPUT
@KEY
@MAX_DIMS
@click.option("--base", type=click.IntRange(min=2), default=5, show_default=True)
def rounding(*, table: Path, output: Path, key: Path, max_dims: int | None, base: int) -> None:
    """Multiples of a base near every count, so that tables add up."""
    raw = read_table(table)
    found = controlled_rounding(raw, base, key.read_bytes(), max_dims)
    if found.farthest >= base:
        click.echo("NOT FOR RELEASE: some margin is farther from the truth than the base.", err=True)
    _write(output, raw, found.lattice, found.values, found.note)


@command.command("private")
@click.argument("table", type=FILE)
@OUTPUT
@KEY
@click.option("--epsilon", type=Decimal(), required=True, help="The privacy cost of this table.")
@click.option(
    "--budget", type=OUT, required=True, help="The data set's budget: kept beside it, for its life."
)
@click.option("--total", type=Decimal(), help="Epsilon for the data set's life; named once, when it begins.")
def private(
    *, table: Path, output: Path, key: Path, epsilon: Fraction, budget: Path, total: Fraction | None
) -> None:
    """Integer differential privacy: charged before each answer; a repeated question gets the same answer."""
    raw = read_table(table)
    coords, counts = inner_counts(raw)
    secret, question = key.read_bytes(), question_of(raw)
    with _alone(budget):
        ledger = _budget_file(budget, total)
        _, values = ask(
            ledger,
            question,
            epsilon,
            lambda: keyed_noisy(counts, epsilon, secret, [question]),
            lambda b: _keep(budget, b),
        )
    found = summed(raw, coords, values, ledger.spent.get(question_of(raw), epsilon))
    _write(output, raw, found.lattice, found.values, found.note)


@command.command("compare")
@click.argument("table", type=FILE)
@KEY
@MAX_DIMS
@click.option("--threshold", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--base", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--epsilon", type=Decimal(), default="0.5", show_default=True)
@click.option("--seconds", type=float, default=60.0, show_default=True, help="For each attack.")
@noise_options
def comparison(
    *, table: Path, key: Path, max_dims: int | None, threshold: int, base: int, epsilon: Fraction,
    seconds: float, most: int, variance: float, js: int, stay: float,
) -> None:  # fmt: skip
    """Compare the mechanisms on the same TABLE: losses, and an attacker's findings. Not for release."""
    noise = Noise(most, variance, js, stay)
    rules = Rules(threshold=threshold, max_dims=max_dims)
    found = compare(
        read_table(table), rules, key.read_bytes(), noise=noise, base=base, epsilon=epsilon, seconds=seconds
    )
    click.echo("NOT FOR RELEASE: this output includes people whose numbers are withheld.", err=True)
    click.echo(
        "mechanism | people readable | off, mean | off, worst | small cells as they are | adds up | found"
    )
    for loss in found:
        guessed = "-" if loss.found is None else f"{loss.found} of {loss.asked}"
        click.echo(
            f"{loss.mechanism} | {loss.readable:.1%} | {loss.mean_off:.2f} | {loss.worst_off} | "
            f"{loss.small_exact:.1%} | {'yes' if loss.adds_up else 'no'} | {guessed}"
        )


def _check_offered(table: Table) -> None:
    """Refuse a table with a dimension that cell keys are not offered for."""
    words = vocabulary(regional(), recipients=())
    if shown := not_offered(MechanismKind.CELL_KEY, (*table.by, *table.where), words):
        raise TableInputError(
            f"cell keys are not offered for {', '.join(shown)}: one number twice, and zeros beside it, would "
            "tell what everybody in a group has",
            remedy="Leave it out, or use `safelane protect` or `safelane perturb rounding`.",
        )


@contextmanager
def _alone(budget: Path) -> Iterator[None]:
    """Exclude other charges meanwhile: two processes with the same budget would each spend the remainder."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held_file(budget.with_name(budget.name + ".lock")))
        except FileHeldError:
            message = f"another question is being charged to {budget}"
            raise BudgetError(message, remedy="Ask again once the other process has its answer.") from None
        yield


def _budget_file(path: Path, total: Fraction | None) -> Budget:
    if path.exists():
        if total is not None:
            message = f"{path} exists: the budget of a data set is named once"
            raise TableInputError(message, remedy="Omit --total.")
        return Budget.from_json(read_text(path))
    if total is None:
        raise TableInputError(
            f"{path} does not exist", remedy="Name the budget of the data set with --total."
        )
    return Budget(total)


def _keep(path: Path, budget: Budget) -> None:
    """Write durably, before anything is drawn: a charge must not be lost in a power cut."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(budget.to_json())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    if sys.platform != "win32":  # there a file's new name is on the disk with the file
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write(path: Path, table: Table, lattice: Lattice, values: np.ndarray, note: str) -> None:
    with written_whole(path) as (stream,):
        _answer(stream, table, lattice, values, note)


def _answer(stream: TextIO, table: Table, lattice: Lattice, values: np.ndarray, note: str) -> None:
    """Write the form of a release, with the mechanism."""
    dims = {d.name: {"codes": list(d.codes), "parent": dict(d.parent)} for d in lattice.dims}
    where = {k: v if isinstance(v, str) else list(v) for k, v in table.where.items()}
    head = {"mechanism": note, "dims": dims, "where": where}
    stream.write(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"cells": [\n')
    stream.write(",\n".join(_cells(lattice, values)) + "\n]}\n")


def _cells(lattice: Lattice, values: np.ndarray) -> Iterator[str]:
    for row, value in zip(lattice.keys().tolist(), values.tolist(), strict=True):
        key = {d.name: d.codes[p] for d, p in zip(lattice.dims, row, strict=True) if p != d.root}
        yield json.dumps({"key": key, "value": value}, ensure_ascii=False)
