"""The rule of one guessed column, as lines of a draft: formats, words with their codes, rates, and doubts.

For drafts of mappings only.
"""

import json
import re
from dataclasses import replace

from audit.reading.messages import message
from gateway.sources.mapping.column_evidence import Witness
from gateway.sources.mapping.column_guesses import Guess
from gateway.sources.mapping.draft_dates import first_pivot
from gateway.sources.mapping.draft_words import Words
from gateway.sources.mapping.mapping_columns import SPACE, foreign_currency
from gateway.sources.mapping.sampled_cells import Cells
from gateway.sources.model.mapping import ColumnRule
from gateway.sources.model.targets import Kind, Target

MOST_DOLLARS = 3_000
"""A middle cost above this figure suggests a currency other than the dollar."""

ZONES = {
    "BN": "+08:00", "ID": "+07:00", "KH": "+07:00", "LA": "+07:00", "MM": "+06:30", "MY": "+08:00",
    "PH": "+08:00", "SG": "+08:00", "TH": "+07:00", "TL": "+09:00", "VN": "+07:00",
}  # fmt: skip
"""How far the clocks of each state's capital are ahead of UTC."""

_MARKS = r"\u0300-\u036f\u0e30-\u0e4e\u0eb0-\u0ecd\u102b-\u109f\u17b4-\u17d3"
_SAFE = re.compile(rf"[^\W\d](?:[\w ()/.{_MARKS}-]*[\w()/.{_MARKS}])?")


def rule_of(g: Guess, target: Target, witness: Witness) -> tuple[Guess, list[str]]:
    """The keys of a column besides the target, and the guess with the doubts about the keys."""
    if target.kind is Kind.DATE:
        return _date_rule(g, witness)
    if target.kind is Kind.AMOUNT:
        decimal, dollars = witness.amounts(g.column.cells)
        named = foreign_currency(g.column.heading, ColumnRule(target))
        foreign = bool(named) or dollars > MOST_DOLLARS
        asked = (message("unit: how much of its currency makes a US dollar?"),) if foreign else ()
        # A rate is the state's to say: this one only stands in its place.
        rate = ['unit: "1"'] if named else []
        return replace(g, notes=(*g.notes, *asked)), [*(['decimal: ","'] if decimal == "," else []), *rate]
    if not target.codes:
        return g, _unknown_line(g.column.cells, witness)
    return _coded_rule(g, target, witness)


def _coded_rule(g: Guess, target: Target, witness: Witness) -> tuple[Guess, list[str]]:
    """The keys of a column of codes: separator, words with their codes, words for "unknown"."""
    words = Words.of(g.column, target, witness)
    lines = (
        [f"separator: {SPACE if words.separator == ' ' else json.dumps(words.separator)}"]
        if words.separator
        else []
    )
    if target.codes == {"YES", "NO", "UNK"} and words.only_yes:
        lines.append("blank: NO")
    if g.column.blank:
        lines.append(f"blank: {g.column.blank}  # ? without a mark")
    if words.coded:
        lines += ["codes:", *(f"  {yaml_word(word)}: {code}{mark}" for word, code, mark in words.coded)]
    lines += _unknown_line(words.cells, witness)
    if words.strange:
        g = replace(g, notes=(*g.notes, message("words not recognised: %(n)s", n=len(words.strange))))
        listed = ", ".join(f"{json.dumps(word, ensure_ascii=False)} ({n})" for word, n in words.strange)
        lines += [f"# not recognised: {listed}"] if words.listed else []
    return g, lines


def _date_rule(g: Guess, witness: Witness) -> tuple[Guess, list[str]]:
    """The formats of a column of dates, and the guess with the doubts about them."""
    found = witness.dates(g.column.cells)
    lines = [f"formats: [{', '.join(map(_format, found.formats))}]"] if found.formats else []
    lines += [f"era: {found.era}"] if found.era != "CE" else []
    if found.short and found.era == "either":
        lines.append(f"pivot: {first_pivot(witness.today)}")
    if found.counted:
        lines.append(f'zone: "{ZONES[witness.member]}"  # ? where were the days counted?')
    doubts = {
        message("some dates in other formats"): found.share <= 0.99,
        message("which hundred years are meant, of which calendar (pivot, era)?"): found.short,
        message("is the day or the month first?"): found.swapped,
        message(
            "%(n)s dates can be read both ways: only their year counts", n=found.both_ways
        ): found.both_ways > 0,
    }
    notes = tuple(doubt for doubt, there in doubts.items() if there)
    return replace(g, notes=(*g.notes, *notes)), lines


def _format(form: str) -> str:
    """A format as YAML: one with quotation marks or a comma is quoted."""
    return json.dumps(form, ensure_ascii=False) if re.search("[',]", form) else form


def _unknown_line(cells: Cells, witness: Witness) -> list[str]:
    found = [w for w in cells.counts if w in witness.lexicon.unknown]
    return [f"unknown: [{', '.join(map(yaml_word, found))}]"] if found else []


def yaml_word(text: str) -> str:
    """A word as YAML, plain where possible, otherwise quoted."""
    return text if _SAFE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
