"""The refused messages that a log names, with the messages themselves as far as they are still kept."""

from collections.abc import Iterator

from audit.events.refusal_events import MessageRefused
from audit.events.search import Criteria
from audit.reading.refused_message import LABEL, RefusedMessage
from gateway.auditing.entry_search import entries, whole
from gateway.auditing.ports import View


def kept_messages(view: View) -> Iterator[tuple[int, MessageRefused, RefusedMessage]]:
    """Each with the number of its entry and the event; a message whose opening was erased is left out."""
    for found in Criteria(kind=MessageRefused.TYPE).find(entries(view.log, whole(view))):
        opening = view.opening(LABEL, found.number)
        if opening is not None and isinstance(found.event, MessageRefused):
            (entry,) = view.log.read_entries(found.number, found.number + 1)
            yield found.number, found.event, RefusedMessage(entry, opening.salt, opening.value.decode())
