"""Lines of `safelane log list`: one line per entry, for people."""

from typing import Final

from audit.errors import MalformedError
from audit.events.event_values import Outcome
from audit.events.events import Event, decode
from audit.events.former_events import present_type
from audit.events.question_events import Answered, Asked, Denied, Refused, Rejected, Released

_SHOWN_AS: Final = {
    Outcome.ANSWERED: "answered",
    Outcome.REFUSED: "refused",
    Outcome.MISSING: "missing",
    Outcome.EARLIER: "missing",
}
UNKNOWN = "of a kind that is not known here"


def line_of(number: int, entry: bytes) -> str:
    """Return number, time, type and the main words of an entry. Commitments are left out."""
    try:
        event = decode(entry)
    except MalformedError:
        return f"{number:>6}  {'':20}  {UNKNOWN}"
    return line_of_event(number, event)


def line_of_event(number: int, event: Event) -> str:
    """Return the line of an entry that has been read already."""
    at = getattr(event, "at", None) or getattr(event, "asked_at", None)
    time = "" if at is None else f"{str(at)[:19]}Z"  # in UTC; a format string takes five times as long
    return f"{number:>6}  {time:20}  {present_type(event.TYPE):16}  {_words(event)}".rstrip()


def _words(event: Event) -> str:
    match event:
        case Asked() | Denied():
            where = "".join(f", {f.dimension} {'/'.join(f.codes)}" for f in event.where)
            question = f"{event.measure} by {', '.join(event.by) or 'nothing'}{where}"
            words = [event.question_id, f"{event.organisation} ({event.role})", event.purpose, question]
            return "; ".join([*words, *([", ".join(event.reasons)] if isinstance(event, Denied) else [])])
        case Answered():
            return f"{event.question_id}; {event.member}; {event.size} cells from {event.snapshot}"
        case Refused() | Rejected():
            return f"{event.question_id}; {event.member}; {', '.join(event.reasons)}"
        case Released():
            parts: dict[str, list[str]] = {"answered": [], "refused": [], "missing": []}
            for each in event.outcomes:
                parts[_SHOWN_AS[each.outcome]].append(each.member)
            outcomes = ", ".join(f"{name} {'/'.join(members)}" for name, members in parts.items() if members)
            return f"{event.question_id}; {outcomes}; {event.size} cells"
        case _:
            names = ("member", "organisation", "snapshot", "policy_version", "use", "reason", "action")
            return "; ".join(str(getattr(event, n)) for n in names if getattr(event, n, None))
