"""Receives the bounds of an answer's withheld cells, and gives them to the release of the answer."""

from collections.abc import Mapping
from itertools import product

from gateway.hub.context import Hub
from gateway.hub.errors import TooLateError, UnknownQuestionError
from gateway.wire.answer import Answer
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.enrolment import Enrolment
from gateway.wire.strict_values import Codes


def receive_bounds(hub: Hub, member: Enrolment, bounds: AnswerBounds) -> None:
    """Keep the bounds of a member's answer; they come before the answer that they belong to.

    Raises UnknownQuestionError; TooLateError once no answer counts any more, or the member's answer was
    released.
    """
    with hub.store.writing() as work:
        asked = work.question(bounds.question_id)
        if asked is None or member.member not in asked.members:
            raise UnknownQuestionError(f"{member.member} was not asked this question.")
        past = work.released_in(asked.id).get(member.member) is not None
        if past or hub.clock.now() > asked.late_until:
            raise TooLateError("The question is closed; what has come until then was released.")
        work.add_bounds(member.member, bounds, because=asked.asked_index)


def bounds_of(
    answers: Mapping[str, Answer | None], bounds: Mapping[str, AnswerBounds]
) -> dict[str, dict[Codes, tuple[int, int | None]]]:
    """The bounds of each member's withheld cells, as far as the member has stated them."""
    found: dict[str, dict[Codes, tuple[int, int | None]]] = {}
    for member, stated in bounds.items():
        answer = answers.get(member)
        cells = [] if answer is None or answer.refusals else _withheld_cells(answer)
        if len(cells) == len(stated.least_of):
            found[member] = dict(zip(cells, zip(stated.least_of, stated.most_of, strict=True), strict=True))
    return found


def _withheld_cells(answer: Answer) -> list[Codes]:
    """The codes of every withheld cell of an answer, in row-major order."""
    keys = product(*(axis.codes for axis in answer.axes))
    return [key for key, value in zip(keys, answer.cells, strict=True) if value is None]
