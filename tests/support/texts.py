"""Gathers the English texts of the desks' pages for translators, and compiles what they wrote.

`python tests/support/texts.py` renews `messages.po` of every language below `gateway/web/translations/` and
compiles it to `messages.mo`. A text that is new stands there without a translation and is shown in English;
one whose English was changed keeps its former translation, marked fuzzy, which is not shown until somebody
has looked at it. The files name no moments, machines or lines: the same texts always make the same files.
"""

import ast
from collections.abc import Container, Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from audit.events.account_events import AccountStep, SessionEnd
from audit.events.event_values import Outcome, ReadAction, ReadThrough
from audit.events.events import EVENTS
from audit.events.former_events import present_type
from audit.reading.alerts import NoticeKind
from gateway.accounts.model import Role, Scope
from gateway.dictionary import CALENDARS, Dictionary, regional
from gateway.dictionary.vocabulary import RECIPIENTS
from gateway.sources.mapping.lexicon import lexicon
from gateway.sources.model.finding_remedies import REMEDIES
from gateway.sources.model.findings import Problem
from gateway.sources.quality.consistency import NOT_FOR_THE_DEAD
from gateway.sources.quality.quality import MEASURES, OF_PEOPLE
from gateway.watching.model import Concern
from gateway.wire.answer import Refusal
from policies.model.terms import Period

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "gateway" / "web" / "translations"
FOLDERS = ("audit", "policies", "gateway/web", "gateway/picturing", "gateway/export", "gateway/hub/reports")
MARKS = {**DEFAULT_KEYWORDS, "say": None, "message": None, "msgid": None, "lazy_gettext": None}
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}}
ERRORS = (
    "gateway/accounts/duties.py",
    "gateway/accounts/errors.py",
    "gateway/accounts/passkeys/registering.py",
    "gateway/accounts/passphrases.py",
    "gateway/accounts/renewal/two_operators.py",
    "gateway/accounts/sessions.py",
    "gateway/bootstrap/desk/worker_processes.py",
    "gateway/export/documents/installed.py",
    "gateway/export/documents/print_file.py",
    "gateway/hub/reports/report_keeping.py",
    "gateway/hub/saved/own_groups.py",
    "gateway/hub/saved/saved_questions.py",
    "gateway/web/analyst/addressed_release.py",
    "gateway/web/entrance/account.py",
    "gateway/web/entrance/invitation.py",
    "gateway/web/operator/letting_in_page.py",
    "gateway/web/shared/passkey_place.py",
)
"""Whose errors people meet before a desk is open to them, and who can save no question or report so."""
SHAPES = {
    **dict.fromkeys(("_word", "_words", "word", "Meaning", "OneOf", "MapOf", "Record", "_plain_record"), 0),
    "Key": 1,
}
"""Shapes of a policy document, and which of their arguments a message may say."""
REPORTED = (
    "gateway/auditing/damage.py",
    # where decisions are made again, and sentences say what differs
    *(
        "gateway/hub/decision_replay.py",
        "gateway/member/answer/decision_replay.py",
        "gateway/member/answer/replay_terms.py",
    ),
    # how a policy is carried out, and how far long work is
    *(
        "gateway/member/policy/cube_plan.py",
        "gateway/member/policy/clients_plan.py",
        "gateway/member/policy/expected_noise.py",
    ),
    "gateway/member/build/preview.py",
    "gateway/member/build/rerun_sentences.py",
    *("gateway/bootstrap/desk/worker_tasks.py", "gateway/bootstrap/loading/register_upload.py"),
    # why a load stops and asks
    "gateway/bootstrap/loading/engine_choice.py",
    *("gateway/bootstrap/loading/load_choices.py", "gateway/bootstrap/loading/register_loading.py"),
    "gateway/member/register/missing_cases.py",
    # what the mapping desk says of columns
    *(
        "gateway/bootstrap/loading/source_location.py",
        "gateway/bootstrap/loading/upload_draft.py",
        "gateway/sources/desk/column_contents.py",
        "gateway/sources/desk/desk_draft.py",
        "gateway/sources/mapping/column_guesses.py",
        "gateway/sources/mapping/draft_document.py",
        "gateway/sources/mapping/draft_rules.py",
        "gateway/sources/mapping/draft_structure.py",
        "gateway/sources/mapping/suggest.py",
        "gateway/sources/mapping/stated.py",
    ),
    # what a register that was uploaded can be refused for
    *(
        "gateway/sources/files/uploads.py",
        "gateway/sources/files/uploaded.py",
        "gateway/sources/files/csv_source.py",
        "gateway/sources/model/rows_of_several.py",
    ),
    *(
        "gateway/sources/files/access_source.py",
        "gateway/sources/files/database_source.py",
        "gateway/sources/files/office_source.py",
        "gateway/sources/files/sheet_rows.py",
        "gateway/sources/files/workbook_source.py",
        "gateway/sources/rows/headings.py",
        "gateway/sources/rows/stable_file.py",
        "gateway/sources/services/arcgis.py",
        "gateway/sources/services/kept_pages.py",
        "gateway/sources/services/credentials.py",
        "gateway/sources/services/service_address.py",
        "gateway/sources/services/service_client.py",
        "gateway/sources/services/spool.py",
    ),
)
"""Other files whose sentences pages say."""
NAMES_AND_YEARS = frozenset({"place", "home", *CALENDARS})
"""Dimensions whose codes are names and numbers: they stay as the gazetteer and the calendar have them."""

HEAD = """\
# Texts of the desks' pages. Made by tests/support/texts.py; translations (msgstr) are written by hand.
# docs/how-to/correct-a-translation.md says how; docs/reference/translations/ has the recurring terms.
#"""
_HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}


class Undated(Catalog):
    """A catalogue whose header says nothing that differs from one day or machine to the next."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().mime_headers if name in _HEADERS]


def languages() -> list[str]:
    """The languages that there is a catalogue of."""
    return sorted(path.parents[1].name for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def catalogue(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def marked_messages(file: IO[bytes], marks: Container[str], *_: Any, **__: Any) -> Iterator[tuple[Any, ...]]:
    """The texts of a Python file, as Babel wants them told: line, mark, texts and comments.

    Babel's own reader sees the calls inside an f-string from Python 3.12 on only, and would find other texts
    there than here.
    """
    calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        found = [
            a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in call.args
        ]
        if name in marks and found:
            yield call.lineno, name, found[0] if len(found) == 1 else tuple(found), []


METHODS: list[tuple[str, Any]] = [("**.py", marked_messages), ("**/templates/**.html", "jinja2")]


@cache
def texts() -> Catalog:
    """Every English text of the pages, in the order of the files that say it, without translations."""
    found = Catalog()
    for folder in FOLDERS:
        for name, _, message, _, context in extract_from_dir(ROOT / folder, METHODS, OPTIONS, MARKS):
            found.add(message, locations=[(f"{folder}/{name}", None)], context=context)
    for where, those in listed_words().items():
        for text in those:
            found.add(text, locations=[(where, None)])
    for name in REPORTED:
        with (ROOT / name).open("rb") as file:
            for _, _, text, _ in marked_messages(file, {"message", "msgid"}):
                found.add(text, locations=[(name, None)])
    for name in ERRORS:
        for text in refusals((ROOT / name).read_text(encoding="utf-8")):
            found.add(text, locations=[(name, None)])
    return found


def listed_words() -> dict[str, Iterable[str]]:
    """Words that the code lists, by the file that does."""
    return {
        "gateway/dictionary/dictionary.yaml": words(regional()),
        "gateway/dictionary/vocabulary.py": RECIPIENTS[1:],  # the first is a name
        "policies/model/terms.py": map(str, Period),
        "gateway/wire/answer.py": (refusal.meaning for refusal in Refusal),
        "gateway/accounts/model.py": map(str, (*Role, *(scope.says for scope in Scope))),
        "audit/events/events.py": (word.replace("-", " ") for word in log_words()),
        "policies/document/document.py": policy_words(),
        "gateway/sources/quality/quality.py": quality_words(),
    }


def log_words() -> Iterator[str]:
    """Words of the log that pages say: kinds of entries and of alerts, what was done with accounts."""
    yield from sorted({present_type(kind) for kind, _ in EVENTS})
    for closed in (NoticeKind, Concern, Outcome, AccountStep, SessionEnd, ReadAction, ReadThrough):
        yield from map(str, closed)


def quality_words() -> Iterator[str]:
    """What is said of a register: why columns are left out, measures, findings, remedies, broken rules."""
    yield from sorted(lexicon().reasons)
    yield from MEASURES
    yield from map(str, Problem)
    yield from dict.fromkeys(REMEDIES.values())
    yield from OF_PEOPLE.values()
    yield from (f"killed, but received {what}" for what in NOT_FOR_THE_DEAD.values())
    for name in ("consistency", "related_consistency"):
        code = ast.parse(
            (ROOT / "gateway" / "sources" / "quality" / f"{name}.py").read_text(encoding="utf-8")
        )
        yield from rules(code)


def rules(code: ast.AST) -> Iterator[str]:
    """The texts of more than one word in a module that are no descriptions of its parts."""
    known = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(code)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
    }
    known |= {
        node.value.value
        for node in ast.walk(code)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {id(value) for node in ast.walk(code) if isinstance(node, ast.JoinedStr) for value in node.values}
    known |= set(NOT_FOR_THE_DEAD.values())
    for node in ast.walk(code):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in parts else None
        if isinstance(text, str) and " " in text and text not in known:
            yield text


def policy_words() -> Iterator[str]:
    """What messages about a policy call its keys and words: the names of shapes, and what keys mean."""
    for name in (
        "document/document",
        "lint/expectations",
        "document/level_shapes",
        "model/phrases",
        "document/assemble",
    ):
        code = (ROOT / "policies" / f"{name}.py").read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(code)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Subscript):
                function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
                place = SHAPES.get(getattr(function, "id", ""))
                words = call.args[place] if place is not None and len(call.args) > place else None
                # The meaning of a key is said where the key is missing: of one that may be, never.
                reported = place == 0 or len(call.args) > 2 or bool(call.keywords)
                if reported and isinstance(words, ast.Constant) and isinstance(words.value, str):
                    yield words.value


def refusals(code: str) -> Iterator[str]:
    """What the errors of a Python file say and advise, where these are plain texts."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call) and any(keyword.arg == "remedy" for keyword in call.keywords):
            for said in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield said.value


def words(dictionary: Dictionary) -> Iterator[str]:
    """What the desks' pages say of the dictionary."""
    for named in (dictionary.measures, dictionary.purposes, dictionary.dimensions, dictionary.levels):
        yield from (one.label for one in named.values())
    yield from (dimension.part_of for dimension in dictionary.dimensions.values() if dimension.yes_no)
    yield from dictionary.families.values()
    for question in dictionary.ready_made.values():
        yield from filter(None, (question.label, question.note))
        yield from (t.label for t in question.tables if t.label and t.label not in dictionary.levels)
    yield from dictionary.consent.values()
    for attribute in dictionary.attributes.values():
        yield attribute.label
        yield from (label for code, label in attribute.codes.items() if label != code)
    yield from (member.name for member in dictionary.members.values())
    for level in dictionary.levels.values():
        if level.dimension not in NAMES_AND_YEARS:
            yield from dictionary.codes(level.name).values()


def renewed(former: bytes, language: str) -> bytes:
    """The catalogue of a language with the texts of today, as its file."""
    known = read_po(BytesIO(former), locale=language)
    known.update(texts())
    return written(known, language)


def written(known: Catalog, language: str) -> bytes:
    """A catalogue as its file: its texts in their order, under our header."""
    out = BytesIO()
    write_po(out, _undated(known, language), width=0, ignore_obsolete=True, include_lineno=False)
    return out.getvalue()


def compiled(file: bytes, language: str) -> bytes:
    """What the pages read: every translation that is there and not fuzzy."""
    out = BytesIO()
    write_mo(out, _undated(read_po(BytesIO(file), locale=language), language))
    return out.getvalue()


def _undated(known: Catalog, language: str) -> Undated:
    made = Undated(locale=language, fuzzy=False, header_comment=HEAD)
    for message in known:
        if message.id:
            made[message.id] = message
    return made


def renew(language: str) -> None:
    path = catalogue(language)
    path.write_bytes(renewed(path.read_bytes(), language))
    path.with_suffix(".mo").write_bytes(compiled(path.read_bytes(), language))


if __name__ == "__main__":
    for one in languages():
        renew(one)
