"""A quality report as one HTML page with small charts: no script, and nothing is fetched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from gateway.dictionary import Dictionary
from gateway.sources.quality import Quality
from gateway.sources.quality_report import change, contacts_told, former_scores, percent

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
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #16191c }
  th, td { border-color: #3a3f44 }
  .note { color: #aaa }
  .bar { background: #7fb2d9 }
}
"""
_MOST_PROVINCES = 15
_MOST_LOADS = 24


def quality_page(quality: Quality, dictionary: Dictionary, former: Mapping[str, Any] | None = None) -> str:
    """The page; changes against the `former` report (see `quality_json`) where there is one."""
    name = escape(dictionary.member(quality.member).name)
    body = "".join(_parts(quality, dictionary, former or {}))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Data quality of {name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Data quality of {name}</h1>{body}</body></html>\n"
    )


def _parts(quality: Quality, dictionary: Dictionary, former: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f'<p class="note">Loaded on {quality.loaded.isoformat()}: {quality.rows} rows, {quality.casualties} '
        f"casualties, {quality.people} people{contacts_told(quality)}. For this state only.</p>"
        f'<p><span class="score">{quality.score:.1f}</span> of 100 '
        f"{change(quality.score, former.get('score'), ' points')}</p>"
    )
    old = former.get("measures", {})
    yield _table(
        "Measures",
        ("measure", "share", "", "against the former load"),
        ((m, percent(v), _bar(v), change(v, old.get(m)).strip()) for m, v in quality.measures.items()),
    )
    yield from _scores(quality, former)
    yield _table(
        "Columns",
        ("table", "column", "becomes", "complete", "unknown", "valid"),
        (
            (c.table, c.heading, c.target, percent(c.completeness), percent(c.unknown), percent(c.validity))
            for c in quality.columns
        ),
    )
    yield _years(quality)
    yield _places(quality, dictionary)
    yield from _faults(quality)


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
    yield _table(
        "Findings",
        ("table", "column", "what", "times", "first lines"),
        (
            (f.table, f.column, str(f.problem), f.count, ", ".join(map(str, f.lines[:8])))
            for f in sorted(quality.findings, key=lambda f: -f.count)
        ),
    )


def _places(quality: Quality, dictionary: Dictionary) -> str:
    labels = dictionary.codes("province", member=quality.member)
    there = sorted(((n, code) for code, n in quality.provinces.items() if n), key=lambda p: (-p[0], p[1]))
    known = [code for code in quality.provinces if code in dictionary.places.provinces]
    covered = sum(quality.provinces[code] > 0 for code in known)
    most = max((n for n, _ in there), default=1)
    rows = ((f"{labels[code]} ({code})", n, _bar(n / most)) for n, code in there[:_MOST_PROVINCES])
    return _table(
        f"Provinces: {covered} of {len(known)} have casualties", ("province", "casualties", ""), rows
    )


class _Bar(str):
    """A bar: the one kind of cell that is HTML already."""

    __slots__ = ()


def _bar(share: float) -> _Bar:
    return _Bar(f'<span class="bar" style="width:{100 * min(max(share, 0), 1):.1f}%"></span>')


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
    """Numbers stand to the right, bars have room."""
    if isinstance(cell, _Bar):
        return ' class="b"'
    number = isinstance(cell, int) or str(cell).endswith(" %") or str(cell).replace(".", "", 1).isdigit()
    return ' class="n"' if number else ""


def _text(cell: object) -> str:
    return cell if isinstance(cell, _Bar) else escape(str(cell))
