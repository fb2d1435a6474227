"""A node reads the public log of a hub that may lie: it never holds more than what it asked for."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from federation import Federation, federation
from flask import Response, request

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_member import hub_link
from gateway.http.link import HttpLink
from gateway.member.errors import LinkError
from gateway.member.region.region_mirror import mirror_regional_log

BOMB = gzip.compress(bytes(50_000_000))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Federation, HttpLink, dict[str, Response]]]:
    """A hub over HTTP, a node's way to it, and replies that take the place of the hub's."""
    lies: dict[str, Response] = {}
    with federation(tmp_path / "region", "KH", ready=False) as region:
        app = create_hub_app(region.hub)
        app.before_request(lambda: lies.get(request.path))
        server = WebServer(app, "127.0.0.1:0")
        server.start()
        link = hub_link(tmp_path / "region" / "KH", region.members["KH"].node, server.url)
        try:
            yield region, link, lies
        finally:
            link.close()
            server.close()


def test_a_mirror_is_fetched_over_http_with_packed_bundles(served, tmp_path: Path) -> None:
    region, link, _ = served
    held = mirror_regional_log(region.members["KH"].node, tmp_path / "mirror", link)
    with region.hub.store.reading() as view:
        assert held.root == region.hub.log.root(view.log, held.size)


@pytest.mark.parametrize("path", ["checkpoint", "tile/entries/000.p/3"])
def test_what_unpacks_to_more_than_was_asked_for_is_refused(served, path: str) -> None:
    _, link, lies = served
    lies[f"/log/{path}"] = Response(BOMB, headers={"Content-Encoding": "gzip"})
    with pytest.raises(LinkError, match="sent more than"):
        link.public_checkpoint() if path == "checkpoint" else link.public_resource(path, 1000)


def test_what_is_not_there_or_no_gzip_is_told(served) -> None:
    _, link, lies = served
    with pytest.raises(LinkError, match="said 404"):
        link.public_resource("tile/0/999", 8192)
    lies["/log/tile/0/000"] = Response(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(LinkError):
        link.public_resource("tile/0/000", 8192)
    lies["/log/checkpoint"] = Response(b"\xff\xfe")
    assert link.public_checkpoint()  # whoever reads a checkpoint refuses one that is none
