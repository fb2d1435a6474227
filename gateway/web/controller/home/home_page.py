"""The controller's overview: what waits until when, what others see, the register, and what to look at."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from gateway.member.answer.approval import asked_of
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.web.controller.common import wording
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.home.matters import Matter, RegisterAge, matters
from gateway.web.controller.jobs.job_pages import Work, shown_work
from gateway.web.controller.policy.policy_overview import Overview, overview
from gateway.web.controller.questions.question_list import Question, decided_since, newest_questions
from gateway.web.controller.questions.sharing import Sharing, sharing_now
from gateway.web.controller.register.quality import QUALITY, Report, read_report
from gateway.web.shared.desk import Desk, Model, wants_part

desk = Desk("controller-home")

PAGE = "/controller/overview"
STOP_ASKING = 286
"""The status that makes htmx stop polling."""
MONTH = timedelta(days=30)
NEWEST = 5
"""Received questions that the overview lists."""
MOST_COUNTED = 1000
"""Decided questions of the last month that are counted: beyond that the overview says "or more"."""


@dataclass(frozen=True)
class Awaited:
    """A question that waits for approval, and the time that is left."""

    id: str
    sentence: str
    deadline: datetime
    left: str


@dataclass(frozen=True)
class Register:
    """The newest load: its last day, when it was loaded, its log entry, and the report that it left."""

    until: date
    loaded_at: datetime
    entry: int
    report: Report | None


@dataclass(frozen=True)
class Home:
    """`answered` and `refused` count the last thirty days, with `more` not all of them.

    `entries` is the size of this node's log.
    """

    country: str
    waiting: tuple[Awaited, ...]
    answered: int
    refused: int
    more: bool
    policy: Overview
    valid_until: date | None
    register: Register | None
    sharing: Sharing
    received: tuple[Question, ...]
    matters: tuple[Matter, ...]
    running: tuple[Work, ...]
    entries: int
    heard: datetime | None


@desk.page(PAGE, "controller/overview.html", fragment="controller/overview-sharing.html")
def home() -> Model:
    """Everything at a glance. While tables are being counted, the part about them asks again."""
    node, sharing = desk_context().node, sharing_now()
    made = _home(node, sharing)
    return made, STOP_ASKING if wants_part() and sharing.state != "counting" else 200


def _home(node: Node, sharing: Sharing) -> Home:
    now, policy = node.clock.now(), overview()
    ruling = desk_context().cube_viewer.now().policy
    valid_until = None if ruling is None else ruling.valid_until
    with node.store.reading() as view:
        register = _register(view)
        seen, checkpoint = view.watch.seen_by_hub(), view.log.latest_checkpoint()
        waiting = _waiting(node, view, now)
        month = islice(decided_since(view, now.astimezone(UTC) - MONTH), MOST_COUNTED)
        decided = Counter(one.outcome for one in month)
        received = newest_questions(view, NEWEST)
    age = RegisterAge(None if register is None else register.until, now.date())
    return Home(
        country=node.dictionary.member(node.member).name,
        waiting=waiting,
        answered=decided["answered"],
        refused=decided["refused"],
        more=decided.total() == MOST_COUNTED,
        policy=policy,
        valid_until=valid_until,
        register=register,
        sharing=sharing,
        received=received,
        matters=matters(policy, valid_until, age),
        running=tuple(map(shown_work, desk_context().jobs.under_way())),
        entries=0 if checkpoint is None else checkpoint.size,
        heard=None if seen is None else seen.heard_at,
    )


def _waiting(node: Node, view: View, now: datetime) -> tuple[Awaited, ...]:
    """The waiting questions, the first to end first; no table is opened for them."""
    asked = sorted(map(asked_of, view.waiting_questions()), key=lambda one: one.late_until)
    return tuple(
        Awaited(
            one.question_id,
            wording.say_question(node.dictionary, one),
            one.late_until,
            wording.time_left(one.late_until, now),
        )
        for one in asked
    )


def _register(view: View) -> Register | None:
    record = view.loaded()
    if record is None:
        return None
    return Register(
        record.until, record.loaded_at, record.index, read_report(desk_context().reports / QUALITY)
    )
