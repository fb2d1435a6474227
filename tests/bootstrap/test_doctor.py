"""The doctor sees what is wrong, says what to do, and changes nothing."""

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from certificates import authority
from click.testing import CliRunner
from federation import Federation, federation

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.monitor_loop import hub_monitor_cycle
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.backup import back_up, restore
from gateway.bootstrap.setup.layout import database_url
from gateway.bootstrap.upkeep.check_result import Finding, State
from gateway.bootstrap.upkeep.doctor import examine
from gateway.cli import main
from gateway.config import HubConfig, MemberConfig, read_config, write_config
from gateway.http.trust import trusted
from gateway.hub.enrolment import revoke
from gateway.store.engine.log_lock import hold_log

THREE_YEARS = timedelta(days=3 * 365)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path / "region", "KH", ready=False) as running:
        yield running


@pytest.fixture
def hub(region: Federation, tmp_path: Path) -> Path:
    del region
    return tmp_path / "region" / "hub"


@pytest.fixture
def node(region: Federation, tmp_path: Path) -> Iterator[Path]:
    """A node whose hub really serves."""
    directory = tmp_path / "region" / "KH"
    region.clock.time = datetime.now(UTC)  # calls are believed for a minute only
    server = WebServer(create_hub_app(region.hub), "127.0.0.1:0")
    server.start()
    config = read_config(directory, MemberConfig)
    write_config(directory, MemberConfig(config.member, server.url, config.hub_log_key, config.hub_call_key))
    yield directory
    server.close()


def findings(directory: Path) -> dict[str, Finding]:
    return {finding.about: finding for finding in examine(directory)}


def test_a_hub_that_is_well(hub: Path) -> None:
    found = findings(hub)

    assert {name for name, f in found.items() if f.state is State.WRONG} == set()
    assert found["log"].state is State.WELL
    assert found["KH"].state is State.WARNING  # it has never called
    assert found["KH"].remedy


def test_who_serves_is_told_and_who_is_stopped(hub: Path, tmp_path: Path) -> None:
    assert (findings(hub)["service"].state, findings(hub)["service"].detail) == (State.WARNING, "stopped")
    node = findings(tmp_path / "region" / "KH")["service"]
    assert node.detail == "stopped"
    assert "safelane member serve" in node.remedy

    config = read_config(hub, HubConfig)
    with hold_log(database_url(hub, config), config.origin):
        assert findings(hub)["service"].state is State.WELL
        (hub / "address").write_text("https://127.0.0.1:1\n")
        assert findings(hub)["service"].detail == "served at https://127.0.0.1:1"


def test_a_node_that_is_well(node: Path) -> None:
    found = findings(node)

    assert {name for name, f in found.items() if f.state is State.WRONG} == set()
    assert found["hub"].state is State.WELL
    assert found["clock"].state is State.WELL
    assert "knows this node's keys" in found["versions"].detail
    missing = [f.detail for f in examine(node) if f.about == "answers"]
    assert [what.rpartition(" ")[2] for what in missing] == ["snapshot", "force", "cube"]


def test_a_hub_that_is_away_is_told(region: Federation, tmp_path: Path) -> None:
    directory = tmp_path / "region" / "KH"
    config = read_config(directory, MemberConfig)
    away = MemberConfig(config.member, "http://127.0.0.1:9", config.hub_log_key, config.hub_call_key)
    write_config(directory, away)

    assert findings(directory)["hub"].state is State.WRONG


def test_a_hub_that_is_older_or_no_longer_knows_the_node_is_told(
    region: Federation, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.federation.FEATURES", ("serves",))
    older = findings(node)["versions"]
    assert older.state is State.WARNING
    assert "cannot do: bounds, returned_log, sharing, upload_batch" in older.detail

    revoke(region.hub, "KH", "the key was lost")
    unknown = findings(node)["versions"]
    assert unknown.state is State.WRONG
    assert "enrolled again" in unknown.remedy


@pytest.fixture
def over_tls(region: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A node whose hub has a certificate of an authority of its own, in `hub.pem`, and says nothing else."""
    issued = authority(tmp_path / "authority.pem")
    issued.issue(tmp_path / "hub.pem", timedelta(days=1))
    issued.issue(tmp_path / "ended.pem", -timedelta(days=1))
    issued.issue(tmp_path / "another.pem", timedelta(days=1), "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    trusted.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_greet, args=(server, tmp_path / "hub.pem"), daemon=True).start()
        directory = tmp_path / "region" / "KH"
        config = read_config(directory, MemberConfig)
        write_config(directory, replace(config, hub_url=f"https://127.0.0.1:{server.getsockname()[1]}"))
        yield directory
    trusted.cache_clear()


def _greet(server: socket.socket, certificate: Path) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            with suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()


@pytest.mark.parametrize(
    ("certificate", "state", "words"),
    [
        ("hub", State.WARNING, "renewed"),
        ("ended", State.WRONG, "this machine's clock"),
        ("another", State.WRONG, "Compare the address"),
        ("stranger", State.WRONG, "SSL_CERT_FILE"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_apart(
    over_tls: Path, tmp_path: Path, certificate: str, state: State, words: str
) -> None:
    authority(tmp_path / "nobody.pem").issue(tmp_path / "stranger.pem", timedelta(days=1))
    if certificate != "hub":
        (tmp_path / f"{certificate}.pem").replace(tmp_path / "hub.pem")

    found = findings(over_tls)["TLS"]
    assert found.state is state
    assert words in found.remedy


@pytest.mark.parametrize(
    ("days", "state"), [(31, State.WELL), (29, State.WARNING), (-1, State.WRONG), (None, State.WRONG)]
)
def test_the_end_of_the_own_certificate_is_told_a_month_before(
    hub: Path, tmp_path: Path, days: int | None, state: State
) -> None:
    if days is None:
        (hub / "own.pem").write_text("no certificate")
    else:
        authority(tmp_path / "own-authority.pem").issue(hub / "own.pem", timedelta(days=days, hours=1))
    (hub / "own.pem").chmod(0o600)
    config = read_config(hub, HubConfig)
    write_config(hub, replace(config, tls_certificate="own.pem"))

    assert findings(hub)["certificate"].state is state


def test_a_certificate_and_a_call_of_a_time_to_come_are_told(
    region: Federation, hub: Path, tmp_path: Path
) -> None:
    """They were made under a clock that was three years ahead."""
    authority(tmp_path / "own-authority.pem").issue(hub / "own.pem", timedelta(days=2000), begins=THREE_YEARS)
    (hub / "own.pem").chmod(0o600)
    write_config(hub, replace(read_config(hub, HubConfig), tls_certificate="own.pem"))
    region.clock.time = datetime.now(UTC) + THREE_YEARS
    region.members["KH"].round()

    found = findings(hub)

    assert (found["certificate"].state, found["KH"].state) == (State.WRONG, State.WARNING)
    assert "does not count before" in found["certificate"].detail
    assert "set back by 1094 days" in found["KH"].detail


def test_a_certificate_that_ends_soon_is_an_alert_until_it_is_renewed(
    region: Federation, hub: Path, tmp_path: Path
) -> None:
    config = replace(read_config(hub, HubConfig), tls_certificate="own.pem")
    cycle = hub_monitor_cycle(hub, config, region.hub)

    def open_alerts(days: int) -> set[str]:
        region.clock.time = datetime.now(UTC)
        authority(tmp_path / "own-authority.pem").issue(hub / "own.pem", timedelta(days=days))
        cycle()
        with region.hub.store.reading() as view:
            return {kept.alert.kind for kept in view.watch.alerts(ended=False)}

    assert "certificate" in open_alerts(29)
    assert "certificate" not in open_alerts(60)


def test_plain_http_over_a_network_is_told(region: Federation, tmp_path: Path) -> None:
    directory = tmp_path / "region" / "KH"
    config = read_config(directory, MemberConfig)
    open_way = MemberConfig(config.member, "http://hub.invalid", config.hub_log_key, config.hub_call_key)
    write_config(directory, open_way)

    assert findings(directory)["TLS"].state is State.WARNING


@pytest.mark.parametrize(
    ("harm", "about"),
    [
        (lambda d: (d / "keys" / "log.key").unlink(), "keys"),
        (lambda d: (d / "keys" / "log.key").write_text("PRIVATE"), "keys"),
        (lambda d: (d / "keys" / "log.key").chmod(0o644), "keys"),
        (
            lambda d: (d / "safelane.sqlite").write_bytes(
                b"not a database, but long enough to be read as one" * 9
            ),
            "database",
        ),
        (lambda d: d.chmod(0o755), "directory"),
    ],
)
def test_what_is_wrong_is_told_with_a_remedy(tmp_path: Path, hub: Path, harm, about: str) -> None:
    shutil.copytree(hub, tmp_path / "copy")
    harm(tmp_path / "copy")

    finding = findings(tmp_path / "copy")[about]
    assert finding.state is State.WRONG
    assert finding.remedy
    assert "PRIVATE" not in finding.detail


def test_a_restored_log_that_waits_is_told(hub: Path, tmp_path: Path) -> None:
    back_up(hub, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again")

    finding = findings(tmp_path / "again")["restore"]
    assert finding.state is State.WARNING
    assert "KH" in finding.detail


def test_the_command_fails_when_something_is_wrong(hub: Path) -> None:
    well = CliRunner().invoke(main, ["doctor", "--dir", str(hub)])
    hub.chmod(0o755)
    wrong = CliRunner().invoke(main, ["doctor", "--dir", str(hub)])

    assert well.exit_code == 0
    assert wrong.exit_code == 1
    assert "BAD" in wrong.output
    assert f"chmod 700 {hub}" in wrong.output


def test_a_directory_that_is_not_set_up(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--dir", str(tmp_path)])

    assert result.exit_code == 8
