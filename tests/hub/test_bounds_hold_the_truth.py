"""Whatever members hold, show and withhold: a regional number is the plain sum, and bounds hold the truth."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.hub.merging import merge
from gateway.hub.receiving_bounds import bounds_of
from gateway.question import ask
from gateway.wire.answer import Answer, AskedEntry
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.cells import TOTAL, Axis, Status

ASKED = AskedEntry("test.example/log", 7, "ab" * 32)
CODES = ("K", "I", "U", TOTAL)
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
    st.sampled_from(("KH", "LA", "MM", "PH", "TH", "VN")),
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([True, True, True, True, False])),
    min_size=4,
)


def answer(member: str, truth: Truth, *, withheld: bool) -> Answer:
    cells = (None, None, 0, sum(truth)) if withheld else (*truth, 0, sum(truth))
    return Answer(
        "q-1", ASKED, member, "1", f"s-{member}", "2025-12-31", (Axis("outcome", CODES),), cells, ()
    )


def stated(truth: Truth, *, withheld: bool) -> AnswerBounds:
    """Killed and injured are withheld together: what is shown says 0 to their sum of either."""
    most = (sum(truth),) * 2 if withheld else ()
    return AnswerBounds("q-1", (0,) * len(most), most)


@given(members)
@settings(max_examples=40, deadline=None)
def test_every_regional_number_is_the_plain_sum_or_holds_it(
    reported: dict[str, tuple[int, int, bool]],
) -> None:
    truth = {m: (killed, injured) for m, (killed, injured, _) in reported.items()}
    answers = {m: answer(m, truth[m], withheld=hidden) for m, (_, _, hidden) in reported.items()}
    bounds = {m: stated(truth[m], withheld=hidden) for m, (_, _, hidden) in reported.items()}

    _, cells = merge(regional(), QUESTION, answers, bounds_of(answers, bounds))

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
