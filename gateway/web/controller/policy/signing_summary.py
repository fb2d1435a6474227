"""The effect of signing, in one sentence."""

from datetime import date

from flask_babel import gettext as _

from gateway.web.controller.jobs.previews import Preview
from gateway.web.controller.policy.policy_state import Drafted
from gateway.web.shared.languages import day


def publishing_sentence(
    draft: Drafted, former: int | None, found: Preview | None, *, loaded: bool, today: date
) -> str:
    """The draft's start, the version replaced, and the cells published or withheld as a result."""
    if draft.begins is not None and draft.begins > today:
        when = _("From %(day)s on", day=day(draft.begins))
    else:
        when = _("At once")
    if former is None:
        what = _(
            "%(when)s, version %(version)s is the policy of this country", when=when, version=draft.version
        )
    else:
        what = _(
            "%(when)s, version %(version)s replaces version %(former)s",
            when=when,
            version=draft.version,
            former=former,
        )
    return f"{what}: {_effect(former, found, loaded=loaded)}"


def _effect(former: int | None, found: Preview | None, *, loaded: bool) -> str:
    if not loaded:
        return _("no questions are answered before a register is loaded.")
    if found is None:
        return _("there is no preview yet of what would be released.")
    if former is None:
        return _(
            "%(shown)d numbers about %(people)d people become visible to the recipients named in the policy.",
            shown=found.shown,
            people=found.people,
        )
    sentences = [one[:1].lower() + one[1:] for one in found.effect]
    return (
        " ".join([sentences[0], *found.effect[1:]]) if sentences else _("the released numbers do not change.")
    )
