"""Chooses the withheld cells of a question for secure sums. Pure: the same answers, the same plan.

All members that withhold a cell are its contributors; the numbers of other members are simply added. Among
equally likely sums, sums about the most people come first, then the order of the table decides.
"""

from collections.abc import Mapping
from itertools import product

from anonymisers.secure_sum.cell_choice import ChosenSum, MemberOffer, OfferedRange, SumCandidate, choose
from anonymisers.secure_sum.period_window import FeasibleRange, fewest_contributors
from gateway.secure_sum.hub_sums import PlannedSum
from gateway.wire.answer import Answer
from gateway.wire.cells import TOTAL
from gateway.wire.sum_call import Codes
from gateway.wire.sum_messages import Consent, Offer


def planned_sums(
    answers: Mapping[str, Answer], offers: Mapping[str, Offer], consents: Mapping[str, Consent]
) -> tuple[PlannedSum, ...]:
    """The sums of a round; empty if none can be published.

    `answers`: the answers with a table; `offers` and `consents`: of members that take part in sums at all.
    """
    withheld: dict[Codes, list[str]] = {}
    for member, answer in sorted(answers.items()):
        for codes in withheld_cells(answer):
            withheld.setdefault(codes, []).append(member)
    candidates = [
        SumCandidate(codes, tuple(members))
        for codes, members in withheld.items()
        if len(members) >= fewest_contributors()
    ]
    candidates.sort(key=lambda c: -c.cell.count(TOTAL))
    usable = {m: _usable(offers[m], consents[m]) for m in offers if m in consents}
    return tuple(_planned(chosen) for chosen in choose(candidates, usable))


def bounds_of(
    answers: Mapping[str, Answer | None], offers: Mapping[str, Offer]
) -> dict[str, dict[Codes, tuple[int, int | None]]]:
    """The bounds of each member's withheld cells, as far as the member has offered bounds."""
    found: dict[str, dict[Codes, tuple[int, int | None]]] = {}
    for member, offer in offers.items():
        answer = answers.get(member)
        cells = [] if answer is None or answer.refusals else withheld_cells(answer)
        if len(cells) == len(offer.least_of):
            found[member] = dict(zip(cells, zip(offer.least_of, offer.most_of, strict=True), strict=True))
    return found


def withheld_cells(answer: Answer) -> list[Codes]:
    """The codes of every withheld cell of an answer, in row-major order."""
    keys = product(*(axis.codes for axis in answer.axes))
    return [key for key, value in zip(keys, answer.cells, strict=True) if value is None]


def _usable(offer: Offer, consent: Consent) -> MemberOffer:
    consented = set(consent.cells)
    return MemberOffer(
        consent.contributors,
        {
            c.cell: OfferedRange(FeasibleRange(c.low, c.high, offer.threshold), c.component)
            for c in offer.cells
            if c.cell in consented and c.low <= c.high
        },
    )


def _planned(chosen: ChosenSum) -> PlannedSum:
    return PlannedSum(
        cell=chosen.candidate.cell,
        members=chosen.candidate.members,
        publish_from=chosen.window.least,
        publish_to=chosen.window.most,
        least=chosen.least,
        most=chosen.most,
    )
