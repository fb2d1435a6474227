"""Clients of assistance, made of contacts: one row for each person and year of service.

Who was hurt is a survivor; a family member is a client as such. Nobody who was killed is a client: what a
register tells of assistance to a family belongs to a record of the family's own. A contact that cannot be
right (before the accident, after the death, without a year) is a finding, and makes nobody a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.dictionary import Dictionary
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column, numbered
from gateway.member.model.received_services import ReceivedServices
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.targets import (
    BARRIER,
    COST,
    DATE,
    HOME,
    ITEM,
    MADE_OF_CONTACTS,
    NO_UNMET,
    PILLAR,
    PROVIDER,
    SERVICE_DATE,
    STATUS,
    UNSTATED,
)
from gateway.sources.model.washington_group import DISABILITY
from gateway.sources.rows.ages_now import SMALL, age_now
from gateway.sources.rows.copied_homes import is_copy
from gateway.sources.rows.disabilities import without_contradictions
from gateway.sources.rows.read_contacts import ReadContacts
from gateway.sources.rows.statuses import NOTHING, farthest_statuses, how_far

_UNKNOWN = "UNK"
_KINDS = ("UNK", "FAM", "SURV")
"""Kinds of client, the one last that counts where several are recorded: survivors are hurt themselves."""
_UNMET = ("NEED", "REF", "UNAVAIL")
_RECEIVED = "RECV"
_EMERGENCY, _DIED_IN_CARE = "EMC", 1
"""Emergency care, and the months after the accident in which a person killed may still receive such care."""
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class People:
    """The casualties to whom contacts belong, a row for each case.

    `columns`: codes by base dimension and attribute. `born`: dates of birth, as exact as the register has
    them; they stay here.
    """

    table: str
    lines: NDArray[np.int64]
    case: NDArray[np.bytes_]
    person: NDArray[np.bytes_]
    consent: Column
    columns: Mapping[str, Column]
    born: Column | None = None


def clients_of(
    people: People, contacts: ReadContacts | None, dictionary: Dictionary, findings: Findings
) -> Clients | None:
    """The clients; None where the register has no contacts with a date and a pillar."""
    if contacts is None or not {SERVICE_DATE, PILLAR} <= contacts.columns.keys():
        return None
    rows = _cases(people, contacts)
    dated = contacts.taken(rows >= 0)
    at = rows[rows >= 0]
    when, year = _months(dated.columns[SERVICE_DATE]), _years(dated.columns[SERVICE_DATE])
    count = _possible(people, dated, (at, when, year), findings)
    dated, at, when, year = dated.taken(count), at[count], when[count], year[count]
    person = numbered(people.person)[at]
    span = int(year.max(initial=0)) + 1
    groups, of_group = np.unique(person * span + year, return_inverse=True)
    first = np.unique(of_group, return_index=True)[1]
    columns = _of_contacts(dated, (of_group, len(groups), when), dictionary, findings)
    columns["client"] = _kinds(people, at, of_group, len(groups))
    columns |= _of_people(people, at[first], year[first], findings)
    received = _received(dated, of_group, len(groups), dictionary)
    _note_alike(dated, (of_group, when), findings)
    return Clients.of(
        year[first], people.person[at[first]], people.consent.taken(at[first]), columns, received
    )


def _cases(people: People, contacts: ReadContacts) -> NDArray[np.int64]:
    """The row of each contact's case; -1 for a contact of nobody who counts."""
    if not len(people.case):
        return np.full(len(contacts), -1, dtype=np.int64)
    order = np.argsort(people.case, kind="stable")
    place = np.minimum(np.searchsorted(people.case[order], contacts.case), len(order) - 1)
    rows = order[place]
    return np.where(people.case[rows] == contacts.case, rows, -1).astype(np.int64)


def _possible(
    people: People,
    contacts: ReadContacts,
    grouped: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    findings: Findings,
) -> NDArray[np.bool_]:
    """Which contacts make somebody a client; those that cannot be right are findings."""
    at, when, year = grouped
    undated = year < 0
    accident, accident_year = _months(people.columns[DATE])[at], _years(people.columns[DATE])[at]
    precise = (when >= 0) & (accident >= 0)
    before = ~undated & np.where(precise, when < accident, year < accident_year)
    killed, death = _deaths(people)
    care = np.array(contacts.columns[PILLAR].values(), dtype=object) == _EMERGENCY
    grace = np.where(care, _DIED_IN_CARE, 0)
    latest = np.where(when >= 0, when, year * 12)
    after = ~undated & ~before & (death[at] < _NEVER) & (latest > np.minimum(death[at], _NEVER - 2) + grace)
    for problem, which in (
        (Problem.CONTACT_UNDATED, undated),
        (Problem.CONTACT_BEFORE, before),
        (Problem.CONTACT_AFTER_DEATH, after),
    ):
        contacts.note(SERVICE_DATE, problem, which, findings)
    return ~(undated | before | after | killed[at])


def _deaths(people: People) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether each row is of somebody killed in this accident, and the month of each row's person's death."""
    if "outcome" not in people.columns:
        return np.zeros(len(people.case), dtype=np.bool_), np.full(len(people.case), _NEVER, dtype=np.int64)
    killed = np.array(people.columns["outcome"].values(), dtype=object) == "K"
    if "victim_type" in people.columns:
        # A family's row may tell what became of the casualty.
        killed &= np.array(people.columns["victim_type"].values(), dtype=object) != "FAM"
    month, year = _months(people.columns[DATE]), _years(people.columns[DATE])
    who = numbered(people.person)
    death = np.full(int(who.max(initial=-1)) + 1, _NEVER, dtype=np.int64)
    last = np.where(month >= 0, month, year * 12 + 11)
    np.minimum.at(death, who[killed], last[killed])
    return killed, death[who]


def _kinds(people: People, at: NDArray[np.int64], of_group: NDArray[np.intp], count: int) -> Column:
    """The kind of each client, of the cases of this year's contacts."""
    outcome = people.columns.get("outcome", Column.constant("U", len(people.case)))
    kinds = np.where(np.array(outcome.values(), dtype=object) == "I", _KINDS.index("SURV"), 0)
    if "victim_type" in people.columns:
        family = np.array(people.columns["victim_type"].values(), dtype=object) == "FAM"
        kinds = np.where(family, _KINDS.index("FAM"), kinds)
    found = np.zeros(count, dtype=np.int64)
    np.maximum.at(found, of_group, kinds[at].astype(np.int64))
    return Column.of([_KINDS[kind] for kind in found.tolist()])


def _of_contacts(
    contacts: ReadContacts,
    grouped: tuple[NDArray[np.intp], int, NDArray[np.int64]],
    dictionary: Dictionary,
    findings: Findings,
) -> dict[str, Column]:
    """The statuses of every client and, where the register tells any, the main barrier."""
    of_group, count, when = grouped
    pillars = contacts.columns[PILLAR]
    states = _states(contacts)
    dimensions = [d.name for d in dictionary.dimensions.values() if d.part_of == MADE_OF_CONTACTS[PILLAR]]
    found = dict(farthest_statuses(of_group.astype(np.int64), count, pillars, states, dimensions))
    _note_backwards(contacts, (of_group, when, how_far(states)), findings)
    if BARRIER in contacts.columns:
        found["barrier_main"] = _barriers(contacts, grouped, states, found)
        idle = _in(states, ["NO_NEED"]) & ~_in(contacts.columns[BARRIER], ["NONE", _UNKNOWN])
        contacts.note(BARRIER, Problem.BARRIER_NO_NEED, idle, findings)
    return found


def _note_alike(
    contacts: ReadContacts, grouped: tuple[NDArray[np.intp], NDArray[np.int64]], findings: Findings
) -> None:
    """Note services that a client received in one month, of one kind, told by several providers."""
    if PROVIDER not in contacts.columns:
        return
    of_group, when = grouped
    provider = contacts.columns[PROVIDER]
    kinds = [contacts.columns[name] for name in (PILLAR, ITEM) if name in contacts.columns]
    known = (when >= 0) & _in(_states(contacts), [_RECEIVED]) & ~_in(provider, [_UNKNOWN])
    known &= ~_in(contacts.columns[PILLAR], [_UNKNOWN])
    rows = np.flatnonzero(known)
    same = np.column_stack([of_group[rows], when[rows], *(kind.indices[rows] for kind in kinds)])
    _, service = np.unique(same, axis=0, return_inverse=True)
    pairs = np.unique(np.column_stack([service.ravel(), provider.indices[rows]]), axis=0)
    several = np.bincount(pairs[:, 0].astype(np.int64), minlength=1) > 1
    alike = np.zeros(len(contacts), dtype=np.bool_)
    alike[rows] = several[service.ravel()]
    contacts.note(PROVIDER, Problem.CONTACT_ALIKE, alike, findings)


def _received(
    contacts: ReadContacts, of_group: NDArray[np.intp], count: int, dictionary: Dictionary
) -> ReceivedServices:
    """The services that each client received, by item or pillar, and their cost if known."""
    pillars = contacts.columns[PILLAR]
    got = _in(_states(contacts), [_RECEIVED]) & ~_in(pillars, [_UNKNOWN])
    items = contacts.columns.get(ITEM)
    services = (
        pillars.taken(got) if items is None else _services(pillars.taken(got), items.taken(got), dictionary)
    )
    named = tuple(sorted({services.codes[n] for n in np.unique(services.indices).tolist()}))
    column = np.array([named.index(code) if code in named else -1 for code in services.codes], dtype=np.int64)
    where = (of_group[got], column[services.indices])
    number, cents = (np.zeros((count, len(named)), dtype=np.int64) for _ in range(2))
    np.add.at(number, where, 1)
    np.add.at(cents, where, np.maximum(contacts.cents[got], 0))
    costs = cents if COST in contacts.headings else None
    return ReceivedServices(named, number, costs, items is not None)


def _services(pillars: Column, items: Column, dictionary: Dictionary) -> Column:
    """The item of each service; the pillar where it is not stated, is of another pillar or is never told."""
    items_alone = {code for code in dictionary.codes("item") if code not in dictionary.codes("pillar")}
    of_pillar = {code: dictionary.lift(code, "pillar") for code in items_alone}
    both = zip(pillars.values(), items.values(), strict=True)
    return Column.of([item if of_pillar.get(item) == pillar else pillar for pillar, item in both])


def _states(contacts: ReadContacts) -> Column:
    """The state of each contact; in most registers a contact without one is a service that was received."""
    return contacts.columns.get(STATUS, Column.constant(_RECEIVED, len(contacts)))


def _barriers(
    contacts: ReadContacts,
    grouped: tuple[NDArray[np.intp], int, NDArray[np.int64]],
    states: Column,
    statuses: Mapping[str, Column],
) -> Column:
    """The barrier of each client's latest need that was not met, of those that tell one."""
    of_group, count, when = grouped
    unmet = np.zeros(count, dtype=np.bool_)
    waits = np.zeros(len(contacts), dtype=np.bool_)
    for dimension, column in statuses.items():
        here = _in(column, _UNMET)
        unmet |= here
        waits |= _in(contacts.columns[PILLAR], [dimension.partition(".")[2]]) & here[of_group]
    barrier = contacts.columns[BARRIER]
    stated = np.flatnonzero(waits & _in(states, _UNMET) & ~_in(barrier, ["NONE", _UNKNOWN]))
    order = stated[np.lexsort((barrier.indices[stated], when[stated]))]
    main = [UNSTATED if is_unmet else NO_UNMET for is_unmet in unmet.tolist()]
    for group, code in zip(of_group[order].tolist(), barrier.taken(order).values(), strict=True):
        main[group] = code
    return Column.of(main)


def _note_backwards(
    contacts: ReadContacts,
    grouped: tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]],
    findings: Findings,
) -> None:
    """Note contacts that tell of a pillar less than an earlier month of the same year did."""
    of_group, when, far = grouped
    pillar = contacts.columns[PILLAR]
    known = np.flatnonzero((when >= 0) & (far != NOTHING) & ~_in(pillar, [_UNKNOWN]))
    order = known[np.lexsort((far[known], when[known], pillar.indices[known], of_group[known]))]
    farthest: dict[tuple[int, int], int] = {}
    backwards = np.zeros(len(contacts), dtype=np.bool_)
    keys = zip(of_group[order].tolist(), pillar.indices[order].tolist(), strict=True)
    for row, key, how in zip(order.tolist(), keys, far[order].tolist(), strict=True):
        if how < farthest.get(key, NOTHING):
            backwards[row] = True
        farthest[key] = max(how, farthest.get(key, NOTHING))
    contacts.note(STATUS, Problem.STATUS_BACKWARDS, backwards, findings)


def _of_people(
    people: People, at: NDArray[np.int64], year: NDArray[np.int64], findings: Findings
) -> dict[str, Column]:
    """What is known of the people themselves: of several cases, the latest that tells it."""
    who = numbered(people.person)
    latest = np.argsort(_months(people.columns[DATE]), kind="stable")
    found: dict[str, Column] = {}
    names = {"sex": "U", DISABILITY: _UNKNOWN}
    if HOME in people.columns and not is_copy(people.columns, at, people.table, findings):
        names[HOME] = ""
    for name, unknown in names.items():
        if name in people.columns:
            column = _latest(people.columns[name], who, latest, unknown)
            if name == DISABILITY:
                lines = (people.table, people.lines)
                months = _months(people.columns[DATE])
                column = without_contradictions(column, people.columns, (who, months), lines, findings)
            found["home" if name == HOME else name] = column.taken(at)
    ages = age_now(
        people.columns, people.born, (who, latest), (at, year), (people.table, people.lines), findings
    )
    if ages is not None:
        found["age_now"] = ages
        if DISABILITY in found:  # for small children other questions are asked
            small = _in(ages, SMALL)
            codes = zip(found[DISABILITY].values(), small.tolist(), strict=True)
            found[DISABILITY] = Column.of([_UNKNOWN if is_small else code for code, is_small in codes])
    return found


def _latest(column: Column, who: NDArray[np.int64], latest: NDArray[np.intp], unknown: str) -> Column:
    """For each row what the latest row of its person tells that tells anything."""
    nothing = [not code or code in (unknown, _UNKNOWN) or code.endswith("_UNK") for code in column.codes]
    rows = latest[~np.array(nothing, dtype=np.bool_)[column.indices[latest]]]
    found = np.arange(len(who))
    of_person = np.full(int(who.max(initial=-1)) + 1, -1, dtype=np.int64)
    of_person[who[rows]] = rows  # the last one stays
    known = of_person[who] >= 0
    found[known] = of_person[who][known]
    return column.taken(found)


def _in(column: Column, codes: tuple[str, ...] | list[str]) -> NDArray[np.bool_]:
    return np.array([code in codes for code in column.codes], dtype=np.bool_)[column.indices]


def _months(column: Column) -> NDArray[np.int64]:
    """Months since the year 0; -1 where no month is known."""
    months = [int(c[:4]) * 12 + int(c[5:]) - 1 if c[5:].isdigit() else -1 for c in column.codes]
    return np.array(months, dtype=np.int64)[column.indices]


def _years(column: Column) -> NDArray[np.int64]:
    """The year; -1 where none is known."""
    years = [int(c[:4]) if c[:4].isdigit() else -1 for c in column.codes]
    return np.array(years, dtype=np.int64)[column.indices]
