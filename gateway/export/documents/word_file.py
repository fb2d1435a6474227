"""A report as DOCX (ECMA-376), for word processors, by python-docx: headings, tables and captions as styles.

A reader can go on writing. Nothing in the file is a formula, a macro or a reference to somewhere else.
"""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gateway.export.documents.installed import MISSING, DocumentError, installed
from gateway.export.documents.report_document import (
    ReportDocument,
    ReportFigure,
    ReportSection,
    ReportTable,
)
from gateway.export.documents.word_fonts import embed
from gateway.export.images import image
from gateway.picturing import Words
from gateway.picturing.layout import Layout
from gateway.picturing.words import capital, msgid

if TYPE_CHECKING:
    from docx.document import Document as Made
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_UNSEEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold (XML 1.0, 2.2)."""
_SHARP = 3.0
"""Pixels of an image per pixel of the picture: 300 to the inch in the width of the page."""
_NARROW, _WIDE = 9, 14
"""Columns from which the letters of a table are smaller."""


def to_docx(report: ReportDocument, words: Words) -> bytes:
    """Return a report as a file. Raises DocumentError where the extra is missing."""
    if not installed():
        raise DocumentError(MISSING)
    return _Writer(report, words).written()


class _Writer:
    def __init__(self, report: ReportDocument, words: Words) -> None:
        from docx import Document  # noqa: PLC0415 - of the extra
        from docx.shared import Cm, Pt  # noqa: PLC0415

        self._report, self._words = report, words
        self._cm, self._pt = Cm, Pt
        self._made: Made = Document()
        page = self._made.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.2)
        page.top_margin = page.bottom_margin = Cm(2)
        embed(self._made, report.language)

    def written(self) -> bytes:
        report, say = self._report, self._words.say
        properties = self._made.core_properties
        properties.title, properties.author, properties.comments = _clean(report.title), report.region, ""
        self._made.add_paragraph(f"{report.region} · {report.kind} · {report.status}")
        self._made.add_heading(_clean(report.title), 0)
        self._small([say(msgid("Numbers of %(time)s")) % {"time": report.as_of}])
        for sentence in report.left_out:
            self._made.add_paragraph(sentence, style="Intense Quote")
        for section in report.sections:
            self._section(section)
        self._end()
        file = BytesIO()
        self._made.save(file)
        return file.getvalue()

    def _section(self, section: ReportSection) -> None:
        self._made.add_heading(f"{section.number} {section.heading}", 1)
        for text in section.paragraphs:
            self._made.add_paragraph(_clean(text))
        for table in section.tables:
            self._table(table)
        for figure in section.figures:
            self._figure(figure)
        for sentence in section.says:
            self._made.add_paragraph(sentence)

    def _table(self, table: ReportTable) -> None:
        self._caption(self._words.filled(msgid("Table %(n)s."), n=table.number), table.caption)
        self._small([table.hint])
        self._grid(table.layout)
        self._small([*(f"{note.sign} {note.text}" for note in table.layout.notes), *table.layout.counted])
        self._small(table.source)

    def _figure(self, figure: ReportFigure) -> None:
        self._caption(self._words.filled(msgid("Figure %(n)s."), n=figure.number), figure.caption)
        drawn = self._made.add_picture(BytesIO(image(figure.svg, _SHARP)), width=self._cm(16.4))
        drawn._inline.docPr.set("descr", figure.description)
        self._small(figure.source)

    def _grid(self, layout: Layout) -> None:
        beside, heads = len(layout.corner), len(layout.heads)
        columns = beside + sum(head.span for head in layout.heads[-1])
        made = self._made.add_table(heads + len(layout.rows), columns, style="Table Grid")
        size = 9 if columns <= _NARROW else 7.5 if columns <= _WIDE else 6
        cells = [list(row.cells) for row in made.rows]
        for i, name in enumerate(layout.corner):
            self._put(_merged(cells, (0, i), (heads - 1, i)), capital(name), size, bold=True)
        for i, line in enumerate(layout.heads):
            at = beside
            for head in line:
                self._put(_merged(cells, (i, at), (i, at + head.span - 1)), head.text, size, True, right=True)
                at += head.span
            _repeats(made, i)
        for i, row in enumerate(layout.rows, heads):
            for depth, head in enumerate(row.heads, beside - len(row.heads)):
                text = head.text or self._words.say(msgid("Number"))
                self._put(_merged(cells, (i, depth), (i + head.span - 1, depth)), text, size, row.total)
            for j, cell in enumerate(row.cells, beside):
                self._put(cells[i][j], f"{cell.text}{cell.marks}", size, row.total or cell.total, right=True)

    def _put(self, cell: "_Cell", text: str, size: float, bold: bool = False, *, right: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = self._pt(0)
        paragraph.paragraph_format.line_spacing = 1.0
        if right:
            paragraph.alignment = 2
        self._run(paragraph, text, size, bold=bold)

    def _run(self, paragraph: "Paragraph", text: str, size: float, *, bold: bool = False) -> None:
        """Word keeps size and weight of Khmer, Lao, Thai and Burmese letters apart from those of others."""
        from docx.oxml import OxmlElement  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415

        run = paragraph.add_run(_clean(text))
        run.font.size = self._pt(size)
        run.font.cs_bold = run.bold = bold
        same = OxmlElement("w:szCs")
        same.set(qn("w:val"), f"{2 * size:g}")
        run._r.get_or_add_rPr().find(qn("w:sz")).addnext(same)

    def _end(self) -> None:
        report, say = self._report, self._words.say
        self._made.add_heading(say(msgid("About the numbers")), 1)
        names = (
            *(msgid("Member"), msgid("Tables"), msgid("Answer"), msgid("Records up to")),
            *(msgid("Policy version"), msgid("Terms")),
        )
        self._plain([say(name) for name in names], [_line(one) for one in report.members])
        for word, meaning in report.methods:
            paragraph = self._made.add_paragraph()
            paragraph.add_run(f"{word}: ").bold = True
            paragraph.add_run(meaning)
        self._made.add_heading(say(msgid("Receipts")), 1)
        self._made.add_paragraph(report.checking)
        names = (
            *(msgid("Tables"), msgid("Question"), msgid("Release")),
            *(msgid("Asked: entry"), msgid("Released: entry"), msgid("Released on")),
        )
        rows = [
            (
                ", ".join(map(str, one.tables)),
                one.question,
                str(one.release),
                str(one.asked),
                str(one.released),
                one.day,
            )
            for one in report.receipts
        ]
        self._plain([say(name) for name in names], rows)

    def _plain(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        made = self._made.add_table(1 + len(rows), len(heads), style="Table Grid")
        for cells, texts in zip(made.rows, (heads, *rows), strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                self._put(cell, text, 8, texts is heads)
        _repeats(made, 0)

    def _caption(self, number: str, text: str) -> None:
        paragraph = self._made.add_paragraph(_clean(f"{number} {text}"), style="Caption")
        paragraph.paragraph_format.keep_with_next = True

    def _small(self, lines: Iterable[str]) -> None:
        for line in filter(None, lines):
            paragraph = self._made.add_paragraph()
            paragraph.paragraph_format.space_after = self._pt(2)
            self._run(paragraph, line, 8)


def _merged(cells: list[list["_Cell"]], first: tuple[int, int], last: tuple[int, int]) -> "_Cell":
    one = cells[first[0]][first[1]]
    return one if first == last else one.merge(cells[last[0]][last[1]])


def _repeats(made: "Table", row: int) -> None:
    """The row stands at the head of every page, and is read out as a head."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    made.rows[row]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _line(one: Any) -> tuple[str, ...]:
    return one.member, one.tables, one.answer, one.records, one.policy, one.terms


def _clean(text: str) -> str:
    return _UNSEEN.sub("", text)
