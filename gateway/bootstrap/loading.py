"""Loads a national source into a node: read by its mapping, whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from anonymisers.pseudonym_domain import Domain
from anonymisers.pseudonyms import pseudonyms
from gateway.bootstrap.judging import judge
from gateway.bootstrap.member import person_key
from gateway.member.context import Node
from gateway.member.loading import keep_snapshot
from gateway.member.model import LoadedSnapshot
from gateway.sources.findings import Findings
from gateway.sources.load import Load, load
from gateway.sources.mapping_yaml import parse_mapping
from gateway.sources.opening import open_source

INTERNAL = "internal"
"""Recipient and purpose of the pseudonyms in a snapshot: they are for the member itself and never leave."""

FIRST_EPOCH = 1


@dataclass(frozen=True)
class Loaded:
    """The snapshot as it was kept, what was read, and the report on its quality. For the state only."""

    kept: LoadedSnapshot
    load: Load
    quality: str


def load_source(
    directory: Path,
    node: Node,
    source: Path | str,
    mapping: str,
    progress: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Read a source (a file, a folder, or the URL of a database) by its mapping and keep the snapshot.

    The report on its quality and the list of what could not be read are left in `directory`.

    Raises MappingError or SourceError, and keeps the former snapshot, when the source cannot be read whole.
    """
    rules = parse_mapping(mapping, node.dictionary, member=node.member)
    findings = Findings()
    key = person_key(directory)

    def pseudonymise(kind: str, values: Sequence[str]) -> Sequence[str]:
        return pseudonyms(key, Domain(node.member, FIRST_EPOCH, INTERNAL, INTERNAL, kind), values)

    with open_source(str(source), rules, findings) as opened:
        loaded = load(
            opened,
            rules,
            node.dictionary,
            pseudonymise=pseudonymise,
            today=node.clock.now().date(),
            findings=findings,
            progress=progress,
        )
    kept = keep_snapshot(node, loaded.snapshot)
    return Loaded(kept, loaded, judge(directory, loaded, findings, node.dictionary))
