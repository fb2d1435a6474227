"""Taking a table away: as a file for spreadsheets, programs and reports. Every cell's status is in each."""

from flask import Response

from gateway.api.services import hub
from gateway.export import to_csv, to_json
from gateway.hub.errors import UnknownQuestionError
from gateway.web.analyst.finding import own, released
from gateway.web.desk import Desk

desk = Desk("analyst-taking")

FORMS = {"csv": ("text/csv; charset=utf-8", to_csv), "json": ("application/json", to_json)}


@desk.file("/questions/<question_id>/download/<form>")
def download(question_id: str, form: str) -> Response:
    """The table as a file. Raises UnknownQuestionError before there is one, or for another form."""
    if form not in FORMS:
        raise UnknownQuestionError("There is no such form of the table.")
    with hub().store.reading() as view:
        kept = released(view, own(view, question_id))
    if kept is None:
        raise UnknownQuestionError("There is no table yet.", remedy="Wait until the question is released.")
    kind, write = FORMS[form]
    response = Response(write(kept.release), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="safelane-{question_id}.{form}"'
    return response
