"""What stands at the foot of a picture in a file: source, terms, date and receipt, as text of the picture."""

from gateway.dictionary import Dictionary
from gateway.export.notes import Receipt
from gateway.picturing import Words
from gateway.picturing.labels import Labels
from gateway.picturing.terms import OF_TOTALS, of_totals, terms
from gateway.picturing.words import msgid
from gateway.question import COUNTRY
from gateway.wire.release import Release


def papers(
    release: Release, dictionary: Dictionary, words: Words, receipt: Receipt | None
) -> tuple[str, ...]:
    """The lines below a picture. Members on the same terms share a sentence."""
    labels = Labels(dictionary, words)
    given = [one for one in release.coverage if one.answered]
    members = [
        labels.code(COUNTRY, one.member) + (f" ({one.snapshot_date})" if one.snapshot_date else "")
        for one in given
    ]
    said: dict[str, list[str]] = {}
    for one in given:
        said.setdefault(" ".join(terms(one, words)), []).append(labels.code(COUNTRY, one.member))
    found = []
    if members:
        text = msgid("Source: national registers, with the last day of their records: %(members)s.")
        found.append(words.filled(text, members=", ".join(members)))
    found += [f"{words.listed(named)}: {text}" for text, named in said.items()]
    if totals := of_totals(release.coverage, words):
        found.append(f"{words.say(OF_TOTALS)}: {' '.join(totals)}")
    return (*found, _released(release, words, receipt))


def _released(release: Release, words: Words, receipt: Receipt | None) -> str:
    day = words.say(msgid("Released on %(day)s; question %(question)s.")) % {
        "day": release.released_at[:10],
        "question": release.question_id,
    }
    if receipt is None:
        return day
    text = words.say(msgid("Receipt: entries %(asked)s and %(released)s of %(log)s.")) % {
        "asked": receipt.asked,
        "released": receipt.released,
        "log": receipt.log,
    }
    return f"{day} {text}"
