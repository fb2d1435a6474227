"""A quality report as text to read and as JSON to keep, compared with the former load's report."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from gateway.dictionary import Dictionary, unknown_place
from gateway.sources.model.errors import SourceError
from gateway.sources.model.finding_order import worst_first
from gateway.sources.model.finding_remedies import REMEDIES
from gateway.sources.model.findings import Finding, Problem
from gateway.sources.quality.load_differences import Differences
from gateway.sources.quality.quality import Quality
from gateway.sources.rows.row_accounts import TableAccount

VERSION = 1
_NOTABLE = 0.0005
"""Smallest change of a share that is shown."""
MOST_LIKELY = 50
"""Groups of likely duplicates that a report lists, in the order of their lines."""
_BARS = 30
_HEIGHTS = "▁▂▃▄▅▆▇█"
_PROVINCES_SHOWN = 10
_MOST_SCORES = 100
_SCORES_SHOWN = 6


def quality_json(
    quality: Quality, former: Mapping[str, Any] | None = None, since: Differences | None = None
) -> dict[str, Any]:
    """The report as JSON values, for programs and for comparison with the next load.

    For the member state only.

    `since`: what differs from the load before, case by case.

    `history` continues the history of the `former` report: the score of every load, oldest first.
    """
    return {
        "version": VERSION,
        "member": quality.member,
        "loaded": quality.loaded.isoformat(),
        "score": quality.score,
        "history": [*former_scores(former), {"loaded": quality.loaded.isoformat(), "score": quality.score}],
        "measures": {name: round(value, 4) for name, value in quality.measures.items()},
        "rows": quality.rows,
        "casualties": quality.casualties,
        "people": quality.people,
        "contacts": quality.contacts,
        "columns": [
            {
                "table": c.table,
                "heading": c.heading,
                "target": c.target,
                "completeness": round(c.completeness, 4),
                "unknown": round(c.unknown, 4),
                "validity": round(c.validity, 4),
            }
            for c in quality.columns
        ],
        "years": [asdict(year) for year in quality.years],
        "known": {name: list(shares) for name, shares in quality.known.items()},
        "provinces": dict(quality.provinces),
        "duplicates": dict(quality.duplicates),
        "contradictions": [
            {"rule": c.rule, "count": c.count, "judged": c.judged} for c in quality.contradictions
        ],
        "findings": [_finding_json(f) for f in worst_first(quality.findings)],
        "accounts": [_account_json(account) for account in quality.accounts],
        "likely": [list(group) for group in quality.likely[:MOST_LIKELY]],
        "since": None if since is None else since.as_json(),
    }


def _account_json(account: TableAccount) -> dict[str, Any]:
    return {
        "table": account.table,
        "rows": account.rows,
        "counted": account.counted,
        "share": round(account.share, 4),
        "reasons": {problem.name: n for problem, n in account.reasons.items()},
        "empty": account.empty,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "table": finding.table,
        "column": finding.column,
        "problem": finding.problem.name,
        "count": finding.count,
        "lines": list(finding.lines),
    }


def former_scores(former: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Day and score of the last hundred loads before the current load, oldest first."""
    return [] if former is None else list(former.get("history", []))[-_MOST_SCORES:]


def read_former(text: str) -> Mapping[str, Any]:
    """Read the JSON report of a former load. Raises SourceError for any other text or version."""
    try:
        former = json.loads(text)
        is_scored = isinstance(former["measures"], dict) and _scored(former)
        if former["version"] == VERSION and is_scored:
            return dict(former)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise SourceError("This is not a quality report of a former load.", remedy="Leave it out to go without.")


def _scored(former: Mapping[str, Any]) -> bool:
    history = former.get("history", [])
    return isinstance(history, list) and all(
        isinstance(one.get("loaded"), str) and isinstance(one.get("score"), int | float) for one in history
    )


def quality_text(
    quality: Quality,
    dictionary: Dictionary,
    former: Mapping[str, Any] | None = None,
    since: Differences | None = None,
) -> str:
    """The report as text for a person, with changes against the `former` report if given.

    `since`: what differs from the load before, case by case.
    """
    return "\n".join(_lines(quality, dictionary, former or {}, since)) + "\n"


def _lines(
    quality: Quality, dictionary: Dictionary, former: Mapping[str, Any], since: Differences | None
) -> Iterator[str]:
    name = dictionary.member(quality.member).name
    yield f"Data quality of {name}, loaded on {quality.loaded.isoformat()}. For this state only."
    yield ""
    yield f"Score {quality.score:.1f} of 100{change(quality.score, former.get('score'), ' points')}"
    if before := former_scores(former):
        scores = ", ".join(f"{one['loaded']} {one['score']:.1f}" for one in before[-_SCORES_SHOWN:])
        yield f"  of the loads before: {scores}"
    for measure, value in quality.measures.items():
        yield f"  {measure:<13}{percent(value)}{change(value, former.get('measures', {}).get(measure))}"
    yield ""
    yield (
        f"{quality.rows} rows, {quality.casualties} casualties, {quality.people} people"
        f"{contacts_text(quality)}{change(quality.rows, former.get('rows'), ' rows')}"
    )
    yield ""
    yield from _account_lines(quality)
    yield from _since_lines(since, dictionary, quality.member)
    yield from _column_lines(quality, former)
    yield from _year_lines(quality)
    yield from _known_lines(quality)
    yield from _province_lines(quality, dictionary)
    yield from _fault_lines(quality)


def contacts_text(quality: Quality) -> str:
    """The number of needs and services, where the source gives single needs and services."""
    return f", {quality.contacts} needs and services" if quality.contacts else ""


def _account_lines(quality: Quality) -> Iterator[str]:
    """How many rows of each table count, and for every other row the reason."""
    width = max((_width(account.table) for account in quality.accounts), default=0) + 2
    yield f"  {'table':<{width}}{'rows':>9}{'counted':>9}{'share':>9}"
    for account in quality.accounts:
        gap = " " * (width - _width(account.table))
        yield f"  {account.table}{gap}{account.rows:>9}{account.counted:>9}{percent(account.share):>9}"
        for problem, n in account.reasons.items():
            allowed = " (as the mapping allows)" if account.unclaimed and problem is Problem.ORPHAN else ""
            yield f"    {n:>8}  {problem}{allowed}"
    yield ""


def _since_lines(since: Differences | None, dictionary: Dictionary, member: str) -> Iterator[str]:
    """What differs from the load before, by year and by province."""
    if since is None or not any(since.total):
        return
    labels = dictionary.codes("province", member=member)
    yield f"  since the register of {since.since.isoformat()}"
    yield "  appeared  vanished  corrected"
    for name, counts in (*since.years.items(), *((labels.get(c, c), n) for c, n in since.most())):
        yield f"  {counts.appeared:>8}{counts.vanished:>10}{counts.corrected:>11}  {name}"
    yield ""


def _column_lines(quality: Quality, former: Mapping[str, Any]) -> Iterator[str]:
    before = {(c["table"], c["heading"]): c for c in former.get("columns", ())}
    width = max((_width(c.heading) for c in quality.columns), default=0) + 2
    yield f"  {'column':<{width}}{'complete':>9}{'unknown':>9}{'valid':>9}"
    for c in quality.columns:
        old = before.get((c.table, c.heading), {})
        shares = "".join(f"{percent(share):>9}" for share in (c.completeness, c.unknown, c.validity))
        gap = " " * (width - _width(c.heading))
        yield f"  {c.heading}{gap}{shares}{change(c.completeness, old.get('completeness'), ' complete')}"
    yield ""


def _width(text: str) -> int:
    """Width of a text on a screen, in columns: marks above and below a letter take none."""
    return sum(unicodedata.category(c) not in ("Mn", "Me", "Cf") for c in text)


def _year_lines(quality: Quality) -> Iterator[str]:
    most = max((y.casualties for y in quality.years), default=0)
    yield "  year  casualties  complete  to the month"
    for y in quality.years:
        bar = "▇" * round(_BARS * y.casualties / most)
        shares = f"{percent(y.completeness):>10}{percent(y.to_month):>14}"
        yield f"  {y.year}{y.casualties:>12}{shares}  {bar}".rstrip()
    yield ""


def _known_lines(quality: Quality) -> Iterator[str]:
    """Each dimension with a small chart of the share known, year by year."""
    if not quality.years:
        return
    width = max((len(name) for name in quality.known), default=0) + 2
    yield f"  known, from {quality.years[0].year} to {quality.years[-1].year} (year by year, least known)"
    for name, shares in quality.known.items():
        bars = "".join(_HEIGHTS[min(int(share * len(_HEIGHTS)), len(_HEIGHTS) - 1)] for share in shares)
        yield f"  {name:<{width}}{bars}  {percent(min(shares))}"
    yield ""


def _province_lines(quality: Quality, dictionary: Dictionary) -> Iterator[str]:
    labels = dictionary.codes("province", member=quality.member)
    nowhere = unknown_place(quality.member)
    places = {code: n for code, n in quality.provinces.items() if code != nowhere}
    there = sorted(((n, code) for code, n in places.items() if n), key=lambda p: (-p[0], p[1]))
    own = [code for code in places if code in dictionary.places.provinces]
    covered = sum(places[code] > 0 for code in own)
    yield f"  {covered} of {len(own)} provinces have casualties, most of them:"
    for count, code in there[:_PROVINCES_SHOWN]:
        yield f"  {count:>8}  {labels[code]} ({code})"
    if missing := [f"{labels[code]} ({code})" for code in own if not places[code]]:
        yield f"  none in: {', '.join(missing)}"
    if quality.provinces.get(nowhere):
        yield f"  {quality.provinces[nowhere]:>8}  province unknown"
    yield ""


def _fault_lines(quality: Quality) -> Iterator[str]:
    broken = [f"  {c.count:>8}  {c.rule}" for c in quality.contradictions if c.count]
    doubles = [f"  {n:>8}  {reason}" for reason, n in quality.duplicates.items() if n]
    found = [
        f"  {f.count:>8}  {f}\n            -> {REMEDIES[f.problem]}" for f in worst_first(quality.findings)
    ]
    likely = [f"  lines {', '.join(map(str, group))}" for group in quality.likely[:MOST_LIKELY]]
    if likely:
        yield f"Likely the same casualty under several numbers: {len(quality.likely)}"
        yield from likely
    for title, lines in (("Contradictions", broken), ("Duplicates", doubles), ("Findings", found)):
        yield f"{title}: {'none' if not lines else ''}".rstrip()
        yield from lines


def percent(share: float) -> str:
    """A share in percent, never 100 % while anything is missing."""
    shown = min(share * 100, 99.9) if share < 1 else 100.0
    return f"{shown:.1f} %"


def change(now: float, before: float | None, what: str | None = None) -> str:
    """The change against a former figure, in percentage points where no unit is given."""
    if before is None or abs(now - before) < _NOTABLE:
        return ""
    if what in {None, " complete", " valid"}:
        return f"  ({100 * (now - before):+.1f} points{what or ''})"
    return f"  ({round(now - before, 1):+g}{what})"
