"""After an end without warning, a hub or node looks at the end of its log before it serves and signs again.

A power cut can only harm what was being written: the newest entries, the tiles at the right edge and the
newest checkpoint. So these are checked, a few hundred entries of however many there are; to hash a whole log
is the work of `safelane log check`, the doctor and each backup.
"""

from audit.formats.note import Verifier
from audit.log.checked_reading import as_stored
from audit.log.storage_check import check_newest
from gateway.bootstrap.setup.layout import Layout
from gateway.errors import SafelaneError
from gateway.hub.context import Hub
from gateway.member.node.context import Node
from gateway.watching.recovering import lost_in


class DamagedLogError(SafelaneError):
    """The end of the log is damaged: nothing may be signed over it."""

    exit_code = 5


def check_after_unclean_end(layout: Layout, side: Hub | Node) -> None:
    """Check the end of the log if the last process did not end in order. Raises DamagedLogError.

    The file with the address is there while a process listens, and stays when it is killed.
    """
    if not layout.address.exists():
        return
    with side.store.reading() as view:
        if view.log.latest_checkpoint() is None:
            return
        keys = side.log.signing_keys(view.log) or (side.log.key,)
        verifiers, lost = [Verifier(key) for key in keys], lost_in(view.recovery)
        damages = check_newest(as_stored(view.log), verifiers, lost)
    if damages:
        raise DamagedLogError(
            f"The end of the log is damaged: {damages[0]}.",
            remedy="It is not served. See all of it with safelane log check, keep a copy, and restore the "
            "newest backup.",
        )
