"""An office without internet has an authority of its own by one command; members pin it when they join."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from slow_senders import application

from gateway.bootstrap.serving.listener import Listener, listener_of
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.certificate import RenewedCertificate, certificate_files
from gateway.bootstrap.setup.joining import JoinError, join
from gateway.bootstrap.setup.open_hub import create_hub, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member
from gateway.bootstrap.setup.private_authority import (
    AUTHORITY,
    CERTIFICATE,
    PINNED,
    AuthorityError,
    hub_authority,
    issue,
    own_authority,
)
from gateway.bootstrap.upkeep.doctor import examine
from gateway.bootstrap.upkeep.hub_reachability import way_to_hub
from gateway.cli import main
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.http.trust import UntrustedError, trusted
from gateway.hub.enrolment import hub_keys, invite
from gateway.wire.enrolment import Enrolment, fingerprint, parse_invitation


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    create_hub(tmp_path / "hub", "region.example/log")
    return tmp_path / "hub"


def made(hub: Path, *names: str) -> str:
    done = CliRunner().invoke(main, ["tls", *names, "--dir", str(hub)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@contextmanager
def serving(hub: Path) -> Iterator[str]:
    files = certificate_files(hub, read_config(hub, HubConfig))
    assert files is not None
    server = WebServer(application(), Listener("127.0.0.1:0", RenewedCertificate(files)))
    server.start()
    try:
        yield server.url
    finally:
        server.close()


def reached(url: str, trust: ssl.SSLContext) -> int:
    return httpx.get(f"{url}/", verify=trust, trust_env=False).status_code


def test_one_command_makes_all_that_a_hub_needs_to_speak_tls(hub: Path) -> None:
    said = made(hub, "hub.example", "127.0.0.1")

    assert "up to" in said
    assert read_config(hub, HubConfig).public_url == "https://hub.example"
    assert listener_of(hub, read_config(hub, HubConfig)).scheme == "https"
    assert {path.stat().st_mode & 0o777 for path in (hub / "tls").iterdir()} == {0o600}
    assert (hub / "tls").stat().st_mode & 0o777 == 0o700
    with serving(hub) as url:
        assert reached(url, trusted(own_authority(hub)))
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            reached(url, trusted())


def test_a_node_that_pins_the_authority_trusts_no_other(hub: Path, tmp_path: Path) -> None:
    made(hub, "127.0.0.1")
    create_hub(tmp_path / "other", "region.example/log")
    made(tmp_path / "other", "127.0.0.1")

    with serving(tmp_path / "other") as url, pytest.raises(httpx.ConnectError, match="VERIFY_FAILED"):
        reached(url, trusted(own_authority(hub)))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("expired", "Compare this machine's clock"),
        ("of another name", "Compare the address"),
        ("of a stranger", "somebody stands in between"),
    ],
)
def test_whoever_joins_is_told_what_is_wrong_with_the_hubs_certificate(
    hub: Path, tmp_path: Path, bad: str, said: str
) -> None:
    made(hub, "127.0.0.1", "hub.example")
    with open_hub(hub) as opened:
        invitation = invite(opened, "KH", "")
    if bad == "expired":
        issue(hub, ["127.0.0.1"], datetime.now(UTC) - timedelta(days=500))
    elif bad == "of another name":
        issue(hub, ["hub.example"])
    else:
        create_hub(tmp_path / "other", "region.example/log")
        made(tmp_path / "other", "127.0.0.1")
    served = tmp_path / "other" if bad == "of a stranger" else hub
    with serving(served) as url, pytest.raises(JoinError) as refused:
        join(tmp_path / "KH", replace(invitation, hub_url=url))

    assert "The hub's certificate is refused: " in refused.value.remedy
    assert said in refused.value.remedy


def test_a_renewed_certificate_is_of_the_same_authority(hub: Path) -> None:
    made(hub, "127.0.0.1")
    before, first = own_authority(hub), (hub / CERTIFICATE).read_bytes()

    made(hub, "127.0.0.1")

    assert own_authority(hub) == before
    assert (hub / CERTIFICATE).read_bytes() != first


@pytest.mark.parametrize("name", ["other.example", "10.0.0.1", "hub..example", "-x.example", "ហាប់.example"])
def test_no_other_name_gets_a_certificate(hub: Path, name: str) -> None:
    made(hub, "hub.example")
    before = (hub / CERTIFICATE).read_bytes()

    with pytest.raises(AuthorityError):
        issue(hub, [name])
    assert (hub / CERTIFICATE).read_bytes() == before


def test_a_stolen_authority_is_good_for_no_other_name(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who trusts it for the hub's pages must not trust it for a bank's."""
    made(hub, "hub.example")
    monkeypatch.setattr("gateway.bootstrap.setup.private_authority._check_covered", lambda *_: None)
    issue(hub, ["127.0.0.1"])  # a thief asks nobody

    with serving(hub) as url, pytest.raises(httpx.ConnectError, match="subtree violation"):
        reached(url, trusted(own_authority(hub)))


def test_the_invitation_carries_the_authority_and_the_node_keeps_it(hub: Path, tmp_path: Path) -> None:
    made(hub, "127.0.0.1")
    with open_hub(hub) as opened:
        invitation = parse_invitation(invite(opened, "KH", "https://127.0.0.1:1").text())
    create_member(tmp_path / "KH", "KH", "region.example")
    connect(tmp_path / "KH", "KH", invitation.hub_url, invitation.hub)

    assert invitation.hub.authority == own_authority(hub)
    assert (tmp_path / "KH" / PINNED).read_text("ascii") == own_authority(hub)
    assert hub_authority(tmp_path / "KH", read_config(tmp_path / "KH", MemberConfig)) == own_authority(hub)


def test_an_authority_that_was_exchanged_on_the_way_changes_the_fingerprint(hub: Path) -> None:
    made(hub, "127.0.0.1")
    with open_hub(hub) as opened:
        keys = hub_keys(opened)
    enrolment = Enrolment("KH", *[keys.log_key] * 4)

    said = fingerprint(keys, enrolment)
    assert said != fingerprint(replace(keys, authority=""), enrolment)
    assert said != fingerprint(replace(keys, authority=f"{keys.authority} "), enrolment)


def test_the_doctor_looks_by_the_authority_that_is_pinned(hub: Path, tmp_path: Path) -> None:
    made(hub, "127.0.0.1")
    with open_hub(hub) as opened:
        keys = hub_keys(opened)
    with serving(hub) as url:
        create_member(tmp_path / "KH", "KH", "region.example")
        connect(tmp_path / "KH", "KH", url, keys)
        found = {
            each.about: each.detail
            for each in way_to_hub(tmp_path / "KH", read_config(tmp_path / "KH", MemberConfig))
        }
        assert found["TLS"].startswith("the certificate of 127.0.0.1 holds up to")


def test_the_doctor_says_when_the_certificate_ends_and_how_to_renew_it(hub: Path) -> None:
    issue(hub, ["127.0.0.1"], datetime.now(UTC) - timedelta(days=380))

    (found,) = [each for each in examine(hub) if each.about == "certificate"]

    assert "ends on" in found.detail
    assert f"safelane tls NAME --dir {hub}" in found.remedy


def test_an_authority_that_cannot_be_read_is_said_to_be_so(hub: Path, tmp_path: Path) -> None:
    made(hub, "127.0.0.1")
    (hub / AUTHORITY).write_text("nothing")
    with pytest.raises(AuthorityError, match="cannot be read"):
        issue(hub, ["127.0.0.1"])
    with pytest.raises(UntrustedError):
        trusted("nothing")
