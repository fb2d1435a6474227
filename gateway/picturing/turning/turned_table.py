"""A released table in the arrangement of its reader, as a layout like any other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from types import MappingProxyType

from gateway.dictionary import Dictionary
from gateway.dictionary.populations import SOURCE, YEAR
from gateway.picturing.implied_bounds import owners_of, with_bounds
from gateway.picturing.labels import Labels
from gateway.picturing.layout import Head, Layout, Shown, columns_of, layout, shown
from gateway.picturing.notes import Note, marks
from gateway.picturing.turning.arrangement import BY_NAME, ONLY_COLUMN, Arrangement, Show
from gateway.picturing.turning.ordering import by_amount, by_name
from gateway.picturing.turning.rates import NoRate, Rate, Rates
from gateway.picturing.turning.shares import NoShare, Share, share
from gateway.picturing.turning.written import percent, percent_between, rate, rate_between
from gateway.picturing.words import WITHHELD, Words, msgid
from gateway.wire.cells import TOTAL, Cell, Status
from gateway.wire.release import Release

Key = tuple[str, ...]
BETWEEN = "~"
"""Between the codes of a column's name: no code has this sign."""
NO_GROUPS: Mapping[str, Sequence[str]] = MappingProxyType({})
NONE = "–"
"""In place of a share or rate that cannot be said. The legend says why."""

WHY_NOTHING = {
    NoShare.NO_TOTAL: msgid("No share: its total is not shown"),
    NoShare.OTHER_MEMBERS: msgid("No share: its total lacks members that the number includes"),
    NoShare.NOISE: msgid("No share: the numbers include noise"),
    NoShare.OF_NOTHING: msgid("No share: its total is 0"),
    NoRate.SEVERAL_YEARS: msgid("No rate: the number is a sum over several periods"),
    NoRate.NOISE: msgid("No rate: the number includes noise"),
    NoRate.NOBODY_INCLUDED: msgid("No rate: the number includes no country"),
}

PER_MILLION = msgid(
    "Per million people of the countries counted, by their populations in %(year)s (%(source)s). In a table "
    "without years, of all its years together."
)


def column_names(release: Release, chosen: Arrangement) -> tuple[str, ...]:
    """The names of the columns in display order, by which a reader sorts."""
    if not chosen.across:
        return (ONLY_COLUMN,)
    return tuple(BETWEEN.join(column) for column in columns_of(release, chosen.across))


def turned(
    release: Release,
    dictionary: Dictionary,
    words: Words,
    chosen: Arrangement,
    groups: Mapping[str, Sequence[str]] = NO_GROUPS,
) -> Layout:
    """Lay a release out as chosen. A column to sort by that the table does not have sorts nothing.

    `groups`: the codes behind each group of a grouped table (`gateway.picturing.grouping`).
    """
    words = words.remembered()
    figures = _Figures(release, dictionary, words, chosen, groups)
    names = column_names(release, chosen)
    labels = Labels(dictionary, words)

    def order(lines: Sequence[Key], put: Callable[[Key, Key], Key]) -> Sequence[Key]:
        if chosen.sort == BY_NAME:
            return by_name(lines, lambda i, code: labels.code(chosen.down[i], code), rising=chosen.rising)
        if chosen.sort not in names:
            return lines
        column = tuple(chosen.sort.split(BETWEEN)) if chosen.across else ()
        return by_amount(lines, lambda line: figures.amount(put(line, column)), rising=chosen.rising)

    made = layout(
        release, dictionary, words, across=chosen.across, down=chosen.down, text=figures.shown, order=order
    )
    return replace(_with_base(made, chosen.show, words), notes=figures.notes(made.notes))


def _with_base(made: Layout, show: Show, words: Words) -> Layout:
    """The layout with its totals named as what the shares are of: they stay numbers."""
    base = words.say(msgid("Total = 100 %"))

    def named(heads: tuple[Head, ...]) -> tuple[Head, ...]:
        *before, last = heads
        return (*before, last._replace(text=base) if last.total else last)

    if show is Show.OF_ROW:
        return replace(made, heads=(*made.heads[:-1], named(made.heads[-1])))
    if show is Show.OF_COLUMN:
        *rows, last = made.rows
        return replace(made, rows=(*rows, replace(last, heads=named(last.heads))))
    return made


class _Figures:
    """What each cell says in an arrangement, and by what it is sorted."""

    def __init__(
        self,
        release: Release,
        dictionary: Dictionary,
        words: Words,
        chosen: Arrangement,
        groups: Mapping[str, Sequence[str]],
    ) -> None:
        # A grouped table has its bounds: of a code that stands in two groups, wrong ones would follow.
        needed = not groups and (chosen.ranges or chosen.show is not Show.NUMBERS)
        bounded = with_bounds(release, dictionary) if needed else release
        self._cells = {cell.key: cell for cell in bounded.cells}
        self._of_codes = owners_of(release.axes, dictionary)
        self._groups = groups
        self._words, self._chosen = words, chosen
        over = {Show.OF_ROW: chosen.across, Show.OF_COLUMN: chosen.down}.get(chosen.show, ())
        self._over = [axis.level in over for axis in release.axes]
        self._ranges = False
        self._without: set[NoShare | NoRate] = set()
        self._text = cache(percent)
        self._rates = Rates(release, dictionary, groups) if chosen.show is Show.PER_MILLION else None

    def shown(self, key: Key) -> Shown:
        """The text of the cell at a key; empty where no cell can be."""
        cell = self._cells.get(key)
        if cell is None:
            return shown(None, self._words)
        found = self._found(cell)
        if found is None:
            return shown(cell, self._words)._replace(text=self._number(cell))
        if isinstance(found, Share | NoShare):
            return self._of_share(cell, found)
        return shown(cell, self._words)._replace(text=self._of_rate(cell, found))

    def amount(self, key: Key) -> int | Fraction | None:
        """By what the cell is sorted: nothing for a number that is not certain."""
        cell = self._cells.get(key)
        found = None if cell is None else self._found(cell)
        if cell is None or found is None:
            return None if cell is None else cell.value
        return found.least if isinstance(found, Share | Rate) and found.certain else None

    def notes(self, notes: Sequence[Note]) -> tuple[Note, ...]:
        """The legend: of the signs that this arrangement uses."""
        words = self._words
        found = [note for note in notes if note.kind != "bounds"]
        place = next((i + 1 for i, note in enumerate(found) if note.kind == Status.WITHHELD.value), 0)
        if self._ranges:
            text = msgid("Withheld; only these numbers are possible, given what members show elsewhere")
            if self._rates is not None:
                text = msgid("Withheld; the rate lies between these two, given the numbers shown")
            elif self._chosen.show is not Show.NUMBERS:
                text = msgid("Withheld; the share lies between these two, given the numbers shown")
            found.insert(place, Note(f"{WITHHELD} a–b", words.say(text), "bounds"))
        if self._without:
            why = "; ".join(words.say(text) for one, text in WHY_NOTHING.items() if one in self._without)
            found.append(Note(NONE, why, "no-share"))
        if self._rates is not None:
            found.append(Note("/", words.filled(PER_MILLION, year=str(YEAR), source=SOURCE), "rate"))
        elif self._chosen.show is not Show.NUMBERS:
            text = msgid("Shares are worked out on this page from the numbers shown; nobody is asked anew")
            found.append(Note("%", words.say(text), "share"))
        return tuple(found)

    def _found(self, cell: Cell) -> Share | NoShare | Rate | NoRate | None:
        """None for a cell that stays as it is: a base of shares, or a cell without any number."""
        if cell.status not in (Status.VALUE, Status.WITHHELD):
            return None
        if self._rates is not None:
            return self._rates.rate(cell)
        if not any(self._over):
            return None
        base = self._base(cell)
        return None if base == cell.key else share(cell, self._cells.get(base), self._owners(cell))

    def _owners(self, cell: Cell) -> frozenset[str]:
        """The members to which a number belongs: of a group those whose numbers are in it."""
        if not any(code in self._groups for code in cell.key):
            return self._of_codes(cell.key)
        behind = product(*(self._groups.get(code, (code,)) for code in cell.key))
        return frozenset().union(*map(self._of_codes, behind)) - frozenset(cell.missing_members)

    def _number(self, cell: Cell) -> str:
        if cell.status is not Status.WITHHELD:
            return shown(cell, self._words).text
        if not self._chosen.ranges or (cell.at_least is None and cell.at_most is None):
            return WITHHELD
        self._ranges = True
        least = self._words.number(cell.at_least or 0)
        if cell.at_most is None:
            return f"{WITHHELD} ≥{least}"
        return f"{WITHHELD} {least}–{self._words.number(cell.at_most)}"

    def _of_share(self, cell: Cell, found: Share | NoShare) -> Shown:
        whole = self._cells.get(self._base(cell))
        kind = cell.status.value
        signs = "".join(dict.fromkeys(marks(cell) + ("" if whole is None else marks(whole))))
        withheld = Status.WITHHELD in (cell.status, None if whole is None else whole.status)
        text = self._words_of(found, WITHHELD if withheld else "", hidden=cell.status is Status.WITHHELD)
        return Shown(text, kind, TOTAL in cell.key, signs, cell.key)

    def _words_of(self, found: Share | NoShare, sign: str, *, hidden: bool) -> str:
        """`sign` stands before a share that depends on a withheld number; the number is `hidden` itself."""
        if isinstance(found, NoShare):
            if hidden:
                return WITHHELD
            self._without.add(found)
            return NONE
        if found.certain:
            return self._text(found.least, self._words)
        least, most = percent_between(found.least, found.most)
        if sign and ((least, most) == (0, 100) or not self._chosen.ranges):
            return sign
        self._ranges |= bool(sign)
        return f"{sign} {least}–{most} %".strip()

    def _of_rate(self, cell: Cell, found: Rate | NoRate) -> str:
        hidden = cell.status is Status.WITHHELD
        if isinstance(found, NoRate):
            self._without |= set() if hidden else {found}
            return WITHHELD if hidden else NONE
        if found.certain:
            return rate(found.least, self._words)
        if hidden and (not self._chosen.ranges or (found.least == 0 and found.most is None)):
            return WITHHELD
        self._ranges |= hidden
        return f"{WITHHELD if hidden else ''} {rate_between(found.least, found.most, self._words)}".strip()

    def _base(self, cell: Cell) -> Key:
        return tuple(TOTAL if over else code for code, over in zip(cell.key, self._over, strict=True))
