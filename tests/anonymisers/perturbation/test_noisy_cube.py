"""Tables drawn once with noise of differential privacy: how wide it is, and what a number is made of."""

from collections.abc import Callable
from fractions import Fraction
from math import exp, sqrt

import numpy as np
import pytest

from anonymisers.cube.released_cells import OutsideLattice, Value, Withheld
from anonymisers.errors import CertificateError, LatticeTooLargeError, ProtectionError, RulesError
from anonymisers.perturbation.noise_draws import NoiseDraws, NoiseSpace, draw_noise
from anonymisers.perturbation.noisy_cube import NoisyCube, PlannedTable, noisy_cube
from anonymisers.perturbation.privacy_parameters import Privacy, privacy_of
from anonymisers.tables.hierarchy import Hierarchy

EPSILON = Fraction("0.2")
PRIVACY = Privacy("1", "0.2", 2020)
KEY = bytes(range(32))
SURE = 5.5
"""Standard errors: wrong for one key of twenty-six million."""


def flat(name: str, *codes: str) -> Hierarchy:
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


YEAR, SEX = flat("date", "2020", "2021"), flat("sex", "F", "M")
MANY = flat("cell", *(f"c{n}" for n in range(20_000)))


@pytest.mark.parametrize("people", [0, 7])
def test_noise_is_as_wide_as_epsilon_says_whatever_the_count(people: int) -> None:
    """Discrete Laplace: mean 0, variance 2a/(1-a)^2 and mean size 2a/(1-a^2), where a = exp(-epsilon)."""
    cells = np.repeat(MANY.leaves, people).reshape(-1, 1)
    off = np.array(draw_noise(NoiseSpace.of((MANY,), {}), (MANY,), cells, EPSILON, (KEY, [])).values) - people

    a, size = exp(-EPSILON), len(off)
    variance = 2 * a / (1 - a) ** 2
    fourth = 2 * a * (1 + 10 * a + a * a) / (1 - a) ** 4
    assert abs(off.mean()) < SURE * sqrt(variance / size)
    assert abs((off.astype(float) ** 2).mean() - variance) < SURE * sqrt((fourth - variance**2) / size)
    assert abs(np.abs(off).mean() - 2 * a / (1 - a * a)) < SURE * sqrt(variance / size)
    share = (1 - a) / (1 + a)
    assert abs((off == 0).mean() - share) < SURE * sqrt(share * (1 - share) / size), "0 is no exception"
    assert abs(np.corrcoef(off[:-1], off[1:])[0, 1]) < SURE / sqrt(size), "each by itself"


def drawn(space: NoiseSpace, *values: int) -> NoiseDraws:
    return NoiseDraws(space, values)


def test_a_number_is_the_sum_of_its_inner_cells_off_the_table_of_fewest_draws() -> None:
    first, second = (NoiseSpace.of((YEAR, SEX), {"date": frozenset([year])}) for year in ("2020", "2021"))
    by_sex = NoiseSpace.of((SEX,), {})
    cube = noisy_cube(
        (YEAR, SEX),
        [
            PlannedTable((YEAR, SEX), [drawn(first, 5, -1), drawn(second, 10, 20)]),
            PlannedTable((SEX,), [drawn(by_sex, 100, 200), drawn(by_sex, 1, 2)]),
        ],
        PRIVACY,
    )

    reported = {
        (): (34, 4),  # as many draws in either table: off the one that is listed first
        (("date", "2020"),): (4, 2),
        (("date", "2021"), ("sex", "M")): (20, 1),
        (("sex", "F"),): (15, 2),
    }
    for key, (number, draws) in reported.items():
        assert cube.lookup(dict(key)) == Value(number)
        assert cube.drawn(dict(key)) == draws
    nearer = noisy_cube(
        (YEAR, SEX),
        [
            PlannedTable((YEAR, SEX), [drawn(first, 5, -1), drawn(second, 10, 20)]),
            PlannedTable((SEX,), [drawn(by_sex, 9, 9)]),
        ],
        PRIVACY,
    )
    assert (nearer.lookup({}), nearer.drawn({})) == (Value(18), 2)
    assert cube.lookup({"outcome": "K"}) == OutsideLattice()


def test_cells_that_no_table_has_are_outside_and_tables_to_be_drawn_have_no_number() -> None:
    outcome = flat("outcome", "K", "I")
    year = NoiseSpace.of((YEAR,), {})
    cube = noisy_cube(
        (YEAR, SEX, outcome),
        [
            PlannedTable((YEAR,), [drawn(year, 3, 4)]),
            PlannedTable((SEX, outcome), [NoiseSpace.of((SEX, outcome), {})]),
        ],
        PRIVACY,
    )

    assert cube.pending
    assert cube.lookup({"date": "2020"}) == Value(3)
    assert cube.lookup({"sex": "F"}) == Withheld()
    assert cube.lookup({"date": "2020", "sex": "F"}) == OutsideLattice()
    assert not cube.when_drawn.withheld[cube.draws > 0].any()


def kept() -> NoisyCube:
    return noisy_cube((YEAR,), [PlannedTable((YEAR,), [drawn(NoiseSpace.of((YEAR,), {}), -3, 4)])], PRIVACY)


def test_it_is_kept_byte_for_byte_and_a_changed_one_is_refused() -> None:
    data = kept().to_bytes()

    again = NoisyCube.from_bytes(data)
    assert (again.to_bytes(), again.certificate_digest) == (data, kept().certificate_digest)
    assert (again.lookup({"date": "2020"}), again.epsilon, again.mechanism) == (
        Value(-3),
        "0.2",
        "differential-privacy",
    )
    for broken in (data[:-1], data[:-1] + b"x", b"", data.replace(b"private", b"certain")):
        with pytest.raises(CertificateError):
            NoisyCube.from_bytes(broken)
    table = drawn(NoiseSpace.of((YEAR, SEX), {}), 1, -2, 3, 4).to_bytes()
    assert NoiseDraws.from_bytes(table).to_bytes() == table
    for broken in (table[:-1], table.replace(b"-2, ", b""), b"[]"):
        with pytest.raises(CertificateError):
            NoiseDraws.from_bytes(broken)


def test_what_was_drawn_with_codes_that_are_others_now_is_refused() -> None:
    planned = PlannedTable((flat("date", "2020"),), [drawn(NoiseSpace.of((YEAR,), {}), 1, 2)])

    with pytest.raises(ProtectionError, match="codes of 'date' that are others now"):
        noisy_cube((flat("date", "2020"),), [planned], PRIVACY)


def test_a_table_that_would_be_noise_and_nothing_else_is_refused() -> None:
    with pytest.raises(LatticeTooLargeError, match="more than 200,000 inner cells"):
        NoiseSpace.of((MANY, flat("other", *"abcdefghijk")), {})


@pytest.mark.parametrize(
    "make",
    [lambda: Privacy("1", "1.1", 2020), lambda: Privacy("1", "0", 2020), lambda: Privacy("0", "0", 2020)],
)
def test_a_table_costs_something_and_no_more_than_there_is(make: Callable[[], Privacy]) -> None:
    with pytest.raises(RulesError):
        make()


def test_words_name_the_mechanism_with_its_parameters() -> None:
    assert privacy_of(PRIVACY.words) == PRIVACY
    for words in ("", "{}", '{"cell-key": [6, 3.0, 2, 0.0]}', '{"differential-privacy": ["1"]}'):
        assert privacy_of(words) is None
