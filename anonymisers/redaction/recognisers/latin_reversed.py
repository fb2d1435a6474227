"""Names that a form writes in reverse and in capitals: 'TUMULAK, ROMEO'."""

import re
from collections.abc import Iterator, Sequence

from anonymisers.redaction.spans import Kind, Span

_GIVEN = re.compile(
    r",[^\S\n](?P<given>[^\W\d_a-z]{3,}(?:[^\S\n][^\W\d_a-z]{2,}){0,2})(?=[,;)\n]|[^\S\n][(]|$)"
)


def reversed_names(plain: str, found: Sequence[Span]) -> Iterator[Span]:
    """Return the names in `found`, in capitals throughout, and the given names behind a comma."""
    for span in found:
        name = plain[span.start : span.end]
        if span.kind == Kind.PERSON and name.isupper() and name.isalpha():
            match = _GIVEN.match(plain, span.end)
            if match and match.group("given").isupper():
                yield Span(span.start, match.end(), Kind.PERSON, span.evidence)
