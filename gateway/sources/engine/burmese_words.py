"""Burmese typed for the Zawgyi font, converted word by word where the engine reads a table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anonymisers.identity.burmese_encoding import Burmese, has_burmese, in_unicode
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import TableRule
from gateway.sources.model.words import plain


class BurmeseWords:
    """Converts the words of a table's columns, with the findings of the row-wise loader."""

    def __init__(self, rule: TableRule, headings: Sequence[str], findings: Findings) -> None:
        read = {plain(heading) for heading in (*rule.columns, *rule.personal)}
        self._name = rule.name
        self._headings = {n: heading for n, heading in enumerate(headings) if plain(heading) in read}
        self._findings = findings
        self._unclear: dict[str, list[int]] = {}
        self._some = False

    def of_words(
        self, place: int, words: Sequence[str], which: NDArray[Any], lines: NDArray[np.int64]
    ) -> list[str]:
        """The words of a column in Unicode."""
        found = {n: in_unicode(word) for n, word in enumerate(words) if has_burmese(word)}
        if found:
            self._note(place, found, lambda those: lines[np.isin(which, those)].tolist())
        return [found[n].text if n in found else word for n, word in enumerate(words)]

    def of_cells(self, place: int, cells: Mapping[int, str], lines: NDArray[np.int64]) -> dict[int, str]:
        """Cells by their row, in Unicode."""
        found = {row: in_unicode(cell) for row, cell in cells.items() if has_burmese(cell)}
        if found:
            self._note(place, found, lambda those: lines[those].tolist())
        return {**cells, **{row: one.text for row, one in found.items()}}

    def unicode(self, place: int, cells: Sequence[str]) -> Sequence[str]:
        """Cells in Unicode where the column is read; without findings, as its reader has them."""
        if place not in self._headings or not has_burmese("".join(cells)):
            return cells
        changed = {cell: in_unicode(cell).text for cell in set(cells) if has_burmese(cell)}
        return [changed.get(cell, cell) for cell in cells]

    def note_unclear(self) -> None:
        """Note the cells that can be in either encoding, where the table has some for Zawgyi."""
        for heading, lines in self._unclear.items() if self._some else ():
            self._findings.add(self._name, heading, Problem.ENCODING_UNCLEAR, lines)

    def _note(
        self, place: int, found: Mapping[int, Burmese], lines_of: Callable[[list[int]], list[int]]
    ) -> None:
        heading = self._headings[place]
        changed = [n for n, one in found.items() if one.offsets is not None]
        unclear = [n for n, one in found.items() if one.unclear]
        if changed:
            self._some = True
            self._findings.add(self._name, heading, Problem.ZAWGYI, lines_of(changed))
        if unclear:
            self._unclear.setdefault(heading, []).extend(lines_of(unclear))
