"""A decision bundle: what opens the commitments on which one decision of a member rests, for an auditor.

Together with the member's exported log it holds all that the decision followed from: request, policy text,
shape of the protected table, and where there are quotas the earlier decisions. It opens nobody's name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from audit.errors import AuditError, MalformedError, NotInLogError, ProofError
from audit.events.events import CubeCertified, PolicyInForce, decode
from audit.events.question_events import Answered, Asked, Refused
from audit.events.search import Criteria
from audit.formats.canonical import canonical_json, load_canonical_object, parse_json_object
from audit.formats.commitment import Commitment, Opening
from audit.formats.encoding import parse_base64, to_base64
from audit.formats.merkle import leaf_hash

FORMAT: Final = "safelane/decision-bundle@v1"
FIELDS: Final = ("decision", "shape", "text")
"""The kinds of values that a decision rests on; a person's name is none of them."""
TAKEN_OVER: Final = (
    *("question_id", "actor", "organisation", "role"),
    *("purpose", "measure", "by", "where", "late_until"),
)
"""Fields that a member's entry takes over from the hub's entry."""
_WITH: Final = " with "
_REQUESTED: Final = {"recipient": "organisation"}


@dataclass(frozen=True)
class DecisionBundle:
    """The decision is entry `number` of the log `log`. Openings are by their entry's number and field."""

    log: str
    number: int
    openings: Mapping[tuple[int, str], Opening]

    def __str__(self) -> str:
        return canonical_json({
            "entry": self.number,
            "format": FORMAT,
            "log": self.log,
            "openings": [_written(*place, opening) for place, opening in sorted(self.openings.items())],
        }).decode()  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a bundle without trusting any part. Raises MalformedError."""
        value = load_canonical_object(text.encode("utf-8", "replace"), "decision bundle")
        if value.keys() != {"entry", "format", "log", "openings"} or value["format"] != FORMAT:
            raise MalformedError("decision bundle", f"not in the format {FORMAT}")
        try:
            openings = {_place(each): _opening(each) for each in value["openings"]}
            bundle = cls(str(value["log"]), _number(value["entry"]), openings)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedError("decision bundle", "a field that is missing, or of the wrong type") from None
        if str(bundle) != text:
            raise MalformedError("decision bundle", "another spelling than its own")
        return bundle


@dataclass(frozen=True)
class CheckedDecision:
    """A decision as logged, the policy texts and the record that open its commitments, and what is wrong.

    `texts`: by the number of the entry with which a version came into force. `differences`: where entries and
    openings contradict each other; `missing`: what was erased, or left out of the bundle.
    """

    event: Answered | Refused
    texts: Mapping[int, bytes]
    record: Mapping[str, Any] | None
    superseded: str | None
    differences: tuple[str, ...]
    missing: tuple[str, ...]


def check_decision(
    bundle: DecisionBundle, entries: Sequence[bytes], asked: Asked | None = None
) -> CheckedDecision:
    """Check a bundle against the verified entries of the member's log; `asked` is the hub's entry.

    Raises NotInLogError, MalformedError, or CommitmentError where an opening does not fit its entry.
    """
    event = judged(entries, bundle.number)
    for (number, field), opening in bundle.openings.items():
        opening.verify(_commitment(entries, number, field))
    differences: list[str] = []
    missing: list[str] = []
    texts, superseded = _policy(bundle, entries, event, differences, missing)
    _compare_cube(bundle, entries, event, differences, missing)
    record = _record(bundle, event, differences, missing)
    if asked is not None:
        differences += [
            f"the member's log has another {name} than the hub's"
            for name in TAKEN_OVER
            if getattr(asked, name) != getattr(event, name)
        ]
    return CheckedDecision(event, texts, record, superseded, tuple(differences), tuple(missing))


def judged(entries: Sequence[bytes], number: int) -> Answered | Refused:
    """The decision of an entry. Raises NotInLogError or MalformedError."""
    if number >= len(entries):
        raise NotInLogError(f"the log has {len(entries)} entries: there is no entry {number}")
    event = decode(entries[number])
    if not isinstance(event, Answered | Refused):
        raise MalformedError(f"entry {number}", "no decision about a question")
    return event


def asked_of(event: Answered | Refused, entries: Sequence[bytes], origin: str) -> Asked:
    """The hub's entry that a decision names, from the verified regional log. Raises ProofError."""
    ref = event.asked
    if origin != ref.origin or ref.index >= len(entries) or leaf_hash(entries[ref.index]) != ref.leaf:
        raise ProofError(f"entry {ref.index} of {origin} is not the question that the decision names")
    asked = decode(entries[ref.index])
    if not isinstance(asked, Asked):
        raise ProofError(f"entry {ref.index} of {origin} asks no question")
    return asked


def _policy(
    bundle: DecisionBundle,
    entries: Sequence[bytes],
    event: Answered | Refused,
    differences: list[str],
    missing: list[str],
) -> tuple[dict[int, bytes], str | None]:
    """The texts of the versions that decided, and what became of the policy since."""
    if event.policy_version is None:
        return {}, None
    in_force = [
        (found.number, found.event)
        for found in Criteria(kind=PolicyInForce.TYPE).find(enumerate(entries))
        if isinstance(found.event, PolicyInForce)
    ]
    own, *_ = labels = event.policy_version.split(_WITH)
    before = [policy.policy_version for number, policy in in_force if number < bundle.number]
    texts: dict[int, bytes] = {}
    for label in labels:
        numbers = [number for number, p in in_force if number < bundle.number and p.policy_version == label]
        if not numbers:
            differences.append(f"the log does not say that version {label} of the policy was in force")
        elif (opening := bundle.openings.get((numbers[-1], "text"))) is None:
            missing.append(f"the text of version {label} of the policy (entry {numbers[-1]})")
        else:
            texts[numbers[-1]] = opening.value
    last = [label for label in before if ("/" in label) == ("/" in own)][-1:]
    if last and last != [own]:
        differences.append(f"version {last[0]} of the policy was in force, and not version {own}")
    later = [
        (number, policy.policy_version)
        for number, policy in in_force
        if number > bundle.number and ("/" in policy.policy_version) == ("/" in own)
    ]
    if not later:
        return texts, None
    number, successor = later[0]
    return texts, f"version {own} of the policy was superseded since: version {successor}, entry {number}"


def _compare_cube(
    bundle: DecisionBundle,
    entries: Sequence[bytes],
    event: Answered | Refused,
    differences: list[str],
    missing: list[str],
) -> None:
    if event.cube is None:
        return
    cube = decode(entries[event.cube]) if event.cube < bundle.number else None
    if not isinstance(cube, CubeCertified):
        differences.append(f"entry {event.cube} is no protected table, although the decision names it")
        return
    if cube.snapshot != event.snapshot:
        differences.append(f"the protected table of entry {event.cube} is of another snapshot")
    if (event.cube, "shape") not in bundle.openings:
        missing.append(f"the shape of the protected table (entry {event.cube})")


def _record(
    bundle: DecisionBundle, event: Answered | Refused, differences: list[str], missing: list[str]
) -> Mapping[str, Any] | None:
    """The request as the policy saw it and what the policy said, compared with the entry."""
    if event.decision is None:
        return None
    opening = bundle.openings.get((bundle.number, "decision"))
    if opening is None:
        missing.append("what the policy said to the question, in full")
        return None
    record = parse_json_object(opening.value, "decision")
    try:
        request, decision = record["request"], record["decision"]
        for name in ("member", "recipient", "role", "purpose", "measure"):
            if request[name] != getattr(event, _REQUESTED.get(name, name)):
                differences.append(f"the policy was asked about another {name} than the entry says")
        permitted, disclosed = decision["permit"], decision.get("disclosed", decision.get("told", []))
    except (KeyError, TypeError, AttributeError):
        raise MalformedError("decision", "a part of the committed record is missing") from None
    if isinstance(event, Answered) and not permitted:
        differences.append("the member answered what its policy does not permit")
    if isinstance(event, Refused) and not permitted and tuple(disclosed) != event.reasons:
        differences.append("the member gave other reasons than its policy did")
    return record


def _commitment(entries: Sequence[bytes], number: int, field: str) -> Commitment:
    if number >= len(entries):
        raise NotInLogError(f"the log has {len(entries)} entries: there is no entry {number} to open")
    found = getattr(decode(entries[number]), field, None) if field in FIELDS else None
    if not isinstance(found, Commitment):
        raise MalformedError("decision bundle", f"entry {number} commits to no {field}")
    return found


def _written(number: int, field: str, opening: Opening) -> dict[str, Any]:
    return {
        "entry": number,
        "field": field,
        "salt": opening.salt.hex(),
        "value": to_base64(opening.value),
    }


def _place(written: Mapping[str, Any]) -> tuple[int, str]:
    if written.keys() != {"entry", "field", "salt", "value"} or written["field"] not in FIELDS:
        raise ValueError("no opening of a decision")
    return _number(written["entry"]), str(written["field"])


def _opening(written: Mapping[str, Any]) -> Opening:
    try:
        value = parse_base64(written["value"], "decision bundle's value")
        return Opening(written["field"], bytes.fromhex(written["salt"]), value)
    except AuditError as error:
        raise ValueError(str(error)) from None


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no number of an entry")
    return value
