"""Contradictions in the data beside the counted rows: small places, needs and services."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gateway.member.model.contacts import Contacts
from gateway.member.model.snapshot import Column, Snapshot
from gateway.sources.model.targets import (
    BARRIER,
    COMMUNE,
    DISTRICT,
    ITEM,
    PILLAR,
    PLACE,
    SERVICE_DATE,
    STATUS,
)
from gateway.sources.quality.column_summary import has, known, month_numbers
from gateway.sources.quality.contradiction import Contradiction
from gateway.sources.rows.contacts import pillar_of

_NOT_RECEIVED = ("NEED", "UNAVAIL", "DECL", "NO_NEED")
_EMERGENCY, _DIED_IN_CARE = "EMC", 1
"""Emergency care, and the months after the accident in which a person killed may still receive such care."""


def beside_contradictions(snapshot: Snapshot) -> Iterator[Contradiction]:
    """Every rule for which the snapshot has the attributes, whether broken or not."""
    columns = {**snapshot.columns, **snapshot.details}
    for fine, coarse, rule in (
        (DISTRICT, PLACE, "one district in several provinces"),
        (COMMUNE, DISTRICT, "one commune in several districts"),
        (COMMUNE, PLACE, "one commune in several provinces"),
    ):
        if fine in columns and coarse in columns:
            yield _one_above(columns[fine], columns[coarse], rule)
    if snapshot.contacts is not None:
        yield from _of_contacts(snapshot, snapshot.contacts)


def _one_above(fine: Column, coarse: Column, rule: str) -> Contradiction:
    """Casualties in a place that lies in several places of the level above."""
    is_known = known(fine) & known(coarse)
    pairs = np.unique(np.column_stack((fine.indices[is_known], coarse.indices[is_known])), axis=0)
    several = np.bincount(pairs[:, 0], minlength=len(fine.codes)) > 1
    return Contradiction(rule, int(several[fine.indices[is_known]].sum()), int(is_known.sum()))


def _of_contacts(snapshot: Snapshot, contacts: Contacts) -> Iterator[Contradiction]:
    everyone: NDArray[np.bool_] = np.ones(len(contacts), dtype=np.bool_)
    status = contacts.columns.get(STATUS)
    if SERVICE_DATE in contacts.columns:
        yield from _of_dates(snapshot, contacts, everyone if status is None else has(status, ["RECV"]))
    if ITEM in contacts.columns:
        item, pillar = contacts.columns[ITEM], contacts.columns[PILLAR]
        is_known = known(item) & known(pillar)
        differs = np.array(
            [a != b for a, b in zip(map(pillar_of, item.values()), pillar.values(), strict=True)]
        )
        yield Contradiction(
            "contacts: a service of another pillar", int((is_known & differs).sum()), int(is_known.sum())
        )
    if status is not None and BARRIER in contacts.columns:
        barrier = contacts.columns[BARRIER]
        broken = int((known(barrier) & ~has(barrier, ["NONE"]) & has(status, ["NO_NEED"])).sum())
        yield Contradiction("contacts: a barrier, but no need", broken, int(known(barrier).sum()))
    paid = contacts.cents > 0
    if paid.any() and status is not None:
        broken = int((paid & has(status, _NOT_RECEIVED)).sum())
        yield Contradiction("contacts: a cost, but nothing was received", broken, int(paid.sum()))


def _of_dates(snapshot: Snapshot, contacts: Contacts, received: NDArray[np.bool_]) -> Iterator[Contradiction]:
    rows = contacts.rows_of(snapshot.links["case"])
    when, accident = contacts.columns[SERVICE_DATE], snapshot.column("date").taken(rows)
    is_known = known(when) & known(accident)
    later = np.where(is_known, month_numbers(when) - month_numbers(accident), 0)
    yield Contradiction("contacts: before the accident", int((later < 0).sum()), int(is_known.sum()))
    if "outcome" in snapshot.columns:
        killed = is_known & received & has(snapshot.columns["outcome"].taken(rows), ["K"])
        grace = np.where(has(contacts.columns[PILLAR], [_EMERGENCY]), _DIED_IN_CARE, 0)
        yield Contradiction(
            "contacts: received by somebody killed in an earlier month",
            int((killed & (later > grace)).sum()),
            int(killed.sum()),
        )
