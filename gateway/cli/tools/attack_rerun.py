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
    # A value that no table of a sample gave may be given by one that was not drawn.
    return any(f.disclosed or f.narrowed for f in found if not f.sampled), _lines(found, show)


def _rules(release: Release, threshold: int, zeros: Zeros) -> tuple[Rules, Rules]:
    """Return the rules of a release that withstands reruns, and of one that does not."""
    named = sum(release.coords[:, axis] != dim.root for axis, dim in enumerate(release.dims))
    used = sum((release.coords[:, axis] != dim.root).any() for axis, dim in enumerate(release.dims))
    most = int(max(named))
    rules = Rules(threshold=threshold, zeros=zeros, max_dims=most if most < used else None)
    return replace(rules, withstands_reruns=True), rules


def _lines(found: Sequence[RerunFindings], show: int) -> Iterator[str]:
    for one in found:
        tried = f"under {one.keys:,} keys each of safelane {__version__}"
        if one.sampled:
            yield (
                f"rerun: of {one.candidates:,} sampled candidate tables {one.candidates - one.excluded:,} "
                f"gave the release {tried}; more agree with the release than can be listed, so that a value "
                "without a hit is not excluded"
            )
        else:
            yield (
                f"rerun: {one.candidates:,} candidate tables, {one.excluded:,} of them never gave the "
                f"release {tried.replace(' each', '')}"
            )
        if one.unmatched:
            yield (
                "          No candidate gave it, so that reruns tell nothing: it was made by other rules or "
                "another version, shows fewer tables than were asked for, or needs more keys."
            )
            continue
        titles = (
            ("small cells with one value in the tables that gave the release", "with an end without a hit")
            if one.sampled
            else (
                "disclosed by reruns: one value is left of several",
                "narrowed by reruns: an end of the range is excluded",
            )
        )
        for title, cells in zip(titles, (one.disclosed, one.narrowed), strict=True):
            yield f"{len(cells):8,}  {title}"
            yield from (f"          {_words(cell)}" for cell in cells[:show])


def _words(cell: NarrowedCell) -> str:
    key = ", ".join(f"{name}={code}" for name, code in cell.key) or "the total"
    return f"{key} {_range(cell.possible)}, left: {', '.join(map(str, cell.left))}"


def _range(values: tuple[int, ...]) -> str:
    return f"{values[0]}..{values[-1]}"
