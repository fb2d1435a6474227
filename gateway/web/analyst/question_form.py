"""The page for composing a question, and the page of what members share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import redirect, request

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.dictionary import CLIENTS, CONTACTS, Dimension
from gateway.hub.asking import ask
from gateway.hub.sharing_statements import Expected, QuestionFacts
from gateway.question import Question, QuestionError
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.choices import Choices, Forecast, Known, choices, forecasts, in_its_year
from gateway.web.analyst.draft import SOON, WITHIN, Draft, draft_of, with_read_years
from gateway.web.analyst.periods import Period, periods
from gateway.web.analyst.requester import known
from gateway.web.analyst.sharing_matrix import Matrix, matrix
from gateway.web.analyst.typed_years import ONE_YEAR, read_years
from gateway.web.shared.desk import Desk, shown
from gateway.web.shared.languages import translated

PAGE = "/ask"
desk = Desk("analyst-asking")


@dataclass(frozen=True)
class Expectation:
    """One member's line below the question."""

    member: str
    name: str
    expected: Expected
    words: str


@dataclass(frozen=True)
class AskPage:
    """`sentence` is set once the slots make a question; `faults` say what is wrong with the slots.

    `lacking_levels`: the question asks of what is counted for attributes that only others have, as of
    accidents for those of people. `lacking_of_clients`: only clients of assistance have them. `of_accidents`,
    `of_activities`, `of_clients`, `of_contacts`: what is counted. `unfinished`: one of two years is still
    missing, which is no mistake yet. `remarks`: what was read otherwise than it was typed.
    """

    draft: Draft
    choices: Choices
    within: tuple[tuple[str, str], ...]
    sentence: str | None
    expectations: tuple[Expectation, ...]
    answering: int
    lacking_levels: bool
    lacking_of_clients: bool
    of_accidents: bool
    of_activities: bool
    of_clients: bool
    of_contacts: bool
    needs_approval: bool
    faults: tuple[str, ...]
    unfinished: bool
    remarks: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    again: str
    periods: tuple[Period, ...]
    members: int
    stated: int


@desk.page(PAGE, "analyst/ask.html", fragment="analyst/_ask.html")
def ask_page() -> AskPage:
    """Every slot in the address: a link that asks the same question again."""
    knows, _ = known()
    begun = bool(request.args)
    return asked_with(knows, _with_defaults(knows, draft_of(request.args.items(multi=True))), say=begun)


@desk.form(PAGE)
def put() -> Any:
    """Ask: the question is logged and sent to the members; the analyst goes on to the question's page."""
    draft = draft_of(request.form.items(multi=True))
    try:
        question = draft.question(hub().dictionary, _this_year())
        asked = ask(hub(), principal(), question, timedelta(seconds=draft.within))
    except QuestionError as error:
        knows, _ = known()
        return shown((asked_with(knows, draft, faults=error.faults), 422), "analyst/ask.html")
    return redirect(f"/questions/{asked.id}", 303)


@desk.page("/sharing", "analyst/sharing.html")
def sharing() -> dict[str, Any]:
    """Members by dimensions and levels: what each member shares with the signed-in analyst."""
    knows, kept = known()
    measure, purpose = request.args.get("measure", ""), request.args.get("purpose", "")
    d = knows.dictionary
    found: Matrix = matrix(knows, kept, measure if measure in d.measures else "", purpose)
    return {
        "matrix": found,
        "measures": tuple((name, analyst_wording.say(one.label)) for name, one in d.measures.items()),
        "purposes": tuple((name, analyst_wording.purpose(d, name)) for name in sorted(knows.purposes)),
        "organisation": knows.requester.organisation,
    }


def asked_with(knows: Known, draft: Draft, *, say: bool = True, faults: Sequence[str] = ()) -> AskPage:
    """The page for a draft. With `say` the page names what is still missing."""
    question, wrong = _question(knows, draft)
    counted = knows.dictionary.measures.get(draft.measure)
    expected = () if question is None else forecasts(knows, question)
    lacking = () if question is None else _lacking(knows, question)
    mistakes = faults or (wrong if say else ())
    return AskPage(
        draft=draft,
        choices=choices(knows, draft),
        within=tuple((str(seconds), analyst_wording.within(seconds)) for seconds in WITHIN),
        sentence=None if question is None else analyst_wording.title(knows.dictionary, question),
        expectations=tuple(_expectation(one) for one in expected),
        answering=sum(one.outlook.expected is not Expected.REFUSE for one in expected),
        lacking_levels=bool(lacking),
        lacking_of_clients=all(CLIENTS in one.of for one in lacking),
        of_accidents=counted is not None and counted.counts == "accidents",
        of_activities=counted is not None and counted.of_activities,
        of_clients=counted is not None and counted.of == CLIENTS,
        of_contacts=counted is not None and counted.of == CONTACTS,
        needs_approval=any(one.outlook.expected is Expected.ASK_A_PERSON for one in expected),
        faults=tuple(translated(fault) for fault in mistakes),
        unfinished=tuple(mistakes) == (ONE_YEAR,),
        remarks=() if question is None else _remarks(draft),
        fields=tuple(draft.pairs()),
        again=f"{PAGE}?{(draft if question is None else with_read_years(draft)).query()}",
        periods=periods(knows, draft, PAGE),
        members=len(knows.stated),
        stated=sum(one is not None for one in knows.stated.values()),
    )


def _remarks(draft: Draft) -> tuple[str, ...]:
    """What was read otherwise than it was typed, in a draft that is a question."""
    years = read_years(draft.since, draft.until)
    return () if years is None else tuple(map(translated, years.remarks))


def _this_year() -> int:
    return hub().clock.now().year


def _lacking(knows: Known, question: Question) -> tuple[Dimension, ...]:
    """The dimensions of the question that what it counts does not have."""
    d = knows.dictionary
    levels = d.lacking_levels(question.measure, QuestionFacts.of(d, question).levels)
    return tuple(d.dimension(d.level(level).dimension) for level in levels)


def _question(knows: Known, draft: Draft) -> tuple[Question | None, tuple[str, ...]]:
    try:
        return in_its_year(knows, draft.question(knows.dictionary, knows.today.year)), ()
    except QuestionError as error:
        return None, error.faults


def _expectation(one: Forecast) -> Expectation:
    name = analyst_wording.say(one.name)
    return Expectation(one.member, name, one.outlook.expected, analyst_wording.outlook(one.outlook))


def _with_defaults(knows: Known, draft: Draft) -> Draft:
    """Fill in slots that have a single choice."""
    held, measures = sorted(knows.purposes), list(knows.dictionary.measures)
    return replace(
        draft,
        purpose=draft.purpose or (held[0] if held else ""),
        measure=draft.measure or measures[0],
        within=draft.within or SOON,
    )
