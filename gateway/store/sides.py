"""Which tables a hub has and which a node: tables of the room `hub` or `member` are on one side only."""

from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Table

from gateway.store.engine.migrate import HUB, MEMBER
from gateway.store.engine.schema import metadata

OTHER = {HUB: "member", MEMBER: "hub"}
"""The room of the tables that a side lacks."""
ON_BOTH_SIDES = ("engine", "accounts", "watching")


def tables_of(side: str) -> set[Table]:
    """Every table of one side."""
    shared = set[Table]().union(*map(_tables, ON_BOTH_SIDES))
    foreign = _tables(OTHER[side]) - shared
    _tables(side)  # a table is known to the schema once the module that defines it is imported
    return set(metadata.tables.values()) - foreign


def _tables(room: str) -> set[Table]:
    """Every table that a module of the room defines or imports."""
    package = import_module(f"gateway.store.{room}")
    modules = (import_module(f"{package.__name__}.{each.name}") for each in iter_modules(package.__path__))
    return {value for module in modules for value in vars(module).values() if isinstance(value, Table)}
