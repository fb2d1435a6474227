"""What the controller's desk works with: the node of this state, and what bootstrap lends to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from flask import current_app

from gateway.member.context import Node
from gateway.member.cubes import CubeShelf
from gateway.member.deciding import Put
from gateway.sources.uploads import Uploads
from gateway.web.controller.jobs import Jobs
from gateway.web.controller.looking import Looks
from gateway.web.controller.shapes import Sign
from gateway.wire.answer import Answer
from gateway.wire.release import Release

KEY = "safelane-controller"


@dataclass(frozen=True)
class Bench:
    """`reports` is the folder in which the last load left its report; `source` names what a load reads.
    `mapping` reads the document that says what a register means, None where there is none.

    `table` draws an answer as its recipient sees it. `has_key`: whether the sealed key of a vkey is here.
    """

    node: Node
    shelf: CubeShelf
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
