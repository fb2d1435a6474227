"""A released table as the page shows the release: table, picture, explained cell, alternative questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from gateway.dictionary import Dictionary
from gateway.export.grouped_files import with_groups
from gateway.hub.errors import UnknownQuestionError
from gateway.picturing import (
    CellError,
    Explanation,
    Layout,
    Picture,
    Suggestion,
    coarser,
    draw,
    explain,
    fitting,
)
from gateway.picturing.grouping import put_together
from gateway.picturing.grouping.group_notes import OWN_GROUP, group_notes
from gateway.picturing.labels import Labels
from gateway.picturing.layout import cell_text
from gateway.picturing.notices.perturbation_notice import changes
from gateway.picturing.notices.rows_counted import rows_counted
from gateway.picturing.terms import of_totals, terms
from gateway.picturing.turning import arrangement, turned
from gateway.picturing.words import msgid
from gateway.question import Question, parse
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.chosen_groups import NO_GROUPS, ChosenGroups
from gateway.web.analyst.definitions import definitions
from gateway.web.analyst.draft import draft_again
from gateway.web.analyst.table_address import Turning, Values, pairs_of, read_arrangement, turning
from gateway.wire.cells import Status
from gateway.wire.release import Coverage, Release

BETWEEN = "~"
"""Between the codes of a cell in an address: no code has this sign."""

KEPT = ("release", "picture")
"""Values of an address that links about the table leave as they are."""

LARGEST_PICTURED = 20_000
"""Cells. For a larger table a picture is drawn only on request: drawing takes time."""


@dataclass(frozen=True)
class CoarserQuestion:
    """A question that may bring numbers back, with the address that opens the question."""

    text: str
    kind: str
    visible: int | None
    withheld: int
    address: str


@dataclass(frozen=True)
class MemberCoverage:
    """One member's contribution to the table."""

    member: str
    name: str
    outcome: str
    words: str
    policy: str | None
    snapshot_date: str | None
    quotas: tuple[str, ...]
    terms: tuple[str, ...]
    changed: str
    rows_counted: str


@dataclass(frozen=True)
class Explained:
    """One cell in sentences. `kind`: its status, which the glossary explains."""

    key: str
    kind: str
    place: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class GroupChoice:
    """One of the reader's groups that fit the table; the address adds it, or removes it where chosen."""

    id: str
    name: str
    address: str
    chosen: bool


@dataclass(frozen=True)
class Result:
    """`pictures` are the fitting kinds; `picture` is the drawn one. `counts`: cells by status.

    `alike`: sentences about answers, such as their terms, each once with the names of its members.
    `of_totals`: terms of totals, where the terms of members differ. `definitions`: words and their meanings.
    """

    table: Layout
    turning: Turning
    own_groups: tuple[GroupChoice, ...]
    pictures: tuple[str, ...]
    picture: Picture | None
    instead: tuple[CoarserQuestion, ...]
    coverage: tuple[MemberCoverage, ...]
    alike: tuple[tuple[str, str], ...]
    of_totals: tuple[str, ...]
    definitions: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    cells: int


def result(release: Release, dictionary: Dictionary, values: Values, own: ChosenGroups = NO_GROUPS) -> Result:
    """Everything that the page shows of a release, as the values of its address arrange it.

    `own`: the reader's groups; a picture and what else is said of the release is without them.
    """
    words = analyst_wording.words()
    picture = next(iter(values.get("picture", ())), "")
    groups = own.groups
    arranged = with_groups(release, dictionary, groups) if groups else release
    reading = read_arrangement(arranged, dictionary, values)
    labels = {axis.level: analyst_wording.level(dictionary, axis.level) for axis in release.axes}
    kept = [(name, value) for name in KEPT for value in values.get(name, ())[:1] if value]
    behind = {group.code: put_together(release, group) for group in groups}
    table = turned(arranged, dictionary, words, reading.chosen, behind)
    own_notes = group_notes(release, groups, Labels(dictionary, words))
    links = turning(arranged, dictionary, reading, labels, [*kept, *own.pairs])
    kinds = fitting(release, dictionary)
    kind = picture if picture in kinds else _first(kinds, release)
    statuses = [cell.status for cell in release.cells]
    members = tuple(_member_coverage(one, dictionary) for one in release.coverage)
    return Result(
        table=replace(table, notes=(*table.notes, *own_notes)),
        turning=replace(links, unknown=(*links.unknown, *own.unknown)),
        own_groups=_group_choices(own, kept, pairs_of(reading.chosen, arrangement(arranged, dictionary))),
        pictures=kinds,
        picture=draw(kind, release, dictionary, words, twice=True) if kind else None,
        instead=tuple(_coarser_question(one) for one in coarser(release, dictionary, words)),
        coverage=members,
        alike=_alike(members),
        of_totals=of_totals(release.coverage, words),
        definitions=definitions(release, dictionary, words),
        counts={status.value: statuses.count(status) for status in Status if status in statuses},
        cells=len(statuses),
    )


def explained(release: Release, dictionary: Dictionary, key: str) -> Explained:
    """One cell, by its codes as an address has them. Raises UnknownQuestionError for an unknown cell."""
    codes = tuple(key.split(BETWEEN)) if release.axes else ()
    try:
        found: Explanation = explain(release, dictionary, codes, analyst_wording.words())
    except CellError as error:
        raise UnknownQuestionError(error.message, remedy=error.remedy) from None
    return Explained(key, found.cell.status.value, found.place, found.sentences)


def explained_group(release: Release, dictionary: Dictionary, key: str, own: ChosenGroups) -> Explained:
    """The same of a number that the desk computed for groups. Raises UnknownQuestionError likewise."""
    words = analyst_wording.words()
    labels = Labels(dictionary, words)
    codes = tuple(key.split(BETWEEN))
    made = with_groups(release, dictionary, own.groups)
    cell = next((cell for cell in made.cells if cell.key == codes), None)
    if cell is None:
        raise UnknownQuestionError("The table has no such cell.", remedy="Go back to the table.")
    notes = group_notes(release, [group for group in own.groups if group.code in codes], labels)
    sentences = [
        f"{words.filled(msgid('The number, or its range: %(number)s.'), number=cell_text(cell, words))}"
    ]
    return Explained(key, OWN_GROUP, labels.key(made, codes), (*sentences, *(n.text for n in notes)))


def _group_choices(
    own: ChosenGroups, kept: list[tuple[str, str]], arranged: list[tuple[str, str]]
) -> tuple[GroupChoice, ...]:
    return tuple(
        GroupChoice(
            one.id, one.name, "?" + urlencode([*kept, *own.turned(one), *arranged]), one in own.chosen
        )
        for one in own.fitting
    )


def question_of(release: Release, dictionary: Dictionary) -> Question:
    """The question that a release answers."""
    return parse(dictionary, release.question)


def _first(kinds: Sequence[str], release: Release) -> str:
    return kinds[0] if kinds and len(release.cells) <= LARGEST_PICTURED else ""


def _coarser_question(one: Suggestion) -> CoarserQuestion:
    address = f"/ask?{draft_again(one.question).query()}"
    return CoarserQuestion(one.text, one.kind, one.visible, one.withheld, address)


def _alike(members: Sequence[MemberCoverage]) -> tuple[tuple[str, str], ...]:
    said: dict[str, list[str]] = {}
    for one in members:
        for text in filter(None, (one.rows_counted, " ".join(one.terms))):
            said.setdefault(text, []).append(one.name)
    return tuple((", ".join(names), text) for text, names in said.items())


def _member_coverage(one: Coverage, dictionary: Dictionary) -> MemberCoverage:
    return MemberCoverage(
        member=one.member,
        name=analyst_wording.say(dictionary.member(one.member).name),
        outcome="answered" if one.answered else "refused" if one.refusals else "missing",
        words=analyst_wording.coverage(one),
        policy=one.policy,
        snapshot_date=None
        if one.snapshot_date is None
        else date.fromisoformat(one.snapshot_date).isoformat(),
        quotas=tuple(str(quota) for quota in one.quotas),
        terms=terms(one, analyst_wording.words()),
        changed=changes(one, analyst_wording.words()),
        rows_counted=rows_counted(one, analyst_wording.words()),
    )
