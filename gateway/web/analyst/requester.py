"""The basis of a request's choices: the requester, and the current declarations of members."""

from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.hub.model import StatedSharing
from gateway.hub.sharing_statements import Requester
from gateway.web.analyst.choices import Known


def known() -> tuple[Known, dict[str, StatedSharing]]:
    """The state of the hub for the requester."""
    who = principal()
    with hub().store.reading() as view:
        members = [enrolment.member for enrolment in view.enrolments()]
        kept = dict(view.sharings())
    stated = {member: kept[member].sharing if member in kept else None for member in members}
    requester = Requester(who.organisation, who.role.value)
    today = hub().clock.now().date()
    return Known(hub().dictionary, stated, requester, frozenset(who.purposes), today), kept
