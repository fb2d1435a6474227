"""The node's trust in the hub's keys as an entry of its log."""

from datetime import datetime

from audit.events.events import Event, RegionJoined, whole_second
from gateway.member.node.context import Node
from gateway.wire.enrolment import HubKeys


def region_joined(node: Node, hub: HubKeys, at: datetime) -> Event:
    return RegionJoined(node.member, hub.log_key, hub.call_key, whole_second(at))
