"""The preview of a policy, as found by a job: numbers, tables, questions, effect, risk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_percent, ngettext
from flask_babel import gettext as _

from gateway.member.node.sentences import from_json
from gateway.picturing import Layout
from gateway.web.controller.common import wording
from gateway.web.controller.common.charts import table_layout
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.jobs.preview_shares import ReadShares, read_shares
from gateway.web.shared.languages import number, translated
from gateway.wire.answer import Refusal
from gateway.wire.release import release_from_json

Result = Mapping[str, Any]
MOST_LISTED = 20
"""The largest number of groups with one shared value that are listed."""


@dataclass(frozen=True)
class Table:
    """One table of the cube; `by` is empty for the grand total."""

    by: str
    shown: int
    withheld: int
    people_withheld: int


@dataclass(frozen=True)
class Question:
    """A ready-made question as seen by the first recipient who may ask the question."""

    name: str
    label: str
    recipient: str | None
    cells: int
    withheld: int
    answered: float | None
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """`against` is the version that `effect` compares with; `accept`: groups to be accepted by signature;
    `insufficiently_protected`: withheld cells to be accepted.

    `stricter`: rules that the node carries out more strictly than the policy says. `reruns`: what repeated
    runs of the public program tell of each period (jobs of former versions have none). `shares`: how well
    each table can be read; None with noise, as noisy tables withhold nothing.
    """

    version: int
    against: int | None
    snapshot: str
    until: str
    hindrance: str | None
    stricter: tuple[str, ...]
    reruns: tuple[str, ...]
    shown: int
    withheld: int
    people: int
    score: float
    effect: tuple[str, ...]
    accept: tuple[str, ...]
    accept_more: int
    insufficiently_protected: tuple[str, ...]
    more_insufficiently_protected: int
    risk: tuple[str, ...]
    shares: ReadShares | None
    tables: tuple[Table, ...]
    questions: tuple[Question, ...]


def preview(result: Result) -> Preview:
    """The result of a preview, in words."""
    groups, insufficiently_protected = result["to_accept"], result.get("insufficiently_protected", ())
    return Preview(
        version=result["version"],
        against=result["against"],
        snapshot=result["snapshot"],
        until=result["until"],
        hindrance=result["hindrance"],
        stricter=tuple(translated(from_json(sentence)) for sentence in result["stricter"]),
        reruns=tuple(translated(from_json(sentence)) for sentence in result.get("reruns", ())),
        shown=result["cells"] - result["withheld"],
        withheld=result["withheld"],
        people=result["people"],
        score=result["score"],
        effect=effect(result),
        accept=tuple(map(_group, groups[:MOST_LISTED])),
        accept_more=max(0, len(groups) - MOST_LISTED),
        insufficiently_protected=tuple(
            map(_insufficiently_protected, insufficiently_protected[:MOST_LISTED])
        ),
        more_insufficiently_protected=max(0, len(insufficiently_protected) - MOST_LISTED),
        risk=tuple(_risk(result)),
        shares=read_shares(result) if result["shares"] else None,
        tables=tuple(map(_table, result["tables"])),
        questions=tuple(_question(one, result["scores"]) for one in result["questions"]),
    )


def question_table(result: Result, name: str) -> Layout | None:
    """The table of one ready-made question; None where nobody would see the table."""
    for one in result["questions"]:
        if one["name"] == name and one["release"] is not None:
            return table_layout(release_from_json(one["release"]))
    return None


def effect(result: Result) -> tuple[str, ...]:
    """The changes for requesters, against the policy in force; nothing without a policy in force."""
    found = result["effect"]
    return () if found is None else tuple(_effect(found))


def _effect(found: Mapping[str, Any]) -> Iterator[str]:
    if found["nothing"]:
        yield _("The released numbers would not change.")
    if found["shown"]:
        yield _(
            "%(more)s about %(people)s become visible.",
            more=more_numbers(found["shown"]),
            people=people(found["people_shown"]),
        )
    if found["withheld"]:
        yield _(
            "%(numbers)s about %(people)s are withheld again.",
            numbers=numbers(found["withheld"]),
            people=people(found["people_withheld"]),
        )
    if found["other_numbers"]:
        yield _(
            "%(numbers)s change because other people are counted.", numbers=numbers(found["other_numbers"])
        )
    if found["lost"]:
        yield _(
            "%(numbers)s about %(people)s were released already and cannot be recalled.",
            numbers=numbers(found["lost"]),
            people=people(found["people_lost"]),
        )


def numbers(count: int) -> str:
    return ngettext("%(n)s number", "%(n)s numbers", count, n=number(count))


def more_numbers(count: int) -> str:
    return ngettext("%(n)s more number", "%(n)s more numbers", count, n=number(count))


def people(count: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", count, n=number(count))


def _risk(result: Result) -> Iterator[str]:
    seen = result["exposure"]
    yield _("The smallest group shown has %(people)s.", people=people(seen["smallest"]))
    yield _(
        "An intruder who knows everything about a person finds the right record with a probability of "
        "%(mean)s on average and %(most)s at worst.",
        mean=format_percent(seen["expected"], "0.0%"),
        most=format_percent(seen["highest"], "0.0%"),
    )
    alone = result["records"]
    if alone is not None:
        yield _(
            "Single records are not released: at these levels %(unique)s of %(all)s records would be unique.",
            unique=number(alone["unique"]),
            all=number(alone["records"]),
        )


def _table(one: Mapping[str, Any]) -> Table:
    dictionary = desk_context().node.dictionary
    by = ", ".join(wording.dimension(dictionary, name) for name in one["dims"])
    return Table(by, one["cells"] - one["withheld"], one["withheld"], one["people_withheld"])


def _question(one: Mapping[str, Any], scores: Mapping[str, float]) -> Question:
    cells = [] if one["release"] is None else one["release"]["cells"]
    return Question(
        name=one["name"],
        label=wording.ready_made(desk_context().node.dictionary, one["name"]),
        recipient=one["recipient"],
        cells=len(cells),
        withheld=sum(cell["status"] == "withheld" for cell in cells),
        answered=scores.get(one["name"]),
        refusals=tuple(Refusal(word).meaning for word in one["refusals"]),
    )


def _insufficiently_protected(one: Mapping[str, Any]) -> str:
    """A withheld cell that published cells narrow more than the rules allow."""
    return _("%(where)s, %(years)s", where=_where(one["cell"]), years=", ".join(one["years"]))


def _where(cell: Sequence[Sequence[str]]) -> str:
    dictionary = desk_context().node.dictionary
    named = (f"{wording.dimension(dictionary, d)} {wording.value(dictionary, d, code)}" for d, code in cell)
    return ", ".join(named)


def _group(one: Mapping[str, Any]) -> str:
    """A published group in which everyone has the same value of a sensitive attribute."""
    dictionary = desk_context().node.dictionary
    return _(
        "%(where)s: all %(people)s have %(what)s: %(value)s",
        where=_where(one["group"]) or _("everybody"),
        people=people(one["people"]),
        what=wording.dimension(dictionary, one["dimension"]),
        value=wording.value(dictionary, one["dimension"], one["value"]),
    )
