"""How each strategy of the search is switched off, and how a use is noticed.

Nothing in the product's code is there for this: what a module calls is replaced from outside, in a process
that does nothing else. STRATEGIES is the only place that knows the names of that code. None may be missing.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from functools import wraps
from importlib import import_module
from typing import Any

ROOM = "anonymisers.suppression"
SCHEDULES = {
    "small": "among_people",
    "among_people": "small",
    "among_all": "small",
    "after_cutting_planes": "small",
    "medium_zeros_published": "small",
    "medium_zeros_suppressed": "small",
    "medium_known_positive": "small",
    "linked": "small",
}
"""The stages of each kind of table, and those that take their place when they are switched off."""


@dataclass(frozen=True)
class Off:
    """How to switch something off: a module, the dotted name of what stands there, and what it is then.

    A function always `returns` the same then; anything else is replaced by what the module calls `instead`.
    """

    module: str
    name: str
    returns: object = None
    instead: str | None = None


SEARCH = f"{ROOM}.strategies.move_search"
LINKED = f"{ROOM}.strategies.linked_table_moves"
SCHEDULE = f"{ROOM}.strategies.search_schedule"
TREES = (
    Off(SEARCH, "JunctionTreeSearch.of"),
    Off(SEARCH, "JunctionTreeSearch.over_all"),
    Off(f"{ROOM}.protect_table", "_at_once"),
)
STRATEGIES: Mapping[str, tuple[Off, ...]] = {
    "refine": (Off(f"{ROOM}.secondary_suppression", "refine"),),
    "prune": (Off(f"{ROOM}.secondary_suppression", "prune"),),
    "move lifting": (Off(SEARCH, "MoveSearch.lift", returns=False),),
    **{
        f"schedule {name.replace('_', ' ')}": (Off(SCHEDULE, f"TUNING.{name}", instead=f"TUNING.{other}"),)
        for name, other in SCHEDULES.items()
    },
    "all schedules but one": tuple(
        Off(SCHEDULE, f"TUNING.{name}", instead="TUNING.small")
        for name, other in SCHEDULES.items()
        if other == "small"
    ),
    "cutting planes": (Off(f"{ROOM}.secondary_suppression", "cutting_planes_apply", returns=False),),
    "separation": (Off(f"{ROOM}.cutting_planes", "Region.separate"),),
    "dependent cells": (Off(f"{ROOM}.cutting_planes", "dependent_groups", returns=()),),
    "junction tree": TREES,
    "junction tree: the search": TREES[:1],
    "junction tree: last resort": TREES[1:2],
    "junction tree: all named at once": TREES[2:],
    "linked-table moves": (Off(LINKED, "LinkedTableMoves.usable", returns=False),),
    "basic moves": (Off(LINKED, "BasicMoves.cheapest"),),
    "four-way moves": (Off(LINKED, "FourWayMoves.cheapest"),),
    "swap partners who arrived": (Off(LINKED, "FourWayMoves.consider"),),
    "composition: cells together": (Off(LINKED, "LinkedTableMoves.phase", returns=0),),
    "composition: filling up": (Off(LINKED, "LinkedTableMoves._push_along"),),
    "composition: raising margins": (Off(LINKED, "LinkedTableMoves._raising_moves", returns=[]),),
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
        _put(owner, name, _stored(off.module, off.instead)[2])
    else:
        _wrap(owner, name, there, lambda _: lambda *_, **__: off.returns)


def _put(owner: object, name: str, value: object) -> None:
    """Set an attribute, of a frozen value too: the tuning of a strategy is one."""
    if is_dataclass(owner) and not isinstance(owner, type):
        object.__setattr__(owner, name, value)
    else:
        setattr(owner, name, value)


def watch(off: Off, tell: Callable[[], None]) -> None:
    """Report the use of a function: when it returns what it would not when it is switched off, or when
    it is called and never returns anything."""
    owner, name, there = _stored(off.module, off.name)
    if isinstance(there, tuple):
        schedule = _Watched(there[:])  # a copy that informs nobody
        schedule.watchers = (*getattr(there, "watchers", ()), tell)
        _put(owner, name, schedule)
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
    """A schedule that informs when it is gone through."""

    watchers: tuple[Callable[[], None], ...] = ()

    def __iter__(self) -> Iterator[Any]:
        for tell in self.watchers:
            tell()
        return super().__iter__()
