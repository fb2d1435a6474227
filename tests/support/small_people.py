"""A member's people by groups: a snapshot of exactly so many of each year, sex and outcome."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from gateway.member.model.snapshot import LINKS, Column, Snapshot


def people_of(member: str, groups: Mapping[tuple[str, str, str], int], created: date) -> Snapshot:
    """People of these years, sexes and outcomes, every one of whom agreed to be counted."""
    rows = [group for group, count in groups.items() for _ in range(count)]
    return Snapshot.of(
        member=member,
        dictionary="2026.1",
        created=created,
        columns={
            "date": Column.of([f"{year}-05" for year, _, _ in rows]),
            "sex": Column.of([sex for _, sex, _ in rows]),
            "outcome": Column.of([outcome for _, _, outcome in rows]),
            "victim_type": Column.of(["DIR" for _ in rows]),
        },
        consent=Column.of(["AGG" for _ in rows]),
        links={name: np.array([f"{name}-{n:04d}".encode() for n in range(len(rows))]) for name in LINKS},
    )
