"""Sign-in of a hub or a node: its pages for people, and the accounts for commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flask import Flask

from gateway.accounts.context import Accounts, Entrance
from gateway.accounts.ports import Directory
from gateway.api.access_control import KEY as ACCOUNTS
from gateway.api.browsers import Place
from gateway.bootstrap.setup.alert_thresholds import zone_of
from gateway.bootstrap.setup.layout import Layout, is_hub
from gateway.bootstrap.setup.machine_state import machine_state
from gateway.bootstrap.setup.open_hub import open_hub
from gateway.bootstrap.setup.open_member import open_member
from gateway.config import ConfigError, HubConfig, MemberConfig, read_config
from gateway.http.proxies import ON_THIS_MACHINE, Proxies
from gateway.hub.accounts import accounts_of as hub_accounts
from gateway.keys.files import new_key, read_key, read_secret
from gateway.keys.sealer import KeySealer
from gateway.member.node.accounts import accounts_of as node_accounts
from gateway.web import app as web
from gateway.web.operator.machine import KEY as MACHINE

ACCOUNTS_KEY = "accounts.key"
DIRECTORY_SECRET = "oidc.secret"  # noqa: S105 - a file's name


@contextmanager
def open_entrance(directory: Path) -> Iterator[Entrance]:
    """Open the accounts of the hub or node in the directory, for a command.

    Raises ConfigError, KeyFileError or StorageError when something is missing.
    """
    if is_hub(directory):
        config = read_config(directory, HubConfig)
        with open_hub(directory) as hub:
            yield entrance(directory, hub_accounts(hub), hub_place(config))
    else:
        with open_member(directory) as node:
            name = node.dictionary.member(node.member).name
            yield entrance(directory, node_accounts(node), node_place(name))


def entrance(directory: Path, accounts: Accounts, place: str) -> Entrance:
    """Return the entrance, with a key that is made on first use. Raises KeyFileError."""
    path = Layout(directory).keys / ACCOUNTS_KEY
    key = read_key(path) if path.exists() else new_key(path)
    return Entrance(accounts, place, KeySealer(key))


def hub_place(config: HubConfig) -> str:
    """Return the name of the hub for its pages and for authenticator apps."""
    return f"Safelane {config.origin.partition('/')[0]}"


def node_place(member: str) -> str:
    """Return the name of a node for its pages and for authenticator apps, by its state."""
    return f"Safelane {member}"


def with_pages(app: Flask, directory: Path, config: HubConfig | MemberConfig, place: str) -> Flask:
    """Return the application with its pages. Raises KeyFileError, ConfigError or DirectoryError."""
    accounts = app.extensions[ACCOUNTS]
    provider = _provider(directory, config, accounts)
    web.install(
        app, entrance(directory, accounts, place), _place(config), provider, zone=zone_of(directory, config)
    )
    app.extensions[MACHINE] = partial(machine_state, directory, config)
    return app


def _place(config: HubConfig | MemberConfig) -> Place:
    # Under a certificate of its own, callers reach it directly: what they say of their address is their word.
    on_this_machine = Proxies() if config.tls_certificate else ON_THIS_MACHINE
    place = Place(config.public_url, on_this_machine | proxies_of(config))
    if config.public_url and not place.secure:
        raise ConfigError(
            "'public_url' is no https:// address.",
            remedy="Name a certificate or put a TLS proxy in front; leave it out to use this machine only.",
        )
    return place


def proxies_of(config: HubConfig | MemberConfig) -> Proxies:
    """Return the proxies on other machines that the settings name. Raises ConfigError."""
    try:
        return Proxies.parse(config.proxies)
    except ValueError as error:
        raise ConfigError(
            f"'proxies' cannot be read: {error}.",
            remedy="Name addresses or networks, such as 192.0.2.7 or 10.88.0.0/16, with commas between them.",
        ) from None


def _provider(directory: Path, config: HubConfig | MemberConfig, accounts: Accounts) -> Directory | None:
    if not config.oidc_issuer:
        return None
    # Few have a directory of their own: who has none must not wait for OpenID Connect to be imported.
    from gateway.http.oidc import Client, OidcDirectory  # noqa: PLC0415

    path = Layout(directory).keys / DIRECTORY_SECRET
    secret = read_secret(path) if path.exists() else ""
    client = Client(
        config.oidc_issuer, config.oidc_client, secret, config.oidc_name or "your directory", config.oidc_acr
    )
    return OidcDirectory(client, accounts.clock)
