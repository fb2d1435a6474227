"""Names with separators between their letters: 'S o k D a r a', 'S.o.k'."""

import re
from collections.abc import Iterator

from anonymisers.redaction.spans import Evidence, Kind, Span

_LETTER = r"[^\W\d_]"
_SPACED = re.compile(rf"(?<![\w.]){_LETTER}(?:[ ._*-]{{1,2}}{_LETTER}){{3,}}(?!\w)")


def spaced_out(plain: str) -> Iterator[Span]:
    """Return runs of four or more single letters; in capitals throughout, a run is an acronym: 'U.N.D.P.'."""
    for match in _SPACED.finditer(plain):
        if match.group()[0].isupper() and not match.group().isupper():
            yield Span(*match.span(), Kind.PERSON, Evidence.GUESS)
