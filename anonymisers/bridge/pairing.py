"""Pairs every world of two certificates with a world of the other: so nobody with both cubes can rule it out.

Each certificate shows that whoever has its cube alone cannot tell its worlds from the truth. With both cubes
he can rule out a world that goes with no table of the other side. So each world is paired: with the truth of
the other side, or with a world of the other certificate, which agrees with everything that the other cube
shows. A world without any such partner proves nothing beside the other cube, and the clients give way:
casualties that were shown stay.

The check takes sums and comparisons, and no solver. An insider, who is one of both, keeps the own cells: a
world that is paired for him leaves the others enough room (`Bridge.fits_own_cells`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anonymisers.bridge.bridge import Bridge
from anonymisers.bridge.side import Side
from anonymisers.errors import CertificateError
from anonymisers.tables.arrays import Bools, Ints

TRUTH, NONE = -1, -2
"""Instead of the number of a world: the true table of the other side, and no partner at all."""


@dataclass(frozen=True, eq=False)
class Pairing:
    """For each world of a side the number of its partner among the worlds of the other, TRUTH or NONE."""

    survivors: Ints
    clients: Ints

    @property
    def complete(self) -> bool:
        """Whether every world has a partner."""
        return NONE not in self.survivors and NONE not in self.clients


def pair(bridge: Bridge, survivors: Side, clients: Side) -> Pairing:
    """A partner for each world of both certificates, the truth where it can be.

    Raises CertificateError where the true tables do not agree: then the bridge, or a register, is wrong.
    """
    pairs = own_cells(bridge, survivors, clients)
    return Pairing(
        _partners(survivors.worlds, clients, lambda s, c: bridge.fits_own_cells(c, s, pairs)),
        _partners(clients.worlds, survivors, lambda c, s: bridge.fits_own_cells(c, s, pairs)),
    )


def check_pairing(bridge: Bridge, survivors: Side, clients: Side, pairing: Pairing) -> None:
    """Raise CertificateError unless every world and its partner are one joint world: without a search."""
    pairs = own_cells(bridge, survivors, clients)
    for own, other, partners, are_clients in (
        (survivors, clients, pairing.survivors, False),
        (clients, survivors, pairing.clients, True),
    ):
        if len(partners) != len(own.changes):
            raise CertificateError("the pairing is about other certificates")
        if ((partners < TRUTH) | (partners >= len(other.changes))).any():
            raise CertificateError("a world has no partner on the other side of the bridge")
        beside = np.concatenate([other.worlds, other.truth[None]])[partners]  # -1, the last, is the truth
        one, two = (own.worlds, beside) if are_clients else (beside, own.worlds)
        if not bridge.fits_own_cells(one, two, pairs).all():
            raise CertificateError("a world and its partner are no joint world")


def to_give_way(bridge: Bridge, survivors: Side, clients: Side, pairing: Pairing) -> tuple[str, ...]:
    """The codes of clients whose number has to be withheld, for want of a partner of some world."""
    blamed = np.zeros(len(bridge.clients), dtype=np.bool_)
    for world in survivors.worlds[pairing.survivors == NONE]:
        blamed |= _in_the_way(bridge, clients.truth, world)
    for world in clients.worlds[pairing.clients == NONE]:
        blamed |= _in_the_way(bridge, world, survivors.truth)
    return tuple(code for code, found in zip(bridge.clients, blamed.tolist(), strict=True) if found)


def _in_the_way(bridge: Bridge, clients: Ints, survivors: Ints) -> Bools:
    """The codes of the groups that are too large for their survivors, or else leave them the least room."""
    inside, _ = bridge.groups
    room = bridge.room(clients, survivors)[: len(inside)]
    if bridge.everybody and clients.sum() != survivors.sum():
        return np.ones(len(bridge.clients), dtype=np.bool_)
    most = -1 if (room < 0).any() else int(room.min())
    return np.asarray(inside[room <= most].any(axis=0), dtype=np.bool_)


def _partners(own: Ints, other: Side, fits: Callable[[Ints, Ints], Bools]) -> Ints:
    partners = np.where(fits(own, other.truth[None]), TRUTH, NONE)
    for number in np.flatnonzero(partners == NONE).tolist():
        good = np.flatnonzero(fits(own[number][None], other.worlds))
        if len(good):
            partners[number] = good[0]
    return partners


def own_cells(bridge: Bridge, survivors: Side, clients: Side) -> Bools:
    """The pairs of codes that an insider can have. Raises CertificateError where the truth itself fails."""
    if not bridge.fits(clients.truth, survivors.truth):
        raise CertificateError("there are more clients than survivors whom they could be")
    return bridge.own_cells(clients.truth, survivors.truth)
