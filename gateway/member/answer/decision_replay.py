"""Replays a logged decision from the member's own log and the openings of its commitments.

The inputs of a decision are in its entry (question, time, versions), in the policy's entry (text) and in the
cube's entry (shape). A decision with an erased opening cannot be replayed, and the replay says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.errors import AuditError
from audit.events.events import CubeCertified, PolicyInForce
from audit.events.question_events import Answered, Asked, Refused
from audit.events.search import Criteria, read_events
from audit.formats.canonical import canonical_json, parse_json_object
from audit.formats.commitment import Commitment, Opening
from audit.reading.decision_bundle import TAKEN_OVER
from audit.reading.messages import Message, message
from gateway import __version__
from gateway.auditing.damage import words_of_damage
from gateway.auditing.entry_search import Span, entries
from gateway.auditing.ports import View
from gateway.dictionary import Dictionary, DictionaryError
from gateway.member.answer.answer_entries import DECISION
from gateway.member.answer.decision import Verdict, decide_on
from gateway.member.answer.policy_verdict import judge
from gateway.member.answer.replay_terms import Terms, replay_terms
from gateway.member.cube.cube_entries import SHAPE
from gateway.member.cube.cube_shape import Shape, ShapeOnly
from gateway.member.errors import NotReplayableError
from gateway.member.model.policy_version import split_label
from gateway.member.policy.policy_entries import TEXT
from policies import Policy, PolicyError, Vocabulary, load_policy
from policies.decision.record import present_record
from policies.document.compose import compose


@dataclass(frozen=True)
class Replayed:
    """A decision as logged, and as replayed. `differences`: empty where both agree.

    `unchecked`: facts of the logged decision that could not be compared. `changed`: circumstances that have
    changed since the decision (dictionary, software).
    """

    event: Answered | Refused
    verdict: Verdict
    differences: tuple[str, ...]
    unchecked: tuple[str, ...]
    changed: tuple[str, ...]


def replay(
    view: View, dictionary: Dictionary, vocabulary: Vocabulary, number: int, asked: Asked | None = None
) -> Replayed:
    """Replay the decision of entry `number`. `asked`, if at hand, is the hub's entry of the question.

    Raises NotReplayableError, naming the missing input, or NotInLogError.
    """
    event = judged(view, number)
    policy = _policy(view, vocabulary, event, number)
    cube = _cube(view, dictionary, event)
    verdict = decide_on(dictionary, event.member, event, policy=policy, cube=cube, at=event.at)
    if policy is not None and verdict.request is not None and cube is not None:
        permitted = not judge(policy, verdict.request, event.at)[1]
        terms = replay_terms(view, event, number, verdict) if permitted else Terms(verdict.refusals)
    else:
        terms = Terms(verdict.refusals)
    logged = _opened(view, DECISION, number, event.decision) if event.decision is not None else None
    unchecked = list(terms.unchecked)
    if words := words_of_damage(view.log):
        unchecked.append(words)
    if event.decision is not None and logged is None:
        unchecked.append(
            message("The opening of the decision was erased: its outcome and reasons were compared only.")
        )
    return Replayed(
        event,
        verdict,
        (*_differences(event, verdict, terms, logged, asked), *terms.differences),
        tuple(unchecked),
        tuple(_changed(event, dictionary)),
    )


def judged(view: View, number: int) -> Answered | Refused:
    """The decision in entry `number`. Raises NotReplayableError or NotInLogError."""
    for found in read_events([(number, view.log.read_entries(number, number + 1)[0])]):
        if isinstance(found.event, Answered | Refused):
            return found.event
    raise NotReplayableError(
        message("Entry %(number)s is not a decision about a question.", number=number),
        remedy=message(
            "Decisions are the entries 'answered' and 'refused' of a member's own log: safelane log list."
        ),
    )


def _policy(view: View, vocabulary: Vocabulary, event: Answered | Refused, number: int) -> Policy | None:
    """The deciding policy, from the text committed to when the policy came into force.

    Composed with the ministry-wide policy above, if any.
    """
    if event.policy_version is None:
        return None
    labels = split_label(event.policy_version)
    texts = [_text(view, label, number) for label in labels]
    try:
        own, *above = [load_policy(text.decode(), vocabulary) for text in texts]
        return compose(above[0], own) if above else own
    except (PolicyError, UnicodeDecodeError):
        raise NotReplayableError(
            message(
                "The text of version %(version)s cannot be read by Safelane %(software)s.",
                version=event.policy_version,
                software=__version__,
            ),
            remedy=message(
                "Use the version of Safelane that made the decision: %(software)s.", software=event.software
            ),
        ) from None


def _text(view: View, version: str, number: int) -> bytes:
    """The document of a version that was in force before entry `number`."""
    in_force = [
        found
        for found in Criteria(kind=PolicyInForce.TYPE).find(entries(view.log, Span(0, number)))
        if isinstance(found.event, PolicyInForce) and found.event.policy_version == version
    ]
    if not in_force:
        raise NotReplayableError(
            message("The log does not say that version %(version)s was in force.", version=version)
        )
    last = in_force[-1]
    assert isinstance(last.event, PolicyInForce)  # noqa: S101 - chosen above
    text = _opened(view, TEXT, last.number, last.event.text)
    if text is None:
        raise NotReplayableError(
            message(
                "The text of version %(version)s of the policy was erased (entry %(number)s).",
                version=version,
                number=last.number,
            ),
            remedy=message("Anyone who has the text and its salt can still prove that it was this text."),
        )
    return text


def _cube(view: View, dictionary: Dictionary, event: Answered | Refused) -> ShapeOnly | None:
    """The shape of the cube that was ready, as committed to at its certification."""
    if event.cube is None:
        return None
    found = next(read_events([(event.cube, view.log.read_entries(event.cube, event.cube + 1)[0])]), None)
    if found is None or not isinstance(found.event, CubeCertified):
        raise NotReplayableError(
            message(
                "Entry %(number)s is not a certified cube, although the decision refers to it.",
                number=event.cube,
            )
        )
    shape = _opened(view, SHAPE, event.cube, found.event.shape)
    if shape is None:
        raise NotReplayableError(
            message("The shape of the cube was erased (entry %(number)s).", number=event.cube)
        )
    try:
        return ShapeOnly.of(dictionary, event.member, Shape.from_bytes(shape))
    except (AuditError, DictionaryError):
        raise NotReplayableError(
            message(
                "The cube of entry %(number)s has levels that dictionary %(dictionary)s does not have.",
                number=event.cube,
                dictionary=dictionary.version,
            ),
            remedy=message("Use the dictionary of that time: %(dictionary)s.", dictionary=event.dictionary),
        ) from None


def _opened(view: View, field: str, number: int, commitment: Commitment) -> bytes | None:
    """The value of a commitment; None once erased. Raises NotReplayableError for a wrong opening."""
    opening: Opening | None = view.opening(field, number)
    if opening is None:
        return None
    try:
        opening.verify(commitment)
    except AuditError:
        raise NotReplayableError(
            message(
                "The stored %(field)s of entry %(number)s is not the one that was logged.",
                field=Message(field, {}),
                number=number,
            ),
            remedy=message(
                "The stored copy was changed later: the log proves this. Restore it from a backup."
            ),
        ) from None
    return opening.value


def _differences(
    event: Answered | Refused, verdict: Verdict, terms: Terms, logged: bytes | None, asked: Asked | None
) -> Sequence[str]:
    reasons = event.reasons if isinstance(event, Refused) else ()
    again = tuple(refusal.value for refusal in terms.refusals)
    found: list[Message] = []
    if reasons != again:
        before, now = _outcome(reasons), _outcome(again)
        found.append(message("logged: %(logged)s; replayed: %(again)s", logged=before, again=now))
    record = verdict.record()
    if logged is not None and _in_present_names(logged) != record:
        found.append(message("the full decision of the policy then differs from its decision now"))
    if event.decision is None and record is not None:
        found.append(message("the log says that no policy was consulted"))
    if asked is not None:
        wrong = [name for name in TAKEN_OVER if getattr(asked, name) != getattr(event, name)]
        found += [
            message("the member's log has another %(field)s than the hub's", field=name) for name in wrong
        ]
    return found


def _in_present_names(logged: bytes) -> bytes:
    """A committed record of request and decision, as a record of today would be written."""
    try:
        record = parse_json_object(logged, "decision")
        return canonical_json({**record, "decision": present_record(record["decision"])})
    except (AuditError, KeyError, AttributeError):
        return logged


def _outcome(reasons: tuple[str, ...]) -> Message:
    return message("refused (%(reasons)s)", reasons=", ".join(reasons)) if reasons else message("answered")


def _changed(event: Answered | Refused, dictionary: Dictionary) -> Sequence[str]:
    now = {"dictionary": dictionary.version, "software": __version__}
    then = {"dictionary": event.dictionary, "software": event.software}
    return [
        message("%(what)s: %(then)s then, %(now)s now", what=what, then=then[what], now=now[what])
        for what in now
        if then[what] != now[what]
    ]
