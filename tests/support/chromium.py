"""A real browser, spoken to over a pipe (Chrome DevTools Protocol), without any package for it."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is made for this, and takes a fifth less of the processor for the same pages and pictures."""
CHROMIUM = next(filter(None, map(shutil.which, PROGRAMS)), None)
SECONDS = 60


class NoAnswerError(Exception):
    """The page could not say: the expression failed, or the page went away meanwhile."""


class Tab:
    """One page: goes somewhere, evaluates expressions, and waits until something is so."""

    def __init__(self, to_browser: BinaryIO, from_browser: BinaryIO) -> None:
        self._to, self._from = to_browser, from_browser
        self._number = 0
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method: str, **params: Any) -> Any:
        """The result of a command of the protocol; what else the browser tells meanwhile is passed over."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while True:
            reply = json.loads(self._read())
            if reply.get("id") == self._number:
                if "error" in reply:
                    raise NoAnswerError(f"{method}: {reply['error']}")
                return reply["result"]

    def goes_to(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.waits_for("document.readyState == 'complete' && location.href != 'about:blank'")

    def evaluates(self, expression: str) -> Any:
        """What the expression is on this page; NoAnswerError where it fails: that is no null."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in reply:
            raise NoAnswerError(f"{expression}: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def waits_for(self, expression: str) -> None:
        """Until it is so on a page that has arrived: its address is known long before its words are."""
        end = time.monotonic() + SECONDS
        while not self._is_so(f"document.readyState != 'loading' && ({expression})"):
            assert time.monotonic() < end, f"{expression} at {self.evaluates('document.body.innerText')}"
            time.sleep(0.1)

    def _is_so(self, expression: str) -> bool:
        try:
            return bool(self.evaluates(expression))
        except NoAnswerError:  # between two pages
            return False

    def fills_in(self, action: str, **fields: str) -> None:
        """Type into the form that goes to `action`, and send it as a click on its button does."""
        form = f"document.querySelector('form[action=\"{action}\"]')"
        for name, value in fields.items():
            self.evaluates(f"{form}.elements['{name}'].value = {json.dumps(value)}")
        self.evaluates(f"{form}.querySelector('button').click()")

    def _read(self) -> bytes:
        data = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            assert byte, "the browser has ended"
            data += byte
        return bytes(data)


@contextmanager
def chromium(profile: Path, width: int = 1000) -> Iterator[Tab]:
    """A browser that has never been anywhere."""
    assert CHROMIUM is not None
    read_commands, write_commands = os.pipe()
    read_replies, write_replies = os.pipe()
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
        *(f"--window-size={width},1200", f"--user-data-dir={profile}", "--no-first-run"),
    ]
    # The browser reads commands from descriptor 3 and answers on descriptor 4.
    script = f'exec "$@" 3<&{read_commands} 4>&{write_replies}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", script, "browser", *command],
        pass_fds=(read_commands, write_replies),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(read_commands)
    os.close(write_replies)
    with os.fdopen(write_commands, "wb") as to_browser, os.fdopen(read_replies, "rb") as from_browser:
        try:
            yield Tab(to_browser, from_browser)
        finally:
            process.terminate()
            process.wait(20)
