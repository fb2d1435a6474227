"""Bounds that go with an answer: what each withheld cell can be, stated once and kept to be sent.

All bounds follow from the cells that the requester may obtain for the question's purpose.
"""

from anonymisers.errors import TableError
from audit.events.events import decode
from audit.events.question_events import Answered
from audit.formats.note import Note
from gateway.member.answer.clients_bounds import withheld_clients
from gateway.member.answer.decision import question_of
from gateway.member.answer.obtainable_tables import Asked, levels_of
from gateway.member.answer.recipient_view import view_of
from gateway.member.answer.withheld_bounds import asked_cells, withheld_of
from gateway.member.cube.activity_counts import MEASURES as OF_ACTIVITIES
from gateway.member.cube.client_services import MEASURES as OF_SERVICES
from gateway.member.cube.clients_counts import MEASURES as OF_CLIENTS
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.errors import NothingWithheldError
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.question import QuestionError
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.answer_text import answer_of_text
from policies import Policy


def state_bounds(node: Node, cube_cache: CubeCache, sent: SentAnswer) -> AnswerBounds | None:
    """State the bounds of an answer's withheld cells, if it has any; they are kept to be sent."""
    answer = answer_of_text(Note.parse(sent.note).text)
    if answer.refusals or None not in answer.cells:
        return None
    with node.store.writing() as work:
        put = decode(node.log.entry(work.log, sent.entry_index))
        in_force, policy = trusted(node, work) or (None, None)
        cube = None if in_force is None else cube_cache.cube(in_force.version, in_force.above)
        if not isinstance(put, Answered) or policy is None or cube is None or cube.index != sent.cube_index:
            return None
        if work.bounds(sent.question_id) is not None:
            return None
        made = _bounds(node, cube, put, policy)
        if made is not None:
            work.add_bounds(made, because=sent.entry_index)
    return made


def _bounds(node: Node, cube: ReadyCube, put: Answered, policy: Policy) -> AnswerBounds | None:
    try:
        question = question_of(node.dictionary, put).inside()
        if question.measure in (*OF_SERVICES, *OF_ACTIVITIES):
            return None  # nothing that is shown adds up to such a number
        asked = Asked(put, question, put.at)
        if question.measure in OF_CLIENTS:
            cells = withheld_clients(node.dictionary, cube, policy, asked)
        else:
            view = view_of(node.dictionary, cube, policy, asked)
            covered = view.covers(levels_of(node.dictionary, question))
            bounds = view.bounds([] if covered else asked_cells(node.dictionary, cube, question))
            cells = withheld_of(node.dictionary, cube, question, bounds)
    except (QuestionError, TableError, NothingWithheldError):
        return None
    return AnswerBounds(put.question_id, tuple(c.low for c in cells), tuple(c.high for c in cells))
