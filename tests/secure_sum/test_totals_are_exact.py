"""Whatever members hold, show and withhold: a published total is the plain sum, and bounds hold the truth."""

from collections.abc import Mapping

from hypothesis import event, given, settings
from hypothesis import strategies as st

from anonymisers.secure_sum.mask_roster import Participant, Roster, Sum
from anonymisers.secure_sum.masking import PairwiseMasks, unmasked
from anonymisers.secure_sum.pairwise_keys import MaskKey, new_secret
from gateway.dictionary import regional
from gateway.hub.merging import RegionalFacts, Summed, merge
from gateway.question import ask
from gateway.secure_sum.planning import bounds_of, planned_sums
from gateway.wire.answer import Answer, AskedEntry
from gateway.wire.cells import TOTAL, Axis, Status
from gateway.wire.sum_messages import Consent, Offer, OfferedCell

ASKED = AskedEntry("test.example/log", 7, "ab" * 32)
CODES = ("K", "I", "U", TOTAL)
KEYS = {m: MaskKey(new_secret()) for m in ("KH", "LA", "MM", "PH", "TH", "VN")}
QUESTION = ask(
    regional(),
    measure="casualties",
    by=("country", "outcome"),
    where={},
    purpose="regional-reporting",
)
Truth = tuple[int, int]
"""How many were killed and how many injured."""

members = st.dictionaries(
    st.sampled_from(sorted(KEYS)),
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([True, True, True, True, False])),
    min_size=4,
)


def answer(member: str, truth: Truth, *, withheld: bool) -> Answer:
    cells = (None, None, 0, sum(truth)) if withheld else (*truth, 0, sum(truth))
    return Answer(
        "q-1", ASKED, member, "1", f"s-{member}", "2025-12-31", (Axis("outcome", CODES),), cells, ()
    )


def offer(truth: Truth, *, withheld: bool) -> Offer:
    """Killed and injured are withheld together: what is shown says 0 to their sum of either."""
    if not withheld:
        return Offer("q-1", "", (), (), (), 0)
    most = sum(truth)
    cells = tuple(OfferedCell((code,), 0, most, 1) for code in "IK")
    return Offer("q-1", "signed", (0, 0), (most, most), cells, 3)


def summed(
    answers: Mapping[str, Answer], offers: Mapping[str, Offer], truth: Mapping[str, Truth]
) -> RegionalFacts:
    """A round as hub and members go through it."""
    consents = {
        m: Consent(ASKED, m, f"s-{m}", KEYS[m].public, 4, (("I",), ("K",)))
        for m, o in offers.items()
        if o.consent
    }
    planned = planned_sums(answers, offers, consents)
    totals = {}
    if planned:
        taking = sorted({m for s in planned for m in s.members})
        sums = tuple(Sum(s.cell, s.members) for s in planned)
        roster = Roster(b"q", 1, tuple(Participant(m, f"s-{m}", KEYS[m].public) for m in taking), sums)
        for to, plan in zip(sums, planned, strict=True):
            place = CODES.index(to.cell[0])
            given = {m: PairwiseMasks(roster, m, KEYS[m]).masked(to, truth[m][place]) for m in to.members}
            total = unmasked(to, given, plan.least, plan.most)
            if plan.publish_from <= total <= plan.publish_to:
                totals[to.cell] = Summed(total, to.members)
    return RegionalFacts(bounds_of(answers, offers), totals)


@given(members)
@settings(max_examples=40, deadline=None)
def test_every_regional_number_is_the_plain_sum_or_holds_it(
    reported: dict[str, tuple[int, int, bool]],
) -> None:
    truth = {m: (killed, injured) for m, (killed, injured, _) in reported.items()}
    answers = {m: answer(m, truth[m], withheld=suppressed) for m, (_, _, suppressed) in reported.items()}
    offers = {m: offer(truth[m], withheld=suppressed) for m, (_, _, suppressed) in reported.items()}
    facts = summed(answers, offers, truth)
    event(f"{len(facts.totals)} published")

    _, cells = merge(regional(), QUESTION, answers, facts)

    for cell in cells:
        country, outcome = cell.key
        if country != TOTAL:
            assert cell.value is None or cell.value == answers[country].cells[CODES.index(outcome)]
            continue
        plain = sum({"K": k, "I": i, "U": 0, TOTAL: k + i}[outcome] for k, i in truth.values())
        if cell.status is Status.VALUE:
            assert cell.value == plain
        else:
            assert (cell.at_least or 0) <= plain
            assert cell.at_most is None or plain <= cell.at_most
