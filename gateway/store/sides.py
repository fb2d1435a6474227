"""Which tables a hub has and which a node: those of every module here named `*_tables`, by its side."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from sqlalchemy import Table

import gateway.store
from gateway.store import logs, witnessed
from gateway.store.migrate import HUB, MEMBER
from gateway.store.schema import metadata, openings

ONE_SIDE = {
    "approval_tables": MEMBER,
    "change_tables": MEMBER,
    "enrolling_tables": HUB,
    "extract_tables": MEMBER,
    "figure_tables": MEMBER,
    "hub_tables": HUB,
    "hub_total_tables": HUB,
    "member_tables": MEMBER,
    "member_total_tables": MEMBER,
    "policy_tables": MEMBER,
    "privacy_tables": MEMBER,
    "sharing_tables": HUB,
    "vault_tables": MEMBER,
}
"""Modules whose tables only one side has; those of all others are on both."""

BOTH = (openings, logs.log_heads, witnessed.witnessed_heads)


def tables_of(side: str) -> set[Table]:
    """Every table of one side."""
    foreign = {
        table.name for name, table in _named() if ONE_SIDE.get(name, side) != side and table not in BOTH
    }
    return {table for name, table in metadata.tables.items() if name not in foreign}


def _named() -> Iterator[tuple[str, Table]]:
    """Module and table, for every table that stands in a module of tables."""
    for module in iter_modules(gateway.store.__path__):
        if module.name.endswith("_tables"):
            for value in vars(import_module(f"gateway.store.{module.name}")).values():
                if isinstance(value, Table):
                    yield module.name, value
