"""`safelane words`: the words for questions."""

import click

from gateway.dictionary import Dictionary, ReadyTable, regional
from gateway.question import COUNTRY


@click.command()
@click.argument("level", required=False)
def words(level: str | None) -> None:
    """List measures, purposes and levels; with LEVEL, the codes of that level."""
    dictionary = regional()
    for line in codes(dictionary, level) if level else overview(dictionary):
        click.echo(line)


def overview(dictionary: Dictionary) -> list[str]:
    lines = ["Measures (--measure)"]
    lines += [f"  {m.name:<20} {m.label}" for m in dictionary.measures.values()]
    lines += ["", "Ready-made questions (--question)"]
    for question in dictionary.ready_made.values():
        lines.append(
            f"  {question.name:<26} {question.label}{'' if question.tables else ' (not available yet)'}"
        )
        if len(question.tables) > 1:
            lines += [f"    {table.name:<24} {_table(dictionary, table)}" for table in question.tables]
    lines += ["", "Purposes (--purpose)"]
    lines += [f"  {p.name:<20} {p.label}" for p in dictionary.purposes.values()]
    lines += ["", "Levels (--by, --where); `safelane words LEVEL` lists a level's codes"]
    lines += [f"  {COUNTRY:<20} the members themselves"]
    lines += [f"  {v.name:<20} {v.label}" for v in dictionary.levels.values()]
    return lines


def _table(dictionary: Dictionary, table: ReadyTable) -> str:
    return dictionary.levels[table.label].label if table.label in dictionary.levels else table.label


def codes(dictionary: Dictionary, level: str) -> list[str]:
    """Return the codes of a level. Raises DictionaryError for an unknown level."""
    if level == COUNTRY:
        return [f"  {m.code:<12} {m.name}" for m in dictionary.members.values()]
    known = dictionary.codes(dictionary.level(level).name)
    if not known:
        return [f"  The codes of {level} follow the calendar, such as 2024."]
    return [f"  {code:<12} {label}" for code, label in known.items()]
