"""Faults of `mutate_decision` that change nothing anybody can see, each looked at by a person; and why.

A fault is named by its module, the line as it stands (numbers of lines move) and what was changed. A line
that is written anew is to be looked at anew: it is no longer named here then.
"""

_SLOWER = "computed again instead of remembered: the same, later"
_PRIVATE = "nothing changes a value of this class, which never leaves the module"
_BITS = "bits are only compared with each other, whichever stands for which level"
_GUARD = "the loop behind it looks at each level again and finds nothing then"
_LONG_WAY = "the long way makes the same of an empty side"
_ALWAYS_A_REASON = "where no permission fits there is a reason against the request as well"

_REASONS = {
    ("decide.py", "if against or banned or judged.terms is None:", "operand 3 left out"): _ALWAYS_A_REASON,
    ("rule_index.py", "_REMEMBERED = 4096", "4096 -> 4097"): "a size of a memory",
    ("rule_index.py", '_SLOT = "_rule_index"', "'_rule_index' -> '_rule_indexX'"): "a name that nobody says",
    ("rule_index.py", "@dataclass(frozen=True) class _Permission:", "True -> False"): _PRIVATE,
    ("rule_index.py", "@dataclass(frozen=True) class _Prohibition:", "True -> False"): _PRIVATE,
    (
        "rule_index.py",
        "self._bit = {pair: 1 << n for n, pair in enumerate(sorted(policy.known_levels))}",
        "1 -> 2",
    ): _BITS,
    (
        "rule_index.py",
        "self._bit = {pair: 1 << n for n, pair in enumerate(sorted(policy.known_levels))}",
        "sorted -> list",
    ): _BITS,
    (
        "rule_index.py",
        "for share, levels in zip(policy.shares, policy.share_levels, strict=True)",
        "True -> False",
    ): "the second is made of the first, one for each",
    ("rule_index.py", "if bans is None:", "condition always"): _SLOWER,
    ("rule_index.py", "if found is None:", "condition always"): _SLOWER,
    (
        "rule_index.py",
        "ready_made = request.ready_made is not None",
        "IsNot -> Is",
    ): "only part of a key of what is remembered, which tells the same requests apart",
    (
        "rule_index.py",
        "counted = 0 if request.record_level or asked.dimensions > most else asked.dimensions",
        "0 -> 1",
    ): "a permission is for one dimension at least",
    (
        "rule_index.py",
        "terms = joined(each.share.conditions for each in fitting) if fitting else None",
        "condition always",
    ): _ALWAYS_A_REASON,
    (
        "rule_index.py",
        "terms = joined(each.share.conditions for each in fitting) if fitting else None",
        "None -> 1",
    ): _ALWAYS_A_REASON,
    ("rule_index.py", "if asked.bits & self._scope & ~permission.bits:", "condition always"): _GUARD,
    ("rule_index.py", "if asked.bits & self._scope & ~permission.bits:", "BitAnd -> BitOr"): _GUARD,
    ("terms.py", 'G = TypeVar("G", bound=Graded)', "'G' -> 'GX'"): "a name that nobody says",
    ("terms.py", "if not one or not other:", "condition never"): _LONG_WAY,
    ("terms.py", "if not one or not other:", "operand 1 left out"): _LONG_WAY,
    ("terms.py", "if not one or not other:", "operand 2 left out"): _LONG_WAY,
    ("terms.py", "if not one or not other:", "Or -> And"): _LONG_WAY,
    (
        "model.py",
        "return max(self.threshold, self.thresholds.get((dimension, level), 0))",
        "0 -> 1",
    ): "a threshold is 2 at least",
}


def reason_of(module: str, line: str, what: str) -> str | None:
    """Why a fault changes nothing; None where nobody has shown that."""
    return _REASONS.get((module, line, what))
