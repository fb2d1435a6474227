"""Headings over several lines, lines of units below them, and rows of totals, in files and workbooks."""

from collections import Counter
from collections.abc import Sequence

from gateway.sources.model.words import plain

TOTALS = (
    "total", "totals", "grand total", "subtotal", "sub-total", "sub total", "tổng", "tổng cộng",
    "tổng số", "cộng", "รวม", "ยอดรวม", "ລວມ", "សរុប", "စုစုပေါင်း", "jumlah", "kabuuan", "totál",
)  # fmt: skip
"""Words with which rows of totals begin."""


def joined_headings(lines: Sequence[Sequence[str]]) -> list[str]:
    """One heading for each column: the lowest line, and the line above where the lowest says nothing or the
    same twice. A word over merged cells stands above all of them.
    """
    *above, lowest = [[cell.strip() for cell in line] for line in lines]
    width = max(map(len, [*above, lowest]))
    names = lowest + [""] * (width - len(lowest))
    for line in reversed(above):
        own = line + [""] * (width - len(line))
        spread = _spread(own, names)
        times = Counter(plain(name) for name in names if name)
        names = [
            f"{spread[n]} {name}".strip() if name and times[plain(name)] > 1 else name or own[n]
            for n, name in enumerate(names)
        ]
    while names and not names[-1]:
        names.pop()
    return names


def _spread(line: Sequence[str], below: Sequence[str]) -> list[str]:
    """A line with the word over merged cells written above each of the headings below it."""
    spread: list[str] = []
    for cell, name in zip(line, below, strict=True):
        spread.append(cell or (spread[-1] if spread and name else ""))
    return spread


def is_total(row: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a row is one of totals: it begins with one of the words, given as plain words, and at most half
    of its cells are filled. A person can be called like a word, but a row of a person is full.
    """
    filled = [cell for cell in row if cell.strip()]
    if not filled or 2 * len(filled) > len(row):
        return False
    first = plain(filled[0])
    return any(first == word or first.startswith((f"{word} ", f"{word}:")) for word in words)


def total_words(rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """The words, as plain words, with which rows of totals among these rows begin, and how many rows do."""
    known = sorted(map(plain, TOTALS), key=len, reverse=True)
    found: dict[str, None] = {}
    count = 0
    for row in rows:
        first = next((plain(cell) for cell in row if cell.strip()), "")
        glued = next((w for w in known if _glued(first, w)), "")
        word = first if glued else next((w for w in known if first == w or first.startswith(f"{w} ")), "")
        if word and is_total(row, (word,)):
            found[word] = None
            count += 1
    return list(found), count


def _glued(first: str, word: str) -> bool:
    """Whether a word of a script without blanks between words stands at the start of a longer one."""
    return not word.isascii() and first != word and first.startswith(word) and " " not in first


def heading_lines(rows: Sequence[Sequence[str]], most: int) -> tuple[int, int]:
    """The line on which the headings end, and how many lines they take.

    They are the first lines with as many different words as the widest row has cells.
    """
    width = max((len(_filled(row)) for row in rows), default=0)
    for number, row in enumerate(rows[:most], 1):
        two = rows[number - 1 : number + 1]
        if (
            _are_words(row)
            and _goes_on(two, rows[number + 1 :])
            and _are_headings(joined_headings(two), width)
        ):
            return number + 1, 2
        if _are_headings(_filled(row), width):
            return number, 1
    return 1, 1


def _goes_on(two: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> bool:
    """Whether the second of two rows goes on with the headings of the first: it stands where the first has
    gaps, is empty where the first says all, and says nothing that stands in its column again.
    """
    if len(two) < 2 or not _are_words(two[1]):
        return False
    first, second = two
    width = max(len(first), len(second))
    upper, lower = ([*row, *[""] * (width - len(row))] for row in two)
    fills = [bool(low.strip()) and not up.strip() for up, low in zip(upper, lower, strict=True)]
    alone = any(up.strip() and not low.strip() for up, low in zip(upper, lower, strict=True))
    again = any(
        low.strip() and n < len(row) and row[n].strip() == low.strip()
        for row in below
        for n, low in enumerate(lower)
    )
    return any(fills) and alone and not again


def _filled(row: Sequence[str]) -> list[str]:
    """The cells of a row without the empty ones at its end."""
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _are_headings(cells: Sequence[str], width: int) -> bool:
    words = [cell for cell in cells if cell]
    enough = len(cells) == width and len(set(words)) == len(words) >= width - 1
    return enough and len(words) > 0 and _are_words(cells)


def _are_words(cells: Sequence[str]) -> bool:
    return not any(map(str.isdigit, cells))


def unit_lines(rows: Sequence[Sequence[str]]) -> int:
    """How many of the rows below the headings are lines of units: words in brackets, or columns' numbers."""
    count = 0
    for row in rows[:2]:
        cells = [cell.strip() for cell in row if cell.strip()]
        units = bool(cells) and all(c.startswith("(") and c.endswith(")") for c in cells)
        if not units and not _numbers(cells):
            break
        count += 1
    return count


def _numbers(cells: Sequence[str]) -> bool:
    """Whether the cells are 1, 2, 3 and so on: forms number their columns."""
    return len(cells) > 2 and [c.strip("()") for c in cells] == [str(n) for n in range(1, len(cells) + 1)]
