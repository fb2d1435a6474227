"""Nicknames in quotation marks beside a word for calling: 'everyone calls him "Lefty"'.

A nickname is an ordinary word, so no list of names has one, and no capital tells it in most scripts. The
quotation marks and the word for calling do.
"""

import re
from collections.abc import Iterator
from functools import cache

from anonymisers.redaction.profiles import alternatives, data
from anonymisers.redaction.spans import Evidence, Kind, Span

FARTHEST = 60
"""Characters of the sentence on either side in which the word for calling stands."""
LONGEST = 24
MOST_WORDS = 3
_QUOTED = re.compile(
    rf'"(?P<a>[^"\n\d]{{2,{LONGEST}}})"|\u201c(?P<b>[^\u201d\n\d]{{2,{LONGEST}}})\u201d'
    rf"|\u00ab ?(?P<c>[^\u00bb\n\d]{{2,{LONGEST}}}?) ?\u00bb|\u2018(?P<d>[^\u2019\n\d]{{2,{LONGEST}}})\u2019"
    rf"|(?<!\w)'(?P<e>[^'\n\d]{{2,{LONGEST}}})'(?!\w)"
)
_SENTENCE = re.compile(r"[.!?] |[\n\u17d4\u104b]")


def nicknames(plain: str) -> Iterator[Span]:
    """Return what stands in quotation marks in a sentence that says how somebody is called.

    A device that is called so stays: the allow-list overrules a guess.
    """
    for match in _QUOTED.finditer(plain):
        within = match.group(match.lastgroup or 0)
        before = _SENTENCE.split(plain[max(0, match.start() - FARTHEST) : match.start()])[-1]
        after = _SENTENCE.split(plain[match.end() : match.end() + FARTHEST])[0]
        if len(within.split()) <= MOST_WORDS and (_called().search(before) or _called().search(after)):
            yield Span(*match.span(match.lastgroup or 0), Kind.PERSON, Evidence.GUESS)


@cache
def _called() -> re.Pattern[str]:
    return re.compile(alternatives(data("nicknames")["called"]), re.IGNORECASE)
