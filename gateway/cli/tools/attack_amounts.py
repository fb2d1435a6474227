"""`safelane attack` on a released table of amounts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from anonymisers.attack.magnitude_attack import Cell, MagnitudeAttacker
from anonymisers.errors import AnonymiserError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_cells import MagnitudeCells
from anonymisers.magnitudes.magnitude_release import MagnitudeRelease
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.tables.strict_json import parse_json
from gateway.cli.common.tables import TableInputError, read_text, read_with


def is_of_amounts(path: Path) -> bool:
    """Return whether a file is a release of amounts, by the text before its cells."""
    return '"magnitude":' in read_text(path).split('"cells":', 1)[0]


def attack_amounts(path: Path, truth: Path | None, threshold: int, show: int) -> tuple[bool, Iterator[str]]:
    """Return whether anything is disclosed, and the report. Raises TableInputError."""
    release = read_with(path, lambda text: MagnitudeRelease.from_json(parse_json(text)))
    found: list[tuple[str, list[str]]] = []
    withheld = [cell for cell, value in release.cells.items() if value is None]
    shown = {cell: float(value) for cell, value in release.cells.items() if value is not None}
    try:
        attacker = MagnitudeAttacker(release.dims, shown, withheld)
        disclosed = [i.cell for i in attacker.insufficiently_protected({})]
        found.append(("disclosed: withheld, with one possible amount", _words(release, disclosed)))
        singletons: list[str] = []
        if truth is not None:
            weak, singletons = _with_truth(release, attacker, (truth, threshold), set(disclosed))
            title = (
                "insufficiently protected: withheld, with an interval shorter than the largest contributions"
            )
            found += [
                (title, weak),
                ("singleton: small, computable for the only person of another", singletons),
            ]
    except AnonymiserError as error:
        raise TableInputError(f"{path}: {error.message}", remedy=error.remedy) from error
    return bool(disclosed or singletons), _report(
        release, len(withheld), found, show, with_truth=truth is not None
    )


def _with_truth(
    release: MagnitudeRelease, attacker: MagnitudeAttacker, truth: tuple[Path, int], disclosed: set[Cell]
) -> tuple[list[str], list[str]]:
    path, threshold = truth
    contributions = read_with(path, lambda text: Contributions.from_json(parse_json(text)))
    if contributions.dims != release.dims:
        raise TableInputError(f"{path} has other dimensions than the release")
    most = max(sum(code != "Total" for code in cell) for cell in release.cells)
    cells = MagnitudeCells.of(contributions, MagnitudeRules(threshold, max_dims=most))
    row = {
        tuple(d.codes[p] for d, p in zip(release.dims, key, strict=True)): n
        for n, key in enumerate(cells.lattice.keys().tolist())
    }
    unit = 10.0**contributions.places
    for cell, value in release.cells.items():
        if cell not in row or (
            value is not None and int(value.scaleb(contributions.places)) != cells.sums[row[cell]]
        ):
            raise TableInputError(f"{path} does not agree with the release at {', '.join(cell)}")
    needed = {cell: cells.needed[row[cell]] / unit for cell in attacker.withheld}
    weak = [i.cell for i in attacker.insufficiently_protected(needed) if i.cell not in disclosed]
    single = {cell: int(cells.single[row[cell]]) for cell in attacker.withheld}
    small = [cell for cell in attacker.withheld if cells.sensitive[row[cell]] and cell not in disclosed]
    singletons: dict[Cell, None] = {}
    for own in (cell for cell in small if single[cell] >= 0):
        others = [cell for cell in small if single[cell] != single[own]]
        singletons |= dict.fromkeys(attacker.computable_by(own, cells.sums[row[own]] / unit, others))
    return _words(release, weak), _words(release, list(singletons))


def _words(release: MagnitudeRelease, cells: Sequence[Cell]) -> list[str]:
    names = [d.name for d in release.dims]
    return [
        ", ".join(f"{n}={c}" for n, c in zip(names, cell, strict=True) if c != "Total") or "everybody"
        for cell in cells
    ]


def _report(
    release: MagnitudeRelease,
    withheld: int,
    found: list[tuple[str, list[str]]],
    show: int,
    *,
    with_truth: bool,
) -> Iterator[str]:
    yield f"{len(release.cells):,} cells, {withheld:,} of them withheld. Not for release."
    for title, cells in found:
        yield f"{len(cells):8,}  {title}"
        yield from (f"          {cell}" for cell in cells[:show])
    if not with_truth:
        yield "       -  insufficiently protected and singleton: not examined without --truth"
