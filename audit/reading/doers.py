"""Who made an entry that names no person: a program, somebody by duty, or a person who is known elsewhere."""

from types import MappingProxyType
from typing import Final

from audit.events.former_events import present_type
from audit.reading.messages import Message, message

HUB: Final = message("the hub's program")
NODE: Final = message("the node's program")
EITHER: Final = message("the program that keeps this log")
OPERATOR: Final = message("whoever keeps the hub or node")
CONTROLLER: Final = message("a controller")
SIGNED: Final = message("a controller, by signature")
CUSTODIAN: Final = message("a custodian of the vault")
APPLICANT: Final = message("whoever showed the invitation")
NAMELESS: Final = message("a person whose name is not kept here")

_DOERS: Final[tuple[tuple[Message, tuple[str, ...]], ...]] = (
    (
        HUB,
        (
            *("released", "released-again", "total-asked", "total-released", "total-spoiled"),
            *("count-begun", "counted"),
        ),
    ),
    (
        NODE,
        (
            *("answered", "refused", "approval-awaited", "rejected", "cube-certified", "policy-in-force"),
            *("snapshot-loaded", "parts-kept", "records-compared", "privacy-charged"),
            *("contributed", "set-sealed", "set-mixed"),
        ),
    ),
    (EITHER, ("message-refused",)),
    (
        OPERATOR,
        (
            *("key-changed", "region-joined", "member-invited", "member-enrolled", "member-revoked"),
            *(
                "log-restored",
                "region-unconfirmed",
                "openings-erased",
                "consent-changed",
                "extract-sealed",
                "epoch-map-sealed",
            ),
        ),
    ),
    (CONTROLLER, ("figure-registered", "figure-withdrawn", "load-demand-lowered")),
    (
        SIGNED,
        (
            *("policy-signed", "policy-revoked", "approval-decided", "key-revoked", "count-leave"),
            *("extract-requested", "extract-approved", "extract-refused"),
        ),
    ),
    (
        CUSTODIAN,
        (
            *("reidentification-requested", "reidentification-confirmed", "reidentification-shown"),
            "vault-custodian-replaced",
        ),
    ),
    (APPLICANT, ("member-applied",)),
)
_BY_TYPE: Final = MappingProxyType({kind: doer for doer, kinds in _DOERS for kind in kinds})


def doer(kind: str) -> Message:
    """Who made an entry of this type, where no name opens it: it has none, was erased, or is kept elsewhere.

    A question that a member answers was asked by a person whom the hub knows; what is logged is the node's.
    """
    return _BY_TYPE.get(present_type(kind), NAMELESS)
