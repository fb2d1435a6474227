"""The page where a node operator's desk begins: contact, log, backups, storage, people; no answers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from entrances import Browser, House, house_of

from gateway.accounts.invitations import invite
from gateway.accounts.model import Offer, Role, Scope, Side, TokenRequest
from gateway.accounts.tokens import make_token
from gateway.web.operator.machine import KEY, Encryption, LastBackup, Machine

GIGABYTE = 1024**3


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(Side.NODE, tmp_path_factory.mktemp("node")) as made:
        yield made


@pytest.fixture(scope="module")
def operator(node: House) -> Browser:
    return node.signed_in(node.person("op@kh.example", Role.OPERATOR))


def shows(node: House, machine: Machine) -> None:
    node.app.extensions[KEY] = lambda: machine


def test_the_desk_begins_there_and_names_contact_log_and_people(node: House, operator: Browser) -> None:
    assert operator.get("/").headers["Location"].endswith("/service")
    invite(node.entrance, "op@kh.example", Offer("new.person", "CMAA", Role.AUDITOR))

    page = operator.get("/service").text

    assert "The node of Cambodia" in page
    assert "The node has not been in contact with the hub yet." in page
    assert "Answers not delivered yet" in page
    assert "none: every question is refused" in page
    assert "op@kh.example" in page
    assert "new.person" in page[page.index("Invitations not taken yet") :]


def test_what_has_to_be_done_in_time_stands_out(node: House, operator: Browser) -> None:
    now = node.clock.now()
    bad = Machine(
        free=GIGABYTE,
        size=20 * GIGABYTE,
        database=None,
        certificate_ends=now + timedelta(days=9),
        backup=LastBackup(now - timedelta(days=40), 7, True),
        encryption=Encryption(None, "", "<b>one pilot</b>"),
    )
    shows(node, bad)
    page = operator.get("/service").text
    for words in (
        "The last backup is 40 days old",
        "Little room is left on the disk",
        "The certificate ends in 9 days",
        "1.0 GB of 20.0 GB",
        "on a server",
        "sealed",
        "The disk is not encrypted",
        "reason: &lt;b&gt;one pilot&lt;/b&gt;",
    ):
        assert words in page, words
    ended, ends = now - timedelta(days=3), now + timedelta(days=300)
    shows(node, Machine(9 * GIGABYTE, 20 * GIGABYTE, 5 * 1024**2, ended, None, Encryption(None, "", "")))
    page = operator.get("/service").text
    assert "No backup is known yet" in page
    assert "The certificate has ended" in page
    assert "5.0 MB" in page
    assert "No encryption of the disk was found" in page
    good = LastBackup(now - timedelta(hours=2), 7, False)
    said = Encryption(None, "the drive", "")
    shows(node, Machine(9 * GIGABYTE, 20 * GIGABYTE, 5 * 1024**2, ends, good, said))
    page = operator.get("/service").text
    assert 'class="notice warn"' not in page
    assert "The last backup is from the last 24 hours." in page
    assert "the drive, as the operator says" in page


def test_others_do_not_see_it_and_a_program_of_the_operator_does(node: House, operator: Browser) -> None:
    for role in (Role.CONTROLLER, Role.AUDITOR):
        other = node.signed_in(node.person(f"{role}@kh.example", role))
        assert other.get("/service").status_code == 403
    who = "op@kh.example"
    token = make_token(node.accounts, who, who, TokenRequest("watch", frozenset({Scope.DESK})))
    found = node.browser(Authorization=f"Bearer {token}").get("/api/v1/desk/service.json").json()
    assert found["machine"]["machine"]["free"] > 0
    assert {"country", "entries", "unsent", "people"} <= set(found)
    assert operator.get("/controller/overview").status_code == 403
