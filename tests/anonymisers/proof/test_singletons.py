"""What the only person of a withheld cell could compute, by the worlds that a search or a certificate has."""

import numpy as np
from hierarchies import flat

from anonymisers.proof.singletons import ExposedPair, OwnCells, exposed_pairs
from anonymisers.tables.base_table import BaseTable
from anonymisers.tables.count_table import Table
from anonymisers.tables.lattice import Lattice
from anonymisers.tables.linked_tables import LinkedTables, TableBlock

SEX, AGE = flat("sex", 2), flat("age", 4)
WOMEN, MEN, CHILD, OLD = "sex0", "sex1", "age0", "age1"
TABLE = Table.of(
    (SEX, AGE),
    [((MEN, CHILD), 1), ((WOMEN, OLD), 3), ((MEN, OLD), 2), ((WOMEN, "age2"), 9), ((MEN, "age3"), 8)],
)
"""The only child is a boy."""
LATTICE = Lattice.of(TABLE.dims, ["sex", "age"], None)
SYSTEM = LinkedTables(TABLE.dims, (TableBlock.whole(LATTICE),))
PEOPLE = BaseTable.of(TABLE, (0, 1))
VALUES = SYSTEM.sums(PEOPLE.coords, PEOPLE.counts)


def cell(sex="Total", age="Total"):
    key = np.array([[SEX.codes.index(sex), AGE.codes.index(age)]], dtype=np.int32)
    return int(LATTICE.cells(key)[0])


BOYS, GIRLS, CHILDREN = cell(MEN, CHILD), cell(WOMEN, CHILD), cell(age=CHILD)
OLD_PEOPLE, OLD_WOMEN, OLD_MEN = cell(age=OLD), cell(WOMEN, OLD), cell(MEN, OLD)


def found(withheld, *worlds):
    mask = np.zeros(SYSTEM.size, dtype=np.bool_)
    mask[list(withheld)] = True
    cells = OwnCells(VALUES, mask, mask, (VALUES > 0) & (VALUES < 5))
    return exposed_pairs(SYSTEM, PEOPLE, cells, [np.array(sorted(w)) for w in worlds])


def test_a_singleton_computes_a_cell_that_changes_only_with_his_own_cell():
    withheld = {BOYS, OLD_MEN, GIRLS, OLD_WOMEN}
    assert set(found(withheld, withheld)) == {
        ExposedPair(OLD_WOMEN, BOYS, same_person=False),
        ExposedPair(OLD_MEN, BOYS, same_person=False),
    }


def test_a_world_that_leaves_the_singleton_s_cell_as_it_is_protects_the_others():
    assert found({OLD_WOMEN, OLD_MEN, OLD_PEOPLE, BOYS}, {OLD_WOMEN, OLD_MEN}, {BOYS}) == ()


def test_where_the_other_part_is_shown_a_group_and_its_only_part_are_one_cell():
    assert VALUES[GIRLS] == 0
    assert found({BOYS, CHILDREN}, {BOYS, CHILDREN}) == ()


def test_where_the_other_part_is_withheld_too_a_group_of_one_is_more_than_its_part():
    """The only child could then have been a girl: that must stay possible to whoever knows of one child."""
    withheld = {BOYS, GIRLS, CHILDREN, OLD_PEOPLE, OLD_MEN, OLD_WOMEN}
    always_together = {BOYS, CHILDREN, OLD_PEOPLE, OLD_MEN}
    pairs = found(withheld, always_together, withheld - {BOYS, CHILDREN}, withheld - {GIRLS})
    assert set(pairs) == {
        ExposedPair(BOYS, CHILDREN, same_person=True),
        ExposedPair(CHILDREN, BOYS, same_person=True),
    }
    a_girl_instead = {GIRLS, BOYS, OLD_MEN, OLD_WOMEN}
    a_girl_besides = {GIRLS, CHILDREN, OLD_WOMEN, OLD_PEOPLE}
    assert found(withheld, always_together, a_girl_instead, a_girl_besides, {OLD_MEN, OLD_WOMEN}) == ()
