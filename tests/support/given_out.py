"""A cube that has answered: from then on everything that it shows is known for ever."""

from gateway.member.model.sent_answer import SentAnswer
from gateway.member.node.context import Node


def give_out(node: Node, cube: int) -> None:
    """As if a question had been answered from the cube of this log entry."""
    name = f"q-{cube}"
    with node.store.writing() as work:
        work.add_sent(SentAnswer(name, cube, "", cube, cube, True), because=cube)
