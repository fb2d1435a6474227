"""Long work of a node and its desk, in a separate process: JSON in, steps and one result as JSON out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from audit.reading.messages import Message, message, msgid
from gateway.bootstrap.desk.preview_answers import canonical_questions
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import Loaded, load_source
from gateway.bootstrap.loading.register_upload import check_upload, load_upload, row_progress
from gateway.bootstrap.loading.source_location import source_of
from gateway.bootstrap.loading.upload_draft import draft_upload
from gateway.bootstrap.upkeep.doctor import examine
from gateway.errors import SafelaneError
from gateway.member.build.comparison import Effect, compare
from gateway.member.build.cube_building import build
from gateway.member.build.cube_findings import changes_of_shares
from gateway.member.build.noise_draws import HUB_CONFIRMS
from gateway.member.build.preview import PreviewedCube, make, measure, ready
from gateway.member.build.suggestion import EnoughError, Rated, candidates, ranked, rate
from gateway.member.build.upkeep import begin
from gateway.member.cube.cube_formats import parse_cube
from gateway.member.cube.table_shares import share_changes
from gateway.member.errors import NothingToProtectError
from gateway.member.node.context import Node
from gateway.member.node.sentences import as_json
from gateway.member.policy.cube_plan import plan_cube
from gateway.member.policy.policy_in_force import checked, trusted
from gateway.member.register.missing_cases import LoadedAs
from policies import Policy
from policies.comparison.diff import diff
from policies.editing.edits import edits

Progress = Callable[[str, float], None]
Clock = Callable[[], float]

SECONDS = 30.0
"""Time for each candidate of a suggestion; a candidate that takes longer is left out."""
SEARCHING = msgid("searching")
"""The step that `anonymisers.suppression.secondary_suppression` reports."""
BEST = 12
"""Number of suggestions that are returned."""


def run_task(
    directory: Path, node: Node, kind: str, body: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Run one task. Raises SafelaneError, in words for the controller."""
    work: dict[str, Callable[[], dict[str, Any]]] = {
        "preview": lambda: preview(node, checked(node, body["text"]), progress),
        "suggest": lambda: suggest(node, checked(node, body["text"]), progress),
        "protect": lambda: _protect(node, progress),
        "begin": lambda: {"begun": begin(node, progress)},
        "load": lambda: _load(directory, node, body, progress),
        "draft": lambda: draft_upload(directory, node, body, progress),
        "check": lambda: check_upload(directory, node, body["upload"], progress),
        "examine": lambda: {"findings": [asdict(found) for found in examine(directory)]},
    }
    if kind not in work:
        raise SafelaneError(f"There is no work of the kind {kind}.")
    return work[kind]()


def preview(node: Node, policy: Policy, progress: Progress) -> dict[str, Any]:
    """Preview a policy: its tables, and its changes against the policy in force."""
    with node.store.reading() as view:
        ruling = trusted(node, view)
    after = make(node, policy, progress)
    found = measure(node, after)
    effect = None if ruling is None else _effect(node, ruling[1], after, progress)
    return {
        "version": policy.version,
        "against": None if ruling is None else ruling[0].version,
        "snapshot": after.record.id,
        "hindrance": after.hindrance,
        "stricter": [as_json(sentence) for sentence in after.stricter],
        "reruns": [as_json(sentence) for sentence in after.reruns],
        "until": after.plan.until(after.record).isoformat(),
        "cells": found.cells,
        "withheld": found.withheld,
        "people": found.people,
        "score": found.score.value,
        "scores": {name: score.value for name, score in found.scores.items()},
        "threshold": after.threshold,
        "shares": [share.as_json() for share in found.shares],
        "tables": [asdict(table) for table in found.tables],
        "to_accept": [asdict(group) for group in found.to_accept],
        "insufficiently_protected": [asdict(cell) for cell in found.insufficiently_protected],
        "exposure": asdict(found.exposure),
        "records": None if found.records is None else asdict(found.records),
        "effect": effect,
        "questions": list(_questions(node, policy, after)),
    }


def _questions(node: Node, policy: Policy, made: PreviewedCube) -> Iterator[dict[str, Any]]:
    for one in canonical_questions(node, policy, ready(node, made)):
        yield {
            "name": one.name,
            "label": one.label,
            "recipient": one.recipient,
            "refusals": [refusal.value for refusal in one.refusals],
            "release": None if one.release is None else one.release.as_json(),
        }


def _effect(node: Node, in_force: Policy, after: PreviewedCube, progress: Progress) -> dict[str, Any]:
    """Return the changes for requesters. Equal plans share one cube: then there is nothing to compare."""
    today = node.clock.now().date()
    with node.store.reading() as view:
        figures = view.figures()
    same = plan_cube(node.dictionary, in_force, after.snapshot, today, figures)[0] == after.plan
    if after.beside and same:
        return {**asdict(Effect(0, 0, 0, 0, 0, 0, 0)), "nothing": True, "changes": []}
    before = make(node, in_force, progress)
    with node.store.reading() as view:
        given_out = [parse_cube(cube) for cube in view.released_cubes()]
    found = compare((before.to_be_read, before.people), (after.to_be_read, after.people), given_out)
    changes = [change.as_json() for change in changes_of_shares(node, before, after)]
    return {**asdict(found), "nothing": found.nothing, "changes": changes}


def suggest(node: Node, policy: Policy, progress: Progress, clock: Clock | None = None) -> dict[str, Any]:
    """Return variants of the policy, the most useful first."""
    tried = candidates(policy)
    rated: list[Rated] = []
    late = 0
    for number, one in enumerate(tried):
        watch = _Deadline(clock or monotonic, number, len(tried), progress)
        try:
            found = rate(node, one, watch, rated[0] if rated else None)
        except EnoughError:
            late += 1
            continue
        rated += [] if found is None else [found]
    best = ranked(rated)[:BEST]
    own = next((one for one in rated if one.candidate.policy is policy), None)
    return {
        "tried": len(tried),
        "late": late,
        "own": None if own is None else _rated(policy, own, own),
        "best": [_rated(policy, one, own) for one in best if one is not own],
    }


class _Deadline:
    """Reports the steps of one candidate, and ends the candidate when its time is up."""

    def __init__(self, clock: Clock, number: int, of: int, progress: Progress) -> None:
        self._clock, self._end = clock, clock() + SECONDS
        self._number, self._of, self._progress = number, of, progress

    def __call__(self, step: str, done: float) -> None:
        if self._clock() > self._end:
            raise EnoughError
        now = message(
            "%(number)s of %(all)s: %(step)s", number=self._number + 1, all=self._of, step=Message(step, {})
        )
        self._progress(now, (self._number + done) / self._of)


def _rated(policy: Policy, one: Rated, own: Rated | None) -> dict[str, Any]:
    """A candidate beside the policy itself, if that could be rated."""
    candidate, shares = one.candidate, () if own is None else share_changes(own.shares, one.shares)
    return {
        "written": list(candidate.written),
        "edits": [asdict(edit) for edit in edits(policy.scope, candidate.policy.scope)],
        "score": one.score,
        "cells": one.cells,
        "withheld": one.withheld,
        "changes": [
            {"direction": change.direction.value, "sentence": change.sentence}
            for change in diff(policy, candidate.policy)
        ],
        "shares": [change.as_json() for change in shares],
    }


def _protect(node: Node, progress: Progress) -> dict[str, Any]:
    built = build(node, progress, HUB_CONFIRMS)
    return {"version": built.policy_version, "until": built.until.isoformat()}


def _load(directory: Path, node: Node, body: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    choices = LoadChoices(body.get("least_counted"), LoadedAs(body.get("loaded_as", LoadedAs.UNSAID)))
    upload = body.get("upload")
    loaded = (
        _load_set(directory, node, progress, choices)
        if upload is None
        else load_upload(directory, node, upload, progress, choices)
    )
    return {
        "snapshot": loaded.kept.id,
        "until": loaded.kept.until.isoformat(),
        "rows": loaded.load.rows,
        "casualties": loaded.casualties,
        "fetch_note": None if loaded.fetch_note is None else as_json(loaded.fetch_note),
    }


def _load_set(directory: Path, node: Node, progress: Progress, choices: LoadChoices) -> Loaded:
    """Load the register that is set for this node."""
    found = source_of(directory)
    if found is None:
        raise NothingToProtectError(
            "No register is configured for this node.",
            remedy="The operator sets 'source' and 'mapping' in safelane.yaml.",
        )
    text = found.mapping.read_text(encoding="utf-8")
    return load_source(directory, node, found.source, text, row_progress(progress), choices=choices)
