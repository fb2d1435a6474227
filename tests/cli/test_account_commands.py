"""`safelane account` on a hub and on a node: the first operator, and everything that an operator does."""

import json
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner, Result
from databases import new_database
from lone_node import set_up

from gateway.accounts.invitations import accept, read_invitation
from gateway.accounts.model import Side
from gateway.accounts.tokens import caller
from gateway.bootstrap.setup.open_hub import create_hub
from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.cli import main
from gateway.store.engine.migrate import HUB

PASSPHRASE = "correct horse battery staple"


class Desk:
    """Somebody at the machine of a hub or node."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def run(self, *arguments: str, text: str | None = None) -> Result:
        return CliRunner().invoke(main, ["account", *arguments, "--dir", str(self.directory)], input=text)

    def says(self, *arguments: str, text: str | None = None) -> str:
        result = self.run(*arguments, text=text)
        assert result.exit_code == 0, result.output
        return result.output

    def code(self, *arguments: str) -> str:
        """The secret that a command prints on a line of its own."""
        return next(line for line in self.says(*arguments).splitlines() if line.startswith(("sli_", "slt_")))

    def opened(self, name: str, role: str, *more: str) -> None:
        code = self.code("invite", name, "--role", role, "--organisation", "ARMAC", *more)
        with open_entrance(self.directory) as entrance:
            generator = read_invitation(entrance, code)[1]
            accept(entrance, code, PASSPHRASE, pyotp.TOTP(generator).now())


@pytest.fixture(params=list(Side))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    directory = tmp_path / "own"
    if request.param is Side.HUB:
        create_hub(directory, "test.example/log", database=new_database(HUB))
    else:
        set_up(directory)
    return Desk(directory)


@pytest.fixture
def hub(tmp_path: Path) -> Desk:
    create_hub(tmp_path / "hub", "test.example/log", database=new_database(HUB))
    return Desk(tmp_path / "hub")


def test_the_first_operator_is_made_at_the_machine(desk: Desk) -> None:
    assert "add-operator" in desk.says("list")

    code = desk.code("add-operator", "op@armac.example", "--organisation", "ARMAC")

    assert "invited until" in desk.says("list")
    with open_entrance(desk.directory) as entrance:
        invitation, generator = read_invitation(entrance, code)
        accept(entrance, code, PASSPHRASE, pyotp.TOTP(generator).now())
    assert invitation.offer.role.value == "operator"
    assert "since" in desk.says("list")


def test_the_key_of_the_accounts_is_made_once(desk: Desk) -> None:
    desk.says("list")
    path = desk.directory / "keys" / "accounts.key"
    made = path.read_text()

    desk.says("list")

    assert path.read_text() == made
    assert path.stat().st_mode & 0o077 == 0


def test_an_invitation_is_withdrawn(hub: Desk) -> None:
    code = hub.code("invite", "ana@armac.example", "--role", "analyst", "--organisation", "ARMAC")

    hub.says("withdraw", "ana@armac.example")

    with open_entrance(hub.directory) as entrance, pytest.raises(Exception, match="does not open"):
        read_invitation(entrance, code)
    assert hub.run("withdraw", "ana@armac.example").exit_code == 11


def test_a_life_at_the_hub(hub: Desk) -> None:
    hub.opened("op@armac.example", "operator")
    hub.opened("ana@armac.example", "analyst", "--purpose", "regional-reporting")
    hub.opened("ben@armac.example", "analyst")
    token = hub.code("token", "ana@armac.example", "--label", "report", "--scope", "ask", "--days", "3")
    service = hub.code(
        "service", "nightly@armac.example", "--owner", "ana@armac.example", "--label", "x", "--scope", "read"
    )
    listed = hub.says("tokens", "ana@armac.example")
    assert "never used" in listed

    assert "Revoked: 1" in hub.says("revoke", "ana@armac.example", "--token", listed.split()[0])
    with open_entrance(hub.directory) as entrance:
        with pytest.raises(Exception, match="not known"):
            caller(entrance.accounts, token)
        assert caller(entrance.accounts, service).principal.person == "ana@armac.example"

    assert json.loads(hub.says("export", "ana@armac.example"))["account"]["services"] == [
        "nightly@armac.example"
    ]
    assert "belongs to ben" in hub.says("hand-over", "ana@armac.example", "ben@armac.example")
    assert "closed" in hub.says("list")
    assert "erased-" in hub.says("erase", "ana@armac.example", text="y\n")
    assert "ana@armac.example" not in hub.says("list")
    assert "auditor from now on" in hub.says("role", "ben@armac.example", "auditor")
    assert "Ended: 0" in hub.says("sessions", "ben@armac.example", "--end")
    assert hub.says("sessions", "ben@armac.example") == ""
    hub.says("disable", "ben@armac.example")


def test_erasing_asks_first(hub: Desk) -> None:
    hub.opened("ana@armac.example", "analyst")
    hub.opened("op@armac.example", "operator")
    hub.says("disable", "ana@armac.example")

    assert hub.run("erase", "ana@armac.example", text="n\n").exit_code == 1
    assert "ana@armac.example" in hub.says("list")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("invite", "x", "--role", "analyst", "--organisation", "A"), "3 to 100"),
        (
            ("invite", "ana@x.example", "--role", "controller", "--organisation", "A"),
            "no controller on a hub",
        ),
        (("disable", "nobody@x.example"), "no account"),
        (("hand-over", "nobody@x.example", "other@x.example"), "no account"),
        (("token", "nobody@x.example", "--label", "x", "--scope", "ask"), "no open account"),
        (("sessions", "nobody@x.example", "--end"), "no such session"),
        (("revoke", "nobody@x.example"), "no such token"),
        (("export", "nobody@x.example"), "no account"),
        (("erase", "nobody@x.example", "--yes"), "no account"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_said_with_a_remedy(hub: Desk, arguments: tuple[str, ...], said: str) -> None:
    result = hub.run(*arguments)

    assert result.exit_code == 11
    first, second = result.output.splitlines()
    assert said in first
    assert second


def test_a_directory_that_is_no_hub_and_no_node_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["account", "list", "--dir", str(tmp_path)])

    assert result.exit_code == 8
    assert "not set up" in result.output


class Operator:
    """An operator of either side, who proves it at the terminal: each code counts once."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.name = desk, name
        code = desk.code("add-operator", name, "--organisation", "ARMAC")
        with open_entrance(desk.directory) as entrance:
            generator = read_invitation(entrance, code)[1]
            self.codes = list(accept(entrance, code, PASSPHRASE, pyotp.TOTP(generator).now()))

    def renews(self, name: str, *more: str, passphrase: str = PASSPHRASE) -> Result:
        text = f"{passphrase}\n{self.codes.pop()}\n"
        return self.desk.run("renew", name, "--operator", self.name, *more, text=text)


def test_two_operators_let_somebody_in_again_and_one_alone_does_not(desk: Desk) -> None:
    vera, otto = Operator(desk, "vera@armac.example"), Operator(desk, "otto@armac.example")
    desk.opened("ana@armac.example", "auditor")

    wrong = vera.renews("ana@armac.example", passphrase="not the one of vera at all")
    assert wrong.exit_code == 11
    first = vera.renews("ana@armac.example")
    assert "Another operator has to confirm" in first.output
    alone = vera.renews("ana@armac.example")
    assert alone.exit_code == 11
    assert "another operator has to confirm it" in alone.output
    assert vera.renews("vera@armac.example").exit_code == 11, "nobody can let the own account in again"
    second = otto.renews("ana@armac.example")

    both = " ".join(
        line for said in (first, second) for line in said.output.splitlines() if line[:4] == "sli_"
    )
    assert len(both.split()) == 2
    with open_entrance(desk.directory) as entrance:
        invitation, _ = read_invitation(entrance, both)
    assert (invitation.offer.name, invitation.renews) == ("ana@armac.example", True)
    assert (
        desk.run("renew", "ana@armac.example", "--operator", "ana@armac.example", text="x\ny\n").exit_code
        == 11
    )
    assert desk.says("passkeys", "ana@armac.example") == ""
    assert desk.run("passkeys", "ana@armac.example", "--remove", "k1").exit_code == 11


def test_a_request_is_withdrawn_at_the_machine(desk: Desk) -> None:
    vera, otto = Operator(desk, "vera@armac.example"), Operator(desk, "otto@armac.example")
    desk.opened("ana@armac.example", "auditor")
    vera.renews("ana@armac.example")

    assert "Nobody is asked any more" in otto.renews("ana@armac.example", "--withdraw").output
    assert otto.renews("ana@armac.example", "--withdraw").exit_code == 11
