"""Taking a table away: as a file for spreadsheets, programs and reports. Every cell's status is in each."""

from flask import Response, request

from audit.reading.sidecar import ENDING
from gateway.api.services import hub
from gateway.export import CONTENT_TYPES, FORMS, NothingToDrawError, Receipt, export, file_name
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, KeptRelease
from gateway.hub.proofs import sidecar
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import REMEDY, own, released
from gateway.web.shared.desk import Desk

desk = Desk("analyst-taking")

PICTURES = ("svg", "png")
SIDECAR = ENDING.removeprefix(".")
"""The form that proves any of the others, for `python -m audit open`."""


@desk.file("/questions/<question_id>/download/<form>")
def download(question_id: str, form: str) -> Response:
    """The table as a file. Raises UnknownQuestionError without a release, or for an unknown format."""
    if form not in (*FORMS, SIDECAR):
        raise UnknownQuestionError("There is no such form of the table.", remedy=REMEDY)
    with hub().store.reading() as view:
        asked = own(view, question_id)
        kept, _ = released(view, asked)
    if kept is None:
        raise UnknownQuestionError("There is no table yet.", remedy="Wait until the question is released.")
    if form == SIDECAR:
        response = Response(str(sidecar(hub(), asked, kept)), content_type="application/json")
    else:
        response = Response(_file(asked, kept, form), content_type=CONTENT_TYPES[form])
    name = file_name(kept.release, form)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file(asked: AskedQuestion, kept: KeptRelease, form: str) -> bytes:
    receipt = Receipt(hub().log.origin, asked.asked_index, kept.index)
    kind = request.args.get("picture") or None if form in PICTURES else None
    try:
        return export(
            kept.release, form, hub().dictionary, analyst_wording.words(), receipt=receipt, kind=kind
        )
    except NothingToDrawError as error:
        raise UnknownQuestionError(error.message, remedy=error.remedy) from None
