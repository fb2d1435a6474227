"""A data set over the years, against the strongest attacker there is: he lists every world that is possible.

He knows every release about every part of it, who came and who left when included (the vintage), and shares
no code with what he attacks. The tables are tiny, so that he can.
"""

from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from world_lists import TooManyWorldsError, listed

from anonymisers.attack import attack
from anonymisers.cube.certified_cube import build_cube
from anonymisers.cube.released_cells import Value, Withheld
from anonymisers.errors import CertificateError, ProtectionError
from anonymisers.history.release_history import ReleaseHistory
from anonymisers.history.release_parts import ReleasePart
from anonymisers.history.vintages import protect_leaving, releases
from anonymisers.tables.a_priori_status import rules_for
from anonymisers.tables.count_table import Table
from anonymisers.tables.hierarchy import Hierarchy
from anonymisers.tables.rules import Rules

KEY = b"0123456789abcdef0123456789abcdef"
K = 3
RULES = Rules(threshold=K)


def flat(name, *codes):
    return Hierarchy(name, ("Total", *codes), dict.fromkeys(codes, "Total"))


PLACE, SEX = flat("place", "P", "Q", "R"), flat("sex", "F", "M")


def dims(years):
    return [PLACE, SEX, flat("year", *years)]


def table(years, counts):
    inner = product(PLACE.codes[1:], SEX.codes[1:], years)
    return Table.of(dims(years), zip(inner, counts, strict=True))


def period(years, counts, rules=RULES):
    made = table(years, counts)
    return ReleasePart(
        "period", frozenset(years), made.dims[2], (build_cube(made, rules_for(rules, made), KEY),)
    )


def added(years, counts):
    made = table(years, counts)
    return ReleasePart("added", frozenset(years), made.dims[2], (build_cube(made, RULES, KEY),))


def left(parts, years, staying, leaving, source=0, *, rules=RULES):
    people = {(source, None): table(years, staying), (source, len(parts)): table(years, leaving)}
    cube = protect_leaving(parts, people, rules_for(rules, table(years, staying)), KEY)
    return ReleasePart("left", frozenset(years), flat("year", *years), (cube,), (source,))


def view(parts, years, rules=RULES):
    return ReleaseHistory.of(dims(years), rules, parts)


few = st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 7]), min_size=6, max_size=6)
quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def worlds(found, inner, total):
    """Every vector of counts over inner cells (codes by dimension) that agrees with the releases, as rows."""
    sums = []
    for release in found:
        names = [d.name for d in release.dims]
        for key, value in release.cells.items():
            if value is not None:
                row = [i for i, cell in enumerate(inner) if counts_in(release, names, key, cell)]
                sums.append((row, value))
    return listed(len(inner), sums, [total] * len(inner))


def counts_in(release, names, key, cell):
    codes = dict(zip(names, key, strict=True))
    inside = all(code in ("Total", cell[name]) for name, code in codes.items())
    return inside and all(cell[name] in population for name, population in release.where.items())


def assert_safe(parts, truth):
    """Rules 1 to 3 for every withheld cell of every release, over all of them together."""
    found = releases(parts)
    inner = [dict(cell) for cell in truth]
    possible = worlds(found, inner, sum(truth.values()))
    assert (possible == list(truth.values())).all(axis=1).any()
    for release in found:
        names = [d.name for d in release.dims]
        for key, value in release.cells.items():
            row = [i for i, cell in enumerate(inner) if counts_in(release, names, key, cell)]
            values = set(np.unique(possible[:, row].sum(axis=1)).tolist())
            if value is None and min(values) < K and max(values) >= 1:
                assert len(values) > 1, key
                assert max(values) - min(values) >= K or {0, K - 1} <= values, (key, values)
    assert_no_small_sum_follows(inner, list(truth.values()), possible)


def assert_no_small_sum_follows(inner, counts, possible):
    """Of the people of all vintages, and of each: no small sum of inner cells has a single possible value."""
    names = list(inner[0])
    codes = [sorted({cell[name] for cell in inner}) for name in names]
    for key in product(*([None, *each] for each in codes)):
        row = [
            i
            for i, cell in enumerate(inner)
            if all(code in (None, cell[name]) for name, code in zip(names, key, strict=True))
        ]
        if 1 <= sum(counts[i] for i in row) < K:
            assert len(np.unique(possible[:, row].sum(axis=1))) > 1, key


def cells(years, vintage, counts):
    inner = product(PLACE.codes[1:], SEX.codes[1:], years)
    return {
        (("place", p), ("sex", s), ("year", y), ("vintage", vintage)): n
        for (p, s, y), n in zip(inner, counts, strict=True)
    }


def tried(make):
    try:
        return make()
    except (ProtectionError, CertificateError, TooManyWorldsError):
        assume(False)  # nothing is released, or too many worlds to list
        raise


@quick
@given(st.lists(few, min_size=2, max_size=2))
def test_new_periods_beside_old_ones(counts):
    truth, parts = {}, []
    for number, each in enumerate(counts):
        parts.append(tried(lambda each=each, number=number: period([str(2020 + number)], each)))
        truth |= cells([str(2020 + number)], str(number), each)
    tried(lambda: assert_safe(parts, truth))


@quick
@given(few, few)
def test_people_who_are_added_later(first, more):
    parts = [tried(lambda: period(["2020"], first)), tried(lambda: added(["2020"], more))]
    tried(lambda: assert_safe(parts, cells(["2020"], "0", first) | cells(["2020"], "1", more)))


@quick
@given(few, few)
def test_people_who_leave_later(staying, leaving):
    assume(sum(leaving) > 0)
    parts = [tried(lambda: period(["2020"], [a + b for a, b in zip(staying, leaving, strict=True)]))]
    parts.append(tried(lambda: left(parts, ["2020"], staying, leaving)))
    truth = cells(["2020"], "0", staying) | cells(["2020"], "0 to 1", leaving)
    tried(lambda: assert_safe(parts, truth))


@settings(quick, max_examples=8)
@given(few, few, few)
def test_three_releases_of_which_people_came_and_left(staying, leaving, more):
    """A first release, a second of people who were added, and a third of people who left the first."""
    assume(sum(leaving) > 0)
    parts = [tried(lambda: period(["2020"], [a + b for a, b in zip(staying, leaving, strict=True)]))]
    parts.append(tried(lambda: added(["2020"], more)))
    parts.append(tried(lambda: left(parts, ["2020"], staying, leaving)))
    truth = cells(["2020"], "0", staying) | cells(["2020"], "0 to 2", leaving) | cells(["2020"], "1", more)
    tried(lambda: assert_safe(parts, truth))


@settings(quick, max_examples=4)
@given(few, few, st.sampled_from(["F", "M"]), st.sampled_from(["P", "Q"]))
def test_the_status_of_cells_holds_for_people_who_stay_and_people_who_leave(staying, leaving, sex, place):
    """Nobody of this sex can be at R, and everybody knows; how many are at a place is never shown."""
    empty = 4 + ["F", "M"].index(sex)
    staying, leaving = ([0 if n == empty else c for n, c in enumerate(each)] for each in (staying, leaving))
    assume(sum(leaving) > 0)
    rules = Rules(
        threshold=K,
        never=frozenset({(("place", place),), (("place", place), ("year", "2021"))}),
        structural=frozenset({(("place", "R"), ("sex", sex))}),
    )
    both = [a + b for a, b in zip(staying, leaving, strict=True)]
    parts = [tried(lambda: period(["2020"], both, rules))]
    parts.append(tried(lambda: left(parts, ["2020"], staying, leaving, rules=rules)))
    truth = cells(["2020"], "0", staying) | cells(["2020"], "0 to 1", leaving)
    possible = {c: n for c, n in truth.items() if c[:2] != (("place", "R"), ("sex", sex))}
    made = view(parts, ["2020"], rules)
    assert made.lookup({"place": place}) == made.lookup({"place": place, "year": "2020"}) == Withheld()
    assert parts[0].cubes[0].lookup({"place": "R", "sex": sex}) == Value(0)
    assert all(release.structural for release in releases(parts))
    tried(lambda: assert_safe(parts, possible))


def test_nobody_of_a_part_can_be_in_years_that_came_later():
    """Its year 2021 is withheld, so that somebody of it might be elsewhere, but for what everybody knows."""
    years = ["2020", "2021", "2022"]
    counts = [(9, 1), (14, 0), (7, 0), (22, 1), (12, 0), (6, 0)]
    parts = [period(years[:2], [n for both in counts for n in both])]
    gone = [(4, 0), (1, 0), (0, 0), (3, 0), (2, 0), (0, 0)]
    stays = [(a - c, b - d) for (a, b), (c, d) in zip(counts, gone, strict=True)]
    people = {
        (0, None): table(years, [n for both in stays for n in (*both, 0)]),
        (0, 1): table(years, [n for both in gone for n in (*both, 0)]),
    }
    cube = protect_leaving(parts, people, RULES, KEY)
    year = [d.name for d in cube.certificate.dims].index("year")
    reached = {
        cube.certificate.dims[year].codes[p] for w in cube.certificate.worlds for p in w.coords[:, year]
    }
    assert parts[0].cubes[0].lookup({"year": "2021"}) == Withheld()
    assert (("vintage", "0 to 1"), ("year", "2022")) in cube.structural
    assert reached == {"2020", "2021"}


def test_where_a_larger_population_is_empty_nobody_left():
    """A cell shown to be empty for all people is empty for people who left: nothing is withheld there."""
    both, gone = [9, 14, 7, 22, 0, 0], [1, 2, 1, 1, 0, 0]
    parts = [period(["2020"], both)]
    left_now = left(parts, ["2020"], [a - b for a, b in zip(both, gone, strict=True)], gone).cubes[0]
    assert left_now.lookup({"place": "R"}) == left_now.lookup({"place": "R", "sex": "F"}) == Value(0)
    assert_safe(
        [*parts, ReleasePart("left", frozenset(["2020"]), flat("year", "2020"), (left_now,), (0,))],
        cells(["2020"], "0", [8, 12, 6, 21, 0, 0]) | cells(["2020"], "0 to 1", gone),
    )


LARGE = [9, 14, 7, 22, 12, 6]
SMALL = [9, 1, 7, 2, 12, 6]


def test_what_was_shown_stays_and_what_was_withheld_stays_withheld():
    parts = [period(["2020", "2021"], [n for n in SMALL for _ in range(2)])]
    before = view(parts, ["2020", "2021"])
    after = view([*parts, period(["2022"], LARGE)], ["2020", "2021", "2022"])
    for key, value in before.release().cells.items():
        if key[2] != "Total":
            assert after.release().cells[key] == value


def test_a_sum_over_years_is_shown_where_each_year_is():
    parts = [period(["2020"], LARGE), period(["2021"], SMALL)]
    made = view(parts, ["2020", "2021"])
    assert made.lookup({}) == Value(sum(LARGE) + sum(SMALL))
    assert made.lookup({"place": "P", "sex": "F", "year": "2020"}) == Value(9)
    for cell in parts[1].cubes[0].release().cells.items():
        if cell[1] is None and cell[0][2] == "Total":
            assert (
                made.lookup(
                    {"place": cell[0][0], "sex": cell[0][1]}
                    if cell[0][1] != "Total"
                    else {"place": cell[0][0]}
                )
                == Withheld()
            )


def test_a_revision_counts_where_it_is_shown_and_elsewhere_the_former_value_is_kept():
    parts = [period(["2020"], LARGE)]
    more = added(["2020"], [4, 0, 0, 1, 0, 0])
    before, after = view(parts, ["2020"]), view([*parts, more], ["2020"])
    assert after.lookup({}) == Value(sum(LARGE) + 5)
    suppressed = [k for k, v in more.cubes[0].release().cells.items() if v is None and k[2] == "2020"]
    assert suppressed
    for key in suppressed:
        assert after.release().cells[key] == before.release().cells[key]


def test_a_part_that_waits_withholds_its_period_and_the_sums_over_it():
    waiting = ReleasePart("period", frozenset({"2021"}), flat("year", "2021"), ())
    made = view([period(["2020"], LARGE), waiting], ["2020", "2021"])
    assert made.lookup({"year": "2021"}) == Withheld()
    assert made.lookup({}) == Withheld()
    assert made.lookup({"year": "2020"}) == Value(sum(LARGE))


def test_a_stricter_rule_withholds_what_it_would_and_lists_what_is_lost():
    parts = [period(["2020"], LARGE)]
    strict = view(parts, ["2020"]).under(dims(["2020"]), Rules(threshold=10))
    assert strict.lookup({"place": "P", "sex": "F"}) == Withheld()
    assert strict.lookup({"place": "P"}) == Value(LARGE[0] + LARGE[1])
    assert strict.lost.any()
    assert not (strict.lost & ~strict.withheld).any()


def test_a_looser_rule_brings_nothing_back_that_protected_something():
    parts = [period(["2020"], SMALL)]
    before = view(parts, ["2020"])
    loose = before.under(dims(["2020"]), Rules(threshold=2))
    assert (loose.withheld == before.withheld).all()


def test_without_a_dimension_the_margins_are_read():
    parts = [period(["2020"], LARGE)]
    made = ReleaseHistory.of([PLACE, flat("year", "2020")], RULES, parts)
    assert made.lookup({"place": "P"}) == Value(LARGE[0] + LARGE[1])


def test_a_further_dimension_is_withheld_until_it_is_protected():
    parts = [period(["2020"], LARGE)]
    made = ReleaseHistory.of([*dims(["2020"]), flat("device", "a", "b")], RULES, parts)
    assert made.lookup({"device": "a"}) == Withheld()
    assert made.lookup({"place": "P", "sex": "F"}) == Value(9)


def test_a_new_grouping_of_places_is_a_sum_of_what_was_shown():
    recoded = Hierarchy(
        "place", ("Total", "PQ", "P", "Q", "R"), {"PQ": "Total", "P": "PQ", "Q": "PQ", "R": "Total"}
    )
    parts = [period(["2020"], LARGE)]
    made = ReleaseHistory.of([recoded, SEX, flat("year", "2020")], RULES, parts)
    assert made.lookup({"place": "PQ"}) == Value(sum(LARGE[:4]))
    assert made.lookup({"place": "PQ", "sex": "F"}) == Value(LARGE[0] + LARGE[2])
    small = ReleaseHistory.of([recoded, SEX, flat("year", "2020")], RULES, [period(["2020"], SMALL)])
    for sex in ("F", "M"):
        shown = [small.lookup({"place": p, "sex": sex}) for p in ("P", "Q")]
        assert (small.lookup({"place": "PQ", "sex": sex}) == Withheld()) == (Withheld() in shown)


def test_it_is_stored_and_read_back_to_the_same_bytes_and_a_changed_byte_is_noticed():
    made = view([period(["2020"], LARGE), added(["2020"], SMALL)], ["2020"])
    data = made.to_bytes()
    again = ReleaseHistory.from_bytes(data)
    assert again.to_bytes() == data
    assert (again.withheld == made.withheld).all()
    assert again.certificate_digest == made.certificate_digest
    for place in (0, 30, 70, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(CertificateError):
            ReleaseHistory.from_bytes(bytes(changed))


def test_forty_releases_together_give_nothing_away():
    random, years, parts, given_out = np.random.default_rng(4), [], [], []
    while len(given_out) < 40:
        years.append(str(2000 + len(years)))
        parts.append(period([years[-1]], random.negative_binomial(1, 0.12, 6).tolist()))
        given_out.append(view(parts, years).release())
    findings = attack(given_out, threshold=K, time_limit=120)
    assert (findings.disclosed, findings.insufficiently_protected, findings.unlisted) == ((), (), ())
    assert findings.differences == 0
    assert not findings.incomplete


def test_rerunning_the_program_on_every_world_does_not_disclose_the_true_one():
    """Rule 4 for a year that comes later: more than one of its worlds gives its pattern under some key."""
    counts = [5, 1, 7, 3, 4, 6]
    known = period(["2020"], LARGE)
    pattern = view([known, period(["2021"], counts)], ["2020", "2021"]).withheld
    possible = worlds(
        [period(["2021"], counts).cubes[0].release()], [dict(c) for c in cells(["2021"], "0", counts)], 26
    ).tolist()

    def same(world, key):
        made = table(["2021"], world)
        part = ReleasePart("period", frozenset({"2021"}), made.dims[2], (build_cube(made, RULES, key),))
        return (view([known, part], ["2020", "2021"]).withheld == pattern).all()

    keys = [bytes([n]) * 32 for n in range(12)]
    alike = [w for w in possible[:: max(1, len(possible) // 60)] if any(same(w, key) for key in keys)]
    assert len({world[1] for world in alike}) > 1
