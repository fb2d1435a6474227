"""What a number of a table counts, where it is no number of casualties, and what does not add up."""

from collections.abc import Iterator

from gateway.picturing.labels import Labels
from gateway.picturing.words import msgid
from gateway.wire.release import Release

_CLIENT = msgid(
    "A client is one person in one year of service, here %(year)s. Years are never added up, since the same "
    "people come again."
)
_CASE = msgid(
    "A case is one client, one kind of assistance and one year of service, here %(year)s. A client has a "
    "case for each kind of assistance: rows of different kinds do not add up to people."
)
_NO_YEAR = msgid(
    "Each member answered for its own last closed year of service, which may differ: do not use totals of "
    "several members."
)
_STATUS = msgid(
    "The status is the farthest of the year. A client whom nobody asked is of unknown status, never without "
    "need."
)
_BARRIER = msgid(
    "Each client has one main barrier, that of the latest need that was not met: barriers add up to clients, "
    "and further barriers of the same person are not counted."
)
_DISABILITY = msgid(
    "With a disability: a lot of difficulty or more in at least one domain of the Washington Group's short "
    "set. Whom nobody asked is unknown, never without."
)
_INJURY = msgid("A person can have several injuries: rows of different injuries do not add up to people.")
_ATTENDANCE = msgid("Attendances are counted at each session, so that one person counts several times.")

_OF_DIMENSIONS = {"barrier_main": _BARRIER, "disability": _DISABILITY}
_OF_ATTRIBUTES = {"status": _STATUS, "injury": _INJURY}
_OF_MEASURES = {"clients": _CLIENT, "cases": _CASE, "reached": _ATTENDANCE}


def units(release: Release, labels: Labels) -> tuple[str, ...]:
    """Sentences for the notes of a table, in reading order; none where a number counts casualties."""
    return tuple(dict.fromkeys(_units(release, labels)))


def _units(release: Release, labels: Labels) -> Iterator[str]:
    words, year = labels.words, labels.year_of_service(release)
    measure = str(release.question.get("measure", ""))
    of_measure = _OF_MEASURES.get(measure)
    if of_measure is not None:
        if year or of_measure is _ATTENDANCE:
            yield words.filled(of_measure, year=year)
        else:
            yield words.say(_NO_YEAR)
    for name in (*(axis.level for axis in release.axes), *release.question.get("where", {})):
        level = labels.dictionary.levels.get(name)
        if level is not None:
            part_of = labels.dictionary.dimension(level.dimension).part_of
            said = _OF_DIMENSIONS.get(level.dimension) or _OF_ATTRIBUTES.get(part_of)
            if said is not None:
                yield words.say(said)
