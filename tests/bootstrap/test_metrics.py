"""Numbers for monitoring: there when asked for, on their own address, and about nobody."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from federation import Federation, federation

from gateway.api.app import create_hub_app, create_node_app
from gateway.bootstrap.serving.metrics import hub_gauges, measured, node_gauges
from gateway.bootstrap.serving.waitress_server import AddressError, WebServer


@pytest.fixture
def listen() -> str:
    """An address of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", ready=False) as running:
        running.members["KH"].round()
        yield running


def numbers(listen: str) -> str:
    return httpx.get(f"http://{listen}/metrics", timeout=5, trust_env=False).raise_for_status().text


def test_the_hub_tells_how_it_does(region: Federation, listen: str) -> None:
    app = create_hub_app(region.hub)
    with measured(app, hub_gauges(region.hub), listen):
        server = WebServer(app, "127.0.0.1:0")
        server.start()
        for path in ("/healthz", "/healthz", "/api/v1/questions/somebody@armac.example"):
            httpx.get(server.url + path, trust_env=False)
        server.close()
        reported = numbers(listen)

    assert 'safelane_http_requests_total{endpoint="_health",status="200"} 2.0' in reported
    assert 'safelane_member_silence_seconds{member="KH"} 0.0' in reported
    assert "safelane_database_up 1.0" in reported
    assert "process_resident_memory_bytes" in reported
    assert "somebody" not in reported


def test_a_node_tells_how_it_does(region: Federation, listen: str) -> None:
    node = region.members["KH"].node
    with measured(create_node_app(node), node_gauges(node), listen):
        reported = numbers(listen)

    assert "safelane_outbox 0.0" in reported
    assert "safelane_log_entries" in reported


def test_a_database_that_is_away_is_a_number_too(region: Federation, tmp_path: Path, listen: str) -> None:
    database = tmp_path / "region" / "hub" / "safelane.sqlite"
    region.hub.store._database.close()
    database.rename(database.with_suffix(".away"))
    database.mkdir()
    with measured(create_hub_app(region.hub), hub_gauges(region.hub), listen):
        assert "safelane_database_up 0.0" in numbers(listen)


def test_without_an_address_nothing_listens(region: Federation, listen: str) -> None:
    with measured(create_hub_app(region.hub), hub_gauges(region.hub), ""), pytest.raises(httpx.ConnectError):
        numbers(listen)


@pytest.mark.parametrize("listen", ["127.0.0.1:99999", "nowhere.invalid:1", "127.0.0.1:x", "127.0.0.1"])
def test_an_address_that_cannot_be_is_told(region: Federation, listen: str) -> None:
    with (
        pytest.raises(AddressError, match="metrics"),
        measured(create_hub_app(region.hub), hub_gauges(region.hub), listen),
    ):
        pass
