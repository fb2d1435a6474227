"""Invented tables for `ablation.py`: people drawn by a seed, and counted as `safelane protect` reads them.

The distribution is invented and shaped like casualties of mines: few provinces hold most people, men of
working age are hit most, devices differ from country to country, counts fall over the years. So most of the
finest cells hold nobody, one person or two.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

COUNTRIES = {
    "BN": (5, 0.002),
    "KH": (25, 0.24),
    "ID": (38, 0.01),
    "LA": (18, 0.19),
    "MY": (16, 0.004),
    "MM": (15, 0.27),
    "PH": (60, 0.05),
    "SG": (5, 0.0005),
    "TH": (60, 0.05),
    "TL": (14, 0.012),
    "VN": (60, 0.17),
}
"""Provinces of each country, and its share of the people."""
CODES: Mapping[str, tuple[str, ...]] = {
    "sex": ("men", "women"),
    "age": ("0-4", "5-17", "18-35", "36-59", "60+"),
    "device": ("mine", "vehicle mine", "submunition", "other", "improvised", "unknown"),
    "outcome": ("killed", "injured", "arm", "leg", "sight", "hearing", "burns", "unknown"),
    "year": tuple(str(year) for year in range(2010, 2026)),
}
RATES: Mapping[str, tuple[float, ...]] = {
    "sex": (0.85, 0.15),
    "age": (0.03, 0.26, 0.37, 0.26, 0.08),
    "device": (0.28, 0.09, 0.19, 0.28, 0.1, 0.06),
    "outcome": (0.27, 0.36, 0.06, 0.13, 0.07, 0.04, 0.05, 0.02),
}
UNEVEN: Mapping[str, float] = {"sex": 0.3, "age": 0.35, "device": 0.8, "outcome": 0.3, "year": 0.5}
"""How much provinces differ in each: the standard deviation of the logarithm of a rate."""
DECAY = 0.08
"""By how much fewer people there are with each year."""


def invented(
    seed: int,
    people: int,
    dims: Sequence[str],
    *,
    countries: Sequence[str] = tuple(COUNTRIES),
    most: int | None = None,
) -> dict[str, Any]:
    """A table of so many people by some dimensions, in the input form of `safelane protect`.

    Provinces stand below countries where there are several. `most`: how many codes each other dimension has
    at most, the first ones.
    """
    rng = np.random.default_rng([seed, people])
    provinces = [(country, n) for country in countries for n in range(1, COUNTRIES[country][0] + 1)]
    rate = rng.lognormal(0.0, 1.6, len(provinces))
    for country in countries:
        own = np.array([there == country for there, _ in provinces])
        rate[own] *= COUNTRIES[country][1] / rate[own].sum()
    place = rng.choice(len(provinces), people, p=rate / rate.sum())
    drawn, hierarchies = {"place": place}, {"place": _places(provinces, countries)}
    for name, every in CODES.items():
        codes = every[: most or len(every)]
        usual = np.exp(-DECAY * np.arange(len(codes))) if name == "year" else np.array(RATES[name][:most])
        weights = usual * rng.lognormal(0.0, UNEVEN[name], (len(provinces), len(codes)))
        ends = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        drawn[name] = (rng.random(people)[:, None] >= ends[place, :-1]).sum(axis=1)
        hierarchies[name] = {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}
    leaves = {"place": [f"{country}-{n}" for country, n in provinces], **CODES}
    found, counts = np.unique(np.stack([drawn[name] for name in dims], axis=1), axis=0, return_counts=True)
    cells = [
        [*(leaves[name][code] for name, code in zip(dims, row, strict=True)), count]
        for row, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
    return {"dims": {name: hierarchies[name] for name in dims}, "cells": cells}


def _places(provinces: Sequence[tuple[str, int]], countries: Sequence[str]) -> dict[str, Any]:
    if len(countries) == 1:
        codes = [f"{country}-{n}" for country, n in provinces]
        return {"codes": ["Total", *codes], "parent": dict.fromkeys(codes, "Total")}
    parent = {f"{country}-{n}": country for country, n in provinces}
    codes = ["Total", *countries, *parent]
    return {"codes": codes, "parent": dict.fromkeys(countries, "Total") | parent}
