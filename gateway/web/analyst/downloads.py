"""Taking a table away: as a file for spreadsheets, programs and reports. Every cell's status is in each."""

from collections.abc import Sequence
from contextlib import nullcontext

from flask import Response, request

from audit.reading.sidecar import ENDING
from gateway.api.access_control import principal
from gateway.api.services import hub
from gateway.export import CONTENT_TYPES, FORMS, NothingToDrawError, Receipt, export, file_name
from gateway.export.documents.installed import installed, one_at_a_time
from gateway.export.grouped_files import FORMS as GROUPED
from gateway.export.grouped_files import grouped_csv, grouped_xlsx
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, KeptRelease
from gateway.hub.ports import View
from gateway.hub.proofs import sidecar
from gateway.picturing.grouping import Group
from gateway.web.analyst import analyst_wording
from gateway.web.analyst.addressed_release import REMEDY, own, released
from gateway.web.analyst.chosen_groups import NO_GROUPS, ChosenGroups, chosen_groups
from gateway.web.shared import languages
from gateway.web.shared.desk import Desk

desk = Desk("analyst-taking")

PICTURES = ("svg", "png", "pdf")
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
        chosen = NO_GROUPS if kept is None else _own_groups(view, kept)
    if kept is None:
        raise UnknownQuestionError("There is no table yet.", remedy="Wait until the question is released.")
    if form == SIDECAR:
        response = Response(str(sidecar(hub(), asked, kept)), content_type="application/json")
    else:
        response = Response(_file(asked, kept, form, chosen.groups), content_type=CONTENT_TYPES[form])
    name = file_name(kept.release, form)
    if chosen.groups and form in GROUPED:
        name = name.replace(f".{form}", f"-own-groups.{form}")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def forms(*, drawn: bool) -> tuple[str, ...]:
    """The files on offer: pictures of what can be drawn, PDF where its libraries are installed."""
    return tuple(form for form in FORMS if (drawn or form not in PICTURES) and (form != "pdf" or installed()))


def _own_groups(view: View, kept: KeptRelease) -> ChosenGroups:
    """The groups that the address names. A group that is gone is no file without it: the request fails."""
    values = request.args.to_dict(flat=False)
    own = chosen_groups(kept.release, view.groups.of(principal().user), values)
    if own.unknown:
        raise UnknownQuestionError("This table has no such group of yours.", remedy=REMEDY)
    return own


def _file(asked: AskedQuestion, kept: KeptRelease, form: str, groups: Sequence[Group]) -> bytes:
    receipt = Receipt(hub().log.origin, asked.asked_index, kept.index)
    words = analyst_wording.words()
    if groups and form == "csv":
        return grouped_csv(kept.release, hub().dictionary, groups)
    if groups and form == "xlsx":
        return grouped_xlsx(kept.release, hub().dictionary, words, groups, receipt)
    kind = request.args.get("picture") or None if form in PICTURES else None
    try:
        with one_at_a_time() if form == "pdf" else nullcontext():
            return export(
                *(kept.release, form, hub().dictionary, words),
                receipt=receipt,
                kind=kind,
                language=languages.tag(),
            )
    except NothingToDrawError as error:
        raise UnknownQuestionError(error.message, remedy=error.remedy) from None
