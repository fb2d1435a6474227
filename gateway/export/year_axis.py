"""The year of service as a column of flat tables: a row that is copied elsewhere still says its year."""

from gateway.dictionary import Dictionary
from gateway.question import year_of_service
from gateway.wire.cells import Axis
from gateway.wire.release import Release


def year_axis(release: Release, dictionary: Dictionary) -> tuple[Axis, ...]:
    """An axis with the one year in which clients of assistance are counted; none for a table about others."""
    measure = str(release.question.get("measure", ""))
    year = year_of_service(dictionary, measure, release.question.get("where", {}))
    return (Axis(dictionary.measure(measure).year, (year,)),) if year else ()
