"""The page on which the operator's desk begins."""

from collections import Counter
from dataclasses import dataclass

from gateway import __version__
from gateway.api.services import hub
from gateway.hub.absence import offline_since
from gateway.hub.ports import View
from gateway.web.operator.machine import MachineState, machine_now
from gateway.web.operator.service_state import (
    AlertState,
    InvitationState,
    MemberState,
    PersonState,
    Queue,
    alert_state,
    invited,
    member_states,
    people,
    queue,
)
from gateway.web.shared.desk import Desk

PAGE = "/service"
desk = Desk("operator-service")


@dataclass(frozen=True)
class ServicePage:
    """The state of the hub. `entries`: of its log; `applying`: members whose keys are not compared yet."""

    version: str
    entries: int
    members: tuple[MemberState, ...]
    applying: tuple[str, ...]
    queue: Queue
    alerts: tuple[AlertState, ...]
    people: tuple[PersonState, ...]
    invitations: tuple[InvitationState, ...]
    machine: MachineState

    @property
    def away(self) -> int:
        return sum(one.away for one in self.members)


@desk.page(PAGE, "operator/service.html")
def service() -> ServicePage:
    """Who is in contact, what waits, what is wrong, who is let in."""
    now, d = hub().clock.now(), hub().dictionary
    with hub().store.reading() as view:
        members = [enrolment.member for enrolment in view.enrolments()]
        presence, asked, kept = view.presence(), view.open_questions(), view.sharings()
        stated = {member: kept[member].sharing if member in kept else None for member in members}
        waiting = Counter(member for question in asked for member in view.waiting(question.id))
        away = offline_since(members, presence, hub().started, now)
        return ServicePage(
            version=__version__,
            entries=_entries(view),
            members=member_states(d, presence, away, stated, waiting),
            applying=tuple(one.enrolment.member for one in view.admissions.applications()),
            queue=queue(asked, view.late_questions()),
            alerts=tuple(map(alert_state, view.watch.alerts(ended=False))),
            people=people(view.people.accounts()),
            invitations=invited(view.people.invitations(), now),
            machine=machine_now(now),
        )


def _entries(view: View) -> int:
    """The size of the log at its newest checkpoint."""
    newest = view.log.latest_checkpoint()
    return 0 if newest is None else newest.size
