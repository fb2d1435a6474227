"""Faults of `mutate_decision` that change nothing anybody can see, each looked at by a person; and why.

A fault is named by its module, the line as it stands (numbers of lines move) and what was changed. A line
that is written anew is to be looked at anew: it is no longer named here then.
"""

_ALWAYS_A_REASON = "where no permission fits there is a reason against the request as well"

_REASONS = {
    (
        "decision/decide.py",
        "if against or banned or judged.terms is None:",
        "operand 3 left out",
    ): _ALWAYS_A_REASON,
    ("decision/rule_index.py", "_MOST_CACHED = 4096", "4096 -> 4097"): "a size of a memory",
    (
        "decision/rule_index.py",
        '_SLOT = "_rule_index"',
        "'_rule_index' -> '_rule_indexX'",
    ): "a name that nobody says",
    (
        "decision/rule_index.py",
        "self._bit = {pair: 1 << n for n, pair in enumerate(policy.known_levels)}",
        "1 -> 2",
    ): "bits are only compared with each other, whichever stands for which level",
    (
        "decision/rule_index.py",
        "for share, levels in zip(policy.shares, policy.share_levels, strict=True)",
        "True -> False",
    ): "the second is made of the first, one for each",
    (
        "decision/rule_index.py",
        "ready_made = request.ready_made is not None",
        "IsNot -> Is",
    ): "only part of a key of what is remembered, which tells the same requests apart",
    (
        "decision/rule_index.py",
        "counted = 0 if request.record_level or asked.dimensions > most else asked.dimensions",
        "0 -> 1",
    ): "a permission is for one dimension at least",
    (
        "decision/rule_index.py",
        "terms = joined(each.share.conditions for each in fitting) if fitting else None",
        "condition always",
    ): _ALWAYS_A_REASON,
    (
        "decision/rule_index.py",
        "terms = joined(each.share.conditions for each in fitting) if fitting else None",
        "None -> 1",
    ): _ALWAYS_A_REASON,
    ("model/terms.py", 'G = TypeVar("G", bound=Graded)', "'G' -> 'GX'"): "a name that nobody says",
    (
        "model/model.py",
        "return max(self.threshold, self.thresholds.get((dimension, level), 0))",
        "0 -> 1",
    ): "a threshold is 2 at least",
}


def reason_of(module: str, line: str, what: str) -> str | None:
    """Why a fault changes nothing; None where nobody has shown that."""
    return _REASONS.get((module, line, what))
