"""`safelane policy suggest`: variants of a policy, ranked by usefulness."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.files import read_document
from gateway.cli.common.progress import building
from gateway.cli.common.serving import stop_on_signals
from gateway.cli.policy.share_lines import shares_instead
from gateway.member.build.suggestion import Candidate, EnoughError, Rated, candidates, ranked, rate
from gateway.member.cube.table_shares import share_changes
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import checked
from policies import Policy
from policies.comparison.diff import diff

SECONDS = 30
EXPLAINED = 3


class _Deadline:
    """Ends a candidate at its time limit, and the whole search on Ctrl-C."""

    def __init__(self, seconds: float) -> None:
        self.stopped = False
        self._seconds = seconds
        self._end = 0.0

    def stop(self) -> None:
        self.stopped = True

    def begin(self) -> None:
        self._end = time.monotonic() + self._seconds

    def check(self) -> None:
        if self.stopped or time.monotonic() > self._end:
            raise EnoughError


@click.command("suggest")
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--seconds",
    type=click.IntRange(min=1),
    default=SECONDS,
    show_default=True,
    help="Time for each variant; a slower variant is left out.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
@options.own_directory
def suggest(policy: Path, seconds: int, as_json: bool, directory: Path) -> None:
    """Try some thirty variants of POLICY on the newest snapshot, and rank the variants by usefulness.

    Nothing is changed or logged. Ctrl-C ends the search early, with the results so far.
    """
    with open_member(directory) as node:
        loaded = checked(node, read_document(policy))
        tried = candidates(loaded)
        rated, late = _rate_all(node, tried, seconds)
    best = ranked(rated)
    if as_json:
        click.echo(json.dumps([_data(one) for one in best], indent=2, ensure_ascii=False))
        return
    for line in _table(best, len(tried), late):
        click.echo(line)
    for line in _explained(loaded, best):
        click.echo(line)


def _rate_all(node: Node, tried: tuple[Candidate, ...], seconds: int) -> tuple[list[Rated], int]:
    """Return the rated variants, and the number of variants beyond the time limit."""
    watch = _Deadline(seconds)
    stop_on_signals(watch.stop)
    rated: list[Rated] = []
    late = 0
    with building("trying") as progress:
        for number, one in enumerate(tried):
            watch.begin()

            def report(step: str, done: float, number: int = number) -> None:
                watch.check()
                progress(f"{number + 1} of {len(tried)}: {step}", (number + done) / len(tried))

            try:
                found = rate(node, one, report, rated[0] if rated else None)
            except EnoughError:
                if watch.stopped:
                    break
                late += 1
                continue
            if found is not None:
                rated.append(found)
            if watch.stopped:
                break
    return rated, late


def _table(best: list[Rated], tried: int, late: int) -> Iterator[str]:
    yield "CONFIDENTIAL TO YOUR COUNTRY: this output includes people whose numbers are withheld."
    yield f"{len(best)} of {tried} variants, by usefulness score:"
    yield f"{'score':>6} {'shown':>9} {'withheld':>9}  written"
    for one in best:
        yield (
            f"{one.score:6.3f} {one.cells - one.withheld:9,} {one.withheld:9,}  "
            f"{'; '.join(one.candidate.written)}"
        )
    if late:
        yield f"{late} took longer than they were given, and are left out."


def _explained(policy: Policy, best: list[Rated]) -> Iterator[str]:
    """Explain the best variants other than the policy itself: changes, and questions that gain or lose."""
    own = next((one for one in best if one.candidate.policy is policy), None)
    others = [one for one in best if one.candidate.policy is not policy][:EXPLAINED]
    for one in others:
        yield ""
        written, shown = "; ".join(one.candidate.written), one.cells - one.withheld
        yield (
            f"{written}: {one.score:.3f}, shows {shown:,} cells and withholds {one.withheld:,}{_instead(own)}"
        )
        for change in diff(policy, one.candidate.policy):
            yield f"  {change.direction}: {change.sentence}"
        for name, score in one.scores.items():
            before = None if own is None else own.scores.get(name)
            if before is not None and f"{score.value:.2f}" != f"{before.value:.2f}":
                yield f"  {name}: {score.value:.2f} answered, was {before.value:.2f}"
        if own is not None:
            yield from (f"  {line}" for line in shares_instead(share_changes(own.shares, one.shares)))


def _instead(own: Rated | None) -> str:
    if own is None:
        return ""
    return f" (as it is: {own.score:.3f}, {own.cells - own.withheld:,} and {own.withheld:,})"


def _data(one: Rated) -> dict[str, object]:
    return {
        "written": list(one.candidate.written),
        "score": one.score,
        "cells": one.cells,
        "withheld": one.withheld,
        "scores": {name: score.value for name, score in one.scores.items()},
        "shares": [share.as_json() for share in one.shares],
    }
