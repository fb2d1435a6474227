"""One entry in one sentence, for every kind of event."""

from functools import singledispatch

from audit.event_values import CoarseSize
from audit.events import (
    CubeCertified,
    Event,
    KeyChanged,
    LogRead,
    MemberEnrolled,
    OpeningsErased,
    PolicyInForce,
    SignInFailed,
    SnapshotLoaded,
    UserAdded,
)
from audit.question_events import (
    Answered,
    Asked,
    Denied,
    LeaveGiven,
    Refused,
    Rejected,
    Released,
    ReleasedAgain,
    WaitsForLeave,
)
from audit.record_events import ConsentChanged, RecordsCompared
from audit.search import time_of
from audit.wording import SHARES, STEPS, article, listed, say_question, say_reasons, say_size, say_time


@singledispatch
def say_event(event: Event) -> str:
    """The event in a sentence: for a kind that has none of its own, what every event of its kind means."""
    meaning = (event.__doc__ or event.TYPE).split("\n")[0].replace("`", "")
    about = [getattr(event, name, None) for name in ("member", "organisation")]
    whom = ", ".join(str(name) for name in about if name)
    return f"{say_time(time_of(event))}{f', {whom}' if whom else ''}: {meaning}"


def under(version: str | None) -> str:
    """By which version of a policy, in words."""
    return "without a policy" if version is None else f"under version {version} of its policy"


@say_event.register
def _(event: Asked | Denied) -> str:
    what = say_question(event.measure, event.by, event.where)
    who = f"{article(event.role)} of {event.organisation}"
    return f"{who} asked on {say_time(time_of(event))} for {what}, for {event.purpose}."


@say_event.register
def _(event: Answered) -> str:
    return (
        f"{event.member} answered on {say_time(event.at)} from snapshot {event.snapshot}, "
        f"{under(event.policy_version)}: {say_size(event.size)}, {SHARES[event.withheld]}."
    )


@say_event.register
def _(event: Refused) -> str:
    policy = under(event.policy_version)
    return f"{event.member} refused on {say_time(event.at)} {policy}: {say_reasons(event.reasons)}."


@say_event.register
def _(event: WaitsForLeave) -> str:
    persons = "one person" if event.persons == 1 else f"{event.persons} persons"
    return f"At {event.member} it waited from {say_time(event.at)} on for the leave of {persons}."


@say_event.register
def _(event: LeaveGiven) -> str:
    gave = "gave leave" if event.granted else "refused leave"
    return f"At {event.member} somebody {gave} on {say_time(event.at)}, and signed that as {event.signed_by}."


@say_event.register
def _(event: Rejected) -> str:
    why = say_reasons(event.reasons)
    return f"{event.member} did not look at a delivery on {say_time(event.at)}: {why}."


@say_event.register
def _(event: ReleasedAgain) -> str:
    return (
        f"Members answered late: on {say_time(event.at)} result {event.number} was released, a table of "
        f"{say_size(event.size)}, {SHARES[event.withheld]}; it is known by a commitment only: {event.result}."
    )


@say_event.register
def _(event: Released) -> str:
    return (
        f"It ended on {say_time(event.at)}: a table of {say_size(event.size)} was released, "
        f"{SHARES[event.withheld]}; the table itself is known by a commitment only: {event.result}."
    )


@say_event.register
def _(event: CubeCertified) -> str:
    return (
        f"{event.member} protected snapshot {event.snapshot} {under(event.policy_version)} on "
        f"{say_time(event.at)}; certificate and shape are known by commitments only."
    )


@say_event.register
def _(event: PolicyInForce) -> str:
    return (
        f"Version {event.policy_version} of {event.member}'s policy took effect on {say_time(event.at)}: "
        f"{STEPS[event.step]}. Its text is known by a commitment only."
    )


@say_event.register
def _(event: SnapshotLoaded) -> str:
    return (
        f"{event.member} loaded snapshot {event.snapshot} on {say_time(event.at)}, with records up to "
        f"{event.until}."
    )


@say_event.register
def _(event: RecordsCompared) -> str:
    return (
        f"{event.member} compared snapshot {event.snapshot} with {event.former} on {say_time(event.at)}; "
        "what changed is known by a commitment only."
    )


@say_event.register
def _(event: ConsentChanged) -> str:
    return (
        f"Somebody in {event.member}'s register changed what he or she agrees to share, on "
        f"{say_time(event.at)}; who it is, is known by a commitment only."
    )


@say_event.register
def _(event: MemberEnrolled) -> str:
    return f"{event.member} joined the region on {say_time(event.at)}."


@say_event.register
def _(event: UserAdded) -> str:
    purposes = f", to ask for {listed(event.purposes)}" if event.purposes else ""
    return f"{article(event.role)} of {event.organisation} may sign in since {say_time(event.at)}{purposes}."


@say_event.register
def _(event: KeyChanged) -> str:
    return (
        f"The key for {event.use} was changed on {say_time(event.at)} ({event.reason}); the former one "
        f"counts until {say_time(event.overlap_until)}."
    )


@say_event.register
def _(event: SignInFailed) -> str:
    return f"Somebody failed to sign in on {say_time(event.at)}: {event.reason}."


@say_event.register
def _(event: LogRead) -> str:
    who = article(event.role) + (f" of {event.organisation}" if event.organisation else "")
    return f"{who} read this log on {say_time(event.at)}: {event.action}."


@say_event.register
def _(event: OpeningsErased) -> str:
    many = "nothing was" if event.size is CoarseSize.NONE else f"the openings of {event.size} entries were"
    return f"On {say_time(event.at)} {many} erased ({event.field}; {event.ground})."
