"""What the recipients can see today: levels, tables and canonical questions of the cube that answers now."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from gateway.picturing import Layout
from gateway.web.controller.common import wording
from gateway.web.controller.common.charts import drawn, withheld
from gateway.web.controller.common.context import bench
from gateway.web.controller.common.cube_view import Look
from gateway.web.controller.common.shapes import ShownQuestion
from gateway.web.shared.desk import Desk, Model, wants_part
from policies import Policy
from policies.explanation.explain import describe

desk = Desk("controller-sharing")

PAGE = "/controller/sharing"
STOP_ASKING = 286
"""The status by which htmx no longer asks."""
WRITTEN_OUT = 2
"""Tables of up to so many dimensions have a line of their own; the others stand together, by number."""


@dataclass(frozen=True)
class Seen:
    """A dimension with the levels that can be asked for, finest first."""

    dimension: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`by` is empty for the grand total; `people_withheld` None where they are not at hand."""

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
    """A canonical question as the first of those who may ask it would see it."""

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
    levels: tuple[Seen, ...] = ()
    tables: tuple[Table, ...] = ()
    finer: tuple[Table, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class OneQuestion:
    """One canonical question with its table, or why it has none."""

    question: Question
    version: int
    until: date
    table: Layout | None


@desk.page(PAGE, "controller/sharing.html", fragment="controller/sharing-body.html")
def sharing() -> Model:
    found = _sharing()
    return found, STOP_ASKING if wants_part() and found.state != "counting" else 200


def _sharing() -> Sharing:
    standing = bench().looks.now()
    policy, look = standing.policy, standing.look
    if policy is None:
        return Sharing("no-policy", None, None)
    spoken = tuple(describe(policy))
    until = standing.until
    if until is None:
        return Sharing("no-cube", policy.version, None, spoken)
    if look is None:
        return Sharing("failed" if standing.failed else "counting", policy.version, until, spoken)
    told = tuple(_table(look, one.dims, one.cells, one.withheld, one.people_withheld) for one in look.tables)
    return Sharing(
        state="shown",
        version=policy.version,
        until=until,
        spoken=spoken,
        people=look.people,
        cells=look.cells,
        withheld=look.withheld,
        smallest=None if look.exposure is None else look.exposure.smallest,
        levels=_levels(look, policy),
        tables=tuple(one for one in told if one.dimensions <= WRITTEN_OUT),
        finer=tuple(one for one in told if one.dimensions > WRITTEN_OUT),
        questions=tuple(map(_question, look.questions)),
    )


@desk.page(f"{PAGE}/questions/<name>", "controller/canonical.html")
def canonical(name: str) -> Model:
    look = bench().looks.now().look
    found = None if look is None else next((one for one in look.questions if one.name == name), None)
    if look is None or found is None:
        raise NotFound(_("This question is not available now."))
    table = None if found.release is None else drawn(found.release)
    return OneQuestion(_question(found), look.policy.version, look.cube.snapshot.until, table)


def _levels(look: Look, policy: Policy) -> tuple[Seen, ...]:
    dictionary, shown = bench().node.dictionary, policy.scope_levels
    return tuple(
        Seen(
            wording.dimension(dictionary, name),
            tuple(wording.level(dictionary, level) for level in tree.levels if (name, level) in shown),
        )
        for name, tree in sorted(look.cube.trees.items())
    )


def _table(look: Look, dims: tuple[str, ...], cells: int, withheld: int, people: int) -> Table:
    dictionary = bench().node.dictionary
    by = ", ".join(wording.dimension(dictionary, name) for name in dims)
    return Table(by, len(dims), cells, withheld, None if look.people is None else people)


def _question(one: ShownQuestion) -> Question:
    cells = () if one.release is None else one.release.cells
    hidden = 0 if one.release is None else withheld(one.release)
    refusals = tuple(refusal.meaning for refusal in one.refusals)
    return Question(one.name, one.label, one.recipient, len(cells), hidden, refusals)
