"""Burmese typed for the Zawgyi font, converted where a source's cells enter.

Names, narratives, words and numbers are then compared, pseudonymised and kept in one encoding.
"""

from collections.abc import Iterator, Sequence
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
        rows = [list(row) for row in chunk.rows]
        for place in places:
            heading = table.headings[place]
            read = [in_unicode(row[place]) for row in rows]
            changed = [n for n, cell in enumerate(read) if cell.offsets is not None]
            for n in changed:
                rows[n][place] = read[n].text
            if changed:
                some = True
                findings.add(name, heading, Problem.ZAWGYI, [chunk.lines[n] for n in changed])
            if lines := [line for line, cell in zip(chunk.lines, read, strict=True) if cell.unclear]:
                unclear.append((heading, lines))
        yield Chunk(chunk.lines, rows)
    for heading, lines in unclear if some else ():
        findings.add(name, heading, Problem.ENCODING_UNCLEAR, lines)
