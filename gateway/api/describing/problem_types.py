"""The types of problems (RFC 9457, section 3.1.1): what a program can tell apart without reading sentences.

A problem without a type of its own is `about:blank`: its status says all. What must look alike to whoever
asks has one type, such as a question that does not exist and somebody else's.
"""

from collections.abc import Mapping

from gateway.accounts import errors as accounts
from gateway.dictionary import DictionaryError
from gateway.errors import SafelaneError
from gateway.export.dhis2 import MappingError
from gateway.export.export_formats import FormError
from gateway.export.pxweb.px_selection import SelectionError
from gateway.export.sdmx.sdmx_selection import NothingSelectedError
from gateway.hub.errors import (
    AlreadyAnsweredError,
    AnswerRefusedError,
    NoDecisionError,
    NotAuthenticatedError,
    NotPermittedError,
    NotWitnessedError,
    TooLateError,
    UnknownQuestionError,
)
from gateway.question import QuestionError
from gateway.store.engine.database import StorageError

BLANK = "about:blank"
_BEGIN = "urn:problem-type:safelane:"

_NAMES: Mapping[type[SafelaneError], str] = {
    NotAuthenticatedError: "not-signed-in",
    accounts.NotAuthenticatedError: "not-signed-in",
    NotPermittedError: "not-permitted",
    accounts.NotPermittedError: "not-permitted",
    UnknownQuestionError: "not-found",
    accounts.UnknownAddressError: "not-found",
    accounts.UnknownAccountError: "not-found",
    NoDecisionError: "not-found",
    NothingSelectedError: "nothing-selected",
    SelectionError: "wrong-selection",
    QuestionError: "wrong-question",
    DictionaryError: "wrong-question",
    FormError: "wrong-format",
    MappingError: "wrong-mapping",
    AnswerRefusedError: "answer-refused",
    AlreadyAnsweredError: "already-answered",
    NotWitnessedError: "not-witnessed",
    TooLateError: "too-late",
    StorageError: "storage",
}
TYPES = (BLANK, *dict.fromkeys(f"{_BEGIN}{name}" for name in _NAMES.values()))
"""Every type that a problem can have."""


def type_of(error: SafelaneError) -> str:
    """Return the type of the problem that an error becomes."""
    name = next((_NAMES[kind] for kind in type(error).__mro__ if kind in _NAMES), None)
    return BLANK if name is None else f"{_BEGIN}{name}"
