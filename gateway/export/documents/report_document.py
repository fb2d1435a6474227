"""A report as plain values, from which its page, its DOCX and its PDF are made alike."""

from dataclasses import dataclass

from gateway.picturing import Layout


@dataclass(frozen=True)
class ReceiptLine:
    """Which tables of the report a release is behind, and the log's entries of its question and of itself."""

    tables: tuple[int, ...]
    question: str
    release: int
    asked: int
    released: int
    day: str


@dataclass(frozen=True)
class ReportTable:
    """A numbered table. `hint` says which part of the release it is; `source` are lines below it."""

    number: int
    caption: str
    hint: str
    layout: Layout
    source: tuple[str, ...]
    question: str
    release: int


@dataclass(frozen=True)
class ReportFigure:
    """A numbered picture, which can be put into a page unchanged. `description` says what it shows.

    `narrow` is the same for a narrow screen, "" without.
    """

    number: int
    caption: str
    svg: str
    description: str
    source: tuple[str, ...]
    narrow: str = ""


@dataclass(frozen=True)
class ReportSection:
    """`says` are sentences of the report itself, such as why a table is not there."""

    name: str
    number: int
    heading: str
    paragraphs: tuple[str, ...]
    tables: tuple[ReportTable, ...]
    figures: tuple[ReportFigure, ...]
    says: tuple[str, ...]


@dataclass(frozen=True)
class MemberLine:
    """What one member gave to some tables, in words."""

    member: str
    tables: str
    answer: str
    records: str
    policy: str
    terms: str


@dataclass(frozen=True)
class ReportDocument:
    """`status`: for whom the report is. `left_out`: whose numbers are not in it, and why.

    `methods` are pairs of a word and its meaning; `checking`: how anybody checks a number.
    """

    title: str
    region: str
    kind: str
    status: str
    public: bool
    as_of: str
    language: str
    left_out: tuple[str, ...]
    sections: tuple[ReportSection, ...]
    members: tuple[MemberLine, ...]
    methods: tuple[tuple[str, str], ...]
    receipts: tuple[ReceiptLine, ...]
    log: str
    checking: str
