"""One sentence per entry, for every kind of event."""

from functools import singledispatch

from audit.events.alert_events import AlertExplained
from audit.events.event_values import CoarseSize
from audit.events.events import (
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
from audit.events.question_events import (
    Answered,
    ApprovalAwaited,
    ApprovalDecided,
    Asked,
    Denied,
    Refused,
    Rejected,
    Released,
    ReleasedAgain,
)
from audit.events.record_events import (
    ConsentChanged,
    FigureRegistered,
    FigureWithdrawn,
    LoadDemandLowered,
    PartsKept,
    PrivacyCharged,
    RecordsCompared,
)
from audit.events.recovery_events import LogRestored, RegionUnconfirmed
from audit.events.refusal_events import MessageRefused
from audit.events.search import time_of
from audit.reading.messages import Message, Value, message
from audit.reading.plain_sentences import say_plainly
from audit.reading.wording import (
    EXPLANATIONS,
    FAULTS,
    MESSAGES,
    STEPS,
    listed,
    say_question,
    say_reasons,
    say_share,
    say_size,
    say_who,
    word_of,
)


@singledispatch
def say_event(event: Event) -> Message:
    """Return the event in a sentence, by default from `plain_sentences`."""
    return say_plainly(event)


def under(version: str | None) -> Message:
    """Return the policy version in words."""
    if version is None:
        return message("without a policy")
    return message("under version %(version)s of its policy", version=version)


@say_event.register
def _(event: Asked | Denied) -> Message:
    return message(
        "%(who)s asked on %(at)s for %(what)s, for %(purpose)s.",
        who=say_who(event.role, event.organisation),
        at=time_of(event),
        what=say_question(event.measure, event.by, event.where),
        purpose=event.purpose,
    )


@say_event.register
def _(event: Answered) -> Message:
    return message(
        "%(member)s answered on %(at)s from snapshot %(snapshot)s, %(under)s: %(size)s, %(withheld)s.",
        member=event.member,
        at=event.at,
        snapshot=event.snapshot,
        under=under(event.policy_version),
        size=say_size(event.size),
        withheld=say_share(event.withheld),
    )


@say_event.register
def _(event: Refused) -> Message:
    return message(
        "%(member)s refused on %(at)s %(under)s: %(reasons)s.",
        member=event.member,
        at=event.at,
        under=under(event.policy_version),
        reasons=say_reasons(event.reasons),
    )


@say_event.register
def _(event: ApprovalAwaited) -> Message:
    if event.persons == 1:
        return message(
            "At %(member)s the question waited from %(at)s for approval by one person.",
            member=event.member,
            at=event.at,
        )
    return message(
        "At %(member)s the question waited from %(at)s for approval by %(persons)s people.",
        member=event.member,
        at=event.at,
        persons=event.persons,
    )


@say_event.register
def _(event: ApprovalDecided) -> Message:
    values: dict[str, Value] = {"member": event.member, "at": event.at, "key": event.signed_by}
    if event.granted:
        return message(
            "At %(member)s somebody approved the answer on %(at)s, and signed the approval as %(key)s.",
            **values,
        )
    return message(
        "At %(member)s somebody refused approval on %(at)s, and signed the refusal as %(key)s.", **values
    )


@say_event.register
def _(event: Rejected) -> Message:
    return message(
        "%(member)s rejected a delivery on %(at)s without reading it: %(reasons)s.",
        member=event.member,
        at=event.at,
        reasons=say_reasons(event.reasons),
    )


@say_event.register
def _(event: ReleasedAgain) -> Message:
    return message(
        "Members answered late: on %(at)s result %(number)s was released, a table of %(size)s, "
        "%(withheld)s; the table is recorded only as a commitment: %(commitment)s.",
        at=event.at,
        number=event.number,
        size=say_size(event.size),
        withheld=say_share(event.withheld),
        commitment=str(event.result),
    )


@say_event.register
def _(event: Released) -> Message:
    return message(
        "The question was closed on %(at)s: a table of %(size)s was released, %(withheld)s; the table is "
        "recorded only as a commitment: %(commitment)s.",
        at=event.at,
        size=say_size(event.size),
        withheld=say_share(event.withheld),
        commitment=str(event.result),
    )


@say_event.register
def _(event: CubeCertified) -> Message:
    return message(
        "%(member)s protected snapshot %(snapshot)s %(under)s on %(at)s; the certificate and the shape "
        "are recorded only as commitments.",
        member=event.member,
        snapshot=event.snapshot,
        under=under(event.policy_version),
        at=event.at,
    )


@say_event.register
def _(event: PolicyInForce) -> Message:
    return message(
        "Version %(version)s of %(member)s's policy took effect on %(at)s: %(step)s. The text is "
        "recorded only as a commitment.",
        version=event.policy_version,
        member=event.member,
        at=event.at,
        step=word_of(STEPS[event.step]),
    )


@say_event.register
def _(event: SnapshotLoaded) -> Message:
    return message(
        "%(member)s loaded snapshot %(snapshot)s on %(at)s, with records up to %(until)s.",
        member=event.member,
        snapshot=event.snapshot,
        at=event.at,
        until=str(event.until),
    )


@say_event.register
def _(event: RecordsCompared) -> Message:
    return message(
        "%(member)s compared snapshot %(snapshot)s with %(former)s on %(at)s; the changes are recorded "
        "only as a commitment.",
        member=event.member,
        snapshot=event.snapshot,
        former=event.former,
        at=event.at,
    )


@say_event.register
def _(event: PartsKept) -> Message:
    return message(
        "%(member)s keeps snapshot %(snapshot)s of %(at)s in parts; the hash of each part is recorded only "
        "as a commitment.",
        member=event.member,
        snapshot=event.snapshot,
        at=event.at,
    )


@say_event.register
def _(event: LoadDemandLowered) -> Message:
    return message(
        "%(member)s loaded snapshot %(snapshot)s on %(at)s with an exception: at least %(of_load)s %% of the "
        "rows of its register had to count, while its mapping demands %(of_mapping)s %%.",
        member=event.member,
        snapshot=event.snapshot,
        of_load=str(event.of_load),
        of_mapping=str(event.of_mapping),
        at=event.at,
    )


@say_event.register
def _(event: ConsentChanged) -> Message:
    return message(
        "A person in %(member)s's register changed their consent on %(at)s; the person is recorded only "
        "as a commitment.",
        member=event.member,
        at=event.at,
    )


@say_event.register
def _(event: FigureRegistered) -> Message:
    return message(
        "%(member)s registered a number that it had published elsewhere, on %(at)s; the number is "
        "recorded only as a commitment.",
        member=event.member,
        at=event.at,
    )


@say_event.register
def _(event: FigureWithdrawn) -> Message:
    return message(
        "%(member)s withdrew a published number that entry %(registered)s had registered by mistake, on "
        "%(at)s.",
        member=event.member,
        registered=str(event.registered),
        at=event.at,
    )


@say_event.register
def _(event: PrivacyCharged) -> Message:
    return message(
        "%(member)s charged a table of %(levels)s to the privacy budget of the people of release part "
        "%(release_part)s: epsilon %(epsilon)s, of a permanent budget of %(budget)s for each person, on "
        "%(at)s.",
        member=event.member,
        levels=listed(event.levels),
        release_part=str(event.release_part),
        epsilon=event.epsilon,
        budget=event.budget,
        at=event.at,
    )


@say_event.register
def _(event: MemberEnrolled) -> Message:
    return message("%(member)s joined the region on %(at)s.", member=event.member, at=event.at)


@say_event.register
def _(event: UserAdded) -> Message:
    values: dict[str, Value] = {"who": say_who(event.role, event.organisation), "at": event.at}
    if not event.purposes:
        return message("%(who)s may sign in since %(at)s.", **values)
    purposes = listed(event.purposes)
    return message("%(who)s may sign in since %(at)s, to ask for %(purposes)s.", purposes=purposes, **values)


@say_event.register
def _(event: KeyChanged) -> Message:
    return message(
        "The key for %(use)s was changed on %(at)s (%(reason)s); the former key is valid until %(until)s.",
        use=event.use,
        at=event.at,
        reason=event.reason,
        until=event.overlap_until,
    )


@say_event.register
def _(event: SignInFailed) -> Message:
    return message("Somebody failed to sign in on %(at)s: %(reason)s.", at=event.at, reason=event.reason)


@say_event.register
def _(event: MessageRefused) -> Message:
    return message(
        "On %(at)s %(what)s from %(sender)s was refused: %(fault)s. The message is recorded only as a "
        "commitment.",
        what=word_of(MESSAGES[event.kind]),
        sender=event.sender,
        at=event.at,
        fault=word_of(FAULTS[event.fault]),
    )


@say_event.register
def _(event: LogRead) -> Message:
    return message(
        "%(who)s read this log on %(at)s: %(action)s.",
        who=say_who(event.role, event.organisation),
        at=event.at,
        action=word_of(event.action),
    )


@say_event.register
def _(event: AlertExplained) -> Message:
    return message(
        "%(who)s marked an alert as explained on %(at)s: %(alert)s, about %(about)s, from entry %(first)s to "
        "entry %(last)s. %(explanation)s.",
        who=say_who(event.role, event.organisation),
        at=event.at,
        alert=word_of(event.alert.replace("-", " ")),
        about=event.about,
        first=event.first,
        last=event.last,
        explanation=word_of(EXPLANATIONS[event.explanation]),
    )


@say_event.register
def _(event: LogRestored) -> Message:
    values: dict[str, Value] = {
        "at": event.at,
        "member": event.member,
        "entries": event.entries,
        "first": event.first,
        "known": event.known,
    }
    if event.certain:
        return message(
            "On %(at)s the log of %(member)s was restored from a backup. Entries signed since, from entry "
            "%(first)s on: %(entries)s. All were given back.",
            **values,
        )
    return message(
        "On %(at)s the log of %(member)s was restored from a backup. Entries signed since, from entry "
        "%(first)s on: %(entries)s. Given back in full: %(known)s; of the others the hash.",
        **values,
    )


@say_event.register
def _(event: RegionUnconfirmed) -> Message:
    return message(
        "On %(at)s the restored node of %(member)s was let cosign the regional log, which no other member "
        "had confirmed since. Reason: %(reason)s.",
        at=event.at,
        member=event.member,
        reason=event.reason,
    )


@say_event.register
def _(event: OpeningsErased) -> Message:
    values: dict[str, Value] = {"at": event.at, "field": event.field, "ground": event.ground}
    if event.size is CoarseSize.NONE:
        return message("On %(at)s nothing was erased (%(field)s; %(ground)s).", **values)
    return message(
        "On %(at)s the openings of %(size)s entries were erased (%(field)s; %(ground)s).",
        size=str(event.size),
        **values,
    )
