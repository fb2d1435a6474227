"""Burmese typed for the Zawgyi font, converted where a source's cells enter.

Names, narratives, words and numbers are then compared, pseudonymised and kept in one encoding.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from anonymisers.identity.burmese_encoding import has_burmese, in_unicode
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import TableRule
from gateway.sources.model.tables import Chunk, OpenTable
from gateway.sources.model.words import plain


def in_one_encoding(table: OpenTable, rule: TableRule, findings: Findings) -> OpenTable:
    """The table with its Burmese in Unicode. A finding for each column says where it was not so before.

    Cells that may be in either encoding stay, and are a finding only in a table that has cells for Zawgyi:
    short words in Unicode can look so as well.
    """
    read = {plain(heading) for heading in (*rule.columns, *rule.personal)}
    places = [n for n, heading in enumerate(table.headings) if plain(heading) in read]
    return replace(table, chunks=_chunks(table, rule.name, places, findings))


def _chunks(table: OpenTable, name: str, places: Sequence[int], findings: Findings) -> Iterator[Chunk]:
    unclear: list[tuple[str, list[int]]] = []
    some = False
    for chunk in table.chunks:
        if not has_burmese("".join(map("".join, chunk.rows))):
            yield chunk
            continue
        rows: list[list[str]] = []
        for place in places:
            heading, cells = table.headings[place], [row[place] for row in chunk.rows]
            read = {
                cell: in_unicode(cell) for cell in set(cells)
            }  # a word of a code list stands in many rows
            changed = {cell: found.text for cell, found in read.items() if found.offsets is not None}
            if changed:
                some = True
                rows = rows or [list(row) for row in chunk.rows]
                _put(changed, place, rows)
                findings.add(name, heading, Problem.ZAWGYI, _lines(chunk, cells, changed))
            if doubted := {cell for cell, found in read.items() if found.unclear}:
                unclear.append((heading, _lines(chunk, cells, doubted)))
        yield Chunk(chunk.lines, rows or chunk.rows)
    for heading, lines in unclear if some else ():
        findings.add(name, heading, Problem.ENCODING_UNCLEAR, lines)


def _put(changed: Mapping[str, str], place: int, rows: Sequence[list[str]]) -> None:
    for row in rows:
        if row[place] in changed:
            row[place] = changed[row[place]]


def _lines(chunk: Chunk, cells: Sequence[str], chosen: Container[str]) -> list[int]:
    return [line for line, cell in zip(chunk.lines, cells, strict=True) if cell in chosen]
