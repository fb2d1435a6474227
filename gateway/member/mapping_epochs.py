"""Logs that a map of pseudonyms left, and for whom; its content is committed to and not kept."""

from collections.abc import Mapping

from anonymisers.pseudonym_domain import Domain
from audit.canonical import canonical_json
from audit.commitment import commit
from audit.events import whole_second
from audit.extract_events import EpochMapSealed
from gateway.member import entries
from gateway.member.context import Node


def log_map(node: Node, domain: Domain, present: int, reader: str, made: Mapping[str, str]) -> None:
    """Append the entry; the file is handed out only once that is durable."""
    opening = commit("content", canonical_json(dict(made)))
    event = EpochMapSealed(
        member=node.member,
        recipient=domain.recipient,
        purpose=domain.purpose,
        former=domain.epoch,
        present=present,
        reader=reader,
        content=opening.commitment,
        at=whole_second(node.clock.now()),
    )
    with node.store.writing() as work:
        entries.record(node, work, event, {})
