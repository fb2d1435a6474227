"""Whose numbers leave a report, and why: members that are gone, terms that end, and terms that forbid."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _

from gateway.dictionary import Dictionary
from gateway.web.analyst import analyst_wording
from gateway.wire.release import Coverage, Release
from gateway.wire.usage_terms import PassOn


class LeftOut(StrEnum):
    """Why the numbers of a member are not in a report."""

    REVOKED = "revoked"
    KEPT_TOO_LONG = "kept-too-long"
    NOT_PASSED_ON = "not-passed-on"


def left_out(
    release: Release, enrolled: Collection[str], now: datetime, *, public: bool
) -> Mapping[str, LeftOut]:
    """The members whose numbers of a release may not be in a report at this moment, with the reason."""
    found = {one.member: _reason(one, release, enrolled, now, public=public) for one in release.coverage}
    return {member: reason for member, reason in found.items() if reason is not None}


def sentences(dictionary: Dictionary, reasons: Mapping[LeftOut, Collection[str]]) -> tuple[str, ...]:
    """A sentence for each reason, with the members that it concerns."""
    said = {
        LeftOut.REVOKED: _(
            "The numbers of %(members)s have left this report: the member does not take part in the region "
            "any more."
        ),
        LeftOut.KEPT_TOO_LONG: _(
            "The numbers of %(members)s have left this report: the time for which its terms let them be kept "
            "is over."
        ),
        LeftOut.NOT_PASSED_ON: _(
            "The numbers of %(members)s are left out of this public version, alone and in every total: its "
            "terms do not allow passing them on."
        ),
    }
    return tuple(
        said[reason] % {"members": names(dictionary, reasons[reason])}
        for reason in LeftOut
        if reasons.get(reason)
    )


def names(dictionary: Dictionary, members: Collection[str]) -> str:
    """The members' names in a row."""
    return analyst_wording.listed(
        [analyst_wording.say(dictionary.member(member).name) for member in sorted(members)]
    )


def _reason(
    one: Coverage, release: Release, enrolled: Collection[str], now: datetime, *, public: bool
) -> LeftOut | None:
    if not one.answered:
        return None
    if one.member not in enrolled:
        return LeftOut.REVOKED
    days = None if one.terms is None else one.terms.retention_days
    # Counted from the answer that the numbers came with, which may be older than the release.
    since = release.released_at if one.earlier is None else one.earlier.answered_at
    if days is not None and now - datetime.fromisoformat(since) > timedelta(days=days):
        return LeftOut.KEPT_TOO_LONG
    if public and (one.terms is None or one.terms.redistribution is PassOn.NO):
        return LeftOut.NOT_PASSED_ON
    return None
