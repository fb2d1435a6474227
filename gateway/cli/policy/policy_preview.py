"""`safelane policy preview`: previews a policy before its publication, on the member's own snapshot."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.bootstrap.desk.preview_answers import PreviewAnswer, canonical_questions
from gateway.bootstrap.setup.open_member import open_member
from gateway.cli.common import options
from gateway.cli.common.files import read_document
from gateway.cli.common.progress import building
from gateway.cli.policy.share_lines import change_lines, share_lines
from gateway.dictionary import regional
from gateway.export import to_text
from gateway.member.build.comparison import Effect, compare
from gateway.member.build.cube_findings import changes_of_shares
from gateway.member.build.preview import PreviewedCube, make, measure, ready
from gateway.member.build.preview_record import Preview
from gateway.member.cube.cube_formats import parse_cube
from gateway.member.model.policy_version import policy_label
from gateway.member.policy.ministry_policy import below
from gateway.member.policy.policy_in_force import checked
from policies import Policy

SAME = Effect(0, 0, 0, 0, 0, 0, 0)
WRITTEN_OUT = 2
"""Tables of up to this number of dimensions have their own line."""
MOST_LISTED = 20
"""Number of listed groups with one shared value; the JSON holds all groups."""


@click.command("preview")
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
@options.own_directory
def preview(policy: Path, as_json: bool, directory: Path) -> None:
    """Make the tables that POLICY would release, and show the tables: for this state only.

    Nothing is logged, and nothing leaves the node. Publishing the policy uses the very same tables.
    """
    with open_member(directory) as node:
        loaded = checked(node, read_document(policy))
        with building("protecting") as progress:
            made = make(node, loaded, progress)
        found = measure(node, made)
        shown = list(canonical_questions(node, made.policy, ready(node, made)))
    if as_json:
        click.echo(json.dumps(_data(made, found, shown), indent=2, ensure_ascii=False))
        return
    for line in (
        *_summary(made, found),
        *share_lines(found.shares, made.threshold),
        *_tables(found),
        *_accepted(found),
        *_insufficiently_protected(found),
        *_risk(found),
    ):
        click.echo(line)
    for line in _questions(found, shown):
        click.echo(line)


def _summary(made: PreviewedCube, found: Preview) -> Iterator[str]:
    yield "CONFIDENTIAL TO YOUR COUNTRY: this output includes people whose numbers are withheld."
    version = policy_label(made.policy.version, made.above)
    yield (
        f"Version {version} would show {found.cells - found.withheld:,} of {found.cells:,} cells "
        f"about {found.people:,} people, and withhold {found.withheld:,}."
    )
    yield from made.stricter
    yield from made.reruns
    yield f"Usefulness score: {found.score.value:.2f} (1 means every usual question can be answered in full)."
    if made.hindrance:
        yield f"The draft cannot be published as it is. {made.hindrance}"
        yield "This preview ignores earlier releases."


def _tables(found: Preview) -> Iterator[str]:
    yield ""
    yield f"{'cells':>9} {'withheld':>9} {'people in them':>15}  table"
    for table in found.tables:
        if len(table.dims) <= WRITTEN_OUT:
            yield _line(table.cells, table.withheld, table.people_withheld, " x ".join(table.dims) or "total")
    finer = [table for table in found.tables if len(table.dims) > WRITTEN_OUT]
    if finer:
        cells, withheld = (sum(each) for each in zip(*((t.cells, t.withheld) for t in finer), strict=True))
        yield _line(cells, withheld, None, f"{len(finer)} tables of more dimensions; --json has each of them")


def _line(cells: int, withheld: int, people: int | None, name: str) -> str:
    return f"{cells:9,} {withheld:9,} {'' if people is None else f'{people:,}':>15}  {name}"


def _accepted(found: Preview) -> Iterator[str]:
    if not found.to_accept:
        return
    yield ""
    yield f"Needs your acceptance: {len(found.to_accept)} groups shown in which everyone has the same value."
    for group in found.to_accept[:MOST_LISTED]:
        where = ", ".join(f"{dimension} {code}" for dimension, code in group.group) or "everybody"
        yield f"  {where}: all {group.people} have {group.dimension} {group.value}"
    if len(found.to_accept) > MOST_LISTED:
        yield f"  and {len(found.to_accept) - MOST_LISTED} more; --json lists them all"


def _insufficiently_protected(found: Preview) -> Iterator[str]:
    if not found.insufficiently_protected:
        return
    yield ""
    yield (
        f"Needs your acceptance: {len(found.insufficiently_protected)} withheld cells that can be "
        "estimated closely from numbers always shown."
    )
    for one in found.insufficiently_protected[:MOST_LISTED]:
        where = ", ".join(f"{dimension} {code}" for dimension, code in one.cell)
        yield f"  {where}, of {', '.join(one.years)}"
    if len(found.insufficiently_protected) > MOST_LISTED:
        yield f"  and {len(found.insufficiently_protected) - MOST_LISTED} more; --json lists them all"


def _risk(found: Preview) -> Iterator[str]:
    yield ""
    yield (
        f"Risk: the smallest group shown has {found.exposure.smallest} people. An intruder who knows "
        "everything about a person finds the right record with a probability of "
        f"{found.exposure.expected:.1%} on average and {found.exposure.highest:.1%} at worst."
    )
    if found.records is not None:
        yield (
            f"Single records are not released: at these levels {found.records.unique:,} of "
            f"{found.records.records:,} records would be unique."
        )


def _questions(found: Preview, shown: list[PreviewAnswer]) -> Iterator[str]:
    for one in shown:
        yield ""
        score = f"; score {found.scores[one.name].value:.2f}" if one.name in found.scores else ""
        who = f"as {one.recipient} would see it{score}" if one.recipient else "nobody may ask it"
        yield f"{one.label} ({one.name}), {who}"
        if one.release is not None:
            yield to_text(one.release, regional()).rstrip()
        for refusal in one.refusals:
            yield f"  {refusal.value}: {refusal.meaning}"


def _data(made: PreviewedCube, found: Preview, shown: list[PreviewAnswer]) -> dict[str, Any]:
    return {
        "policy_version": policy_label(made.policy.version, made.above),
        "snapshot": made.record.id,
        "snapshot_until": made.plan.until(made.record).isoformat(),
        "hindrance": made.hindrance,
        "stricter": list(made.stricter),
        "reruns": list(made.reruns),
        "made_now": made.fresh,
        "cells": found.cells,
        "withheld": found.withheld,
        "people": found.people,
        "score": found.score.value,
        "scores": {name: score.value for name, score in found.scores.items()},
        "threshold": made.threshold,
        "shares": [share.as_json() for share in found.shares],
        "tables": [asdict(table) for table in found.tables],
        "to_accept": [asdict(group) for group in found.to_accept],
        "insufficiently_protected": [asdict(cell) for cell in found.insufficiently_protected],
        "exposure": asdict(found.exposure),
        "records": None if found.records is None else asdict(found.records),
        "questions": [
            {
                "name": one.name,
                "recipient": one.recipient,
                "refusals": [refusal.value for refusal in one.refusals],
                "release": None if one.release is None else one.release.as_json(),
            }
            for one in shown
        ],
    }


def below_ministry(directory: Path, policy: Policy) -> Policy:
    """Return the policy in effect at a node: below its ministry-wide policy. Raises PolicyRefusedError."""
    with open_member(directory) as node, node.store.reading() as view:
        return below(node, view, policy)[0]


def effect_lines(directory: Path, old: Policy, new: Policy) -> list[str]:
    """Yield the effects of a change on the tables of a node, in sentences.

    Raises as `preview.make` does.
    """
    with open_member(directory) as node, building("protecting") as progress:
        before, after = (make(node, policy, progress) for policy in (old, new))
        if before.bytes == after.bytes:  # the very same cube: there is nothing to read and to compare
            return [*_effect(SAME), *([after.hindrance] if after.hindrance else [])]
        with node.store.reading() as view:
            given_out = [parse_cube(cube) for cube in view.released_cubes()]
        changes = changes_of_shares(node, before, after)
    found = compare((before.to_be_read, before.people), (after.to_be_read, after.people), given_out)
    lines = (*_effect(found), *change_lines(changes))
    return [*lines, *([after.hindrance] if after.hindrance else [])]


def _effect(found: Effect) -> Iterator[str]:
    yield "Effect on the tables (confidential to your country):"
    if found.nothing:
        yield "The released numbers would not change."
    if found.shown:
        yield f"{_cells(found.shown, 'more')} about {found.people_shown:,} people become visible."
    if found.withheld:
        yield f"{_cells(found.withheld)} about {found.people_withheld:,} people are withheld again."
    if found.other_numbers:
        yield f"{_cells(found.other_numbers)} change because other people are counted."
    if found.lost:
        yield (
            f"{_cells(found.lost)} about {found.people_lost:,} people were released already and cannot be "
            "recalled."
        )


def _cells(number: int, more: str = "") -> str:
    return " ".join(filter(None, (f"{number:,}", more, "cell" if number == 1 else "cells")))
