"""Examples of questions with the decision that is expected: the tests of a policy, kept beside the policy.

The tests are run before a policy may be published. Each test is a question in the words of the policy
document, and `permit` or `deny`; for a denial some of the reasons may be named, for a permit the approval
needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from policies.decision.decide import decide
from policies.decision.decision import Code
from policies.decision.request import Request
from policies.document.level_shapes import levels
from policies.document.reading import read_document
from policies.explanation.explain import say_reason
from policies.model.composed_shapes import Key, ListOf, Record
from policies.model.errors import Fault
from policies.model.messages import message
from policies.model.model import Policy
from policies.model.shapes import Day, Meaning, OneOf, Text
from policies.model.strict_yaml import Table
from policies.model.terms import Approval
from policies.model.vocabulary import Vocabulary


@dataclass(frozen=True)
class Expectation:
    """A question and the decision that a policy should give. `on` None: the first day of the policy."""

    name: str
    recipient: str
    role: str | None
    purpose: str
    measure: str
    by: tuple[tuple[str, str], ...]
    ready_made: str | None
    record_level: bool
    on: date | None
    permit: bool
    because: tuple[Code, ...]
    approval: Approval | None
    line: int

    def request_to(self, member: str) -> Request:
        """The request of this question to `member`."""
        return Request.of(
            member=member,
            recipient=self.recipient,
            role=self.role,
            purpose=self.purpose,
            measure=self.measure,
            levels=self.by,
            ready_made=self.ready_made,
            record_level=self.record_level,
        )


@dataclass(frozen=True)
class UnmetExpectation:
    """An expectation that a policy does not meet, and the actual decision in a sentence."""

    expectation: Expectation
    sentence: str


def load_expectations(text: str, vocabulary: Vocabulary) -> tuple[Expectation, ...]:
    """Read a document of expectations. Raises PolicyError with every fault of the document."""
    return read_document(text, expectations_document(vocabulary), "The document of questions")


def expectations_document(words: Vocabulary) -> Record[tuple[Expectation, ...]]:
    """The shape of the document: the key `questions` with a list."""

    def word(kind: str, known: Iterable[str]) -> OneOf:
        return OneOf(kind, tuple(sorted(known)))

    keys = {
        "name": Key(Text(120), "what the example shows", required=True),
        "recipient": Key(word("recipient", words.recipients), "who asks", required=True),
        "role": Key(word("role", words.roles), "in which role (analyst)"),
        "purpose": Key(word("purpose", words.purposes), "the purpose", required=True),
        "measure": Key(word("measure", words.measures), "what is counted", required=True),
        "by": Key(levels(words, root=True), "dimensions and levels, of by and of where"),
        "ready_made": Key(word("ready-made question", words.ready_made), "the ready-made question"),
        "records": Key(Meaning("choice", {"yes": True, "no": False}), "asks for single records (no)"),
        "on": Key(Day(), "the day of the question (the first of the policy)"),
        "expect": Key(Meaning("decision", {"permit": True, "deny": False}), "the decision", required=True),
        "because": Key(
            ListOf(Meaning("reason", {code.value: code for code in Code})), "reasons for a denial"
        ),
        "approval": Key(Meaning("approval", {str(word): word for word in Approval}), "approval for a permit"),
    }
    one = Record("an example", keys, _expectation)
    return Record("a document of questions", {"questions": Key(ListOf(one), "examples", True)}, _list)


def check(policy: Policy, expectations: Iterable[Expectation]) -> tuple[UnmetExpectation, ...]:
    """Every expectation that the policy does not meet, in the order given."""
    found = ((one, _missed(policy, one)) for one in expectations)
    return tuple(UnmetExpectation(one, sentence) for one, sentence in found if sentence)


def _missed(policy: Policy, expected: Expectation) -> str:
    noon = datetime.combine(expected.on or policy.valid_from, datetime.min.time().replace(hour=12), UTC)
    decision = decide(policy, expected.request_to(policy.member), noon)
    if decision.permit != expected.permit:
        if decision.permit:
            return "It is permitted; a denial was expected."
        reasons = " ".join(say_reason(reason, policy.vocabulary) for reason in decision.reasons)
        return f"It is denied; a permit was expected. {reasons}"
    given = {reason.code for reason in decision.reasons}
    missing = [code for code in expected.because if code not in given]
    if missing:
        return (
            f"It is denied, but not because of {', '.join(missing)}; the reasons: {', '.join(sorted(given))}."
        )
    if decision.obligations is not None and expected.approval not in (None, decision.obligations.approval):
        return f"It is permitted with approval {decision.obligations.approval}, not {expected.approval}."
    return ""


def _expectation(values: dict[str, Any], table: Table, faults: list[Fault]) -> Expectation | None:
    permit = values.get("expect")
    for key, wanted in (("because", False), ("approval", True)):
        if key in values and permit is not None and permit != wanted:
            position = next(entry.position for entry in table.entries if entry.key == key)
            word = "permit" if wanted else "deny"
            faults.append(
                position.fault(message("%(key)s can be used only with expect: %(word)s", key=key, word=word))
            )
    if faults:
        return None
    return Expectation(
        name=values["name"],
        recipient=values["recipient"],
        role=values.get("role", "analyst"),
        purpose=values["purpose"],
        measure=values["measure"],
        by=values.get("by", ()),
        ready_made=values.get("ready_made"),
        record_level=values.get("records", False),
        on=values.get("on"),
        permit=values["expect"],
        because=values.get("because", ()),
        approval=values.get("approval"),
        line=table.position.line,
    )


def _list(values: dict[str, Any], table: Table, faults: list[Fault]) -> tuple[Expectation, ...] | None:  # noqa: ARG001
    listed: tuple[Expectation, ...] | None = values.get("questions")
    return listed
