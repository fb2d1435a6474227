"""A node's part in secure sums, as bootstrap hands it in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.member.answer.outbox import signed
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.model.sent_answer import SentAnswer
from gateway.member.model.witnessed import Witnessed
from gateway.member.node.context import Node
from gateway.member.node.ports import Notes, View
from gateway.secure_sum.contributing import contribute
from gateway.secure_sum.member_sum_ports import notes_of, read_of
from gateway.secure_sum.offering import offer
from gateway.wire.sum_call import SumCall
from gateway.wire.sum_messages import CONTRIBUTION, Offer, SignedContribution, offer_from_json


@dataclass(frozen=True)
class NodeSums:
    """The port `RegionalWork` of `gateway.member.node.ports`, for a node whose store keeps secure sums."""

    node: Node
    cube_cache: CubeCache

    def offer(self, sent: SentAnswer) -> None:
        offer(self.node, self.cube_cache, sent)

    def contribute(self, call: SumCall, witnessed: Witnessed) -> None:
        contribute(self.node, self.cube_cache, call, witnessed)

    def offers(self, view: View) -> Sequence[tuple[str, Offer]]:
        kept = read_of(view).sums.offers_to_send()
        return [(made.question_id, offer_from_json(json.loads(made.body))) for made in kept]

    def contributions(self, view: View) -> Sequence[tuple[str, SignedContribution]]:
        to_send = []
        for part in read_of(view).sums.contributions_to_send():
            opening = view.opening(CONTRIBUTION, part.entry_index)
            salt = opening.salt if opening else b""
            to_send.append((part.question_id, signed(self.node, view, part.note, part.entry_index, salt)))
        return to_send

    def offer_acknowledged(self, notes: Notes, question_id: str) -> None:
        notes_of(notes).sums.offer_acknowledged(question_id)

    def contribution_acknowledged(self, notes: Notes, question_id: str) -> None:
        notes_of(notes).sums.contribution_acknowledged(question_id)
