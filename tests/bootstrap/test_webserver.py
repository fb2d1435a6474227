"""A server in this process ends clearly, whatever it is busy with."""

import time

import pytest
from flask import Flask

from gateway.bootstrap.serving.waitress_server import WebServer


def test_it_ends_though_a_request_that_ends_just_then_wakes_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    server = WebServer(Flask("empty"), "127.0.0.1:0")
    server.start()
    wake = server._server.trigger._physical_pull

    def woken_before() -> None:
        wake()
        time.sleep(0.05)
        wake()

    monkeypatch.setattr(server._server.trigger, "_physical_pull", woken_before)
    server.close()

    assert not server._thread.is_alive()
