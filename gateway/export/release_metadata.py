"""What stands beside the data of a release: everything that a reader of the numbers has to know."""

from typing import Any

from gateway.dictionary import Dictionary
from gateway.export.text import coverage_lines, terms_lines
from gateway.picturing import ENGLISH
from gateway.picturing.labels import Labels
from gateway.picturing.notices.coarser_tables import coarser_tables
from gateway.picturing.notices.units import units
from gateway.wire.cells import MEANINGS
from gateway.wire.release import Release


def metadata(release: Release, dictionary: Dictionary) -> dict[str, Any]:
    """Return the question in words and as asked, its levels, each member's part, and the statuses.

    `coverage` is as the log commits to it; `coverage_in_words` and `terms_in_words` are its English lines.
    """
    labels = Labels(dictionary, ENGLISH)
    return {
        "title": labels.caption(release),
        "question_id": release.question_id,
        "question": dict(release.question),
        "number": release.number,
        "asked_at": release.asked_at,
        "released_at": release.released_at,
        "dictionary": dictionary.version,
        "measure": {"name": release.question.get("measure"), "label": labels.measure(release)},
        "counted": list(units(release, labels)),
        "coarser_tables": list(coarser_tables(release, labels)),
        "levels": [{"name": axis.level, "label": labels.level(axis.level)} for axis in release.axes],
        "status": {status.value: meaning for status, meaning in MEANINGS.items()},
        "coverage": release.as_json()["coverage"],
        "coverage_in_words": coverage_lines(release),
        "terms_in_words": terms_lines(release),
    }
