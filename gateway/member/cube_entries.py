"""A node's certified cube as an entry of its log."""

from datetime import datetime

from audit.commitment import Opening, commit
from audit.events import CubeCertified, Event, whole_second
from gateway.member.context import Node
from gateway.member.shape import Shape

CERTIFICATE = "certificate"
SHAPE = "shape"

DATA_SET = "victims"


def cube_certified(
    node: Node, snapshot: str, label: str, *, shape: Shape, certificate: bytes, at: datetime
) -> tuple[Event, dict[str, Opening]]:
    openings = {SHAPE: commit(SHAPE, shape.to_bytes()), CERTIFICATE: commit(CERTIFICATE, certificate)}
    event = CubeCertified(
        member=node.member,
        dataset=DATA_SET,
        snapshot=snapshot,
        policy_version=label,
        shape=openings[SHAPE].commitment,
        certificate=openings[CERTIFICATE].commitment,
        at=whole_second(at),
    )
    return event, openings
