"""The tables of `ablation.py`, each with its rules."""

from collections.abc import Callable, Mapping

from invented_tables import invented

from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import ROOT
from anonymisers.tables.rules import Rules, TableOf
from anonymisers.tables.table_reading import table_from_json

Tables = tuple[list[Table], Rules]


def _small(seed: int, zeros: str) -> Tables:
    table = invented(seed, 20_000, ("place", "sex", "age"), countries=("KH", "LA", "MM", "TL"))
    return [table_from_json(table)], Rules(zeros=zeros)


def _medium(seed: int, zeros: str) -> Tables:
    table = invented(seed, 40_000, ("place", "sex", "age"))
    return [table_from_json(table)], Rules(zeros=zeros)


def _large(seed: int, zeros: str) -> Tables:
    table = invented(seed, 40_000, ("place", "sex", "age", "device"))
    return [table_from_json(table)], Rules(zeros=zeros)


def _six(seed: int, zeros: str) -> Tables:
    dims = ("place", "sex", "age", "device", "outcome", "year")
    table = invented(seed, 8_000, dims, countries=("BN",), most=4)
    return [table_from_json(table)], Rules(zeros=zeros, max_dims=3)


def _two(seed: int, zeros: str) -> Tables:
    table = invented(seed, 2_000, ("place", "sex", "age", "year"), countries=("BN", "TL"))
    by = [name for name in table["dims"] if name != "year"]
    years = [code for code in table["dims"]["year"]["codes"] if code != ROOT]
    wheres = ({}, {"year": years[:-1]})
    return [table_from_json({**table, "by": by, "where": where}) for where in wheres], Rules(zeros=zeros)


def _pairs(seed: int, zeros: str) -> Tables:
    table = invented(seed, 8_000, ("place", "age", "device", "year"), countries=("KH",))
    return [table_from_json(table)], Rules(zeros=zeros, max_dims=2)


def _named_tables(seed: int, zeros: str) -> Tables:
    dims = ("place", "sex", "age", "device", "outcome", "year")
    table = invented(seed, 4_000, dims, countries=("LA",), most=6)
    named = [("place", "year"), ("sex", "year"), ("age", "device"), ("device", "outcome")]
    named += [("place", "device"), ("sex", "age")]
    tables = tuple(map(TableOf.of, named))
    rules = Rules(zeros=zeros, max_dims=2, priority=tables[:4], finer=tables[4:])
    return [table_from_json(table)], rules


def _finer(seed: int, zeros: str) -> Tables:
    dims = ("place", "sex", "age", "device", "outcome", "year")
    table = invented(seed, 4_000, dims, countries=("LA",), most=6)
    named = [("place", "year"), ("year", "sex", "age"), ("device", "outcome")]
    named += [("place", "device"), ("device", "sex", "age")]
    tables = tuple(map(TableOf.of, named))
    rules = Rules(zeros=zeros, max_dims=3, priority=tables[:3], finer=tables[3:])
    return [table_from_json(table)], rules


def _tiny(seed: int, zeros: str) -> Tables:
    table = invented(seed, 300, ("place", "sex", "age"), countries=("BN", "SG"))
    return [table_from_json(table)], Rules(zeros=zeros)


TABLES: Mapping[str, Callable[[int, str], Tables]] = {
    "small": _small,
    "medium": _medium,
    "large": _large,
    "six": _six,
    "two": _two,
    "pairs": _pairs,
    "named": _named_tables,
    "finer": _finer,
    "tiny": _tiny,
}
"""By their names the tables of one run, each protected beside all before it, and the rules for them."""
