"""A node's operator confirms by voice the key that signs the hub's replies, after a theft or a comparison."""

from dataclasses import replace
from pathlib import Path

import httpx

from gateway.bootstrap.setup.clock import SYSTEM
from gateway.bootstrap.setup.layout import database_url
from gateway.bootstrap.setup.open_member import open_member
from gateway.bootstrap.setup.private_authority import hub_authority
from gateway.config import MemberConfig, read_config, write_config
from gateway.errors import SafelaneError
from gateway.http.link import FEDERATION, REPLY_SECONDS
from gateway.http.trust import trusted, way_out
from gateway.member.node import log_entries
from gateway.member.node.ports import Clock
from gateway.member.region.log_exchange import region_of
from gateway.member.region.region_entries import region_joined
from gateway.store.engine.log_lock import hold_log
from gateway.wire.enrolment import HubKeys, check_fingerprint, hub_fingerprint
from gateway.wire.hub_reply_keys import ReplyKeysError, reply_keys_from_json
from gateway.wire.strict_json import strict_json


class TrustError(SafelaneError):
    """The hub does not return its key."""

    exit_code = 4


def trust_hub(directory: Path, typed: str, clock: Clock = SYSTEM) -> str:
    """Trust the hub's announced key if its fingerprint is `typed`; returns the key.

    The node's log records the key first. After an interruption, repeat. Raises FingerprintError for another
    key, TrustError, and LogHeldError while the node serves.
    """
    config = read_config(directory, MemberConfig)
    with hold_log(database_url(directory, config), config.member), open_member(directory, clock) as node:
        call_key = _ask_call_key(config.hub_url, hub_authority(directory, config))
        check_fingerprint(typed, hub_fingerprint(region_of(node), call_key))
        hub = HubKeys(config.hub_log_key, call_key)
        with node.store.writing() as work:
            log_entries.record(node, work, region_joined(node, hub, node.clock.now()), {})
        write_config(directory, replace(config, hub_call_key=call_key))
    return call_key


def _ask_call_key(url: str, authority: str) -> str:
    """Return the key announced at the address; the fingerprint decides whether the key is the hub's."""
    try:
        reply = httpx.get(
            f"{url.rstrip('/')}{FEDERATION}/keys",
            timeout=REPLY_SECONDS,
            verify=trusted(authority),
            trust_env=False,
        )
        return reply_keys_from_json(strict_json(reply.raise_for_status().content)).call_key
    except (httpx.HTTPError, httpx.InvalidURL, ReplyKeysError, ValueError) as error:
        raise TrustError(
            f"The hub at {url} does not tell its key ({type(error).__name__}).",
            remedy="Nothing was changed. "
            + way_out(error, "Check the way to it, then give the same command again."),
        ) from None
