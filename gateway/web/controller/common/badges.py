"""Numbers beside the entries of the desk's navigation: what waits for a person, and what is running."""

from collections.abc import Mapping

from flask import current_app
from flask_babel import gettext as _

from gateway.web.controller.common.context import KEY, desk_context
from gateway.web.shared.base import Badge

HOME = "/controller/overview"
APPROVALS = "/controller/approvals"
POLICY = "/controller/policy"
LOADS = "/controller/loads"


def badges() -> Mapping[str, Badge]:
    """By the page where something can be done about it; nothing without the desk.

    Questions that wait for approval, a draft that is not signed, uploads that are not loaded, and previews,
    loads and other work under way.
    """
    if KEY not in current_app.extensions:
        return {}
    desk = desk_context()
    with desk.node.store.reading() as view:
        questions, draft = len(view.waiting_questions()), view.draft() is not None
    return {
        HOME: Badge(len(desk.jobs.under_way()), _("running")),
        APPROVALS: Badge(questions, _("waiting")),
        POLICY: Badge(int(draft), _("draft")),
        LOADS: Badge(len(desk.uploads.waiting()), _("waiting")),
    }
