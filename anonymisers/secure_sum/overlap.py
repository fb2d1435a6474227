"""Which cells may enter a total beside those that a member has entered before. Pure.

A cell enters totals among one set of members only, and only as long as it is about the same people: then
every such total is the same number, and tells nothing new. What a new closed period adds are new people, so
that old periods' cells stay what they are; a revision makes others of them. Which of the two it is follows
from the parts that the data set was released in, never from a count.
"""

from collections.abc import Mapping
from hashlib import sha256

from anonymisers.history.release_history import Chronicle
from anonymisers.secure_sum.offered_cells import LinkedCells


def basis(cube: ReleaseHistory, cell: int) -> bytes:
    """What a cell's people are, as far as releases go: a digest of every part that may have some of them.

    Parts that wait are left out: nothing of them counts yet.
    """
    key = cube.lattice.keys()[cell : cell + 1]
    parts = [p for p in cube.parts if p.cubes and not p.nobody(cube.lattice, key)[0]]
    return sha256(b"".join(p.cubes[0].certificate_digest for p in parts)).digest()


def may_enter(linked: LinkedCells, former: Mapping[int, bool], cell: int) -> bool:
    """Whether a cell may enter a total. `former`: cells that have, and whether each is still what it was.

    Of cells that share sums with a former one none enters another total; the former one may enter the same.
    """
    if cell in former:
        return former[cell]
    return int(linked.components[cell]) not in {int(linked.components[place]) for place in former}
