"""Invented clients of assistance, the same every time: survivors of `federation.snapshot`, and others."""

import numpy as np
from federation import PEOPLE

from gateway.dictionary import regional
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column

STATUSES = ("NEED", "REF", "UNAVAIL", "RECV", "RECV", "RECV", "NO_NEED", "UNK")
BARRIERS = ("DIST", "DIST", "COST", "INFO", "NOT_TOLD")
MEN = 0.5
"""The share of men who survived and are clients."""
UNMET = frozenset({"NEED", "REF", "UNAVAIL"})


def invented_clients(
    member: str, *, women: float, years: tuple[int, ...] = (2023, 2024), others: int = 80, seed: int = 3
) -> Clients:
    """Some survivors of `federation.snapshot` in each year, and others who were in no accident.

    `women`: the share of women who survived and are clients.
    """
    random = np.random.default_rng(seed)
    rows: list[tuple[int, str, dict[str, str]]] = []
    for year in years:
        for number in range(PEOPLE):
            sex = "F" if number % 11 == 0 else "M"
            share = women if sex == "F" else MEN
            if number % 9 and random.random() < share:  # every ninth was killed
                rows.append((year, f"person-{number:04d}", _of(random, sex, "SURV", member)))
        for number in range(others):
            sex = str(random.choice(["F", "M"]))
            kind = str(random.choice(["FAM", "OTHER"]))
            rows.append((year, f"other-{number:05d}", _of(random, sex, kind, member)))
    names = rows[0][2]
    return Clients.of(
        np.array([year for year, _, _ in rows], dtype=np.int64),
        np.array([person.encode() for _, person, _ in rows]),
        Column.of(["AGG"] * len(rows)),
        {name: Column.of([row[name] for _, _, row in rows]) for name in names},
    )


def number_of(clients: Clients, year: int, **codes: str) -> int:
    """The number of clients of a year with these codes, by levels of the dictionary."""
    rows = clients.of_year(year)
    inside = np.ones(len(rows), dtype=np.bool_)
    for level, code in codes.items():
        column = rows.columns[regional().level(level).dimension]
        inside &= np.array([regional().lift(each, level) == code for each in column.values()])
    return int(inside.sum())


def _of(random: np.random.Generator, sex: str, kind: str, member: str) -> dict[str, str]:
    status = {pillar: str(random.choice(STATUSES)) for pillar in ("status.REH", "status.PSS")}
    unmet = UNMET.intersection(status.values())
    return {
        "home": str(random.choice(list(regional().codes("home_province", member=member))[:4])),
        "age_now": str(random.choice(["10-14", "25-34", "45-59", "60+"], p=[0.1, 0.3, 0.4, 0.2])),
        "sex": sex,
        "client": kind,
        "barrier_main": str(random.choice(BARRIERS)) if unmet else "NO_UNMET",
        "disability": str(random.choice(["YES", "NO", "UNK"], p=[0.5, 0.3, 0.2])),
        **status,
    }
