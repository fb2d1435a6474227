"""`safelane account`: the people of a hub or a node, and the tokens of their programs."""

import getpass
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from gateway.accounts import addresses, leaving, managing, sessions, tokens
from gateway.accounts import invitations as inviting
from gateway.accounts.context import Entrance
from gateway.accounts.model import Account, AddressRequest, Offer, Role, Scope, TokenRequest
from gateway.accounts.passkeys import registering
from gateway.accounts.ports import UnitOfWork
from gateway.accounts.renewal import two_operators
from gateway.accounts.signing_in import Attempt, prove
from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.cli.common import options

R = TypeVar("R")

name_argument = click.argument("name", metavar="NAME")
organisation = click.option("--organisation", required=True, help="Whom the person works for, like ARMAC.")
purposes = click.option(
    "--purpose", "purposes", multiple=True, help="A purpose for which an analyst may ask; repeat for more."
)
days_of_invitation = click.option(
    "--days",
    default=inviting.DAYS,
    show_default=True,
    type=click.IntRange(1, inviting.MOST_DAYS),
    help="How long the invitation holds.",
)
role_choice = click.Choice([role.value for role in Role])
scope_option = click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope if scope is not Scope.ADDRESS]),
    help="A scope of the token; repeat for more.",
)
label_option = click.option("--label", required=True, help="Use of the token, in a few words.")
days_of_token = click.option(
    "--days",
    default=90,
    show_default=True,
    type=click.IntRange(1, tokens.MOST_DAYS),
    help="How long the token holds.",
)


@click.group("account")
def command() -> None:
    """Who may sign in to a hub or a node, and with which duties."""


@command.command("add-operator")
@name_argument
@organisation
@days_of_invitation
@options.own_directory
def add_operator(name: str, organisation: str, days: int, directory: Path) -> None:
    """Invite the first or a further operator."""
    _invite(directory, Offer(name, organisation, Role.OPERATOR), days)


@command.command("invite")
@name_argument
@organisation
@click.option("--role", required=True, type=role_choice, help="The one duty that the person will have.")
@purposes
@days_of_invitation
@options.own_directory
def invite(
    *, name: str, organisation: str, role: str, purposes: Sequence[str], days: int, directory: Path
) -> None:
    """Invite a person under a NAME, such as an e-mail address; prints the code that opens the account."""
    _invite(directory, Offer(name, organisation, Role(role), frozenset(purposes)), days)


@command.command("renew")
@name_argument
@click.option("--operator", required=True, help="Your own account: who asks, or confirms that another asked.")
@click.option("--withdraw", "withdraws", is_flag=True, help="End a request that nobody has confirmed.")
@options.own_directory
def renew(*, name: str, operator: str, withdraws: bool, directory: Path) -> None:
    """Let NAME in again after a loss of passphrase, phone or passkeys; two operators have to do so.

    The first run asks, a second run by another operator confirms; the operator's passphrase and code are
    asked for. Each run prints one of two codes, and the person needs both. All former means end with the
    second.
    """
    with open_entrance(directory) as entrance:
        half = _as_operator(
            entrance,
            operator,
            lambda work, by: (
                two_operators.withdraw_request(entrance, work, by, name)
                if withdraws
                else two_operators.ask_or_confirm(entrance, work, by, name)
            ),
        )
    if half is None:
        click.echo(f"Nobody is asked any more to let {name} in again.")
        return
    if half.second:
        click.echo(f"Nothing of before opens the account {name} any more. The second code, shown this once:")
    else:
        click.echo("Another operator has to confirm within three days. The first code, shown this once:")
    click.echo(half.code)
    click.echo(
        "Check the person's identity, as for an invitation. The person types both codes in at /invitation on "
        "the pages, with a space between."
    )


@command.command("withdraw")
@name_argument
@options.own_directory
def withdraw(name: str, directory: Path) -> None:
    """Make the unused invitation of NAME void."""
    with open_entrance(directory) as entrance:
        inviting.withdraw(entrance.accounts, _console(), name)
    click.echo(f"The invitation of {name} opens nothing any more.")


@command.command("list")
@options.own_directory
def list_accounts(directory: Path) -> None:
    """List accounts and invitations, closed ones too."""
    with open_entrance(directory) as entrance, entrance.accounts.store.reading() as view:
        accounts, invitations = view.people.accounts(), view.people.invitations()
    for account in accounts:
        click.echo(
            f"{account.name:<36} {account.role.value:<11} {account.organisation:<12} {_state(account)}"
        )
    for invitation in invitations:
        offer = invitation.offer
        click.echo(
            f"{offer.name:<36} {offer.role.value:<11} {offer.organisation:<12} "
            f"invited until {_moment(invitation.until)}"
        )
    if not accounts and not invitations:
        click.echo("Nobody yet. Begin with: safelane account add-operator")


@command.command("role")
@name_argument
@click.argument("role", type=role_choice)
@purposes
@options.own_directory
def change_role(name: str, role: str, purposes: Sequence[str], directory: Path) -> None:
    """Give a person another duty; all sessions and tokens of the person end."""
    with open_entrance(directory) as entrance:
        managing.change_role(entrance.accounts, _console(), name, Role(role), frozenset(purposes))
    click.echo(f"{name} is {role} from now on, and has to sign in again.")


@command.command("disable")
@name_argument
@options.own_directory
def disable(name: str, directory: Path) -> None:
    """Close an account at once, with its sessions and tokens."""
    with open_entrance(directory) as entrance:
        managing.disable(entrance.accounts, _console(), name)
    click.echo(f"The account {name} is closed.")


@command.command("hand-over")
@name_argument
@click.argument("successor", metavar="SUCCESSOR")
@options.own_directory
def hand_over(name: str, successor: str, directory: Path) -> None:
    """Hand over the questions and service accounts of NAME to SUCCESSOR, and close the account."""
    with open_entrance(directory) as entrance:
        leaving.hand_over(entrance.accounts, _console(), name, successor)
    click.echo(f"Everything of {name} now belongs to {successor}; the account {name} is closed.")


@command.command("sessions")
@name_argument
@click.option("--end", "end_all", is_flag=True, help="End all of them at once.")
@options.own_directory
def list_sessions(name: str, end_all: bool, directory: Path) -> None:
    """List a person's sessions, or end all of them."""
    with open_entrance(directory) as entrance:
        if end_all:
            count = sessions.end(entrance.accounts, _console(), name)
            click.echo(f"Ended: {count}.")
            return
        for session in sessions.open_sessions(entrance.accounts, name):
            click.echo(
                f"{session.id}  {session.agent:<24} since {_moment(session.since)}, "
                f"last seen {_moment(session.seen)}"
            )


@command.command("passkeys")
@name_argument
@click.option("--remove", "gone", help="Remove this passkey, by its id.")
@options.own_directory
def list_passkeys(name: str, gone: str | None, directory: Path) -> None:
    """List a person's passkeys, or remove one of them."""
    with open_entrance(directory) as entrance:
        if gone is not None:
            registering.remove_passkey(entrance.accounts, _console(), name, gone)
            click.echo("The passkey opens nothing any more.")
            return
        with entrance.accounts.store.reading() as view:
            for passkey in view.people.passkeys_of(name):
                used = f"last used {_moment(passkey.used)}" if passkey.used else "never used"
                click.echo(f"{passkey.id}  {passkey.label:<24} since {_moment(passkey.since)}, {used}")


@command.command("token")
@name_argument
@label_option
@scope_option
@days_of_token
@options.own_directory
def make_token(name: str, label: str, scopes: Sequence[str], days: int, directory: Path) -> None:
    """Make a token for a person's programs; the token is printed this once."""
    requested = TokenRequest(label, frozenset(map(Scope, scopes)), days)
    with open_entrance(directory) as entrance:
        click.echo(tokens.make_token(entrance.accounts, _console(), name, requested))


@command.command("service")
@name_argument
@click.option(
    "--owner", required=True, help="The person who owns the account; the account has the person's duty."
)
@label_option
@scope_option
@days_of_token
@options.own_directory
def add_service(
    *, name: str, owner: str, label: str, scopes: Sequence[str], days: int, directory: Path
) -> None:
    """Make a program's account that belongs to a person; its token is printed this once."""
    requested = TokenRequest(label, frozenset(map(Scope, scopes)), days)
    with open_entrance(directory) as entrance:
        click.echo(tokens.add_service(entrance.accounts, _console(), name, owner, requested))


@command.command("address")
@name_argument
@label_option
@click.option("--question", help="Only the releases of this question, by its number; else all own tables.")
@days_of_token
@options.own_directory
def make_address(name: str, label: str, question: str | None, days: int, directory: Path) -> None:
    """Make a personal address for an analyst's programs that can send no token; it is printed this once."""
    requested = AddressRequest(label, days, question)
    with open_entrance(directory) as entrance:
        secret = addresses.make_address(entrance.accounts, _console(), name, requested)
    click.echo(f"/personal/{secret}")
    click.echo("It stands before /api/ in an address of the hub. Withdraw it with: safelane account revoke")


@command.command("tokens")
@name_argument
@options.own_directory
def list_tokens(name: str, directory: Path) -> None:
    """List a person's tokens: scopes, end date, last use."""
    with open_entrance(directory) as entrance, entrance.accounts.store.reading() as view:
        for token in view.people.tokens_of(name):
            used = f"last used {_moment(token.used)}" if token.used else "never used"
            scopes = ",".join(token.words)
            click.echo(f"{token.id}  {token.label:<24} {scopes:<16} until {_moment(token.until)}, {used}")


@command.command("revoke")
@name_argument
@click.option("--token", "ids", multiple=True, help="Only this token, by its id; else all of them.")
@options.own_directory
def revoke(name: str, ids: Sequence[str], directory: Path) -> None:
    """Revoke a person's tokens at once."""
    with open_entrance(directory) as entrance:
        count = tokens.revoke(entrance.accounts, _console(), name, ids or None)
    click.echo(f"Revoked: {count}.")


@command.command("export")
@name_argument
@options.own_directory
def export(name: str, directory: Path) -> None:
    """Print everything stored about a person, as JSON and without secrets."""
    with open_entrance(directory) as entrance:
        kept = leaving.export(entrance.accounts, _console(), name)
    click.echo(json.dumps(kept, indent=1))


@command.command("erase")
@name_argument
@click.confirmation_option(prompt="Who that was cannot be found out any more. Erase?")
@options.own_directory
def erase(name: str, directory: Path) -> None:
    """Erase the identity behind a closed account: the log and its questions stay, the name goes."""
    with open_entrance(directory) as entrance:
        word = leaving.erase(entrance.accounts, _console(), name)
    click.echo(f"Erased. The remaining records are under {word}.")


def _as_operator(entrance: Entrance, name: str, act: Callable[[UnitOfWork, Account], tuple[int, R]]) -> R:
    """Do what counts by the operator who does it: who runs the command has to prove to be that operator."""
    attempt = Attempt(
        "this machine",
        None,
        "a command",
        name=name,
        passphrase=click.prompt(f"Passphrase of {name}", hide_input=True),
        code=click.prompt(f"Code of {name}"),
    )
    return prove(entrance, attempt, act)


def _invite(directory: Path, offer: Offer, days: int) -> None:
    with open_entrance(directory) as entrance:
        code = inviting.invite(entrance, _console(), offer, days)
    click.echo(f"{offer.name} is invited as {offer.role.value} for {days} days. The code, shown this once:")
    click.echo(code)
    click.echo("Hand the code over in person or by voice; it is typed in at /invitation on the pages.")


def _console() -> str:
    """Return the user of a command, known by the account of the machine."""
    return f"console {getpass.getuser()}"


def _state(account: Account) -> str:
    if account.closed is not None:
        return f"closed {_moment(account.closed)}"
    return f"service of {account.owner}" if account.owner else f"since {_moment(account.since)}"


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
