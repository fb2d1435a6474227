"""The context of the controller's desk: this country's node, and services of bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from flask import current_app

from gateway.member.answer.decision import LoggedQuestion
from gateway.member.cube.cube_cache import CubeCache
from gateway.member.node.context import Node
from gateway.sources.files.uploads import Uploads
from gateway.web.controller.common.cube_view import CubeViewer
from gateway.web.controller.common.job_runner import Jobs
from gateway.web.controller.common.shapes import Sign
from gateway.wire.answer import Answer
from gateway.wire.release import Release

KEY = "safelane-controller"


@dataclass(frozen=True)
class DeskContext:
    """`reports` is the folder of the last load's report; `source` names the source of a load, `place` that
    of the register with or without a mapping. `mapping` reads the mapping document of the register, None
    where there is none.

    `table` shows an answer as its recipient sees the answer.
    `has_key`: whether the sealed key of a vkey is here.
    """

    node: Node
    cube_cache: CubeCache
    jobs: Jobs
    cube_viewer: CubeViewer
    sign: Sign
    table: Callable[[LoggedQuestion, Answer], Release]
    has_key: Callable[[str], bool]
    reports: Path
    uploads: Uploads
    mapping: Callable[[], str | None]
    source: str | None = None
    place: str | None = None
    drafting: Lock = field(default_factory=Lock)
    """Held while a draft is compared and replaced: of two people who save at once, the second is informed."""


def desk_context() -> DeskContext:
    found = current_app.extensions[KEY]
    assert isinstance(found, DeskContext)  # noqa: S101 - put there by bootstrap
    return found
