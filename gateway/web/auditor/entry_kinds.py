"""The kinds of entries for the list's filter, in groups by their subject."""

from audit.events.events import EVENTS
from audit.events.former_events import present_type
from gateway.picturing.words import msgid

KINDS: tuple[str, ...] = tuple(sorted({present_type(kind) for kind, _ in EVENTS}))

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        msgid("Questions and answers"),
        (
            *("asked", "denied", "answered", "refused", "approval-awaited", "approval-decided"),
            *("rejected", "released", "released-again", "release-read"),
        ),
    ),
    (
        msgid("Policies and data"),
        (
            *("policy-signed", "policy-in-force", "policy-revoked", "snapshot-loaded", "records-compared"),
            *("parts-kept", "load-demand-lowered", "cube-certified", "privacy-charged", "figure-registered"),
            *("figure-withdrawn", "consent-changed"),
        ),
    ),
    (
        msgid("Single records and the vault"),
        (
            *("extract-requested", "extract-approved", "extract-refused", "extract-sealed"),
            *("epoch-map-sealed", "reidentification-requested", "reidentification-confirmed"),
            *("reidentification-shown", "vault-custodian-replaced"),
        ),
    ),
    (
        msgid("Members and keys"),
        (
            *("member-invited", "member-applied", "member-enrolled", "member-revoked", "region-joined"),
            *("key-changed", "key-revoked", "log-restored", "region-unconfirmed"),
        ),
    ),
    (
        msgid("People and accounts"),
        (
            *("user-added", "account-invited", "account-opened", "account-changed", "handed-over"),
            *("signed-in", "sign-in-failed", "sessions-ended", "token-made", "tokens-revoked"),
        ),
    ),
    (
        msgid("Readings and refused attempts"),
        ("log-read", "alert-explained", "access-refused", "message-refused", "openings-erased"),
    ),
    (
        msgid("No longer written"),
        (
            *("total-asked", "contributed", "total-released", "total-spoiled", "count-begun"),
            *("count-leave", "set-sealed", "set-mixed", "counted"),
        ),
    ),
)
"""Headings, each with its kinds in the order of a question's or a thing's life."""
