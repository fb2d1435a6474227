"""Decide which cells may enter a sum beside the cells that a member contributed before. Pure.

A cell enters sums among one set of members only, and only while the cell is about the same people: every such
sum is then the same number, and discloses nothing new. A newly closed period adds new people, so that cells
of old periods stay unchanged; a revision changes cells. The release parts of the data set decide between the
two cases, never a count.
"""

from collections.abc import Mapping
from hashlib import sha256

from anonymisers.history.release_history import ReleaseHistory
from anonymisers.secure_sum.offered_cells import LinkedCells


def basis(cube: ReleaseHistory, cell: int) -> bytes:
    """Return a digest of a cell's people as far as releases go: every part that may have people in the cell.

    Waiting parts are left out, since no value of a waiting part counts yet.
    """
    key = cube.lattice.keys()[cell : cell + 1]
    parts = [p for p in cube.parts if p.cubes and not p.nobody(cube.lattice, key)[0]]
    return sha256(b"".join(p.cubes[0].certificate_digest for p in parts)).digest()


def may_enter(linked: LinkedCells, former: Mapping[int, bool], cell: int) -> bool:
    """Return whether a cell may enter a sum. `former`: cells contributed before, and whether each is
    unchanged.

    Of cells connected with a former cell none enters another sum; an unchanged former cell may enter the same
    sum again.
    """
    if cell in former:
        return former[cell]
    return int(linked.components[cell]) not in {int(linked.components[place]) for place in former}
