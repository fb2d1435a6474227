"""A node's part of counting once, beside its answers: woken by its calls, it takes its turns by itself."""

import threading
from collections.abc import Callable, Sequence

import structlog

from gateway.bootstrap.attempts import attempt
from gateway.bootstrap.count_files import mixing
from gateway.http.count_link import HttpCountLink
from gateway.member.context import Node
from gateway.member.count_turns import take_turns
from gateway.member.counting_once import Mixing

log = structlog.get_logger()

PAUSE_SECONDS = 30.0
"""After a turn that failed: the hub goes on telling that it is this node's turn."""


class CountWorker:
    """Takes turns on a thread of its own: to pass a long list on takes minutes, and questions do not wait."""

    def __init__(self, link: HttpCountLink, node: Node, wait: Callable[[float], bool]) -> None:
        self._link = link
        self._node = node
        self._wait = wait
        self._news = threading.Event()
        self._busy: tuple[str, ...] = ()
        self._thread = threading.Thread(target=self._run, name="counting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def busy(self) -> tuple[str, ...]:
        """The runs that it works on: the hub need not tell of them again."""
        return self._busy

    def told(self, runs: Sequence[str]) -> None:
        """The hub waits for this node in these runs."""
        if runs:
            self._busy = tuple(runs)
            self._news.set()

    def _run(self) -> None:
        try:
            while True:
                self._news.wait()
                self._news.clear()
                with attempt("turn of a count failed", member=self._node.member) as tried:
                    for done in take_turns(self._node, self._link, self._mixing):
                        log.info("counting once", member=self._node.member, done=done)
                if self._wait(PAUSE_SECONDS if tried.failed else 0.0):
                    return
                self._busy = ()
        finally:
            self._link.close()

    def _mixing(self, epoch: str) -> Mixing:
        said = 0

        def told(done: float) -> None:
            nonlocal said
            if int(10 * done) > said:
                said = int(10 * done)
                log.info("passing a list on", member=self._node.member, epoch=epoch, done=f"{done:.0%}")

        return mixing(told)
