"""A node asks to become part of a region, and is part of it once the fingerprint was compared by voice."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from audit.cosignature import Cosigner
from audit.note import Verifier
from gateway.bootstrap.clock import SystemClock
from gateway.bootstrap.layout import Layout
from gateway.bootstrap.log_keys import LOG_KEY, WITNESS_KEY
from gateway.bootstrap.member import ANSWER_KEY, CALL_KEY, connect, create_member
from gateway.errors import SafelaneError
from gateway.http.link import Signatures, federation_client
from gateway.keys.files import read_secret, read_signer
from gateway.wire.enrolling import Enrolment, HubKeys, Invitation, check_fingerprint, fingerprint

JOINING = "joining.json"
"""Which hub a node has applied to; gone once it is part of the region."""


class JoinError(SafelaneError):
    """The hub refuses the application, or cannot be reached; or there is none to confirm."""

    exit_code = 4


@dataclass(frozen=True)
class Joining:
    """An application under way: the hub's address and keys, our own keys, and where our data are to be."""

    hub_url: str
    hub: HubKeys
    enrolment: Enrolment
    database: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.hub, self.enrolment)


def join(directory: Path, invitation: Invitation, database: str = "") -> Joining:
    """Make the node's keys, unless a former attempt has, and show them to the hub.

    Raises NotEmptyError for a directory in use, DictionaryError for what is no member state, LinkError or
    JoinError. After a lost connection the same command goes on.
    """
    path = directory / JOINING
    if not path.exists():
        create_member(directory, invitation.member, _region(invitation))
        about = {
            "member": invitation.member,
            "hub_url": invitation.hub_url,
            "hub_log_key": invitation.hub.log_key,
            "hub_call_key": invitation.hub.call_key,
            "database": database,
        }
        path.write_text(json.dumps(about) + "\n", encoding="utf-8")
    joining = under_way(directory)
    if (joining.enrolment.member, joining.hub) != (invitation.member, invitation.hub):
        raise JoinError(
            f"{directory} has applied to another hub, or as another member.",
            remedy="Nothing was changed. Choose another directory with --dir.",
        )
    _apply(directory, joining, invitation.secret)
    return joining


def under_way(directory: Path) -> Joining:
    """The application of the node in this directory. Raises JoinError when there is none."""
    try:
        about = json.loads((directory / JOINING).read_text(encoding="utf-8"))
        hub = HubKeys(about["hub_log_key"], about["hub_call_key"])
        return Joining(about["hub_url"], hub, _own_keys(directory, about["member"]), about["database"])
    except (OSError, ValueError, KeyError, TypeError):
        raise JoinError(
            f"No application to a region is under way in {directory}.",
            remedy="Begin with: safelane member join INVITATION --dir DIRECTORY",
        ) from None


def confirm(directory: Path, typed: str) -> Joining:
    """The operator has heard this fingerprint from the hub: from now on its keys count.

    Raises JoinError when no application is under way, FingerprintError when it is another one.
    """
    joining = under_way(directory)
    check_fingerprint(typed, joining.fingerprint)
    connect(directory, joining.enrolment.member, joining.hub_url, joining.hub, database=joining.database)
    (directory / JOINING).unlink()
    return joining


def _own_keys(directory: Path, member: str) -> Enrolment:
    keys = Layout(directory).keys
    answers, log, calls = (str(read_signer(keys / name).key) for name in (ANSWER_KEY, LOG_KEY, CALL_KEY))
    return Enrolment(member, answers, log, str(Cosigner.parse(read_secret(keys / WITNESS_KEY)).key), calls)


def _apply(directory: Path, joining: Joining, secret: str) -> None:
    signatures = Signatures(
        region=Verifier.parse(joining.hub.log_key).key.name,
        signer=read_signer(Layout(directory).keys / CALL_KEY),
        hub=Verifier.parse(joining.hub.call_key),
        clock=SystemClock(),
    )
    with federation_client(joining.hub_url, signatures) as client:
        try:
            reply = client.post("/applications", json={"secret": secret, **joining.enrolment.as_json()})
        except httpx.HTTPError as error:
            raise JoinError(
                f"The hub at {joining.hub_url} cannot be reached ({type(error).__name__}).",
                remedy="Check the way to it, then give the same command again.",
            ) from None
    if reply.status_code != HTTPStatus.NO_CONTENT:
        raise JoinError(
            f"The hub refuses the application ({reply.status_code} {reply.reason_phrase}).",
            remedy="The invitation was used, has ended, or is another member's: ask for a new one.",
        )


def _region(invitation: Invitation) -> str:
    """What the names of the node's keys begin with."""
    return Verifier.parse(invitation.hub.log_key).key.name.removesuffix("/log")
