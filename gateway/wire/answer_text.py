"""An answer as it travels: a signed note (C2SP signed-note) whose text is one line of canonical JSON."""

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from gateway.wire.answer import Answer, AnswerError, answer_from_json

ANSWER = "answer"
"""Label of a member's commitment, in its own log, to the text of its answer."""


def sign_answer(answer: Answer, signer: Signer) -> str:
    """The answer's note, signed with the member's answer key."""
    return str(sign(answer_text(answer), signer))


def answer_text(answer: Answer) -> str:
    """What is signed, and what the member's own log commits to."""
    return canonical_json(answer.as_json()).decode() + "\n"


def open_answer(note: str, verifier: Verifier) -> Answer:
    """The answer in a note, once `verifier` has shown whose it is. Raises AnswerError."""
    try:
        parsed = Note.parse(note)
        open_note(parsed, [verifier])
    except AuditError as error:
        raise AnswerError(f"The answer cannot be trusted: {error}.") from None
    return answer_of_text(parsed.text)


def answer_of_text(text: str) -> Answer:
    """Read what `answer_text` wrote, of a note whose signature has been verified. Raises AnswerError."""
    try:
        data = load_canonical_object(text.removesuffix("\n").encode(), "answer")
    except AuditError as error:
        raise AnswerError(f"The answer cannot be read: {error}.") from None
    return answer_from_json(data)


def answer_of_note(note: str) -> Answer:
    """The answer in a note of our own, or in one whose signature has been verified. Raises AnswerError."""
    return answer_of_text(note.rpartition("\n\n")[0] + "\n")
