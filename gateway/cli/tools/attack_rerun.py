"""`safelane attack --rerun`: the program is run on every table that agrees with a release."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from anonymisers.cube.rerun_attack import NarrowedCell, RerunFindings, rerun_attack
from anonymisers.tables.progress import Progress
from anonymisers.tables.release import Release
from anonymisers.tables.rules import Rules, Zeros
from gateway import __version__


def rerun_report(
    releases: Sequence[Release],
    beside: Sequence[Release] = (),
    *,
    threshold: int,
    zeros: Zeros,
    keys: int,
    show: int,
    progress: Progress,
) -> tuple[bool, Iterator[str]]:
    """Return whether reruns exclude values of a small cell, and the report, release by release.

    Candidates agree with the other releases too, and with figures and extracts `beside`. The rules are
    those that the releases show: threshold, treatment of zeros, and the most dimensions that a table of the
    release has. Whether they were made to withstand reruns they do not show: both programs are run. Raises
    AnonymiserError where a release cannot be rerun.
    """
    found = []
    for number, release in enumerate(releases):
        others = (*releases[:number], *releases[number + 1 :], *beside)
        by_program = [
            rerun_attack(release, rules, keys, progress, beside=others)
            for rules in _rules(release, threshold, zeros)
        ]
        found += [one for one in by_program if not one.unmatched] or by_program[:1]
    return any(f.disclosed or f.narrowed for f in found), _lines(found, show)


def _rules(release: Release, threshold: int, zeros: Zeros) -> tuple[Rules, Rules]:
    """Return the rules of a release that withstands reruns, and of one that does not."""
    named = sum(release.coords[:, axis] != dim.root for axis, dim in enumerate(release.dims))
    used = sum((release.coords[:, axis] != dim.root).any() for axis, dim in enumerate(release.dims))
    most = int(max(named))
    rules = Rules(threshold=threshold, zeros=zeros, max_dims=most if most < used else None)
    return replace(rules, withstands_reruns=True), rules


def _lines(found: Sequence[RerunFindings], show: int) -> Iterator[str]:
    for one in found:
        yield (
            f"rerun: {one.candidates:,} candidate tables, {one.excluded:,} of them never gave the release "
            f"under {one.keys:,} keys of safelane {__version__}"
        )
        if one.unmatched:
            yield (
                "          No candidate gave it, so that reruns tell nothing: it was made by other rules or "
                "another version, shows fewer tables than were asked for, or needs more keys."
            )
            continue
        for title, cells in (
            ("disclosed by reruns: one value is left of several", one.disclosed),
            ("narrowed by reruns: an end of the range is excluded", one.narrowed),
        ):
            yield f"{len(cells):8,}  {title}"
            yield from (f"          {_words(cell)}" for cell in cells[:show])


def _words(cell: NarrowedCell) -> str:
    key = ", ".join(f"{name}={code}" for name, code in cell.key) or "the total"
    return f"{key} {_range(cell.possible)}, left: {', '.join(map(str, cell.left))}"


def _range(values: tuple[int, ...]) -> str:
    return f"{values[0]}..{values[-1]}"
