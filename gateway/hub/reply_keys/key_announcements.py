"""Announces the key of the hub's replies and its history, for members who know a former key."""

from gateway.hub.context import Hub
from gateway.hub.ports import View
from gateway.watching.keys import CALLS, LOG, key_change
from gateway.wire.hub_reply_keys import KeyStep, ReplyKeys


def announced_keys(hub: Hub) -> ReplyKeys:
    """The present key, and every change with its proof and its statement."""
    with hub.store.reading() as view:
        changes = [
            (number, entry, change.present)
            for number, entry in view.watch.key_changes(hub.log.origin)
            if (change := key_change(entry)) is not None and change.use == CALLS
        ]
        receipts = hub.log.receipts(view.log, [number for number, _, _ in changes])
    steps = (
        KeyStep(entry, str(receipt), hub.reply_signers.statements.get(present))
        for (_, entry, present), receipt in zip(changes, receipts, strict=True)
    )
    return ReplyKeys(str(hub.reply_signer.key), tuple(steps))


def last_change(hub: Hub, view: View) -> int:
    """The newest entry about a change of a key that members compare by voice; -1 without any."""
    numbers = [
        number
        for number, entry in view.watch.key_changes(hub.log.origin)
        if (change := key_change(entry)) is not None and change.use in (CALLS, LOG)
    ]
    return max(numbers, default=-1)
