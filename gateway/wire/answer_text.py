"""Writes and reads answers as signed notes (C2SP signed-note); a note's text is one line of canonical
JSON.
"""

from audit.errors import AuditError
from audit.formats.canonical import canonical_json, load_canonical_object
from audit.formats.note import Note, Signer, Verifier, open_note, sign
from gateway.wire.answer import Answer, AnswerError, answer_from_json

ANSWER = "answer"
"""Label of the commitment, in a member's own log, to the text of an answer."""


def sign_answer(answer: Answer, signer: Signer) -> str:
    """The answer's note, signed with the member's answer key."""
    return str(sign(answer_text(answer), signer))


def answer_text(answer: Answer) -> str:
    """The text that a member signs, and to which the member's own log commits."""
    return canonical_json(answer.as_json()).decode() + "\n"


def open_answer(note: str, verifier: Verifier) -> Answer:
    """The answer in a note, once `verifier` has verified the signature. Raises AnswerError."""
    try:
        parsed = Note.parse(note)
        open_note(parsed, [verifier])
    except AuditError as error:
        raise AnswerError(f"The answer cannot be trusted: {error}.") from None
    return answer_of_text(parsed.text)


def answer_of_text(text: str) -> Answer:
    """Read what `answer_text` wrote; the signature must have been verified before. Raises AnswerError."""
    try:
        data = load_canonical_object(text.removesuffix("\n").encode(), "answer")
    except AuditError as error:
        raise AnswerError(f"The answer cannot be read: {error}.") from None
    return answer_from_json(data)


def answer_of_note(note: str) -> Answer:
    """The answer in a note of our own, or in a note with a verified signature. Raises AnswerError."""
    return answer_of_text(note.rpartition("\n\n")[0] + "\n")
