"""What the controller's desk works with: the node of this state, and what bootstrap lends to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from flask import current_app

from gateway.member.answer.decision import Put
from gateway.member.cube.cube_cache import CubeShelf
from gateway.member.node.context import Node
from gateway.member.node.ports import RegionalWork
from gateway.sources.files.uploads import Uploads
from gateway.web.controller.common.cube_view import Looks
from gateway.web.controller.common.job_runner import Jobs
from gateway.web.controller.common.shapes import Sign
from gateway.wire.answer import Answer
from gateway.wire.release import Release

KEY = "safelane-controller"


@dataclass(frozen=True)
class Bench:
    """`reports` is the folder in which the last load left its report; `source` names what a load reads.
    `mapping` reads the document that says what a register means, None where there is none.

    `regional` is what the node does with sums that no single answer gives. `table` draws an answer as its
    recipient sees it. `has_key`: whether the sealed key of a vkey is here.
    """

    node: Node
    shelf: CubeShelf
    regional: RegionalWork
    jobs: Jobs
    looks: Looks
    sign: Sign
    table: Callable[[Put, Answer], Release]
    has_key: Callable[[str], bool]
    reports: Path
    uploads: Uploads
    mapping: Callable[[], str | None]
    source: str | None = None
    drafting: Lock = field(default_factory=Lock)
    """Held while a draft is compared and replaced: of two who save at once, the second is told."""


def bench() -> Bench:
    found = current_app.extensions[KEY]
    assert isinstance(found, Bench)  # noqa: S101 - put there by bootstrap
    return found
