"""Plans the cube of clients from a policy: which dimensions and years of service, and the protection. Pure.

The protection is that of casualties, carried out more strictly in three ways. Age now is told as child or
adult, so that an age at the accident and an age now tie nobody's row to a client. Tables have two dimensions,
sex and age now together counting as one. Only the policy's priority tables and the ready-made ones are made:
others are withheld whole.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from anonymisers.magnitudes.magnitude_rules import MagnitudeRules
from anonymisers.tables.cell_names import CellName, cell_name
from anonymisers.tables.rules import Rules, TableOf, Zeros
from audit.reading.messages import message
from gateway.dictionary import CLIENTS, FIRST_SERVICE_YEAR, SERVICE_DATE, Dictionary
from gateway.member.cube.client_services import ITEM, PILLAR, pillars_of
from gateway.member.cube.client_services import MEASURES as SERVICES_AND_COST
from gateway.member.cube.clients_counts import (
    ADULT_CHILD_NOW,
    AGE_NOW,
    MEASURES,
    MOST_DIMENSIONS,
    SEX,
    SEX_AND_AGE,
    cells_of,
    trees_of,
)
from gateway.member.model.clients import Clients
from gateway.member.model.stored_cube import ClientsPlan
from gateway.member.policy.a_priori_status import a_priori_status_of
from gateway.member.policy.mechanism_choice import words_of
from policies import Policy
from policies.model import terms
from policies.model.terms import Reruns


def plan_clients(
    dictionary: Dictionary, policy: Policy, clients: Clients, closed: date
) -> ClientsPlan | None:
    """What is shown of clients; None where the policy or the source has none, or single records are shared.

    `closed`: years count that ended before. Years, dimensions and measures follow from policy, register date
    and mapping, and never from the rows of the `clients`.
    """
    if not shares_clients(policy) or policy.record_level is not None or words_of(policy.scope.mechanism):
        return None
    if policy.scope.reruns is Reruns.WITHSTAND:
        return None
    shown = {d for d, _ in policy.scope_levels}
    finest = {
        name: _coarse_age(dictionary, name, level)
        for name, level in sorted(policy.scope.dimensions.items())
        if name in clients.columns and name in shown and CLIENTS in dictionary.dimension(name).of
    }
    finest.pop(SERVICE_DATE, None)
    if not finest:
        return None
    first = max(policy.scope.counted_from, FIRST_SERVICE_YEAR)
    years = tuple(year for year in range(first, closed.year + 1) if date(year, 12, 31) < closed)
    rules = clients_rules(dictionary, policy, finest)
    services = _services(policy, clients, finest) if PILLAR in shown else ()
    words = f"{_words(rules)} services {services_rules(policy)}" if services else _words(rules)
    received = clients.received
    items = received is not None and received.items and (PILLAR, ITEM) in policy.scope_levels
    return ClientsPlan(finest, years, words, services, bool(services) and items)


def services_rules(policy: Policy) -> MagnitudeRules:
    """The policy's protection of services to clients and of their cost."""
    scope = policy.scope
    dominance = scope.dominance
    # A share that is reached is sensitive by the policy's words, and one that is exceeded by the rule's.
    share = dominance.share_percent - 0.01
    strictest = max([scope.threshold, *scope.thresholds.values()])
    return MagnitudeRules(strictest, (dominance.largest, share), dominance.p_percent)


def _services(policy: Policy, clients: Clients, finest: Mapping[str, str]) -> tuple[str, ...]:
    """The measures of services that the policy shares and the source has."""
    received = clients.received
    if received is None or not pillars_of(finest):
        return ()
    known = SERVICES_AND_COST if received.cents is not None else SERVICES_AND_COST[:1]
    shared = frozenset().union(*(share.measures for share in policy.shares))
    return tuple(measure for measure in known if measure in shared)


def shares_clients(policy: Policy) -> bool:
    """Whether any permission is about clients or their cases."""
    return any(share.measures.intersection(MEASURES) for share in policy.shares)


def stricter_for_clients(policy: Policy, plan: ClientsPlan | None) -> Iterator[str]:
    """Sentences for the controller: what is shown of clients, and what is not."""
    if not shares_clients(policy):
        return
    if plan is not None:
        yield message(
            "Clients of assistance are counted in a cube of their own for each year of service, fixed once "
            "it is closed: contacts that are reported later change nothing. Tables have two dimensions, sex "
            "and age together counting as one; age now is told as child or adult; only tables of priority "
            "and ready-made tables are made."
        )
    elif policy.record_level is not None:
        yield message("Clients are not counted: the policy releases single records.")
    elif policy.scope.reruns is Reruns.WITHSTAND and not words_of(policy.scope.mechanism):
        yield message(
            "Clients are not counted: which of their numbers are withheld would follow from withheld "
            "numbers, and the policy withstands repeated runs of the program (reruns)."
        )
    elif words_of(policy.scope.mechanism):
        yield message("Clients are not counted: this mechanism protects casualties alone.")
    else:
        yield message("Clients are not counted: the register has none, or none of the policy's dimensions.")


def clients_rules(dictionary: Dictionary, policy: Policy, finest: Mapping[str, str]) -> Rules:
    """The policy's protection of clients, in the words of disclosure control."""
    scope = policy.scope
    shown = policy.levels_down_to(finest)
    status = a_priori_status_of(dictionary, policy, finest, ())
    # Tables that are not made are withheld with their zeros.
    zeros: Zeros = "protect" if scope.zeros is terms.Zeros.PROTECT else "partner"
    asked = [*_priorities(dictionary, policy), *_ready_made(dictionary)]
    tables = (_table(dictionary, policy.member, finest, levels) for levels in asked)
    priority = tuple(dict.fromkeys(table for table in tables if table is not None))
    return Rules(
        threshold=max([scope.threshold, *(k for level, k in scope.thresholds.items() if level in shown)]),
        zeros=zeros,
        max_dims=min(MOST_DIMENSIONS, scope.max_dims),
        sensitive=frozenset(name for name in finest if dictionary.dimension(name).sensitive),
        priority=priority or (TableOf.of([_name(finest, next(iter(finest)))]),),
        never=frozenset(_cells(dictionary, policy.member, finest, status.never)),
        structural=frozenset(_cells(dictionary, policy.member, finest, status.structural)),
        finer=None,
        keeps_parts=False,
    )


def _coarse_age(dictionary: Dictionary, name: str, level: str) -> str:
    """Age now never finer than child or adult: see `gateway.member.build.bridge_check`."""
    if name != AGE_NOW:
        return level
    levels = dictionary.dimension(AGE_NOW).level_names()
    return levels[max(levels.index(level), levels.index(ADULT_CHILD_NOW))]


def _priorities(dictionary: Dictionary, policy: Policy) -> Iterator[dict[str, str]]:
    for entry in policy.scope.priority:
        if isinstance(entry, str):
            yield from _levels_of(dictionary, entry)
        else:
            yield dict(entry)


def _ready_made(dictionary: Dictionary) -> Iterator[dict[str, str]]:
    for name in dictionary.ready_made:
        yield from _levels_of(dictionary, name)


def _levels_of(dictionary: Dictionary, name: str) -> Iterator[dict[str, str]]:
    for table in dictionary.ready_tables(name):
        if table.measure in MEASURES:
            yield {dictionary.level(level).dimension: level for level in table.levels}


def _table(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], levels: Mapping[str, str]
) -> TableOf | None:
    """The table down to these levels, as far as the cube goes; None where a dimension is missing."""
    levels = {name: level for name, level in levels.items() if name != SERVICE_DATE}
    if not levels or not levels.keys() <= finest.keys():
        return None
    dims = {_name(finest, name) for name in levels}
    if len(dims) > MOST_DIMENSIONS:
        return None
    cuts: dict[str, int] = {}
    for name, level in levels.items():
        names = dictionary.dimension(name).level_names(member)
        shown = names[names.index(finest[name]) :]
        if _name(finest, name) == SEX_AND_AGE:
            cuts |= {} if AGE_NOW in levels else {SEX_AND_AGE: 1}
        elif level in shown:
            cuts[name] = len(shown) - shown.index(level)
    return TableOf.of(dims, **cuts)


def _name(finest: Mapping[str, str], dimension: str) -> str:
    both = SEX in finest and AGE_NOW in finest
    return SEX_AND_AGE if both and dimension in (SEX, AGE_NOW) else dimension


def _cells(
    dictionary: Dictionary, member: str, finest: Mapping[str, str], cells: Collection[CellName]
) -> Iterator[CellName]:
    """Cells by the dimensions of the cube; those of more dimensions than a table has are in no table."""
    trees = trees_of(dictionary, member, finest)
    for cell in cells:
        if len({_name(finest, name) for name, _ in cell}) <= MOST_DIMENSIONS:
            yield from map(cell_name, cells_of(trees, dict(cell)))


def _words(rules: Rules) -> str:
    """Equal rules have equal words: a set is written in order."""
    tables = [(sorted(t.dims), sorted(t.levels)) for t in rules.priority]
    cells = (sorted(rules.never), sorted(rules.structural))
    return repr((rules.threshold, rules.zeros, rules.max_dims, sorted(rules.sensitive), tables, *cells))
