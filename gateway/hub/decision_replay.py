"""Replays the hub's own decision about a question from the log entry alone."""

from audit.events.question_events import Asked, Denied
from audit.events.search import read_events
from audit.reading.messages import Message, message
from gateway.auditing.ports import View
from gateway.hub.asking import denial_reason
from gateway.hub.errors import NoDecisionError


def replay(view: View, number: int) -> tuple[Asked | Denied, tuple[str, ...]]:
    """The decision of entry `number`, and the differences from a fresh decision: none, if all is well.

    Raises NoDecisionError or NotInLogError.
    """
    for found in read_events([(number, view.log.read_entries(number, number + 1)[0])]):
        event = found.event
        if isinstance(event, Asked | Denied):
            again = denial_reason(event.role, event.held, event.purpose)
            logged = event.reasons[0] if isinstance(event, Denied) and event.reasons else None
            if logged == again:
                return event, ()
            return event, (_differ(logged, again),)
    raise NoDecisionError(
        f"Entry {number} is no decision of the hub's.",
        remedy="Its decisions are the entries 'asked' and 'denied'; members' are in their own logs.",
    )


def _differ(logged: str | None, again: str | None) -> Message:
    return message("logged: %(logged)s; replayed: %(again)s", logged=_outcome(logged), again=_outcome(again))


def _outcome(reason: str | None) -> Message:
    return message("sent to the members") if reason is None else message("denied (%(reason)s)", reason=reason)
