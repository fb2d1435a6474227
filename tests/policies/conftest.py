"""A small vocabulary with every kind of word in a policy, and short ways to write a policy and a request."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import dedent

import pytest
from hypothesis import strategies as st

from policies import Policy, Request, Vocabulary, load_policy

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)

WORDS = Vocabulary(
    dimensions={
        "place": ("district", "province", "province_group"),
        "date": ("quarter", "year", "year_band5"),
        "age": ("band_va", "adult_child"),
        "sex": ("sex",),
        "device": ("device_type", "device_group"),
        "activity": ("activity", "activity_group"),
        "civ_status": ("civ_status",),
        "outcome": ("outcome",),
        "disability": ("disability",),
        "injury.EYE": ("injury.EYE",),
        "injury.EAR": ("injury.EAR",),
        "status.REH": ("status.REH", "met.REH"),
        "status.PSS": ("status.PSS", "met.PSS"),
    },
    roots={"place": "country"},
    replaced={"service": "status", "need": "status"},
    sensitive=frozenset({"civ_status", "outcome", "device", "activity", "injury.EYE", "injury.EAR"}),
    measures={
        "casualties": "people killed or injured",
        "accidents": "accidents with casualties",
        "services": "services to victims",
        "service_cost": "cost of services",
    },
    purposes={
        "regional-reporting": "regional statistics",
        "treaty-reporting": "treaty reports",
        "service-planning": "planning of services",
        "research": "research approved by an ethics board",
        "public-information": "published to everyone",
    },
    recipients=frozenset(
        {
            "ARMAC",
            "Victim Assistance Network authorities",
            "Victim Assistance Network members",
            "accredited researchers",
            "public",
        }
    ),
    roles=frozenset({"analyst", "auditor"}),
    members=frozenset({"KH", "LA", "TH", "PH"}),
    ready_made=frozenset({"outcome-by-year", "device-by-year", "sex-and-age-by-year"}),
    packs={
        "canonical-questions": ("outcome-by-year", "device-by-year"),
        "article-7": ("sex-and-age-by-year",),
    },
    never_shared=frozenset({"national_id", "narrative"}),
    texts={"year": "year", "quarter": "quarter", "device_type": "device type"},
    codes={
        "place": {"KH-1": "province", "KH-2": "province", "0101": "district", "KH-N": "province_group"},
        "date": {"2023": "year", "2024": "year", "2020-2024": "year_band5", "2024-Q1": "quarter"},
        "sex": {"F": "sex", "M": "sex"},
        "outcome": {"K": "outcome", "I": "outcome"},
    },
)

HEAD = """\
member: KH
version: 1
valid_from: 2026-01-01
"""
ARMAC_REPORTS = "{with: ARMAC, for: [regional-reporting, treaty-reporting]}"


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return WORDS


@pytest.fixture(scope="session")
def at() -> datetime:
    """A moment at which the policies of the tests are in force."""
    return AT


@pytest.fixture(scope="session")
def policy() -> Callable[..., Policy]:
    """`policy(rest, share=...)`: KH's policy with these lines beside the four required lines."""

    def make(rest: str = "", *, share: str = ARMAC_REPORTS, head: str = HEAD) -> Policy:
        return load_policy(f"{head}share: [{share}]\n{dedent(rest)}", WORDS)

    return make


@pytest.fixture(scope="session")
def request_for() -> Callable[..., Request]:
    """`request_for("date.year", "outcome.outcome", purpose=...)`: ARMAC asking KH for casualties."""

    def make(*levels: str, **others: object) -> Request:
        parts: dict[str, object] = {
            "member": "KH",
            "recipient": "ARMAC",
            "role": "analyst",
            "purpose": "regional-reporting",
            "measure": "casualties",
            "levels": [_level_of(text) for text in levels],
        }
        return Request.of(**(parts | others))  # type: ignore[arg-type]

    return make


def _level_of(text: str) -> tuple[str, str]:
    dimension, _, level = text.rpartition(".")
    if dimension == "injury":
        return text, text
    if dimension in ("status", "met"):
        return f"status.{text.rpartition('.')[2]}", text
    return dimension, level


# --- random policies and requests, for the laws


@pytest.fixture(scope="session")
def documents() -> st.SearchStrategy[dict[str, object]]:
    """Policy documents as data; json.dumps makes YAML of the data, since YAML includes JSON."""
    return st.builds(_document, _BASE, st.lists(_SHARE, max_size=4), st.lists(_BAN, max_size=2))


@pytest.fixture(scope="session")
def policies(documents: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[Policy]:
    return documents.map(lambda document: load_policy(json.dumps(document), WORDS))


@pytest.fixture(scope="session")
def requests() -> st.SearchStrategy[Request]:
    """Requests that the random policies permit in part; a few use words outside the dictionary."""
    return st.builds(
        Request,
        member=st.sampled_from(["KH"] * 9 + ["LA"]),
        recipient=st.sampled_from([*_RECIPIENTS * 3, "somebody"]),
        role=st.sampled_from(["analyst", "analyst", "auditor", None]),
        purpose=st.sampled_from([*_PURPOSES * 3, "curiosity"]),
        measure=st.sampled_from([*_MEASURES * 3, "names"]),
        levels=st.frozensets(st.sampled_from(_LEVELS), max_size=4),
        ready_made=st.sampled_from([None, None, "outcome-by-year"]),
        record_level=st.sampled_from([False, False, False, True]),
    )


@pytest.fixture(scope="session")
def times() -> st.SearchStrategy[datetime]:
    return st.sampled_from([AT] * 6 + [AT.replace(year=2025), AT.replace(year=2027), AT.replace(year=2030)])


# few words each, so that random rules and requests often meet
_RECIPIENTS = ["ARMAC", "public"]
_PURPOSES = ["regional-reporting", "research"]
_MEASURES = ["casualties", "services"]
_DIMENSIONS = {"place": WORDS.dimensions["place"], "date": WORDS.dimensions["date"], "sex": ("sex",)}
_LEVELS = [
    *((d, level) for d, levels in _DIMENSIONS.items() for level in levels),
    ("place", "country"),
    ("disability", "disability"),
    ("date", "second"),
    ("religion", "all"),
]
_YES_NO = st.sampled_from(["yes", "no"])


def _some(words: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(words), min_size=1, unique=True)


def _finest(*extra: str) -> st.SearchStrategy[dict[str, str]]:
    levels = {d: st.sampled_from([*levels, *extra, WORDS.root(d)]) for d, levels in _DIMENSIONS.items()}
    return st.fixed_dictionaries({}, optional=levels).filter(bool)


def _cells(*places: str) -> st.SearchStrategy[list[dict[str, str]]]:
    codes = {"sex": st.sampled_from("FM"), "date": st.just("2024")}
    cell = st.fixed_dictionaries({"place": st.sampled_from(places)}, optional=codes)
    return st.lists(cell, max_size=3, unique_by=lambda codes: tuple(sorted(codes.items())))


_APPROVAL = st.sampled_from(["automatic", "one person", "two persons"])
_CONDITIONS = {
    "approval": st.one_of(_APPROVAL, st.fixed_dictionaries({"ready_made": _APPROVAL, "others": _APPROVAL})),
    "quota": st.lists(
        st.sampled_from(["5 a day", "9 a month", "2 a month", "70 a year"]), min_size=1, unique=True
    ),
    "retention": st.sampled_from(["unlimited", "30 days", "365 days"]),
    "redistribution": st.sampled_from(["yes", "aggregates with credit", "no"]),
    "hub_cache": st.sampled_from(["unlimited", "7 days", "no"]),
}
_SHARE = st.fixed_dictionaries(
    {"with": _some(_RECIPIENTS), "for": _some(_PURPOSES)},
    optional={
        "roles": _some(["analyst", "auditor"]),
        "measures": _some(_MEASURES),
        "finest": _finest(),
        "max_dimensions": st.integers(1, 4),
        "only": st.just("ready-made questions"),
        **_CONDITIONS,
    },
)
_BAN = st.fixed_dictionaries(
    {},
    optional={
        "with": _some(_RECIPIENTS),
        "for": _some(_PURPOSES),
        "roles": _some(["analyst", "auditor"]),
        "measures": _some(_MEASURES),
        "show": st.sampled_from([{"date": "quarter"}, {"date": "any"}, {"sex": "any", "place": "district"}]),
        "together": st.sampled_from([{"sex": "any"}, {"sex": "any", "place": "province"}]),
    },
).filter(bool)
_BASE = st.fixed_dictionaries(
    {
        "member": st.just("KH"),
        "version": st.integers(1, 3),
        "valid_from": st.sampled_from(["2026-01-01", "2025-03-01", "2026-06-01", "2027-01-01"]),
    },
    optional={
        "valid_for": st.sampled_from(["1 year", "until revoked", "5 years"]),
        "legal_basis": st.sampled_from(["decree", 'an order: "7"', "# 5 \\ [x]", "ຂໍ້ຕົກລົງ"]),
        "review": st.sampled_from(["none", "second person"]),
        "finest": _finest(),
        "max_dimensions": st.integers(1, 4),
        "threshold": st.one_of(
            st.integers(2, 20), st.just({"usual": 3, "place": {"district": 10, "province": 3}})
        ),
        "zeros": st.sampled_from(["publish", "partner", "protect"]),
        "reruns": st.sampled_from(["accept", "small-tables", "withstand"]),
        "years_per_release": st.sampled_from([1, 2, 5]),
        "pooled_years": st.sampled_from([1, 3, 5, ["2018-2020", "2015-2017"]]),
        "priority": st.sampled_from([[], ["article-7"], [{"date": "year"}, "canonical-questions"]]),
        "keep": st.sampled_from([[], ["total", {"date": "year"}]]),
        "always_show": _cells("KH-1", "KH-2"),
        "never_show": _cells("KH-N", "0101"),
        "structural_zeros": _cells("KH-1", "KH-N"),
        "mechanism": st.sampled_from(["suppression", "cell-key", {"kind": "controlled-rounding", "base": 7}]),
        "dominance": st.just({"largest": 1}),
        "population": st.sampled_from([{"consent": ["REC"]}, {"victims": ["FAM", "DIR"]}]),
        "embargo": st.sampled_from(["none", "30 days", "365 days"]),
        "release": st.sampled_from(["once a year", "each month"]),
        "appears": st.sampled_from(["on its own", "only within regional totals"]),
        "regional_totals": st.one_of(
            st.just("no"),
            st.fixed_dictionaries({"withheld_cells": _YES_NO, "contributors": st.integers(4, 9)}),
        ),
        "record_level": st.sampled_from(
            ["never", {"to": "public", "k": 5, "l": 2}, {"to": "ARMAC", "k": 3, "l": 3}]
        ),
        **_CONDITIONS,
    },
)


def _document(
    base: dict[str, object], shares: list[dict[str, object]], bans: list[dict[str, object]]
) -> dict[str, object]:
    """A valid document: permissions are cut to the detail of the data set."""
    most = base.get("max_dimensions", 3)
    usual = {"place": "province", "date": "year", "sex": "sex"}
    allowed: dict[str, str] = base.get("finest", usual)  # type: ignore[assignment]

    def rank(dimension: str, level: str) -> int:
        return WORDS.rank(dimension, level)

    for share in shares:
        if "max_dimensions" in share:
            share["max_dimensions"] = min(share["max_dimensions"], most)  # type: ignore[type-var]
        finest: dict[str, str] = share.get("finest", {})  # type: ignore[assignment]
        narrower = {
            d: lv for d, lv in finest.items() if rank(d, lv) <= rank(d, allowed.get(d, WORDS.root(d)))
        }
        share.pop("finest", None)
        if narrower:
            share["finest"] = narrower
    return {**base, "share": shares, "never": bans}
