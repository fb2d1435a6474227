"""Assembles the context of the controller's desk of a node."""

from functools import partial
from pathlib import Path

from gateway.bootstrap.desk.preview_answers import canonical_questions, release_of
from gateway.bootstrap.desk.worker_processes import Child
from gateway.bootstrap.loading.source_location import mapping_of, place_of, source_of
from gateway.bootstrap.setup.controller_keys import key_ring, person
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.sources.files.uploads import Uploads
from gateway.web.controller.common.context import DeskContext
from gateway.web.controller.common.cube_view import CubeViewer
from gateway.web.controller.common.job_runner import Jobs


def controller_context(directory: Path, node: Node, cube_cache: CubeCache) -> DeskContext:
    """The desk context of the node in a directory. Raises ConfigError."""
    source, place = source_of(directory), place_of(directory)

    def sign(name: str, passphrase: str, text: str) -> str:
        return person(directory, node, name, passphrase).sign(text)

    def mapping() -> str | None:
        found = mapping_of(directory)
        return None if found is None else found.read_text(encoding="utf-8")

    return DeskContext(
        node=node,
        cube_cache=cube_cache,
        jobs=Jobs(partial(Child, directory), node.clock),
        cube_viewer=CubeViewer(node, cube_cache, partial(canonical_questions, node)),
        sign=sign,
        table=partial(release_of, node),
        has_key=lambda key: key_ring(directory).path(key).exists(),
        reports=directory,
        uploads=Uploads(directory),
        mapping=mapping,
        source=None if source is None else source.name,
        place=None if place is None else place.name,
    )
