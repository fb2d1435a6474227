"""The question and the release that an address names: only the analyst's own."""

from flask import request

from gateway.api.access_control import principal
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, KeptRelease
from gateway.hub.ports import View

REMEDY = "Your own questions are listed on your desk."


def own(view: View, question_id: str) -> AskedQuestion:
    """Raises UnknownQuestionError for somebody else's too: the two look alike; access control logs both."""
    asked = view.question(question_id)
    if asked is None or asked.user != principal().user:
        raise UnknownQuestionError(
            "There is no such question among yours.",
            remedy="Did somebody send you this address? Ask the sender to save the question and to share it "
            "with your organisation; then you ask it yourself. Your own questions are listed on your desk.",
        )
    return asked


def released(view: View, asked: AskedQuestion) -> tuple[KeptRelease | None, int]:
    """The release whose number the address names, else the newest, or None; and the number of releases.

    Raises UnknownQuestionError where no release has that number.
    """
    releases = view.releases(asked.id)
    number = request.args.get("release", "")
    if not number:
        return (releases[-1] if releases else None), len(releases)
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= len(releases)):
        raise UnknownQuestionError("There is no such release of the question.", remedy=REMEDY)
    return releases[int(number) - 1], len(releases)
