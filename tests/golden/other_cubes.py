"""Amounts, and cubes of numbers that are perturbed, rounded or drawn."""

from decimal import Decimal
from io import StringIO

import numpy as np
from golden_tables import KEY, drawn, table_of
from golden_text import Items, unpacked
from hierarchies import flat, grouped

from anonymisers.errors import AnonymiserError
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_release import write_magnitudes
from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.magnitudes.protect_magnitudes import protect_magnitudes
from anonymisers.perturbation.cell_key import inner_keys, person_keys, with_noise
from anonymisers.perturbation.cell_key_cube import CellKeyMechanism
from anonymisers.perturbation.controlled_rounding import controlled_rounding
from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace
from anonymisers.perturbation.noisy_cube import FORMAT as PRIVATE
from anonymisers.perturbation.noisy_cube import PlannedTable, noisy_cube
from anonymisers.perturbation.perturbed_counts import PerturbativeMechanism
from anonymisers.perturbation.perturbed_cube import FORMAT as CHANGED
from anonymisers.perturbation.perturbed_cube import PerturbedCube, PerturbedPart, Rows, perturbed_cube
from anonymisers.perturbation.privacy_parameters import Privacy
from anonymisers.perturbation.ptable import Noise, PTable
from anonymisers.perturbation.rounding_cube import RoundingMechanism
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

PLACE, SEX, YEAR = grouped("place", 6), flat("sex", 2), flat("year", 3)
DIMS = (PLACE, SEX, YEAR)


def amounts() -> Items:
    """Costs of treatments, under each rule of dominance."""
    records = [
        (
            (f"place{drawn('place', n, 6)}", f"sex{drawn('sex', n, 5) // 4}", f"year{drawn('year', n, 3)}"),
            f"person {drawn('person', n, 160) ** 2 // 400}",
            Decimal(drawn("amount", n, 40) ** 2) / 4,
        )
        for n in range(220)
    ]
    costs = Contributions.of("cost", DIMS, records)
    reported: dict[str, str | bytes] = {}
    for name, rules in {
        "threshold": MagnitudeRules(threshold=5),
        "dominance": MagnitudeRules(threshold=5, dominance=(2, 85.0)),
        "p per cent, zeros published": MagnitudeRules(threshold=5, p_percent=10, publish_zeros=True),
        "one dimension": MagnitudeRules(threshold=5, dominance=(1, 75.0), max_dims=1),
    }.items():
        stream = StringIO()
        try:
            release = protect_magnitudes(costs, rules, KEY).release
            write_magnitudes(release, stream)
            reported[f"{name}: withheld"] = (
                "".join("x" if v is None else "." for v in release.cells.values()) + "\n"
            )
            reported[name] = stream.getvalue()
        except AnonymiserError as error:
            reported[name] = f"{type(error).__name__}: {error.message}\n"
    return reported


def _rows(first: int, mean: int, year: frozenset[str] | None = None) -> Rows:
    table = table_of(DIMS, f"rows {first}", mean)
    coords = np.repeat(table.coords, table.counts, axis=0)
    within = {} if year is None else {"year": year}
    if year is not None:
        coords = coords[np.isin(coords[:, 2], [YEAR.index[code] for code in year])]
    tokens = [f"person {first + n}".encode() for n in range(len(coords))]
    return Rows(DIMS, ("place", "sex", "year"), coords.astype(np.int32), tokens, within)


def _changed(change: PerturbativeMechanism) -> dict[str, str | bytes]:
    stands, came = _rows(0, 30), _rows(10_000, 12, frozenset({"year2"}))
    parts = [
        (PerturbedPart(1, frozenset({"year0"}), b"whom it counts"), stands),
        (PerturbedPart(1, frozenset(), b""), came),
    ]
    reported: dict[str, str | bytes] = {}
    for name, chosen in (("first", parts[:1]), ("grown", parts)):
        try:
            cube = perturbed_cube(chosen, Rules(threshold=5, max_dims=2), change, KEY)
        except AnonymiserError as error:
            reported[name] = f"{type(error).__name__}: {error.message}\n"
            continue
        reported |= _reported(name, cube)
    return reported


def _reported(name: str, cube: PerturbedCube) -> dict[str, str | bytes]:
    return {
        f"{name}: values": f"{cube.values.tolist()}\n",
        f"{name}: mechanism": f"{cube.mechanism} {cube.largest_deviation({})}\n",
        f"{name}: digest": cube.certificate_digest.hex() + "\n",
        f"{name}: stored bytes": unpacked(cube.to_bytes(), CHANGED),
    }


def perturbed() -> Items:
    """A cube of perturbed numbers; keys of cells; the table of probabilities."""
    noise = Noise(6, 3.0, 2)
    table = table_of(DIMS, "cell keys", 12)
    ptable = PTable.of(noise)
    keys = inner_keys(table, KEY)
    return {
        **_changed(CellKeyMechanism(noise)),
        "keys of inner cells": f"{keys.tolist()}\n",
        "keys of persons": f"{person_keys(KEY, [b'a', b'b', b'c']).tolist()}\n",
        "changed": f"{with_noise(table.counts, keys, ptable).tolist()}\n",
    }


def rounded() -> Items:
    """A cube of rounded numbers, and a table rounded by itself."""
    table = table_of((PLACE, SEX), "rounding", 12)
    alone = controlled_rounding(table, 5, KEY)
    return {**_changed(RoundingMechanism(5)), "a table": f"{alone.values.tolist()}\n"}


def noisy_counts() -> Items:
    """A cube of numbers with noise that was drawn before: what is kept, and what is read off it."""
    privacy = Privacy("1", "0.2", 2020)
    year = Hierarchy("date", ("Total", "2020", "2021"), {"2020": "Total", "2021": "Total"})
    spaces = [NoiseSpace.of((year, SEX), {"date": frozenset([code])}) for code in ("2020", "2021")]
    by_place = NoiseSpace.of((PLACE,), {})
    tables = [
        PlannedTable((year, SEX), [NoiseDraws(spaces[0], (5, -1)), NoiseDraws(spaces[1], (10, 20))]),
        PlannedTable((PLACE,), [NoiseDraws(by_place, (3, 14, -2, 6, 5, 35))]),
        PlannedTable((year, PLACE), [NoiseSpace.of((year, PLACE), {})]),
    ]
    cube = noisy_cube((year, SEX, PLACE), tables, privacy)
    return {
        "values": f"{cube.values.tolist()}\n",
        "draws": f"{cube.draws.tolist()}\n",
        "drawn table": NoiseDraws(by_place, (3, 14, -2, 6, 5, 35)).to_bytes(),
        "digest": cube.certificate_digest.hex() + "\n",
        "stored bytes": unpacked(cube.to_bytes(), PRIVATE),
    }
