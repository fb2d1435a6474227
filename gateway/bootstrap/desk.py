"""Puts together what the controller's desk of a node works with."""

from functools import partial
from pathlib import Path

from gateway.bootstrap.desk_children import Child
from gateway.bootstrap.people import key_ring, person
from gateway.bootstrap.showing import canonical_questions, release_of
from gateway.bootstrap.sources import mapping_of, source_of
from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.sources.uploads import Uploads
from gateway.web.controller.bench import Bench
from gateway.web.controller.jobs import Jobs
from gateway.web.controller.looking import Looks


def controller_bench(directory: Path, node: Node, shelf: CubeShelf) -> Bench:
    """The bench of the node in a directory. Raises ConfigError."""
    source = source_of(directory)

    def sign(name: str, passphrase: str, text: str) -> str:
        return person(directory, node, name, passphrase).sign(text)

    def mapping() -> str | None:
        found = mapping_of(directory)
        return None if found is None else found.read_text(encoding="utf-8")

    return Bench(
        node=node,
        shelf=shelf,
        jobs=Jobs(partial(Child, directory), node.clock),
        looks=Looks(node, shelf, partial(canonical_questions, node)),
        sign=sign,
        table=partial(release_of, node),
        has_key=lambda key: key_ring(directory).path(key).exists(),
        reports=directory,
        uploads=Uploads(directory),
        mapping=mapping,
        source=None if source is None else source.name,
    )
