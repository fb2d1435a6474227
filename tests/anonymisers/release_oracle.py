"""The strongest attacker of a protected release, for tiny tables: he lists every world that agrees with it.

He shares no code with what he attacks.
"""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
from world_lists import listed


def worlds(release, inner, masks, total):
    """Every vector of counts over the inner cells whose sums are what the release shows, as rows."""
    rows = [
        ([i for i, cell in enumerate(inner) if covers(release, key, cell, masks)], value)
        for key, value in release.cells.items()
        if value is not None
    ]
    return listed(len(inner), rows, [0 if empty(release, cell) else total for cell in inner])


def covers(release, key, cell, masks):
    """Whether the people of an inner cell are counted in a cell of the release."""
    for dim, code, leaf, mask in zip(release.dims, key, cell, masks, strict=True):
        if code not in line(dim, leaf) or leaf not in mask:
            return False
    return True


def place(release, key):
    """A cell as the pairs of a dimension and a code that marks name it by."""
    return tuple(sorted((d.name, code) for d, code in zip(release.dims, key, strict=True) if code != "Total"))


def empty(release, cell):
    """Whether everybody knows that nobody can be in an inner cell."""
    lines = {d.name: line(d, leaf) for d, leaf in zip(release.dims, cell, strict=True)}
    return any(all(code in lines[name] for name, code in place) for place in release.structural)


def line(dim, code):
    """A code and all that hold it."""
    codes = [code]
    while codes[-1] != "Total":
        codes.append(dim.parent[codes[-1]])
    return codes


def leaves(dim):
    return [c for c in dim.codes if c not in dim.parent.values() and (c != "Total" or len(dim.codes) == 1)]


def assert_safe(cube, table, rules):
    release = cube.release()
    inner = list(product(*(leaves(d) for d in table.dims)))
    masks = [set(leaves(d)) for d in table.dims]
    possible = worlds(release, inner, masks, int(table.counts.sum()))
    k, least = rules.threshold, rules.least
    truth = dict(
        zip(
            (tuple(d.codes[p] for d, p in zip(table.dims, r, strict=True)) for r in table.coords),
            table.counts,
            strict=True,
        )
    )
    assert (possible == [truth.get(cell, 0) for cell in inner]).all(axis=1).any()
    for key, value in release.cells.items():
        row = [i for i, cell in enumerate(inner) if covers(release, key, cell, masks)]
        values = set(np.unique(possible[:, row].sum(axis=1)).tolist())
        values = {v for v in values if v >= least}
        if all(empty(release, inner[i]) for i in row):
            assert value == 0
        elif value is not None:
            assert not rules.smallest_sensitive <= value < k
        elif (min(values) < k and max(values) >= 1) or place(release, key) in rules.never:
            assert len(values) > 1, key
            if place(release, key) in cube.certificate.accepted:
                continue
            wide = max(values) - min(values) >= k
            assert wide or (min(values) <= least and max(values) >= k - 1), (key, sorted(values))
    assert_no_small_sum_follows(release, table, possible, rules)


def assert_no_small_sum_follows(release, table, possible, rules):
    """Rule 3: no sum of inner cells, in any table or in none, has a single possible value if it is small.

    `possible` are all worlds that agree with what is shown.
    """
    inner = list(product(*(leaves(d) for d in table.dims)))
    masks = [set(leaves(d)) for d in table.dims]
    shown = dict(release.cells)
    codes = [[d.codes[p] for p in column] for d, column in zip(table.dims, table.coords.T, strict=True)]
    truth = dict(zip(zip(*codes, strict=True), table.counts.tolist(), strict=True))
    counts = np.array([truth.get(cell, 0) for cell in inner])
    for key, value in shown.items() if rules.least else ():
        if value is None:
            row = [i for i, cell in enumerate(inner) if covers(release, key, cell, masks)]
            possible = possible[possible[:, row].sum(axis=1) >= rules.least]
    for key in product(*(d.codes for d in table.dims)):
        row = [i for i, cell in enumerate(inner) if covers(release, key, cell, masks)]
        if shown.get(key) is None and 1 <= counts[row].sum() < rules.threshold:
            assert len(np.unique(possible[:, row].sum(axis=1))) > 1, key


def without_refused(cube):
    """A cube without refused tables, of which only the cells that are shown are left."""
    release = cube.release()
    depth = np.stack([d.depth[release.coords[:, a]] for a, d in enumerate(release.dims)], axis=1)
    levels = [
        tuple(sorted((d.name, int(n)) for d, n in zip(release.dims, row, strict=True) if n)) for row in depth
    ]
    kept = np.array([level not in cube.refused for level in levels]) | ~release.withheld
    settled = replace(
        release, coords=release.coords[kept], values=release.values[kept], withheld=release.withheld[kept]
    )
    return SimpleNamespace(release=lambda: settled, certificate=cube.certificate)
