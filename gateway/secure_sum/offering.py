"""Offers: with an answer, bounds of the withheld cells, and the cells that this member would contribute.

An offer is made once, with a mask key of its own. Where the policy allows no withheld cell in sums, the offer
has bounds only. All bounds follow from the cells that the requester may obtain for the question's purpose.
"""

from anonymisers.errors import SecureSumError
from anonymisers.secure_sum.cell_choice import OfferedRange
from anonymisers.secure_sum.pairwise_keys import MaskKey, new_secret
from audit.events.events import decode
from audit.events.question_events import Answered
from audit.formats.canonical import canonical_json
from audit.formats.note import Note
from gateway.member.answer.decision import question_of
from gateway.member.answer.obtainable_tables import Asked, levels_of
from gateway.member.cube.cube_cache import CubeCache, ReadyCube
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.node.context import Node
from gateway.member.policy.policy_in_force import trusted
from gateway.question import QuestionError
from gateway.secure_sum.member_sum_ports import store_of
from gateway.secure_sum.member_sums import StoredOffer
from gateway.secure_sum.recipient_view import view_of
from gateway.secure_sum.withheld_cells import (
    EarlierDisclosures,
    Withheld,
    asked_cells,
    known_before,
    offered,
    withheld_of,
)
from gateway.wire.answer import Answer
from gateway.wire.answer_text import answer_of_text
from gateway.wire.sum_call import Codes
from gateway.wire.sum_messages import Consent, Offer, OfferedCell, sign_text
from policies import Policy


def offer(node: Node, cube_cache: CubeCache, sent: SentAnswer) -> StoredOffer | None:
    """Offer the withheld cells of an answer, if any may enter a sum; the offer is kept to be sent."""
    answer = answer_of_text(Note.parse(sent.note).text)
    if answer.refusals or None not in answer.cells:
        return None
    with store_of(node).writing() as work:
        put = decode(node.log.entry(work.log, sent.entry_index))
        in_force, policy = trusted(node, work) or (None, None)
        cube = None if in_force is None else cube_cache.cube(in_force.version, in_force.above)
        if not isinstance(put, Answered) or policy is None or cube is None or cube.index != sent.cube_index:
            return None
        if work.sums.offer(sent.question_id) is not None:
            return None
        made = _made(node, cube, put, answer, (policy, known_before(work)))
        if made is not None:
            work.sums.add_offer(made, because=sent.entry_index)
    return made


def _made(
    node: Node, cube: ReadyCube, put: Answered, answer: Answer, limits: tuple[Policy, EarlierDisclosures]
) -> StoredOffer | None:
    policy, before = limits
    takes_part = policy.regional_totals.withheld_cells
    try:
        question = question_of(node.dictionary, put).inside()
        view = view_of(node.dictionary, cube, policy, Asked(put, question, put.at))
        covered = view.covers(levels_of(node.dictionary, question))
        bounds = view.bounds([] if covered else asked_cells(node.dictionary, cube, question))
        cells = withheld_of(node.dictionary, cube, question, bounds)
        entering = offered(cube, cells, before, view) if takes_part else {}
    except (QuestionError, SecureSumError):
        return None
    secret = new_secret() if entering else None
    consent = ""
    if secret is not None:
        own = Consent(
            asked=answer.asked,
            member=node.member,
            snapshot=cube.snapshot.id,
            key=MaskKey(secret).public,
            contributors=policy.regional_totals.contributors,
            cells=tuple(sorted(entering)),
        )
        consent = sign_text(own.as_json(), node.answer_signer)
    body = _offer(answer.question_id, cells, entering, consent)
    return StoredOffer(
        question_id=answer.question_id,
        asked_index=answer.asked.index,
        cube_index=cube.index,
        body=canonical_json(body.as_json()).decode(),
        secret=secret,
        acknowledged=False,
    )


def _offer(
    question_id: str, cells: tuple[Withheld, ...], entering: dict[Codes, OfferedRange], consent: str
) -> Offer:
    return Offer(
        question_id=question_id,
        consent=consent,
        least_of=tuple(c.low for c in cells),
        most_of=tuple(c.high for c in cells),
        cells=tuple(
            OfferedCell(codes, found.range.low, found.range.high, found.component)
            for codes, found in sorted(entering.items())
        ),
        threshold=next((found.range.threshold for found in entering.values()), 0),
    )
