"""Asking a register over HTTP: whom a node asks, what it gives away, and replies without an end."""

import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from certificates import authority
from register_services import Answer, Reply, Service

from gateway.sources.model.errors import SourceError
from gateway.sources.services import service_client
from gateway.sources.services.credentials import NO_SECRET, Secret, secret_for
from gateway.sources.services.service_address import parse_service
from gateway.sources.services.service_client import RefusedError, ServiceClient

Serving = Callable[[Answer], Service]


@pytest.mark.parametrize(("place", "kind", "base", "parts"), [
    ("https://kf.kobotoolbox.org/#/forms/aBcDeFgHiJkLmN/summary", "kobo", "", {"asset": "aBcDeFgHiJkLmN"}),
    ("https://k.example/x/api/v2/assets/aBcDeFgHiJkLmN/data/?a=b", "kobo", "/x", {"asset": "aBcDeFgHiJkLmN"}),
    ("https://o.example/#/projects/7/forms/a%20b/submissions", "odk", "", {"project": "7", "form": "a b"}),
    ("https://o.example/v1/projects/7/forms/v.1.svc", "odk", "", {"project": "7", "form": "v.1"}),
    ("https://o.example/projects/7/forms/v", "odk", "", {"project": "7", "form": "v"}),
    ("https://a.example/arcgis/rest/services/IMSMA/FeatureServer/0", "arcgis",
     "/arcgis/rest/services/IMSMA/FeatureServer", {}),
    ("https://d.example/hmis/api/41/tracker/events?program=IpHINAT79UW", "dhis2", "/hmis",
     {"program": "IpHINAT79UW"}),
    ("https://d.example/dhis-web-capture/index.html#/?orgUnitId=a&programId=IpHINAT79UW", "dhis2", "",
     {"program": "IpHINAT79UW"}),
    ("https://d.example/api/programs/IpHINAT79UW", "dhis2", "", {"program": "IpHINAT79UW"}),
])  # fmt: skip
def test_an_address_is_read_as_people_copy_it(
    place: str, kind: str, base: str, parts: Mapping[str, str]
) -> None:
    found = parse_service(place)
    assert (found.kind, found.base, dict(found.parts)) == (kind, base, parts)
    assert place.startswith(found.origin)


@pytest.mark.parametrize(("place", "said"), [
    ("http://kf.kobotoolbox.org/#/forms/aBcDeFgHiJkLmN", "https://"),
    ("https://me:secret@o.example/v1/projects/7/forms/v", "password or token"),
    ("https://a.example/x/FeatureServer?token=secret", "password or token"),
    ("https://example.org/", "not the address of a register"),
    ("https://o.example:99999/projects/7/forms/v", "not the address of a register"),
    ("https://d.example/api/tracker/events", "not the address of a register"),
])  # fmt: skip
def test_an_address_that_cannot_be_asked_is_refused_without_its_secret(place: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        parse_service(place)
    assert "secret" not in f"{caught.value} {caught.value.remedy}"


def test_a_secret_is_given_to_its_address_only(tmp_path: Path) -> None:
    path = tmp_path / "credentials.yaml"
    path.touch(mode=0o600)
    path.write_text("https://kf.kobotoolbox.org/: {token: 0123}\nhttps://O.example: {user: a, password: b}\n")

    assert secret_for(path, "https://kf.kobotoolbox.org") == Secret(token="0123")
    assert secret_for(path, "https://o.example") == Secret(user="a", password="b")
    assert secret_for(path, "https://kf.kobotoolbox.org.evil.example") == NO_SECRET
    assert secret_for(tmp_path / "none.yaml", "https://o.example") == NO_SECRET
    assert "0123" not in repr(secret_for(path, "https://kf.kobotoolbox.org"))


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "credentials.yaml"
    path.write_text("https://o.example: {token: s3cret}\n")
    path.chmod(0o640)
    with pytest.raises(SourceError, match="can be read by others") as caught:
        secret_for(path, "https://o.example")
    assert "chmod 600" in caught.value.remedy


@pytest.mark.parametrize("text", [
    "https://o.example: s3cret\n", "- s3cret\n", "https://o.example: {tokn: s3cret}\n", "s3cret: [\n", "\xff",
    "https://o.example: {token: s3cret}\nhttps://o.example: {token: s3cret}\n", "",
    "https://o.example: {token: \"s3cret\\n\"}\n",
])  # fmt: skip
def test_a_faulty_file_is_told_and_never_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.yaml"
    path.touch(mode=0o600)
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError, match="not in the form") as caught:
        secret_for(path, "https://o.example")
    assert "s3cret" not in f"{caught.value} {caught.value.remedy} {caught.value.__cause__}"


def test_a_redirect_on_the_same_server_is_followed_and_no_other(serving: Serving) -> None:
    elsewhere: list[str] = []
    service = serving(
        lambda asked: (
            Reply({"at": asked.path})
            if asked.path == "/there"
            else Reply({}, 302, {"Location": elsewhere[0]})
        )
    )
    client = ServiceClient(service.url, {"Authorization": "Token s3cret"})
    try:
        elsewhere.append("/there")
        assert client.get("/here") == {"at": "/there"}
        port = service.url.rpartition(":")[2]
        for place in (
            f"http://localhost:{port}/there",
            "http://169.254.169.254/latest",
            "ftp://x/",
            "//evil",
            "http://[",
        ):
            elsewhere[0] = place
            before = len(service.asked)
            with pytest.raises(SourceError, match="not followed"):
                client.get("/here")
            assert len(service.asked) == before + 1
        elsewhere[0] = "/again"
        with pytest.raises(SourceError, match="in circles"):
            client.get("/here")
        with pytest.raises(SourceError, match="not followed"):
            client.post("/here", {"password": "s3cret"})
    finally:
        client.close()


def test_what_never_ends_or_is_no_json_is_given_up(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_client, "MOST_BYTES", 10_000)
    bodies = {
        "/large": b"[" + b" " * 20_000 + b"]", "/deep": b"[" * 9_000, "/page": b"<html>", "/zip": b"no gzip",
        "/cut": b'{"a": 1',
    }  # fmt: skip
    packed = {"Content-Encoding": "gzip"}
    service = serving(lambda asked: Reply(bodies[asked.path], headers=packed if asked.path == "/zip" else {}))
    client = ServiceClient(service.url)
    try:
        with pytest.raises(SourceError, match="at once"):
            client.get("/large")
        with pytest.raises(SourceError, match=r"cannot be reached \(DecodingError\)"):
            client.get("/zip")
        for path in ("/deep", "/page", "/cut"):
            with pytest.raises(SourceError, match="something else than JSON"):
                client.get(path)
    finally:
        client.close()


def test_an_overloaded_server_is_asked_again_after_the_time_that_it_names(
    serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_client, "WAITS", (0.5, 0.5))
    service = serving(lambda _: Reply({"well": True}))
    waited: list[float] = []
    client = ServiceClient(service.url, pause=waited.append)
    try:
        service.fault = lambda number, _: Reply({}, 429, {"Retry-After": "7"}) if number == 1 else None
        assert client.get("/") == {"well": True}
        service.fault = lambda _number, _asked: Reply({}, 503, {"Retry-After": "99999"})
        with pytest.raises(SourceError, match="status 503"):
            client.get("/")
        assert waited == [7.0, 60.0, 60.0]
        for status in (401, 403):
            service.fault = lambda _number, _asked, status=status: Reply({}, status)  # type: ignore[misc]
            with pytest.raises(RefusedError):
                client.get("/")
    finally:
        client.close()


def test_nothing_secret_is_logged(serving: Serving, caplog: pytest.LogCaptureFixture) -> None:
    service = serving(lambda _: Reply({}))
    client = ServiceClient(service.url, {"Authorization": "Token s3cret"})
    with caplog.at_level(logging.DEBUG):
        client.post("/", {"password": "s3cret"})
    client.close()
    assert "s3cret" not in caplog.text


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    issued = authority(tmp_path / "authority.pem").issue(tmp_path / "server.pem", timedelta(days=1))
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    client = ServiceClient(f"https://127.0.0.1:{server.server_port}")
    try:
        with pytest.raises(SourceError, match="cannot be reached"):
            client.get("/")
    finally:
        client.close()
        server.shutdown()
        server.server_close()
        thread.join()
