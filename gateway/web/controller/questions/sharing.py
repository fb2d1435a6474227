"""The content shared with recipients today: levels, tables and ready-made questions of the current cube."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.picturing import Layout
from gateway.web.controller.common import wording
from gateway.web.controller.common.charts import table_layout, withheld
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.cube_view import CubeNumbers
from gateway.web.controller.common.shapes import ShownQuestion
from gateway.web.shared.desk import Desk, Model, wants_part
from policies import Policy
from policies.explanation.explain import describe

desk = Desk("controller-sharing")

PAGE = "/controller/sharing"
STOP_ASKING = 286
"""The status that makes htmx stop polling."""
WRITTEN_OUT = 2
"""Tables of up to so many dimensions have a line of their own; the others are grouped by number."""


@dataclass(frozen=True)
class SharedDimension:
    """A dimension with the levels that can be asked for, finest first."""

    dimension: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`by` is empty for the grand total; `people_withheld` is None where people are not available."""

    by: str
    dimensions: int
    cells: int
    withheld: int
    people_withheld: int | None

    @property
    def shown(self) -> int:
        return self.cells - self.withheld


@dataclass(frozen=True)
class Question:
    """A ready-made question as seen by the first recipient who may ask the question."""

    name: str
    label: str
    recipient: str | None
    cells: int
    withheld: int
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class Sharing:
    """`state`: shown, counting, no-policy, no-cube, totals-only or failed; all else is there for `shown`."""

    state: str
    version: int | None
    until: date | None
    spoken: tuple[str, ...] = ()
    people: int | None = None
    cells: int = 0
    withheld: int = 0
    smallest: int | None = None
    levels: tuple[SharedDimension, ...] = ()
    tables: tuple[Table, ...] = ()
    finer: tuple[Table, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class OneQuestion:
    """One ready-made question with its table, or the reasons for having none."""

    question: Question
    version: int
    until: date
    table: Layout | None


@desk.page(PAGE, "controller/sharing.html", fragment="controller/sharing-body.html")
def sharing() -> Model:
    found = sharing_now()
    return found, STOP_ASKING if wants_part() and found.state != "counting" else 200


def sharing_now() -> Sharing:
    """What is shared under the policy in force, as far as it is counted."""
    view = desk_context().cube_viewer.now()
    policy, numbers = view.policy, view.numbers
    if policy is None:
        return Sharing("no-policy", None, None)
    spoken = tuple(describe(policy))
    until = view.until
    if until is None:
        return Sharing("no-cube", policy.version, None, spoken)
    if numbers is None:
        return Sharing("failed" if view.failed else "counting", policy.version, until, spoken)
    listed = tuple(
        _table(numbers, one.dims, one.cells, one.withheld, one.people_withheld) for one in numbers.tables
    )
    return Sharing(
        state="shown",
        version=policy.version,
        until=until,
        spoken=spoken,
        people=numbers.people,
        cells=numbers.cells,
        withheld=numbers.withheld,
        smallest=None if numbers.exposure is None else numbers.exposure.smallest,
        levels=_levels(numbers, policy),
        tables=tuple(one for one in listed if one.dimensions <= WRITTEN_OUT),
        finer=tuple(one for one in listed if one.dimensions > WRITTEN_OUT),
        questions=tuple(map(_question, numbers.questions)),
    )


@desk.page(f"{PAGE}/questions/<name>", "controller/canonical.html")
def canonical(name: str) -> Model:
    numbers = desk_context().cube_viewer.now().numbers
    found = None if numbers is None else next((one for one in numbers.questions if one.name == name), None)
    if numbers is None or found is None:
        raise NotFound(_("This question is not available now."))
    table = None if found.release is None else table_layout(found.release)
    return OneQuestion(_question(found), numbers.policy.version, numbers.cube.snapshot.until, table)


def _levels(numbers: CubeNumbers, policy: Policy) -> tuple[SharedDimension, ...]:
    dictionary, shown = desk_context().node.dictionary, policy.scope_levels
    return tuple(
        SharedDimension(
            wording.dimension(dictionary, name),
            tuple(wording.level(dictionary, level) for level in tree.levels if (name, level) in shown),
        )
        for name, tree in sorted(numbers.cube.trees.items())
    )


def _table(numbers: CubeNumbers, dims: tuple[str, ...], cells: int, withheld: int, people: int) -> Table:
    dictionary = desk_context().node.dictionary
    by = ", ".join(wording.dimension(dictionary, name) for name in dims)
    return Table(by, len(dims), cells, withheld, None if numbers.people is None else people)


def _question(one: ShownQuestion) -> Question:
    cells = () if one.release is None else one.release.cells
    number_withheld = 0 if one.release is None else withheld(one.release)
    refusals = tuple(refusal.meaning for refusal in one.refusals)
    label = wording.ready_made(desk_context().node.dictionary, one.name)
    return Question(one.name, label, one.recipient, len(cells), number_withheld, refusals)
