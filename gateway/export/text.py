"""A release as a table on the terminal: the last axis runs to the right, all others down."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill

from gateway.dictionary import Dictionary
from gateway.picturing import ENGLISH, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.notes import CHANGED, marks
from gateway.picturing.notices.coarser_tables import sentences
from gateway.picturing.notices.perturbation_notice import changes
from gateway.picturing.notices.rows_counted import rows_counted
from gateway.picturing.terms import OF_TOTALS, of_totals, terms
from gateway.wire.cells import Cell, Status
from gateway.wire.release import Coverage, Release

# `w` is used for nothing else, so that it always means one thing.
SYMBOLS = {
    Status.WITHHELD: "w",
    Status.NOT_SHARED: "-",
    Status.NO_ANSWER: "?",
    Status.NOT_COLLECTED: ".",
}

LINE = 100
"""Characters of a line of notes below a table."""

LACKING = "*"
"""Sign of a total without the number of a member."""

UNDER_MASKS = "+"
"""Sign of a total that includes withheld cells of members."""


def to_text(release: Release, dictionary: Dictionary) -> str:
    """Return the table, then the meaning of its signs, in plain characters for any terminal.

    A withheld cell has the bounds that follow from the table. A table about clients is headed by its title,
    which names the year of service. What a number counts, and what does not add up, comes last.
    """
    labels = Labels(dictionary, ENGLISH)
    head = f"{labels.caption(release)}\n\n" if labels.year_of_service(release) else ""
    return "\n".join([head + _table(with_bounds(release, dictionary)), *wrapped(sentences(release, labels))])


def wrapped(sentences: Sequence[str]) -> Iterator[str]:
    """The sentences in lines that a terminal shows whole."""
    for sentence in sentences:
        yield fill(sentence, LINE, subsequent_indent="  ") + "\n"


def _table(release: Release) -> str:
    if not release.axes:
        return "\n".join([_shown(release.cells[0]), *_after_a_gap(legend(release))]) + "\n"
    *down, across = release.axes
    body = table_text([axis.level for axis in down], across.codes, [("", release)])
    return "\n".join([body, *_after_a_gap(legend(release))]) + "\n"


def table_text(down: Sequence[str], across: Sequence[str], tables: Sequence[tuple[str, Release]]) -> str:
    """Tables below each other, each after its name where it has one, with a gap where the first word changes.

    `down`: the heads of the columns with words; `across`: the codes of the last level, which have a column
    each.
    """
    rows = [[*([name] if name else []), *row] for name, release in tables for row in _rows(release, across)]
    header = [*down, *across]
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [_line(header, widths, len(down)), "  ".join("-" * w for w in widths)]
    previous: list[str] | None = None
    for row in rows:
        if previous is not None and len(down) > 1 and row[0] != previous[0]:
            lines.append("")
        lines.append(_line(row, widths, len(down)))
        previous = row
    return "\n".join(lines)


def _after_a_gap(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []


def legend(release: Release) -> list[str]:
    """Return one line for each sign in the table."""
    used = {cell.status for cell in release.cells if not _bounded(cell)}
    lines = [f"{SYMBOLS[s]}  {s}: {s.meaning}" for s in SYMBOLS if s in used]
    if any(map(_bounded, release.cells)):
        lines.append(
            "n..m  withheld to protect people: between n and m, from the numbers shown; >=n  at least n"
        )
    off = sorted({cell.largest_deviation for cell in release.cells if cell.largest_deviation})
    if off:
        more = f", in some cells {off[-1]}" if len(off) > 1 else ""
        lines.append(f"{CHANGED}  perturbed to protect people: at most {off[0]} from the count{more}")
    if noise := sorted({cell.standard_deviation for cell in release.cells if cell.standard_deviation}):
        typical = f"{noise[0]} to {noise[-1]}" if len(noise) > 1 else f"{noise[0]}"
        lines.append(
            f"{CHANGED}  with noise (differential privacy): typically off by {typical}, perhaps below 0"
        )
    summed = sorted({member for cell in release.cells for member in cell.masked_members})
    if summed:
        lines.append(
            f"{UNDER_MASKS}  includes withheld cells of {', '.join(summed)}, added up so that nobody saw "
            "any of them"
        )
    lacking = sorted({member for cell in release.cells for member in cell.missing_members})
    if lacking:
        lines.append(f"{LACKING}  a total that lacks at least one of: {', '.join(lacking)}")
    return lines


def _bounded(cell: Cell) -> bool:
    return cell.at_least is not None or cell.at_most is not None


def coverage_lines(release: Release) -> list[str]:
    """Return for each member asked: the answer with snapshot and policy, or the reason for its absence."""
    return [f"{c.member}  {_coverage(c)}" for c in release.coverage]


def terms_lines(release: Release) -> list[str]:
    """Return the terms of each member's part: members with the same terms, then the terms, one a line.

    The last lines are the terms of totals, where members' terms differ.
    """
    members: dict[tuple[str, ...], list[str]] = {}
    for c in release.coverage:
        members.setdefault(terms(c, ENGLISH), []).append(c.member)
    members.pop((), None)  # who gave nothing asks nothing
    named = [(", ".join(who), said) for said, who in members.items()]
    if said := of_totals(release.coverage, ENGLISH):
        named.append((ENGLISH.say(OF_TOTALS), said))
    return [line for name, said in named for line in (name, *(f"  {s}" for s in said))]


def _coverage(c: Coverage) -> str:
    quotas = "".join(f"; {quota}" for quota in c.quotas)
    if c.answered:
        when = "answered late" if c.late else "answered"
        if c.earlier is not None:
            when = f"offline; this is its answer of {c.earlier.answered_at}"
        also = filter(None, (changes(c, ENGLISH), rows_counted(c, ENGLISH)))
        said = "".join(f". {sentence.removesuffix('.')}" for sentence in also)
        return f"{when}; records up to {c.snapshot_date}, policy version {c.policy}{quotas}{said}"
    if c.refusals:
        return "refused: " + "; ".join(r.meaning for r in c.refusals) + quotas
    if c.never_called:
        return "has never connected to the hub"
    if c.offline_since is not None:
        return f"offline since {c.offline_since}"
    return "approval was still pending at the deadline" if c.waiting else "did not answer in time"


def _rows(release: Release, across: Sequence[str]) -> Iterator[list[str]]:
    by_row: dict[tuple[str, ...], dict[str, Cell]] = {}
    for cell in release.cells:
        by_row.setdefault(cell.key[:-1], {})[cell.key[-1]] = cell
    for key, cells in by_row.items():
        yield [*key, *_across(cells, across)]


def _across(cells: Mapping[str, Cell], across: Sequence[str]) -> Iterator[str]:
    for code in across:
        yield _shown(cells[code]) if code in cells else ""


def _shown(cell: Cell) -> str:
    star = marks(cell)
    if cell.value is not None:
        return f"{cell.value}{star}"
    if cell.at_most is not None:
        return f"{cell.at_least or 0}..{cell.at_most}{star}"
    if cell.at_least is not None:
        return f">={cell.at_least}{star}"
    return SYMBOLS[cell.status] + star


def _line(row: list[str], widths: list[int], labels: int) -> str:
    cells = [
        word.ljust(width) if i < labels else word.rjust(width)
        for i, (word, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
