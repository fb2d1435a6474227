"""Two certified cubes over the same people: worlds in pairs, against whoever lists every joint world."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from release_oracle import covers, leaves, place, worlds

from anonymisers.bridge.bridge import Bridge
from anonymisers.bridge.joint_proof import JointProof
from anonymisers.bridge.pairing import NONE, TRUTH, Pairing, check_pairing, pair, to_give_way
from anonymisers.bridge.side import NOBODY, Crossing, Side
from anonymisers.bridge.side_programs import SideCube
from anonymisers.cube.certified_cube import CertifiedCube, build_cube
from anonymisers.errors import AnonymiserError, CertificateError, TableError
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

K = 3
KEY = bytes(range(32))
SEXES = ("F", "M")


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


CASUALTIES = (flat("place", "P1", "P2"), flat("sex", *SEXES), flat("outcome", "K", "I"))
ASSISTANCE = (flat("home", "H1", "H2"), flat("sex", *SEXES), flat("status", "NEED", "RECV"))
SAME_SEX = np.eye(2, dtype=np.bool_)
SURVIVORS = Crossing.of(CASUALTIES, ("sex", "outcome"), SEXES, lambda sex, out: sex if out == "I" else None)
CLIENTS = Crossing.of(ASSISTANCE, ("sex",), SEXES, lambda sex: sex)


@dataclass(frozen=True)
class Region:
    """Some casualties, and those survivors who are clients: all of them, or some."""

    casualties: Table
    clients: Table
    everybody: bool

    @property
    def bridge(self) -> Bridge:
        return Bridge(SEXES, SEXES, SAME_SEX, everybody=self.everybody)


def region(seed: int, everybody: bool, *, copied: bool = False) -> Region:
    """`copied`: everybody's home is the place of the accident."""
    dice = np.random.default_rng(seed)
    counts = {cell: int(dice.choice([0, 1, 2, 4, 6])) for cell in product(("P1", "P2"), SEXES, ("K", "I"))}
    clients = dict.fromkeys(product(("H1", "H2"), SEXES, ("NEED", "RECV")), 0)
    for (at, sex, outcome), number in counts.items():
        for _ in range(number if outcome == "I" else 0):
            if everybody or dice.random() < 0.7:
                home, status = dice.choice(["H1", "H2"]), dice.choice(["NEED", "RECV"], p=[0.3, 0.7])
                clients[f"H{at[1]}" if copied else str(home), sex, str(status)] += 1
    return Region(
        Table.of(CASUALTIES, list(counts.items())), Table.of(ASSISTANCE, list(clients.items())), everybody
    )


@cache
def built(
    seed: int, everybody: bool, *, copied: bool = False
) -> tuple[Region, CertifiedCube, CertifiedCube] | None:
    """A region with both cubes, each protected by itself; None where one of them cannot be."""
    made = region(seed, everybody, copied=copied)
    rules = Rules(threshold=K, max_dims=2)
    try:
        return made, build_cube(made.casualties, rules, KEY), build_cube(made.clients, rules, KEY)
    except AnonymiserError:
        return None


def sides(made: Region, casualties: CertifiedCube, clients: CertifiedCube) -> tuple[Side, Side]:
    return (
        Side.of(SURVIVORS, made.casualties, casualties.certificate.worlds),
        Side.of(CLIENTS, made.clients, clients.certificate.worlds),
    )


class Attacker:
    """Has both releases, and lists every pair of tables that both may be."""

    def __init__(
        self, made: Region, casualties: CertifiedCube, clients: CertifiedCube, *, places: bool = False
    ) -> None:
        """`places`: he knows that everybody lives where he was hurt."""
        self.places = places
        self.possible, self.cubes = [], (casualties, clients)
        for table, cube in ((made.casualties, casualties), (made.clients, clients)):
            inner = list(product(*(leaves(d) for d in table.dims)))
            masks = [set(leaves(d)) for d in table.dims]
            self.possible.append(
                (inner, masks, worlds(cube.release(), inner, masks, int(table.counts.sum())))
            )
        survivors = self._by_sex(0, lambda cell: cell[2] == "I")
        clients_of = self._by_sex(1, lambda _: True)
        fit = (clients_of[None] <= survivors[:, None]).all(axis=2)
        if made.everybody:
            fit &= (clients_of[None] == survivors[:, None]).all(axis=2)
        self.joint = fit.any(axis=1), fit.any(axis=0)

    def _by_sex(self, side, counts):
        inner, _, possible = self.possible[side]
        groups = [(sex, at) for sex in SEXES for at in (("1", "2") if self.places else ("",))]
        columns = [
            [i for i, cell in enumerate(inner) if cell[1] == sex and cell[0].endswith(at) and counts(cell)]
            for sex, at in groups
        ]
        return np.stack([possible[:, column].sum(axis=1) for column in columns], axis=1)

    def broken(self, *, jointly: bool) -> list[tuple[str, tuple[str, ...]]]:
        """The withheld cells that break the rules on values: by both cubes, or each by itself."""
        found = []
        for side, cube in enumerate(self.cubes):
            inner, masks, possible = self.possible[side]
            possible = possible[self.joint[side]] if jointly else possible
            release = cube.release()
            for key, value in release.cells.items():
                row = [i for i, cell in enumerate(inner) if covers(release, key, cell, masks)]
                values = set(np.unique(possible[:, row].sum(axis=1)).tolist())
                concerned = value is None and min(values) < K and max(values) >= 1
                wide = max(values) - min(values) >= K or {0, K - 1} <= values
                listed = place(release, key) in cube.certificate.accepted
                if concerned and (len(values) == 1 or not (wide or listed)):
                    found.append((cube.lattice.dims[0].name, key))
        return found


@cache
def cases() -> dict[tuple[int, bool], tuple[Region, CertifiedCube, CertifiedCube]]:
    """Regions in which all survivors are clients, and others; each cube is protected by itself."""
    found = {
        (seed, everybody): built(seed, everybody)
        for everybody in (False, True)
        for seed in range(8 if everybody else 0, 24)
    }
    return {case: made for case, made in found.items() if made is not None}


def test_regions_of_both_kinds_could_be_protected() -> None:
    complete = [pair(made[0].bridge, *sides(*made)).complete for made in cases().values()]

    assert len(complete) > 20
    assert 5 < sum(complete) < len(complete) - 5


def test_where_every_world_has_a_partner_both_cubes_tell_no_more_than_each() -> None:
    for case, made in cases().items():
        two, attacker, bridge = sides(*made), Attacker(*made), made[0].bridge
        assert attacker.broken(jointly=False) == [], f"{case}: each cube is safe by itself"
        pairing = pair(bridge, *two)
        if pairing.complete:
            check_pairing(bridge, *two, pairing)
            assert attacker.broken(jointly=True) == [], case
            assert to_give_way(bridge, *two, pairing) == ()
        else:
            assert to_give_way(bridge, *two, pairing), case
            with pytest.raises(CertificateError, match="no partner"):
                check_pairing(bridge, *two, pairing)


def joint(made: Region, casualties: CertifiedCube, clients: CertifiedCube) -> CertifiedCube | None:
    """The cube of clients with worlds that all have partners, where both can be proven by such worlds."""
    survivors, own = sides(made, casualties, clients)
    parts = [(SideCube(casualties, made.casualties, SURVIVORS), 0)]
    side_of_clients = SideCube(clients, made.clients, CLIENTS)
    return JointProof(made.bridge, survivors, side_of_clients, own.truth, parts).found()


def test_where_other_worlds_prove_both_cubes_these_tell_no_more_than_each() -> None:
    found: Counter[tuple[bool, bool]] = Counter()
    for (seed, everybody), made in cases().items():
        if everybody or pair(made[0].bridge, *sides(*made)).complete:
            continue
        cube, telling = joint(*made), bool(Attacker(*made).broken(jointly=True))
        found[cube is not None, telling] += 1
        if cube is not None:
            assert (cube.withheld == made[2].withheld).all()
            survivors, own = sides(made[0], made[1], cube)
            assert NONE not in pair(made[0].bridge, survivors, own).clients, seed
    assert found[True, True] == 0
    assert found[True, False] > 5
    assert found[False, True] > 0, "what tells more is refused"


def test_what_the_check_refuses_does_tell_more() -> None:
    """Where every survivor is a client, a shown number of clients is a withheld one of survivors."""
    disclosing = {case: made for case, made in cases().items() if Attacker(*made).broken(jointly=True)}

    assert len(disclosing) > 2
    for case, made in disclosing.items():
        assert not pair(made[0].bridge, *sides(*made)).complete, case


def test_a_home_that_is_a_copy_of_the_accident_s_place_is_shared_and_refused() -> None:
    """Then place and sex are shared: what both cubes tell beside each other, the check by both refuses."""
    codes = tuple(f"{at}{sex}" for at in "12" for sex in SEXES)
    bridge = Bridge(codes, codes, np.eye(4, dtype=np.bool_))
    by_place = (
        Crossing.of(
            CASUALTIES,
            ("place", "sex", "outcome"),
            codes,
            lambda at, sex, out: f"{at[1]}{sex}" if out == "I" else None,
        ),
        Crossing.of(ASSISTANCE, ("home", "sex"), codes, lambda home, sex: f"{home[1]}{sex}"),
    )
    disclosing = 0
    for seed in range(24):
        made = built(seed, False, copied=True)
        if made is None or not Attacker(*made, places=True).broken(jointly=True):
            continue
        disclosing += 1
        tables = zip(by_place, (made[0].casualties, made[0].clients), made[1:], strict=True)
        two = [Side.of(crossing, table, cube.certificate.worlds) for crossing, table, cube in tables]
        assert not pair(bridge, *two).complete, seed
    assert disclosing > 2


def test_a_pairing_of_other_worlds_is_refused() -> None:
    made = next(m for m in cases().values() if pair(m[0].bridge, *sides(*m)).complete)
    two, bridge = sides(*made), made[0].bridge
    pairing = pair(bridge, *two)
    for wrong, reason in (
        (Pairing(pairing.survivors[1:], pairing.clients), "other certificates"),
        (Pairing(np.full_like(pairing.survivors, NONE), pairing.clients), "no partner"),
        (Pairing(np.full_like(pairing.survivors, 10**6), pairing.clients), "no partner"),
    ):
        with pytest.raises(CertificateError, match=reason):
            check_pairing(bridge, *two, wrong)


def side(truth: list[int], *changes: list[int]) -> Side:
    return Side(np.array(truth), np.array(changes, dtype=np.int64).reshape(len(changes), len(truth)))


def test_a_world_that_the_truth_does_not_fit_goes_with_another_world() -> None:
    bridge = Bridge(SEXES, SEXES, SAME_SEX)
    survivors = side([5, 9], [-2, 2], [0, -1])
    pairing = pair(bridge, survivors, side([4, 6], [1, -1], [-2, 2]))

    assert pairing.survivors.tolist() == [1, TRUTH], "three survivors go with two clients"
    assert pairing.clients.tolist() == [TRUTH, TRUTH]
    check_pairing(bridge, survivors, side([4, 6], [1, -1], [-2, 2]), pairing)


def test_only_the_clients_of_a_code_without_partners_give_way() -> None:
    bridge = Bridge(SEXES, SEXES, SAME_SEX)
    two = side([5, 9], [-2, 2]), side([4, 6], [1, -1])
    pairing = pair(bridge, *two)

    assert pairing.survivors.tolist() == [NONE]
    assert to_give_way(bridge, *two, pairing) == ("F",)


def test_more_clients_than_survivors_are_no_truth() -> None:
    with pytest.raises(CertificateError, match="more clients than survivors"):
        pair(Bridge(SEXES, SEXES, SAME_SEX), side([5, 9]), side([6, 0]))


def test_parts_of_a_cube_are_counted_together_and_vary_one_at_a_time() -> None:
    both = side([5, 9], [-2, 2]).beside(side([1, 1], [0, 1], [1, 0]))

    assert both.truth.tolist() == [6, 10]
    assert both.worlds.tolist() == [[4, 12], [6, 11], [7, 10]]


def test_a_client_whose_accident_is_in_no_part_only_makes_room() -> None:
    """Another decade, or no consent: such clients are no survivors of the cube, and have no code."""
    bridge = Bridge(SEXES, SEXES, SAME_SEX)
    rows = Table.of(ASSISTANCE, [(("H1", "F", "NEED"), 4)])
    elsewhere = Crossing.of(
        ASSISTANCE, ("home", "sex"), SEXES, lambda home, sex: sex if home == "H2" else None
    )
    assert Side.of(elsewhere, rows, ()).truth.tolist() == [0, 0]
    assert pair(bridge, side([1, 1]), Side.of(elsewhere, rows, ())).complete


def test_a_crossing_says_what_it_lacks() -> None:
    assert SURVIVORS.codes[1, 1] == NOBODY, "who was killed is no client"
    with pytest.raises(TableError, match="no dimension age"):
        Crossing.of(CASUALTIES, ("age",), SEXES, lambda _: "F")
    with pytest.raises(TableError, match="no code X"):
        Crossing.of(CASUALTIES, ("sex",), SEXES, lambda _: "X")


def test_the_order_of_worlds_changes_no_verdict() -> None:
    for made in list(cases().values())[:6]:
        survivors, clients = sides(*made)
        turned = (
            replace(survivors, changes=survivors.changes[::-1]),
            replace(clients, changes=clients.changes[::-1]),
        )
        one, other = pair(made[0].bridge, survivors, clients), pair(made[0].bridge, *turned)
        assert (one.survivors == NONE).tolist() == (other.survivors == NONE).tolist()[::-1]
