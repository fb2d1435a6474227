"""Logs the release of a map of pseudonyms, with its recipient; the content is committed to and not kept."""

from collections.abc import Mapping

from anonymisers.identity.pseudonym_domain import Domain
from audit.events.events import whole_second
from audit.events.extract_events import EpochMapSealed
from audit.formats.canonical import canonical_json
from audit.formats.commitment import commit
from gateway.member.node import log_entries
from gateway.member.node.context import Node


def log_map(node: Node, domain: Domain, present: int, reader: str, made: Mapping[str, str]) -> None:
    """Append the entry; the file is handed out only once the entry is durable."""
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
        log_entries.record(node, work, event, {})
