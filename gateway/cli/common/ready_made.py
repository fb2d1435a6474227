"""Ready-made questions by their names, as the command line takes them."""

from gateway.dictionary import Dictionary, DictionaryError, ReadyTable
from gateway.dictionary.errors import unknown
from gateway.question import QuestionError


def tables_named(dictionary: Dictionary, name: str) -> tuple[ReadyTable, ...]:
    """The tables of a ready-made question, or the one table of that name.

    Raises DictionaryError for an unknown name, QuestionError for a question that has no tables yet.
    """
    if name in dictionary.ready_made:
        question = dictionary.ready_made[name]
        if not question.tables:
            raise QuestionError([f"{name} is not available yet. {question.note}"])
        return question.tables
    tables = {table.name: table for each in dictionary.ready_made.values() for table in each.tables}
    if name not in tables:
        raise unknown("ready-made question", name, list(dictionary.ready_made))
    return (tables[name],)


def table_named(dictionary: Dictionary, name: str) -> ReadyTable:
    """The only table of that name. Raises DictionaryError where the question has several."""
    tables = tables_named(dictionary, name)
    if len(tables) > 1:
        names = ", ".join(table.name for table in tables)
        message = f"{name} has {len(tables)} tables."
        raise DictionaryError(message, remedy=f"Name one of them: {names}.")
    return tables[0]
