"""Cases of the newest snapshot that a new load lacks. Pure.

A file of one year has none of the others. Taken for the whole register, it would withdraw everybody who is
not in it; so a load that lacks many known cases is kept only once its controller has said what it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from audit.reading.messages import message
from gateway.member.errors import CannotBeAddedError, CasesMissingError
from gateway.member.model.clients import Clients
from gateway.member.model.contacts import Contacts
from gateway.member.model.ordered_values import among
from gateway.member.model.packed_links import comparable_both
from gateway.member.model.record_changes import CONSENTS
from gateway.member.model.snapshot import Column, Snapshot, numbered

MANY = 0.05
"""Share of the known cases above which missing cases are a question."""

WHOLE_YEAR = 5
"""Known cases of a year from which on a year without any of them is a question."""


class LoadedAs(StrEnum):
    """What a file is beside the newest snapshot, as its controller says."""

    UNSAID = "unsaid"
    """The whole register, unless it lacks many known cases."""
    ADDITION = "adds"
    """A part: cases that it lacks stay as they are."""
    WHOLE = "replaces"
    """The whole register: cases that it lacks are gone."""


@dataclass(frozen=True)
class MissingCases:
    """How many of the `known` cases a new load lacks, and the years of which it lacks every case."""

    missing: int
    known: int
    years: tuple[int, ...]

    @property
    def many(self) -> bool:
        """Whether the load could be a part of the register."""
        return bool(self.years) or self.missing > MANY * self.known


def missing_cases(former: Snapshot, new: Snapshot) -> MissingCases:
    """What `new` lacks of the cases of `former`."""
    before, now = comparable_both(former.links, new.links)
    gone = ~among(before["case"], now["case"])
    dates = former.column("date")
    years = np.array([int(code[:4]) for code in dates.codes], dtype=np.int64)[dates.indices]
    lost = tuple(
        year
        for year in np.unique(years[gone]).tolist()
        if gone[years == year].all() and (years == year).sum() >= WHOLE_YEAR
    )
    return MissingCases(int(gone.sum()), len(former), lost)


def as_loaded(former: Snapshot, new: Snapshot, loaded_as: LoadedAs) -> Snapshot:
    """The snapshot to keep. Raises CasesMissingError where many cases are missing and nothing was said."""
    if loaded_as is LoadedAs.ADDITION:
        return added(former, new)
    found = missing_cases(former, new)
    if loaded_as is LoadedAs.UNSAID and found.many:
        raise CasesMissingError(
            message(
                "%(missing)s of the %(known)s cases of the newest snapshot are not in this register; nothing "
                "was loaded. Does it add to them, or replace them?",
                missing=found.missing,
                known=found.known,
            ),
            remedy=message(
                "Where it is a part, such as a year, load it as an addition. Where it is the whole register, "
                "load it as a replacement: the missing cases are then treated as withdrawn."
            ),
        )
    return new


def added(former: Snapshot, new: Snapshot) -> Snapshot:
    """The cases of both snapshots; a case of both is as `new` has it. Raises CannotBeAddedError.

    Consent is a person's: the least of all cases counts.
    """
    _check_alike(former, new)
    before, now = comparable_both(former.links, new.links)
    stays = ~among(before["case"], now["case"])
    links = {name: np.concatenate([former.links[name][stays], new.links[name]]) for name in new.links}
    consent = _joined(former.consent, stays, new.consent)
    kept = Snapshot.of(
        member=new.member,
        dictionary=new.dictionary,
        created=new.created,
        columns=_all_joined(former.columns, stays, new.columns),
        consent=_least_of_person(consent, links["person"]),
        links=links,
        details=_all_joined(former.details, stays, new.details),
        contacts=_contacts(former, stays, new),
        accidents=new.has_accidents,
    )
    return replace(kept, clients=_clients(former, new, kept))


def _clients(former: Snapshot, new: Snapshot, kept: Snapshot) -> Clients | None:
    """The clients of both, with the consent that their people gave in either."""
    if former.clients is None or new.clients is None:
        return None
    both = former.clients.added(new.clients)
    people = zip(kept.links["person"].tolist(), kept.consent.values(), strict=True)
    return both.with_consents({person.decode("ascii"): code for person, code in people})


def says_the_same(former: Snapshot, new: Snapshot) -> bool:
    """Whether two snapshots say the same things of their cases: otherwise they cannot be added."""
    return (
        former.dictionary == new.dictionary
        and former.columns.keys() == new.columns.keys()
        and former.details.keys() == new.details.keys()
        and former.has_accidents == new.has_accidents
        and _contact_columns(former) == _contact_columns(new)
        and (former.clients is None) == (new.clients is None)
    )


def _check_alike(former: Snapshot, new: Snapshot) -> None:
    if not says_the_same(former, new):
        raise CannotBeAddedError(
            message("This register says other things of its cases than the newest snapshot does."),
            remedy=message("Load the whole register by one mapping, as a replacement."),
        )


def _contact_columns(snapshot: Snapshot) -> frozenset[str] | None:
    return None if snapshot.contacts is None else frozenset(snapshot.contacts.columns)


def _joined(former: Column, stays: NDArray[np.bool_], new: Column) -> Column:
    return Column.of([*former.taken(stays).values(), *new.values()])


def _all_joined(
    former: Mapping[str, Column], stays: NDArray[np.bool_], new: Mapping[str, Column]
) -> dict[str, Column]:
    return {name: _joined(former[name], stays, column) for name, column in new.items()}


def _contacts(former: Snapshot, stays: NDArray[np.bool_], new: Snapshot) -> Contacts | None:
    if former.contacts is None or new.contacts is None:
        return None
    kept = former.contacts.of_cases(former.links["case"][stays])
    everyone = np.ones(len(kept), dtype=np.bool_)
    return Contacts.of(
        np.concatenate([kept.case, new.contacts.case]),
        _all_joined(kept.columns, everyone, new.contacts.columns),
        np.concatenate([kept.cents, new.contacts.cents]),
    )


def _least_of_person(consent: Column, person: NDArray[np.bytes_]) -> Column:
    rank = np.array([CONSENTS.index(code) for code in consent.codes], dtype=np.int64)[consent.indices]
    who = numbered(person)
    least = np.full(int(who.max(initial=-1)) + 1, len(CONSENTS), dtype=np.int64)
    np.minimum.at(least, who, rank)
    return Column.of([CONSENTS[r] for r in least[who].tolist()])
