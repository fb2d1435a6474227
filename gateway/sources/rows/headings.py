"""Finds the columns of a mapping in a table, and the columns missing from the mapping."""

from collections.abc import Mapping, Sequence

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings, Problem
from gateway.sources.model.mapping import SourceMapping, TableRule
from gateway.sources.model.tables import OpenTable, Source
from gateway.sources.model.words import plain
from gateway.sources.rows.repeated_columns import open_table

MOST_OTHERS = 3
"""Columns that a message about a missing one names."""


def headings_asked(mapping: SourceMapping, rule: TableRule) -> list[str]:
    """The headings required in a table: columns with a rule, and columns for joins."""
    first, *others = mapping.of_people
    joined = (
        [theirs for other in others for theirs in other.join.values()] if rule is first else list(rule.join)
    )
    return list(dict.fromkeys([*rule.columns, *rule.personal, *rule.people, *rule.case_parts, *joined]))


def positions(
    table: OpenTable, rule: TableRule, asked: Sequence[str], findings: Findings
) -> Mapping[str, int]:
    """The position of each required heading. Raises SourceError, naming missing and duplicate headings."""
    plain_headings = [plain(heading) for heading in table.headings]
    missing = [heading for heading in asked if plain(heading) not in plain_headings]
    if missing:
        names = ", ".join(repr(heading) for heading in missing)
        msg = message("%(table)s has no column %(columns)s.", table=rule.name, columns=names)
        others = _not_named(table, rule, asked)
        if others:
            raise SourceError(
                msg,
                remedy=message(
                    "Was it renamed? The mapping does not name %(others)s. Correct the mapping, "
                    "or 'header' if the headings are on another line.",
                    others=", ".join(map(repr, others[:MOST_OTHERS])),
                ),
            )
        raise SourceError(
            msg, remedy=message("Correct the mapping, or 'header' if the headings are on another line.")
        )
    twice = [heading for heading in asked if plain_headings.count(plain(heading)) > 1]
    if twice:
        msg = message("%(table)s has several columns %(columns)s.", table=rule.name, columns=repr(twice[0]))
        raise SourceError(msg, remedy=message("Give the columns of the source different headings."))
    for heading in _not_named(table, rule, asked):
        findings.add(rule.name, heading, Problem.NOT_MAPPED)
    return {heading: plain_headings.index(plain(heading)) for heading in asked}


def _not_named(table: OpenTable, rule: TableRule, asked: Sequence[str]) -> list[str]:
    """The headings of a table that its mapping names nowhere."""
    known = {plain(heading) for heading in (*asked, *rule.left_out)}
    return [heading for heading in table.headings if plain(heading) and plain(heading) not in known]


def check_headings(source: Source, mapping: SourceMapping, findings: Findings) -> list[SourceError]:
    """An error for every missing table or column; columns missing from the mapping become findings."""
    errors: list[SourceError] = []
    for rule in mapping.tables:
        try:
            with open_table(source, rule, findings) as table:
                positions(table, rule, headings_asked(mapping, rule), findings)
        except SourceError as error:
            errors.append(error)
    return errors
