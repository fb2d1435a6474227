"""Disability, as measured by the Washington Group's short set of six questions.

Source: Washington Group on Disability Statistics, short set on functioning (2022): a person who answers "a
lot of difficulty" or "cannot do at all" to at least one of the six questions has a disability.
"""

from collections.abc import Mapping

import numpy as np

from gateway.member.model.snapshot import Column

DISABILITY = "disability"
DOMAINS = ("wg_see", "wg_hear", "wg_walk", "wg_cog", "wg_self", "wg_comm")
"""Seeing, hearing, walking, remembering and concentrating, self-care, communicating."""

LEVELS = ("1", "2", "3", "4", "9")
"""No difficulty, some, a lot, cannot do at all; 9: not asked."""

NOT_ASKED = "9"
_CUT_OFF = frozenset({"3", "4"})


def with_disability(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns, with the answers to the six questions combined: with a disability, without, or unknown.

    Only a person who was asked all six questions can be without a disability.
    """
    answers = [columns[domain] for domain in DOMAINS if domain in columns]
    if not answers:
        return dict(columns)
    rows = len(answers[0].indices)
    much, unasked = np.zeros(rows, dtype=np.bool_), np.full(rows, len(answers) < len(DOMAINS))
    for column in answers:
        much |= np.array([code in _CUT_OFF for code in column.codes], dtype=np.bool_)[column.indices]
        unasked |= np.array([code == NOT_ASKED for code in column.codes], dtype=np.bool_)[column.indices]
    disability = np.where(much, "YES", np.where(unasked, "UNK", "NO")).tolist()
    others = {name: column for name, column in columns.items() if name not in DOMAINS}
    return {**others, DISABILITY: Column.of(disability)}
