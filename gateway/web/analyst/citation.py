"""How a released table is cited, and how a program gets it: the same table each time. Pure."""

import json
import re
from dataclasses import dataclass
from datetime import date

from gateway.dictionary import Dictionary
from gateway.export.notes import Receipt
from gateway.picturing.labels import Labels
from gateway.picturing.words import Words, msgid
from gateway.question import COUNTRY
from gateway.wire.release import Release
from gateway.wire.usage_terms import PassOn

_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "{}%&#_$"},
    }
)


@dataclass(frozen=True)
class Source:
    """Where a table came from: the region's name, the address of its pages, and the receipt."""

    region: str
    origin: str
    receipt: Receipt


@dataclass(frozen=True)
class Citation:
    """`text` for a report, `bibtex` for a bibliography. `limits` say who forbids passing the table on.

    `code` is Python, `r_code` R; the latter is empty for a single number, which has no dimension in SDMX.
    """

    text: str
    bibtex: str
    limits: str
    data: str
    code: str
    r_code: str


def citation(release: Release, dictionary: Dictionary, words: Words, source: Source, page: str) -> Citation:
    """The citation of a release. `page` is the address of the page with the table as it is arranged."""
    labels = Labels(dictionary, words)
    path = f"/api/v1/questions/{release.question_id}/releases/{release.number}"
    return Citation(
        text=_text(release, labels, source, f"{source.origin}{page}"),
        bibtex=_bibtex(release, labels, source, f"{source.origin}{page}"),
        limits=_limits(release, labels),
        data=f"{source.origin}{path}/data.csv?labels=en",
        code=_code(release, source.origin),
        r_code=_r_code(f"{source.origin}{path}/data.sdmx.xml") if release.axes else "",
    )


def _text(release: Release, labels: Labels, source: Source, page: str) -> str:
    return labels.words.say(
        msgid(
            "%(region)s (%(year)s). %(title)s. From the national registers of %(members)s. Release "
            "%(number)s of %(question)s, %(day)s; entry %(entry)s of %(log)s. %(page)s"
        )
    ) % {
        "region": source.region,
        "year": release.released_at[:4],
        "title": labels.caption(release),
        "members": _members(release, labels),
        "number": release.number,
        "question": release.question_id,
        "day": release.released_at[:10],
        "entry": source.receipt.released,
        "log": source.receipt.log,
        "page": page,
    }


def _members(release: Release, labels: Labels) -> str:
    """The members that gave numbers, with the last day of their records."""
    given = [one for one in release.coverage if one.answered]
    return "; ".join(
        labels.code(COUNTRY, one.member)
        + (f" ({labels.words.say(msgid('up to'))} {one.snapshot_date})" if one.snapshot_date else "")
        for one in given
    ) or labels.words.say(msgid("no member"))


def _bibtex(release: Release, labels: Labels, source: Source, page: str) -> str:
    day = date.fromisoformat(release.released_at[:10])
    fields = {
        "author": f"{{{_tex(source.region)}}}",
        "title": f"{{{_tex(labels.caption(release))}}}",
        "year": str(day.year),
        "month": str(day.month),
        "howpublished": _tex(f"Release {release.number} of {release.question_id}"),
        "note": _tex(
            f"Entry {source.receipt.released} of {source.receipt.log}. "
            f"From the national registers of {_members(release, labels)}"
        ),
        # An address is verbatim: only what would end the field is written otherwise.
        "url": page.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
    }
    key = re.sub(r"[^A-Za-z0-9-]", "", f"{release.question_id}-{release.number}")
    return "\n".join([f"@misc{{{key},", *(f"  {name} = {{{text}}}," for name, text in fields.items()), "}"])


def _tex(text: str) -> str:
    """The text as TeX writes it, in one line."""
    return " ".join(text.split()).translate(_TEX)


def _limits(release: Release, labels: Labels) -> str:
    """Who forbids passing the table on; a member whose terms are unknown might."""
    closed = [
        labels.code(COUNTRY, one.member)
        for one in release.coverage
        if one.answered and (one.terms is None or one.terms.redistribution is PassOn.NO)
    ]
    if not closed:
        return ""
    text = msgid("Not to be passed on outside your organisation: the terms of %(members)s do not allow it.")
    return labels.words.filled(text, members=labels.words.listed(closed))


def _code(release: Release, origin: str) -> str:
    return f"""import os
from safelane_client import Region

with Region({origin!r}, os.environ["SAFELANE_TOKEN"], os.environ["SAFELANE_LOG_KEY"]) as region:
    table = region.release({release.question_id!r}, {release.number})

for row in table.rows:
    print(dict(row.key), row.value, row.status, row.at_least, row.at_most)
"""


def _r_code(address: str) -> str:
    return f"""library(rsdmx)

token <- paste("Bearer", Sys.getenv("SAFELANE_TOKEN"))
table <- as.data.frame(readSDMX(
  {json.dumps(address)},
  headers = list(Authorization = token)
))
# NA where there is no number: OBS_STATUS and CONF_STATUS say why.
table$OBS_VALUE <- as.integer(table$OBS_VALUE)
"""
