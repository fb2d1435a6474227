"""Keeps a node's mirror of the regional log up to date while the node serves."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from audit.errors import AuditError
from gateway.bootstrap.serving.retry_loop import attempt
from gateway.bootstrap.serving.shutdown import Stop
from gateway.errors import SafelaneError
from gateway.member.node.context import Node
from gateway.member.node.ports import HubLink
from gateway.member.region.region_mirror import is_behind, mirror_regional_log

AFTER_SECONDS = 0.2
"""Seconds between the news and the look: an answer that is under way goes before."""
APART_SECONDS = 1.0
"""Seconds from one look to the next: where question follows question, several entries are fetched at once.
The members look at different moments, and the longest of their mirrors counts.
"""
AGAIN_SECONDS = 60.0
"""Seconds until a look without any news: also what a failed look left behind is fetched then."""


class MirrorError(SafelaneError):
    """The mirror could not be brought up to date."""


@dataclass(frozen=True)
class MirrorLoop:
    """One thread copies; `look_soon` tells it that the log may have grown."""

    node: Node
    path: Path
    link: HubLink
    stop: Stop
    _news: Event = field(default_factory=Event)

    def start(self) -> None:
        """Begin. A daemon thread: no hub delays the end, and what is written is whole at any moment."""
        self.stop.on_stop(self._news.set)
        Thread(target=self._run, name="mirror", daemon=True).start()

    def look_soon(self) -> None:
        self._news.set()

    def _run(self) -> None:
        while not self.stop.asked:
            with attempt("the regional log is not mirrored", member=self.node.member):
                self._look()
            if self.stop.wait(APART_SECONDS):
                return
            self._news.wait(AGAIN_SECONDS)
            self._news.clear()
            self.stop.wait(AFTER_SECONDS)

    def _look(self) -> None:
        if not is_behind(self.node, self.path):
            return
        try:
            mirror_regional_log(self.node, self.path, self.link)
        except (AuditError, OSError) as error:
            # A contradiction is the monitor's to prove; a full disk is told by its name alone.
            raise MirrorError(str(error)) from None
