"""The configurations for Caddy and nginx, as they are in `deploy/proxy`, in front of a real hub."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.listener import Listener
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, hub_link, open_member
from gateway.bootstrap.setup.private_authority import CERTIFICATE, CERTIFICATE_KEY, issue, own_authority
from gateway.http.trust import trusted
from gateway.member.answer.polling import run_round
from gateway.member.cube.cube_cache import CubeCache
from gateway.wire.enrolment import HubKeys

PROXY = Path(__file__).parents[2] / "deploy" / "proxy"


@dataclass
class Behind:
    """A hub behind a proxy, and what has reached it: header fields and length of each request."""

    directory: Path
    plain: str
    keys: HubKeys
    reached: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Behind]:
    """A hub that listens on this machine alone, with a node enrolled and a certificate of its own."""
    place = tmp_path / "hub"
    create_hub(place, "region.example/log")
    issue(place, ["127.0.0.1"], for_proxy=True)
    member = create_member(tmp_path / "KH", "KH", "region.example")
    with open_hub(place) as opened:
        behind = Behind(place, "", enrol(opened, member.enrolment))
        app = create_hub_app(opened)
        inner = app.wsgi_app

        def recorded(environ: dict[str, Any], start: Any) -> Any:
            behind.reached.append(environ)
            return inner(environ, start)

        app.wsgi_app = recorded  # type: ignore[method-assign]  # as Flask says how to
        server = WebServer(app, Listener("127.0.0.1:0"))
        server.start()
        behind.plain = server.url.removeprefix("http://")
        try:
            yield behind
        finally:
            server.close()


def caddy(hub: Behind, place: Path, port: int) -> list[str]:
    text = (PROXY / "Caddyfile").read_text()
    files = f"\ttls {hub.directory / CERTIFICATE} {hub.directory / CERTIFICATE_KEY}"
    for there, here in (
        ("hub.example {", f"https://127.0.0.1:{port} {{\n{files}"),
        ("127.0.0.1:8080", hub.plain),
    ):
        assert text.count(there) == 1
        text = text.replace(there, here)
    head = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (place / "Caddyfile").write_text(head + text)
    return ["caddy", "run", "--config", str(place / "Caddyfile"), "--adapter", "caddyfile"]


def nginx(hub: Behind, place: Path, port: int) -> list[str]:
    text = (PROXY / "nginx.conf").read_text()
    for there, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("127.0.0.1:8080", hub.plain),
        ("/etc/safelane/tls/certificate.pem", str(hub.directory / CERTIFICATE)),
        ("/etc/safelane/tls/certificate.key", str(hub.directory / CERTIFICATE_KEY)),
    ):
        assert text.count(there) == 1
        text = text.replace(there, here)
    kept = "".join(
        f"{name}_temp_path {place / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off;\nuser {'root' if os.getuid() == 0 else 'nobody'};\npid {place / 'pid'};\n"
        f"error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{kept}{text}}}\n"
    )
    (place / "nginx.conf").write_text(whole)
    return ["/usr/sbin/nginx", "-e", "stderr", "-c", str(place / "nginx.conf")]


Program = Callable[[Behind, Path, int], list[str]]


@contextmanager
def proxied(program: Program, hub: Behind, place: Path) -> Iterator[str]:
    """The real program with our configuration; yields its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = program(hub, place, port)
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed (the Debian packages caddy and nginx)")
    own = {**os.environ, "HOME": str(place), "XDG_DATA_HOME": str(place), "XDG_CONFIG_HOME": str(place)}
    with (
        (place / "said").open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said, env=own) as run,
    ):
        try:
            _wait(port, run, place / "said")
            yield f"https://127.0.0.1:{port}"
        finally:
            run.terminate()


def _wait(port: int, run: subprocess.Popen[bytes], said: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and run.poll() is None:
        with closing(socket.socket()) as knocking:
            if knocking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(said.read_text())


@pytest.mark.parametrize("program", [caddy, nginx])
def test_a_hub_is_reached_through_it(program: Program, hub: Behind, tmp_path: Path) -> None:
    place = tmp_path / "proxy"
    place.mkdir()
    with proxied(program, hub, place) as url:
        trust = trusted(own_authority(hub.directory))
        with httpx.Client(base_url=url, verify=trust, trust_env=False) as stranger:
            assert stranger.get("/healthz").status_code == 200
            stranger.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
            assert hub.reached[-1]["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
            refused = stranger.post("/federation/v2/poll", content=bytes(1_900_000))
            assert refused.status_code == 401  # by the hub, which has read all of it
            assert int(hub.reached[-1]["CONTENT_LENGTH"]) == 1_900_000

        connect(tmp_path / "KH", "KH", url, hub.keys)
        with open_member(tmp_path / "KH") as node:
            link = hub_link(tmp_path / "KH", node)
            try:
                for wait in (0.0, 2.0):  # signed from end to end, and a call that waits
                    run_round(node, CubeCache(node.dictionary, node.member, node.store), link, wait)
            finally:
                link.close()
            with node.store.reading() as view:
                assert view.watch.seen_by_hub() is not None
