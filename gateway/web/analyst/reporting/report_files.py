"""A report as a file, for its organisation or for everybody. Its tables count as read, in the log."""

import re

from flask import Response, render_template, request

from gateway.export.documents.installed import CONTENT_TYPES, FORMS, one_at_a_time
from gateway.export.documents.picture_file import as_source
from gateway.export.documents.print_file import to_pdf
from gateway.export.documents.print_sheet import print_sheet
from gateway.export.documents.report_document import ReportDocument, ReportFigure
from gateway.export.documents.word_file import to_docx
from gateway.hub.errors import UnknownQuestionError
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.reporting.reading import note_readings
from gateway.web.analyst.reporting.report_pages import PAGE, composed_report
from gateway.web.shared import languages
from gateway.web.shared.desk import Desk

desk = Desk("analyst-report-files")


@desk.twins.get(f"{PAGE}/<report_id>/download/<form>")
@desk.file(f"{PAGE}/<report_id>/download/<form>")
def download(report_id: str, form: str) -> Response:
    """The report as DOCX or PDF. Terms are checked now, and each table is logged as read before it leaves."""
    if form not in FORMS:
        raise UnknownQuestionError("There is no such form of a report.", remedy="Take DOCX or PDF.")
    public = request.args.get("version") == "public"
    found, _, opened = composed_report(report_id, public=public)
    composed = opened.composed
    note_readings(composed.releases)
    with one_at_a_time():
        made = _file(composed.document, form)
    kind = "public" if public else found.organisation
    name = re.sub("[^a-z0-9]+", "-", f"{found.template}-report-{found.year}-{kind}".lower()).strip("-")
    response = Response(made, content_type=CONTENT_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _picture(figure: ReportFigure) -> str:
    return as_source(figure.svg)


def _file(document: ReportDocument, form: str) -> bytes:
    if form == "docx":
        return to_docx(document, analyst_wording.words())
    text = render_template(
        "analyst/report-print.html",
        document=document,
        languages=languages,
        sheet=print_sheet(),
        picture_of=_picture,
    )
    return to_pdf(text)
