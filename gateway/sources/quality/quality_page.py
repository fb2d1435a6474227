"""A quality report as one HTML page with small charts: no script, and no external resources."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from gateway.dictionary import Dictionary
from gateway.sources.model.finding_order import worst_first
from gateway.sources.model.finding_remedies import REMEDIES
from gateway.sources.quality.load_differences import Differences, Differing
from gateway.sources.quality.quality import ColumnQuality, Quality
from gateway.sources.quality.quality_report import (
    MOST_LIKELY,
    change,
    contacts_text,
    former_scores,
    percent,
)

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
h1 { font-size: 1.5rem; margin-bottom: 0 }
h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .2rem .6rem; border-bottom: 1px solid #ddd }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.b { width: 40% }
.score { font-size: 2.5rem; font-weight: 600 }
.bar { display: block; height: .8rem; background: #2f6690; min-width: 1px }
.note { color: #555 }
.years { width: 100%; height: 1.3rem; fill: #2f6690; background: #eef1f4 }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #16191c }
  th, td { border-color: #3a3f44 }
  .note { color: #aaa }
  .bar { background: #7fb2d9 }
  .years { fill: #7fb2d9; background: #262b30 }
}
"""
_MOST_PROVINCES = 15
_MOST_LOADS = 24
_CHART = 400


def quality_page(
    quality: Quality,
    dictionary: Dictionary,
    former: Mapping[str, Any] | None = None,
    since: Differences | None = None,
) -> str:
    """The HTML page, with changes against the `former` report (see `quality_json`) if given.

    `since`: what differs from the load before, case by case.
    """
    name = escape(dictionary.member(quality.member).name)
    body = "".join(_parts(quality, dictionary, former or {}, since))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Data quality of {name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Data quality of {name}</h1>{body}</body></html>\n"
    )


def _parts(
    quality: Quality, dictionary: Dictionary, former: Mapping[str, Any], since: Differences | None
) -> Iterator[str]:
    yield (
        f'<p class="note">Loaded on {quality.loaded.isoformat()}: {quality.rows} rows, {quality.casualties} '
        f"casualties, {quality.people} people{contacts_text(quality)}. For this state only.</p>"
        f'<p><span class="score">{quality.score:.1f}</span> of 100 '
        f"{change(quality.score, former.get('score'), ' points')}</p>"
    )
    old = former.get("measures", {})
    columns = {(c["table"], c["heading"]): c for c in former.get("columns", ())}
    yield _table(
        "Measures",
        ("measure", "share", "", "against the former load"),
        ((m, percent(v), _bar(v), change(v, old.get(m)).strip()) for m, v in quality.measures.items()),
    )
    yield from _accounts(quality)
    yield from _since(since, dictionary, quality.member)
    yield from _scores(quality, former)
    yield _table(
        "Columns",
        ("table", "column", "becomes", "complete", "unknown", "valid", "against the former load"),
        (_column(c, columns.get((c.table, c.heading), {})) for c in quality.columns),
    )
    yield _years(quality)
    yield _known(quality)
    yield _places(quality, dictionary)
    yield from _faults(quality)


def _accounts(quality: Quality) -> Iterator[str]:
    yield _table(
        "Rows that count",
        ("table", "rows", "counted", "share", ""),
        ((a.table, a.rows, a.counted, percent(a.share), _bar(a.share)) for a in quality.accounts),
    )
    yield _table(
        "Rows that do not count",
        ("table", "why", "rows"),
        ((a.table, str(problem), n) for a in quality.accounts for problem, n in a.reasons.items()),
    )


def _since(since: Differences | None, dictionary: Dictionary, member: str) -> Iterator[str]:
    """What differs from the load before, by year and by province, with a bar to each side."""
    if since is None:
        return
    labels = dictionary.codes("province", member=member)
    for title, rows in (
        ("by year", tuple(since.years.items())),
        ("by province, most vanished first", tuple((labels.get(c, c), n) for c, n in since.most())),
    ):
        most = max((max(counts.appeared, counts.vanished) for _name, counts in rows), default=0) or 1
        yield _table(
            f"Cases since the register of {since.since.isoformat()}, {title}",
            ("", "appeared", "vanished", "corrected", "vanished and appeared"),
            ((name, *counts, _both(name, counts, most)) for name, counts in rows),
        )


def _scores(quality: Quality, former: Mapping[str, Any]) -> Iterator[str]:
    if before := former_scores(former):
        scores = [*((one["loaded"], float(one["score"])) for one in before), ("this load", quality.score)]
        yield _table(
            "Score from load to load",
            ("load", "score", ""),
            ((day, f"{score:.1f}", _bar(score / 100)) for day, score in scores[-_MOST_LOADS:]),
        )


def _years(quality: Quality) -> str:
    most = max((y.casualties for y in quality.years), default=1)
    rows = (
        (str(y.year), y.casualties, _bar(y.casualties / most), percent(y.completeness), percent(y.to_month))
        for y in quality.years
    )
    return _table("Years", ("year", "casualties", "", "complete", "date to the month"), rows)


def _column(column: ColumnQuality, old: Mapping[str, Any]) -> tuple[str, ...]:
    changes = (
        change(column.completeness, old.get("completeness"), " complete"),
        change(column.validity, old.get("validity"), " valid"),
    )
    shares = (percent(column.completeness), percent(column.unknown), percent(column.validity))
    return (column.table, column.heading, column.target, *shares, " ".join(c.strip() for c in changes if c))


def _known(quality: Quality) -> str:
    """Each dimension with a small chart of one bar a year."""
    years = [y.year for y in quality.years]
    span = f" from {years[0]} to {years[-1]}" if years else ""
    rows = (
        (name, _chart(name, years, shares), percent(min(shares)))
        for name, shares in quality.known.items()
        if shares
    )
    return _table(f"What is known{span}", ("dimension", "year by year", "in the least known year"), rows)


def _faults(quality: Quality) -> Iterator[str]:
    yield _table(
        "Contradictions",
        ("rule", "broken by", "of"),
        ((c.rule, c.count, c.judged) for c in quality.contradictions),
    )
    yield _table(
        "Duplicates",
        ("reason", "rows"),
        ((reason, rows) for reason, rows in quality.duplicates.items() if rows),
    )
    if quality.likely:
        groups = quality.likely[:MOST_LIKELY]
        yield _table(
            f"Likely the same casualty under several numbers: {len(quality.likely)}",
            ("lines to look up beside each other",),
            ((", ".join(map(str, group)),) for group in groups),
        )
    yield _table(
        "Findings",
        ("table", "column", "what", "times", "first lines", "what to do"),
        (
            (
                *(f.table, f.column, str(f.problem), f.count),
                *(", ".join(map(str, f.lines[:8])), REMEDIES[f.problem]),
            )
            for f in worst_first(quality.findings)
        ),
    )


def _places(quality: Quality, dictionary: Dictionary) -> str:
    labels = dictionary.codes("province", member=quality.member)
    there = sorted(((n, code) for code, n in quality.provinces.items() if n), key=lambda p: (-p[0], p[1]))
    known = [code for code in quality.provinces if code in dictionary.places.provinces]
    covered = sum(quality.provinces[code] > 0 for code in known)
    most = max((n for n, _ in there), default=1)
    rows = ((f"{labels[code]} ({code})", n, _bar(n / most)) for n, code in there[:_MOST_PROVINCES])
    missing = ", ".join(f"{labels[code]} ({code})" for code in known if not quality.provinces[code])
    note = f'<p class="note">None in: {escape(missing)}.</p>' if missing else ""
    title = f"Provinces: {covered} of {len(known)} have casualties"
    return _table(title, ("province", "casualties", ""), rows) + note


class _Bar(str):
    """A bar, the only kind of cell with HTML content."""

    __slots__ = ()


def _bar(share: float) -> _Bar:
    return _Bar(f'<span class="bar" style="width:{100 * min(max(share, 0), 1):.1f}%"></span>')


def _both(name: str, counts: Differing, most: int) -> _Bar:
    """Vanished cases to the left of a line, those that appeared to the right."""
    half = _CHART / 2
    left, right = half * counts.vanished / most, half * counts.appeared / most
    label = f"{escape(name)}: {counts.vanished} vanished, {counts.appeared} appeared"
    return _Bar(
        f'<svg class="years" viewBox="0 0 {_CHART} 20" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}"><rect x="{half - left:.2f}" y="3" width="{left:.2f}" height="14" '
        f'fill-opacity="0.45"/><rect x="{half:.2f}" y="3" width="{right:.2f}" height="14"/></svg>'
    )


def _chart(name: str, years: Sequence[int], shares: Sequence[float]) -> _Bar:
    width = _CHART / len(years)
    bars = "".join(
        f'<rect x="{n * width:.2f}" y="{20 - 20 * share:.2f}" width="{0.8 * width:.2f}" '
        f'height="{20 * share:.2f}"><title>{year}: {percent(share)}</title></rect>'
        for n, (year, share) in enumerate(zip(years, shares, strict=True))
    )
    label = f"{escape(name)}: {percent(min(shares))} to {percent(max(shares))} known"
    box = f'viewBox="0 0 {_CHART} 20" preserveAspectRatio="none"'
    return _Bar(f'<svg class="years" {box} role="img" aria-label="{label}">{bars}</svg>')


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    rows = list(rows)
    if not rows:
        return f'<h2>{escape(title)}</h2><p class="note">None.</p>'
    head = "".join(
        f'<th scope="col"{_kind(cell)}>{escape(h)}</th>' for h, cell in zip(headings, rows[0], strict=True)
    )
    body = "".join(f"<tr>{''.join(f'<td{_kind(c)}>{_text(c)}</td>' for c in row)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _kind(cell: object) -> str:
    """The CSS class of a cell: numbers are aligned to the right, bars have room."""
    if isinstance(cell, _Bar):
        return ' class="b"'
    number = isinstance(cell, int) or str(cell).endswith(" %") or str(cell).replace(".", "", 1).isdigit()
    return ' class="n"' if number else ""


def _text(cell: object) -> str:
    return cell if isinstance(cell, _Bar) else escape(str(cell))
