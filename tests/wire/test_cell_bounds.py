"""A cell with other bounds is the same cell in all else."""

from dataclasses import fields, replace

from gateway.wire.cells import Cell, Status


def test_only_the_bounds_of_a_cell_change() -> None:
    cell = Cell(("KH",), Status.VALUE, 7, 1, ("TH",), 9, ("LA",), 2, 3)
    assert all(getattr(cell, one.name) for one in fields(Cell))

    assert cell.within(4, None) == replace(cell, at_least=4, at_most=None)
