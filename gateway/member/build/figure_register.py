"""Registered figures: numbers of people published elsewhere by the country, and so known to everybody.

A figure is one cell: a code of a year or of part of a year, and codes of any other dimensions. All protection
after the registration takes the figure as known (`gateway.member.cube.cube_inputs`). A figure never enters
the region; the log has a salted commitment to it.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from audit.events.event import Event
from audit.events.events import whole_second
from audit.events.record_events import FigureRegistered, FigureWithdrawn
from audit.formats.commitment import commit
from gateway.dictionary import Dictionary
from gateway.member.errors import FigureRefusedError
from gateway.member.model.registered_figure import PublishedFigure, RegisteredFigure, levels_of
from gateway.member.model.snapshot import Snapshot, population
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.policy.policy_in_force import trusted
from gateway.member.register.person_counts import count_people

FIGURE = "figure"
LARGEST = 10**9
LONGEST = 500
MOST = 500
"""Valid figures at a time."""
REMEMBERED = 4 * MOST
"""Comparisons that a process remembers. A snapshot has a random name, so that no two are confused."""
_COMPARED: dict[tuple[str, tuple[tuple[str, ...], tuple[str, ...]], str], bool | None] = {}


def contradicted(
    dictionary: Dictionary,
    snapshot: Snapshot,
    people: tuple[Iterable[str], Iterable[str]],
    figure: PublishedFigure,
) -> bool | None:
    """Whether a snapshot has another number; None where it cannot say, or does not cover the year.

    `people`: the counted consents and kinds of victim.
    """
    if not set(figure.cell) <= set(snapshot.columns) or figure.year not in snapshot.years:
        return None
    levels = levels_of(dictionary, snapshot.member, figure.cell)
    consents, victims = people
    inside = population(snapshot, tuple(consents), victims=tuple(victims))
    table = count_people(snapshot, dictionary, levels, rows=inside, years=[figure.year])
    mask = [dim.position(figure.cell[dim.name]) for dim in table.dims]
    total = 0
    for place, count in zip(table.coords.tolist(), table.counts.tolist(), strict=True):
        total += count * all(
            at == wanted or wanted in dim.ancestors(at)
            for at, wanted, dim in zip(place, mask, table.dims, strict=True)
        )
    return total != figure.value


def register(node: Node, figure: PublishedFigure, by: str) -> RegisteredFigure:
    """Let a figure count as known from now on. Raises FigureRefusedError, and nothing was changed."""
    check(node, figure)
    now = node.clock.now()
    with node.store.writing() as work:
        if work.privacy.release_parts():
            raise FigureRefusedError(
                "Numbers of this data set are drawn with noise that protects people whatever is known: a "
                "figure makes no difference to them, and need not be registered."
            )
        there = work.figures()
        if any(one.withdrawn is None and one.figure.cell == figure.cell for one in there):
            raise FigureRefusedError(
                "A figure about these people is registered already.",
                remedy="Withdraw it first if it is wrong.",
            )
        if sum(one.withdrawn is None for one in there) >= MOST:
            raise FigureRefusedError(f"{MOST} figures are registered already; no more can be.")
        text = json.dumps(
            {"known": figure.known(), "published": figure.published.isoformat(), "source": figure.source},
            sort_keys=True,
        )
        opening = commit(FIGURE, text.encode())
        event: Event = FigureRegistered(node.member, opening.commitment, whole_second(now))
        made = RegisteredFigure(log_entries.record(node, work, event, {FIGURE: opening}), figure, by, now)
        work.add_figure(made, because=made.index)
    return made


def withdraw(node: Node, index: int) -> RegisteredFigure:
    """Withdraw a figure that was registered by mistake. Raises FigureRefusedError."""
    now = node.clock.now()
    with node.store.writing() as work:
        found = next((one for one in work.figures() if one.index == index and one.withdrawn is None), None)
        if found is None:
            raise FigureRefusedError(
                f"No figure that counts was registered by entry {index}.", remedy="See the list of figures."
            )
        event = FigureWithdrawn(node.member, index, whole_second(now))
        work.withdraw_figure(index, now, because=log_entries.record(node, work, event, {}))
    return found


@dataclass(frozen=True)
class FigureStatus:
    """The status of a figure. `taken_in`: whether the answering tables were made beside the figure.

    `contradicted`: whether the register has another number; None where it cannot say.
    """

    registered: RegisteredFigure
    taken_in: bool
    contradicted: bool | None


def figure_statuses(node: Node) -> tuple[FigureStatus, ...]:
    """Every figure ever registered, the newest first."""
    with node.store.reading() as view:
        figures = view.figures()
        cube = view.cube() if figures else None
        known = () if cube is None else cube.plan.known
        compare = comparing(node, view)
        return tuple(
            FigureStatus(
                one,
                one.withdrawn is None and one.figure.known() in known,
                None if one.withdrawn is not None else compare(one.figure),
            )
            for one in reversed(figures)
        )


def changed_since_tables(node: Node) -> bool:
    """Whether the valid figures differ from the figures behind the answering tables."""
    with node.store.reading() as view:
        figures = view.figures()
        cube = view.cube() if figures else None
        if cube is None:
            return False
        plan, compare = cube.plan, comparing(node, view)
        counting = [one.figure for one in figures if one.withdrawn is None]
        lacking = (one for one in counting if one.year in plan.years and one.known() not in plan.known)
        return not set(plan.known) <= {one.known() for one in counting} or any(
            compare(one) is not None for one in lacking
        )


def comparing(node: Node, view: View) -> Callable[[PublishedFigure], bool | None]:
    """Compares figures with the newest snapshot, for the people counted by the policy in force.

    A snapshot never changes, and reading a large snapshot takes longer than a page may: the snapshot is read
    for the first figure not compared with it yet, and each result is remembered. Works while `view` is open.
    """
    ruling, loaded = trusted(node, view), view.loaded()
    if ruling is None or loaded is None:
        return lambda _figure: None
    policy, name = ruling[1], loaded.id
    people = (tuple(sorted(policy.consent)), tuple(sorted(policy.population.victims)))
    snapshot = cache(view.snapshot)

    def compare(figure: PublishedFigure) -> bool | None:
        key = (name, people, figure.known())
        with suppress(KeyError):  # another request may clear it at any moment
            return _COMPARED[key]
        newest = snapshot()
        found = None if newest is None else contradicted(node.dictionary, newest[1], people, figure)
        if len(_COMPARED) >= REMEMBERED:
            _COMPARED.clear()
        _COMPARED[key] = found
        return found

    return compare


def check(node: Node, figure: PublishedFigure) -> None:
    """Raise FigureRefusedError for an impossible figure of this country."""
    levels_of(node.dictionary, node.member, figure.cell)
    if not 0 <= figure.value <= LARGEST:
        raise FigureRefusedError("This is not a number of people.", remedy="Give a whole number from 0 on.")
    if not figure.source.strip() or len(figure.source) > LONGEST:
        raise FigureRefusedError(
            "It is not said where the figure was published.", remedy=f"Say it in 1 to {LONGEST} characters."
        )
    if figure.published > node.clock.now().date():
        raise FigureRefusedError(
            "The day of publication is in the future.", remedy="Give the day it came out."
        )
