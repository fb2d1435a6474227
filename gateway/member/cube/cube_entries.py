"""The certification of a cube as an entry of a node's log."""

from datetime import datetime

from audit.events.events import CubeCertified, Event, whole_second
from audit.formats.commitment import Opening, commit
from gateway.member.cube.cube_shape import Shape
from gateway.member.node.context import Node

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
