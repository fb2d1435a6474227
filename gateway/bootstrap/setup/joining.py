"""A node applies to join a region, and joins once the fingerprint was compared by voice.

In the same way a node of the region gets new keys for its calls and answers: its log, its witness, its data
and the record of its releases stay.
"""

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

import httpx

from audit.formats.cosignature import Cosigner
from audit.formats.note import Verifier
from gateway.bootstrap.setup.at_rest import NOTHING_SAID, Said
from gateway.bootstrap.setup.clock import SystemClock
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.log_keys import CALL_KEY, LOG_KEY, WITNESS_KEY
from gateway.bootstrap.setup.open_member import ANSWER_KEY, connect, create_member
from gateway.bootstrap.setup.private_authority import pin_authority
from gateway.bootstrap.setup.upgrading import try_first
from gateway.config import MemberConfig, read_config, write_config
from gateway.errors import SafelaneError
from gateway.http.link import InvitedBy, Signatures, federation_client
from gateway.http.trust import way_out
from gateway.keys.files import new_signer, read_secret, read_signer, replace_secret
from gateway.store.engine.migrate import MEMBER
from gateway.wire.enrolment import Enrolment, HubKeys, Invitation, check_fingerprint, fingerprint
from gateway.wire.possession import proof_of_possession

JOINING = "joining.json"
"""The file with the hub that a node has applied to; deleted once the node is part of the region."""

RENEWED = {ANSWER_KEY: "answers", CALL_KEY: "calls"}
NEXT = ".next"
"""Renewed keys, with the endings of their names; and the ending of their files until they are valid."""


class JoinError(SafelaneError):
    """The hub refuses the application or cannot be reached, or there is no application to confirm."""

    exit_code = 4


@dataclass(frozen=True)
class Joining:
    """A pending application: the hub's address and keys, the node's own keys, and the place of the node's
    data.
    """

    hub_url: str
    hub: HubKeys
    enrolment: Enrolment
    database: str
    said: Said = NOTHING_SAID
    renews: bool = False
    """Whether the node is already part of the region and gets new keys."""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.hub, self.enrolment)


def join(directory: Path, invitation: Invitation, database: str = "", said: Said = NOTHING_SAID) -> Joining:
    """Make the node's keys, unless a former attempt has, and send the public keys to the hub.

    Raises NotEmptyError for a directory in use, DictionaryError for an unknown member state, StorageError for
    an unreachable database, LinkError or JoinError. After a lost connection, repeat the command.
    """
    if not (directory / JOINING).exists():
        try_first(database, MEMBER)
        create_member(directory, invitation.member, _region(invitation), invitation.witness_key_type)
        _begin(directory, invitation, database, said, renews=False)
    return _show(directory, invitation, said)


def renew(directory: Path, invitation: Invitation) -> Joining:
    """Make new keys for calls and answers, and send the public keys to the node's hub.

    Until `confirm` the node uses its former keys. Raises ConfigError for a directory that is not set up,
    LinkError or JoinError. After a lost connection, repeat the command.
    """
    config = read_config(directory, MemberConfig)
    if (config.member, config.hub_log_key) != (invitation.member, invitation.hub.log_key):
        raise JoinError(
            f"{directory} is the node of {config.member} in another region, or of another member.",
            remedy="Nothing was changed. Name the right directory with --dir.",
        )
    if not (directory / JOINING).exists():
        keys, region = Layout(directory).keys, _region(invitation)
        for name, use in RENEWED.items():
            (keys / f"{name}{NEXT}").unlink(missing_ok=True)
            new_signer(keys / f"{name}{NEXT}", f"{region}/{config.member.lower()}/{use}")
        _begin(directory, invitation, config.database, NOTHING_SAID, renews=True)
    return _show(directory, invitation, NOTHING_SAID)


def _begin(directory: Path, invitation: Invitation, database: str, said: Said, *, renews: bool) -> None:
    about = {
        "member": invitation.member,
        "hub_url": invitation.hub_url,
        "hub_log_key": invitation.hub.log_key,
        "hub_call_key": invitation.hub.call_key,
        "hub_authority": invitation.hub.authority,
        "database": database,
        "encrypted_by": said.encrypted_by,
        "unencrypted": said.unencrypted,
        "renews": renews,
    }
    (directory / JOINING).write_text(json.dumps(about) + "\n", encoding="utf-8")


def _show(directory: Path, invitation: Invitation, said: Said) -> Joining:
    joining = under_way(directory)
    asked = (invitation.member, invitation.hub.log_key)
    now_said = joining.said if said == NOTHING_SAID else said
    anew = (joining.hub, joining.said) != (invitation.hub, now_said)
    if anew and (joining.enrolment.member, joining.hub.log_key) == asked:
        # Invited anew, since the hub has changed the key of its replies: nothing was compared yet. Or the
        # operator says something else of the disk.
        _begin(directory, invitation, joining.database, now_said, renews=joining.renews)
        joining = under_way(directory)
    if (joining.enrolment.member, joining.hub) != (invitation.member, invitation.hub):
        raise JoinError(
            f"{directory} has applied to another hub, or as another member.",
            remedy="Nothing was changed. Choose another directory with --dir.",
        )
    _apply(directory, joining, invitation.secret)
    return joining


def under_way(directory: Path) -> Joining:
    """Return the pending application in this directory. Raises JoinError when there is none."""
    try:
        about = json.loads((directory / JOINING).read_text(encoding="utf-8"))
        hub = HubKeys(about["hub_log_key"], about["hub_call_key"], about.get("hub_authority", ""))
        renews = bool(about["renews"])
        own = _own_keys(directory, about["member"], NEXT if renews else "")
        said = Said(about.get("encrypted_by", ""), about.get("unencrypted", ""))
        return Joining(about["hub_url"], hub, own, about["database"], said, renews)
    except (OSError, ValueError, KeyError, TypeError):
        raise JoinError(
            f"No application to a region is under way in {directory}.",
            remedy="Begin with: safelane member join INVITATION --dir DIRECTORY",
        ) from None


def confirm(directory: Path, typed: str) -> Joining:
    """Trust the hub's keys from now on: the operator has heard this fingerprint from the hub.

    Raises JoinError without a pending application, FingerprintError for a wrong fingerprint.
    """
    joining = under_way(directory)
    check_fingerprint(typed, joining.fingerprint)
    if joining.renews:
        _replace(directory, joining)
    else:
        connect(
            directory,
            joining.enrolment.member,
            joining.hub_url,
            joining.hub,
            database=joining.database,
            said=joining.said,
        )
    (directory / JOINING).unlink()
    for name in RENEWED:
        (Layout(directory).keys / f"{name}{NEXT}").unlink(missing_ok=True)
    return joining


def _replace(directory: Path, joining: Joining) -> None:
    """Put the new keys in place.

    After an interruption, repeat: the files stay until both keys are in place.
    """
    keys = Layout(directory).keys
    for name in RENEWED:
        replace_secret(keys / name, read_secret(keys / f"{name}{NEXT}"))
    config = read_config(directory, MemberConfig)
    write_config(
        directory,
        replace(
            config,
            hub_url=joining.hub_url,
            hub_call_key=joining.hub.call_key,
            hub_authority=pin_authority(directory, joining.hub.authority),
        ),
    )


def _own_keys(directory: Path, member: str, ending: str) -> Enrolment:
    """Return the keys for the hub; renewed keys have an ending until they are valid."""
    keys = Layout(directory).keys
    places = (keys / f"{ANSWER_KEY}{ending}", keys / LOG_KEY, keys / f"{CALL_KEY}{ending}")
    answers, log, calls = (str(read_signer(place).key) for place in places)
    return Enrolment(member, answers, log, str(Cosigner.parse(read_secret(keys / WITNESS_KEY)).key), calls)


def _apply(directory: Path, joining: Joining, secret: str) -> None:
    signatures = Signatures(
        region=Verifier.parse(joining.hub.log_key).key.name,
        signer=read_signer(Layout(directory).keys / f"{CALL_KEY}{NEXT if joining.renews else ''}"),
        hub=InvitedBy(Verifier.parse(joining.hub.call_key)),
        clock=SystemClock(),
    )
    with federation_client(joining.hub_url, signatures, joining.hub.authority) as client:
        try:
            body = {"secret": secret, "proof": _proof(directory, joining), **joining.enrolment.as_json()}
            reply = client.post("/applications", json=body)
        except httpx.HTTPError as error:
            raise JoinError(
                f"The hub at {joining.hub_url} cannot be reached ({type(error).__name__}).",
                remedy=way_out(error, "Check the way to it, then give the same command again."),
            ) from None
    if reply.status_code != HTTPStatus.NO_CONTENT:
        raise JoinError(
            f"The hub refuses the application ({reply.status_code} {reply.reason_phrase}).",
            remedy="The invitation was used, has ended, or is another member's: ask for a new one.",
        )


def _proof(directory: Path, joining: Joining) -> str:
    """Return the proof that the node has the secret half of each of its keys."""
    keys = Layout(directory).keys
    answers = keys / f"{ANSWER_KEY}{NEXT if joining.renews else ''}"
    return proof_of_possession(
        Verifier.parse(joining.hub.log_key).key.name,
        joining.enrolment,
        [read_signer(answers), read_signer(keys / LOG_KEY)],
        Cosigner.parse(read_secret(keys / WITNESS_KEY)),
        int(SystemClock().now().timestamp()),
    )


def _region(invitation: Invitation) -> str:
    """Return the beginning of the names of the node's keys."""
    return Verifier.parse(invitation.hub.log_key).key.name.removesuffix("/log")
