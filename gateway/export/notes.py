"""Notes about the table in a file: the question, the answers with their time, the receipt, every sign."""

from dataclasses import dataclass

from gateway.dictionary import Dictionary
from gateway.picturing import WITHHELD, Words
from gateway.picturing.labels import Labels
from gateway.picturing.notes import notes
from gateway.picturing.notices.coarser_tables import coarser_tables
from gateway.picturing.notices.perturbation_notice import changes
from gateway.picturing.notices.rows_counted import rows_counted
from gateway.picturing.notices.units import units
from gateway.picturing.terms import OF_TOTALS, of_totals, terms
from gateway.picturing.words import MEANINGS, SHORT, capital, msgid
from gateway.wire.cells import Status
from gateway.wire.release import Coverage, Release


@dataclass(frozen=True)
class Receipt:
    """The regional log's entries of the question and the release, in the log `log`."""

    log: str
    asked: int
    released: int


def facts(
    release: Release, dictionary: Dictionary, words: Words, receipt: Receipt | None
) -> list[tuple[str, str]]:
    """Return names and values, in reading order."""
    labels = Labels(dictionary, words)
    purpose = str(release.question.get("purpose", ""))
    known = dictionary.purposes.get(purpose)
    found = [
        (words.say(msgid("Table")), labels.caption(release)),
        (words.say(msgid("Counted")), labels.measure(release)),
        (
            words.say(msgid("Filters")),
            "; ".join(labels.filters(release)) or words.say(msgid("everything")),
        ),
        *((words.say(msgid("How it is counted")), said) for said in units(release, labels)),
        *((words.say(msgid("Ways to see more numbers")), said) for said in coarser_tables(release, labels)),
        (words.say(msgid("Purpose")), purpose if known is None else words.say(known.label)),
        (words.say(msgid("Question")), release.question_id),
        (words.say(msgid("Asked at")), release.asked_at),
        (words.say(msgid("Released at")), release.released_at),
        (words.say(msgid("Release")), str(release.number)),
        (words.say(msgid("Dictionary")), dictionary.version),
    ]
    if receipt is not None:
        text = msgid(
            "Entry %(asked)s of %(log)s recorded the question before any member received it; entry "
            "%(released)s commits to this table."
        )
        said = words.say(text) % {"asked": receipt.asked, "log": receipt.log, "released": receipt.released}
        found.append((words.say(msgid("Receipt")), said))
    return found


def coverage_rows(release: Release, dictionary: Dictionary, words: Words) -> list[tuple[str, ...]]:
    """Return a header, then for each member asked: name, answer or reason, policy, last day covered, terms.

    The last rows are the terms of totals, where members' terms differ.
    """
    labels = Labels(dictionary, words)
    head = (msgid("Member"), msgid("Answer"), msgid("Policy version"), msgid("Records up to"), msgid("Terms"))
    rows = [
        (
            labels.code("country", c.member),
            ". ".join(filter(None, (answered(c, words), changes(c, words), rows_counted(c, words)))),
            c.policy or "",
            c.snapshot_date or "",
            " ".join(terms(c, words)),
        )
        for c in release.coverage
    ]
    if said := of_totals(release.coverage, words):
        rows.append((words.say(OF_TOTALS), "", "", "", " ".join(said)))
    return [tuple(map(words.say, head)), *rows]


def answered(coverage: Coverage, words: Words) -> str:
    """Return whether a member answered, or why not, in words."""
    if coverage.earlier is not None:
        text = msgid("offline; this is its answer to the same question at %(moment)s")
        return words.filled(text, moment=coverage.earlier.answered_at)
    if coverage.answered:
        return words.say(msgid("answered late") if coverage.late else msgid("answered"))
    if coverage.refusals:
        return "; ".join(words.say(refusal.meaning) for refusal in coverage.refusals)
    if coverage.waiting:
        return words.say(msgid("approval was still pending at the deadline"))
    return _absent(coverage, words)


def _absent(coverage: Coverage, words: Words) -> str:
    if coverage.never_called:
        return words.say(msgid("has never connected to the hub"))
    if coverage.offline_since is not None:
        return words.filled(msgid("offline since %(moment)s"), moment=coverage.offline_since)
    return words.say(msgid("did not answer in time"))


def legend_rows(release: Release, dictionary: Dictionary, words: Words) -> list[tuple[str, str, str]]:
    """Return a header, then every status with its sign and its meaning, then the other signs in use."""
    head = (words.say(msgid("Sign")), words.say(msgid("Status")), words.say(msgid("Meaning")))
    signs = {Status.WITHHELD: WITHHELD, **{status: words.say(short) for status, short in SHORT.items()}}
    rows = [
        (words.say(msgid("a number")), Status.VALUE.value, words.say(msgid("The number itself"))),
        *((signs[status], status.value, capital(words.say(meaning))) for status, meaning in MEANINGS.items()),
    ]
    listed = {row[1] for row in rows}
    found = notes(release, Labels(dictionary, words))
    rows += [(note.sign, "", note.text) for note in found if note.kind not in listed]
    return [head, *rows]
