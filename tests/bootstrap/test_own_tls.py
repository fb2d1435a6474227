"""A hub or a node speaks TLS itself, with the newest certificate; without, it listens to nobody outside."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from certificates import Authority, authority
from click.testing import CliRunner
from command_line import UNENCRYPTED
from slow_senders import application, strangers

from gateway.bootstrap.serving.listener import Listener, listener_of
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup import certificate
from gateway.bootstrap.setup.certificate import CertificateFiles, RenewedCertificate
from gateway.cli import main
from gateway.config import ConfigError, HubConfig, write_config
from gateway.errors import SafelaneError
from gateway.keys.files import KeyFileError

DAYS = timedelta(days=10)


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority") / "authority.pem")


@pytest.fixture
def pem(issuer: Authority, tmp_path: Path) -> Path:
    """A certificate with its key in one file."""
    made = issuer.issue(tmp_path / "hub.pem", DAYS)
    made.chmod(0o600)
    return made


@contextmanager
def serving(pem: Path) -> Iterator[WebServer]:
    server = WebServer(application(), Listener("127.0.0.1:0", RenewedCertificate(CertificateFiles(pem, pem))))
    server.start()
    try:
        yield server
    finally:
        server.close()


def connected(server: WebServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", httpx.URL(server.url).port or 0))


def client(issuer: Authority) -> httpx.Client:
    trust = ssl.create_default_context(cafile=str(issuer.file))
    return httpx.Client(verify=trust, timeout=5, trust_env=False)


def test_requests_and_answers_of_every_size_go_through_while_strangers_wait(issuer, pem) -> None:
    with serving(pem) as server, client(issuer) as ours:
        address = ("127.0.0.1", httpx.URL(server.url).port or 0)
        with strangers(address, 100):  # who never shake hands, or speak no TLS
            assert server.url.startswith("https://")
            for size in (0, 1, 16 * 1024, 16 * 1024 + 1, 3_000_000):
                assert ours.post(f"{server.url}/size", content=bytes(size)).text == str(size)


def test_an_answer_to_somebody_who_reads_slowly_arrives_whole(issuer, pem) -> None:
    trust, got = ssl.create_default_context(cafile=str(issuer.file)), b""
    with serving(pem) as server, socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", httpx.URL(server.url).port or 0))
        with trust.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            secure.sendall(b"GET /large HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")
            time.sleep(0.2)  # until the server can send no more
            while part := secure.recv(65536):
                got += part
    assert got.partition(b"\r\n\r\n")[2] == b"x" * 900_000


def test_every_cipher_authenticates_and_keeps_what_was_said_secret_later(pem) -> None:
    ciphers = CertificateFiles(pem, pem).context().get_ciphers()
    assert {cipher["protocol"] for cipher in ciphers} == {"TLSv1.2", "TLSv1.3"}
    assert all(cipher["aead"] for cipher in ciphers)
    assert {cipher["kea"] for cipher in ciphers} == {"kx-ecdhe", "kx-any"}


def test_old_versions_of_tls_are_refused(issuer, pem) -> None:
    old = ssl.create_default_context(cafile=str(issuer.file))
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        serving(pem) as server,
        connected(server) as plain,
        pytest.raises(ssl.SSLError, match=r"PROTOCOL|protocol"),
    ):
        old.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_renewed_certificate_counts_from_the_next_connection(issuer, pem, monkeypatch) -> None:
    monkeypatch.setattr(certificate, "CHECK_SECONDS", 0.0)
    with serving(pem) as server:
        before = shown(server, issuer)
        pem.write_text("half of a renewal")
        assert shown(server, issuer) == before  # what cannot be used leaves the former
        issuer.issue(pem, 2 * DAYS)
        assert shown(server, issuer) != before


def shown(server: WebServer, issuer: Authority) -> str:
    """The end of the certificate that a new connection sees."""
    trust = ssl.create_default_context(cafile=str(issuer.file))
    with connected(server) as plain, trust.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        return str((secure.getpeercert() or {})["notAfter"])


@pytest.mark.parametrize("listen", ["0.0.0.0:8443", ":8443", "192.0.2.1:80", "hub.example:80", "[::]:80"])
def test_nothing_is_served_to_the_network_without_tls(tmp_path, listen) -> None:
    with pytest.raises(ConfigError, match="Without TLS nothing is served") as refused:
        listener_of(tmp_path, HubConfig("hub.example/log", listen=listen))
    assert "tls_certificate" in refused.value.remedy
    assert "proxies" in refused.value.remedy


def test_behind_a_proxy_of_another_machine_only_the_proxy_is_heard(tmp_path) -> None:
    behind = listener_of(tmp_path, HubConfig("a/log", listen="0.0.0.0:80", proxies="192.0.2.7, 10.0.0.0/8"))
    heard = {each: behind.admits(each) for each in ("192.0.2.7", "10.1.2.3", "127.0.0.1", "192.0.2.8", "?")}
    assert heard == {"192.0.2.7": True, "10.1.2.3": True, "127.0.0.1": True, "192.0.2.8": False, "?": False}
    assert not listener_of(tmp_path, HubConfig("a/log")).admits("192.0.2.7")


def test_faults_of_the_settings_are_named(issuer, pem, tmp_path) -> None:
    def refused(**settings: str) -> SafelaneError:
        with pytest.raises((ConfigError, KeyFileError)) as error:
            listener_of(tmp_path, HubConfig("a/log", **settings))
        return error.value

    named = {"tls_certificate": pem.name, "public_url": "https://hub.example"}
    assert listener_of(tmp_path, HubConfig("a/log", listen="0.0.0.0:443", **named)).admits("192.0.2.8")
    assert "without 'public_url'" in refused(tls_certificate=pem.name).message
    assert "without 'tls_certificate'" in refused(tls_key=pem.name).message
    assert "proxies" in refused(proxies="the proxy").message
    assert "cannot be read" in refused(**{**named, "tls_key": "no.key"}).message
    other = issuer.issue(tmp_path / "other.pem", DAYS)
    other.chmod(0o644)
    assert "can be read by others" in refused(**{**named, "tls_key": other.name}).message
    other.chmod(0o600)
    assert "cannot be used with the key" in refused(**{**named, "tls_key": other.name}).message


def test_the_command_refuses_before_it_listens(tmp_path) -> None:
    made = CliRunner().invoke(
        main,
        ["hub", "found", "--dir", str(tmp_path / "hub"), "--origin", "a.example/log", *UNENCRYPTED],
    )
    assert made.exit_code == 0
    write_config(tmp_path / "hub", HubConfig("a.example/log", listen="0.0.0.0:0"))
    result = CliRunner().invoke(main, ["hub", "serve", "--dir", str(tmp_path / "hub")])
    assert result.exit_code == ConfigError.exit_code
    assert "Without TLS nothing is served on 0.0.0.0:0" in result.output
