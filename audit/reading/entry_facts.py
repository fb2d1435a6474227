"""What alerts need of a log's entries, read once: little enough to be kept for hundreds of thousands.

Entries are read as far as alerts go and no further, several times as fast as whole events. A log grows at its
end only, so that facts are added for new entries and those before are never read again.
"""

import sys
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from audit.errors import MalformedError
from audit.events.account_events import AccessRefused
from audit.events.alert_events import AlertExplained
from audit.events.event_values import CoarseShare, PolicyStep, ReadAction
from audit.events.events import EVENTS, LogRead, PolicyInForce, SignInFailed
from audit.events.question_events import Answered, Asked, Denied, Released
from audit.formats.canonical import parse_json_object

Conditions = tuple[tuple[str, tuple[str, ...]], ...]
T = TypeVar("T")
_UNREAD: Final = -1
"""Stands for the time of an entry that cannot be read, or is of an unknown kind."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put to members, or `denied` by the hub."""

    number: int
    at: datetime
    organisation: str
    purpose: str
    measure: str
    by: tuple[str, ...]
    where: Conditions
    """Conditions, sorted."""


@dataclass(frozen=True, slots=True)
class Result:
    """A largely withheld result: of the question in entry `asked_index`, at a member of `organisation`."""

    number: int
    at: datetime
    asked_index: int | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A policy that took effect at a member."""

    number: int
    at: datetime
    member: str
    step: PolicyStep


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed sign-in, or refused attempts: `times` of them in one entry, of one `action` and `reason`."""

    number: int
    at: datetime
    action: str
    reason: str
    times: int


@dataclass(frozen=True, slots=True)
class ExplainedAlert:
    """The entry `number` that explains an alert up to its entry `last`, and the word of the explanation."""

    number: int
    at: datetime
    last: int
    explanation: str


Subject = tuple[str, str, int]
"""Kind and subject of an alert, and the number of the first entry that it is based on."""


class EntryFacts:
    """The facts of the first entries of a log, in the order of the entries."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.denied: list[Question] = []
        self.withheld: list[Result] = []
        """Of a hub's log and of a member's; no alert asks for other results."""
        self.unended: dict[int, tuple[str, datetime]] = {}
        """Questions without a result, by number: the id of each, and its deadline."""
        self._alike: dict[object, Any] = {}
        self.steps: list[Step] = []
        self.failed_sign_ins: list[Failure] = []
        self.refused: list[Failure] = []
        self.damaged: list[int] = []
        self.explained: dict[Subject, ExplainedAlert] = {}
        """By the alert's subject, each time the latest explanation."""
        self.organisations: set[str] = set()
        """Who asked, or was denied."""
        self.sampled_at: datetime | None = None
        """When a sample was drawn last."""
        self._times = array("q")

    @property
    def size(self) -> int:
        """Number of entries from the first on whose facts are known."""
        return len(self._times)

    def add(self, number: int, entry: bytes | None) -> None:
        """Add the entry that follows the last one, None for a damaged one. Others are passed over."""
        if number != self.size:
            return
        if entry is None:
            self.damaged.append(number)
            self._times.append(_UNREAD)
            return
        try:
            value = parse_json_object(entry, "entry")
            known = EVENTS.get((value["type"], value["version"]))
            at = None if known is None else _time(value["asked_at" if known is Asked else "at"])
            if known is not None and at is not None:
                reader = _READERS.get(known.TYPE)
                if reader is not None:
                    reader(self, number, at, value)
        except (MalformedError, KeyError, TypeError, ValueError, AttributeError):
            at = None
        self._times.append(_UNREAD if at is None else int(at.timestamp()))

    def older_than(self, first: int, moment: datetime) -> Iterator[int]:
        """The numbers of the entries from `first` on that were written before a moment."""
        before = moment.timestamp()
        for number in range(first, self.size):
            if _UNREAD < self._times[number] < before:
                yield number

    def _asked(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        named = value["question_id"], _time(value["deadline"])
        self.asked.append(self._question(number, at, value))
        self.unended[number] = named

    def _denied(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        self.denied.append(self._question(number, at, value))

    def _question(self, number: int, at: datetime, value: Mapping[str, Any]) -> Question:
        self.organisations.add(_text(value, "organisation"))
        where = ((sys.intern(each["dimension"]), _texts(each["codes"])) for each in value["where"])
        return Question(
            number,
            at,
            _text(value, "organisation"),
            _text(value, "purpose"),
            _text(value, "measure"),
            self._once(_texts(value["by"])),
            self._once(tuple(sorted(where))),
        )

    def _once(self, value: T) -> T:
        """An equal value, kept once however often entries repeat it."""
        known: T = self._alike.setdefault(value, value)
        return known

    def _released(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        index = value["asked_index"]
        if type(index) is int:
            self.unended.pop(index, None)
            if _much(value):
                self.withheld.append(Result(number, at, index, None))

    def _answered(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        organisation = _text(value, "organisation")
        if _much(value):
            self.withheld.append(Result(number, at, None, organisation))

    def _step(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        self.steps.append(Step(number, at, _text(value, "member"), PolicyStep(value["step"])))

    def _failed(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        self.failed_sign_ins.append(Failure(number, at, "", _text(value, "reason"), 1))

    def _refused(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        times = value["times"]
        if type(times) is int:
            said = _text(value, "action"), _text(value, "reason")
            self.refused.append(Failure(number, at, *said, times))

    def _explained(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:
        first, last = value["first"], value["last"]
        if type(first) is int and type(last) is int:
            subject = _text(value, "alert"), _text(value, "about"), first
            self.explained[subject] = ExplainedAlert(number, at, last, _text(value, "explanation"))

    def _read(self, number: int, at: datetime, value: Mapping[str, Any]) -> None:  # noqa: ARG002 - as the others
        if value["action"] == ReadAction.SAMPLE.value:
            self.sampled_at = at


_READERS: Final[Mapping[str, Callable[[EntryFacts, int, datetime, Mapping[str, Any]], None]]] = {
    Asked.TYPE: EntryFacts._asked,
    Denied.TYPE: EntryFacts._denied,
    Released.TYPE: EntryFacts._released,
    Answered.TYPE: EntryFacts._answered,
    PolicyInForce.TYPE: EntryFacts._step,
    SignInFailed.TYPE: EntryFacts._failed,
    AccessRefused.TYPE: EntryFacts._refused,
    AlertExplained.TYPE: EntryFacts._explained,
    LogRead.TYPE: EntryFacts._read,
}


def _much(value: Mapping[str, Any]) -> bool:
    return bool(value["withheld"] == CoarseShare.MANY.value)


def _text(value: Mapping[str, Any], name: str) -> str:
    """A text, kept once however often entries repeat it. Raises TypeError for anything else."""
    return sys.intern(value[name])


def _texts(values: list[str]) -> tuple[str, ...]:
    return tuple([sys.intern(each) for each in values])


def _time(text: str) -> datetime:
    """A moment as entries spell it. Raises ValueError or TypeError for anything else."""
    if len(text) != len("2026-01-31T00:00:00Z") or text[-1] != "Z":
        raise ValueError("not a time of the form YYYY-MM-DDThh:mm:ssZ")
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)
