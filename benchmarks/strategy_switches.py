"""How each strategy of the search is switched off, and how it is told whether one is in use.

Nothing in the product's code is there for this: what a module calls is replaced from outside, in a process
that does nothing else. STRATEGIES is the only place that knows the names of that code. None may be missing.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any

ROOM = "anonymisers.suppression"
SCHEDULES = {
    "LADDER": "LADDER_OF_PEOPLE",
    "LADDER_OF_PEOPLE": "LADDER",
    "WIDE_LADDER": "LADDER",
    "PLANNED_LADDER": "LADDER",
    "LARGE_LADDER": "LADDER",
    "LARGE_LADDER_OF_PARTNERS": "LADDER",
    "LARGE_LADDER_OF_ONES": "LADDER",
    "LINKED_LADDER": "LADDER",
}
"""Each search schedule, and the one that takes its place when it is switched off."""


@dataclass(frozen=True)
class Off:
    """How to switch something off: a module, the dotted name of what stands there, and what it is then.

    A function always `returns` the same then; anything else is replaced by what the module calls `instead`,
    or by a `value`. `seen_by`: a function whose result other than None tells that a value is in use.
    """

    module: str
    name: str
    returns: object = None
    instead: str | None = None
    value: object = None
    seen_by: tuple[str, str] | None = None


SEARCH = f"{ROOM}.strategies.move_search"
LINKED = f"{ROOM}.strategies.linked_table_moves"
NEAR = (f"{ROOM}.strategies.local_program", "Surveyor.near")
TREES = (
    Off(SEARCH, "TreeSearch.of"),
    Off(SEARCH, "TreeSearch.over_all"),
    Off(f"{ROOM}.protect_table", "_together"),
)
STRATEGIES: Mapping[str, tuple[Off, ...]] = {
    "refine": (Off(f"{ROOM}.secondary_suppression", "refine"),),
    "prune": (Off(f"{ROOM}.secondary_suppression", "prune"),),
    "move lifting": (Off(SEARCH, "Search.lift", returns=False),),
    "stages skipped": (Off(SEARCH, "SELDOM", value=0.0, seen_by=NEAR),),
    **{
        f"schedule {name.lower().replace('_', ' ')}": (Off(SEARCH, name, instead=other),)
        for name, other in SCHEDULES.items()
    },
    "all schedules but one": tuple(
        Off(SEARCH, name, instead="LADDER") for name, other in SCHEDULES.items() if other == "LADDER"
    ),
    "cutting planes": (Off(f"{ROOM}.secondary_suppression", "worth_planning", returns=False),),
    "separation": (Off(f"{ROOM}.cutting_planes", "Region.unmet"),),
    "dependent cells": (Off(f"{ROOM}.cutting_planes", "tied", returns=()),),
    "junction tree": TREES,
    "junction tree: the search": TREES[:1],
    "junction tree: last resort": TREES[1:2],
    "junction tree: all named at once": TREES[2:],
    "linked-table moves": (Off(LINKED, "Swaps.usable", returns=False),),
    "basic moves": (Off(LINKED, "Boxes.cheapest"),),
    "four-way moves": (Off(LINKED, "Quartets.cheapest"),),
    "swap partners who arrived": (Off(LINKED, "Quartets.look_at"),),
    "composition: cells together": (Off(LINKED, "Swaps.turn", returns=0),),
    "composition: filling up": (Off(LINKED, "Swaps._push_along"),),
    "composition: raising margins": (Off(LINKED, "Swaps._raising", returns=[]),),
    "shared dimension first": (Off(f"{ROOM}.protect_table", "_sharing"),),
}


def missing() -> list[str]:
    """The names that are not there any more."""
    return [f"{off.module}: {name}" for off, name in _named() if _found(off.module, name) is None]


def _named() -> Iterator[tuple[Off, str]]:
    """All names that must be there."""
    for offs in STRATEGIES.values():
        for off in offs:
            yield off, off.name
            if off.instead is not None:
                yield off, off.instead
            if off.seen_by is not None:
                yield Off(*off.seen_by), off.seen_by[1]


def _found(module: str, name: str) -> tuple[object, str, Any] | None:
    """What owns a name, the last part of it, and what it names as it is stored; None where there is none."""
    owner: object = import_module(module)
    *path, last = name.split(".")
    try:
        for part in path:
            owner = getattr(owner, part)
        return owner, last, inspect.getattr_static(owner, last)
    except AttributeError:
        return None


def _stored(module: str, name: str) -> tuple[object, str, Any]:
    found = _found(module, name)
    if found is None:
        raise LookupError(f"{module} has no {name}")
    return found


def switch(off: Off) -> None:
    """Switch something off."""
    owner, name, there = _stored(off.module, off.name)
    if off.instead is not None:
        setattr(owner, name, _stored(off.module, off.instead)[2])
    elif callable(there) or isinstance(there, classmethod):
        _wrap(owner, name, there, lambda _: lambda *_, **__: off.returns)
    else:
        setattr(owner, name, off.value)


def watch(off: Off, tell: Callable[[], None]) -> None:
    """Have it told when something is used: when it returns what it would not when it is switched off, or when
    it is called and never returns anything."""
    owner, name, there = _stored(*(off.seen_by or (off.module, off.name)))
    if isinstance(there, tuple):
        schedule = _Watched(there[:])  # a copy that tells nobody
        schedule.tells = (*getattr(there, "tells", ()), tell)
        setattr(owner, name, schedule)
        return

    def watched(function: Callable[..., Any]) -> Callable[..., Any]:
        silent = inspect.signature(function).return_annotation in {None, "None"}

        @wraps(function)
        def called(*args: object, **named: object) -> object:
            result = function(*args, **named)
            plain = result is None or isinstance(result, bool | int | list | tuple)
            if silent or not (plain and (result is None or result == off.returns)):
                tell()
            return result

        return called

    _wrap(owner, name, there, watched)


def _wrap(owner: object, name: str, there: Any, wrap: Callable[[Any], Any]) -> None:
    """Put a function in the place of another, of the same kind."""
    if isinstance(there, classmethod):
        setattr(owner, name, classmethod(wrap(there.__func__)))
    else:
        setattr(owner, name, wrap(there))


class _Watched(tuple):
    """A schedule that tells when it is gone through."""

    tells: tuple[Callable[[], None], ...] = ()

    def __iter__(self) -> Iterator[Any]:
        for tell in self.tells:
            tell()
        return super().__iter__()
