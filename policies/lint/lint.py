"""Lint: what in a valid policy is probably a mistake, cannot be kept, or leaks."""

from collections.abc import Iterable, Mapping

from policies.lint.lint_leaks import leaks, mechanisms
from policies.lint.lint_privacy import privacy
from policies.lint.lint_rules import unreachable
from policies.lint.lint_terms import terms
from policies.model.finding import Finding, Severity
from policies.model.model import Policy

Held = Mapping[str, frozenset[str]]
"""Recipient -> the purposes for which the region has admitted the recipient."""


def lint(
    policy: Policy,
    *,
    beside: Iterable[Policy] = (),
    held: Held | None = None,
    persons: int | None = None,
) -> tuple[Finding, ...]:
    """Every finding, the gravest first.

    `beside`: other policies of the member, former versions among them. `held`: the admitted purposes of each
    recipient, where known; without `held` no purpose is reported as unheld. `persons`: how many people can
    approve.
    """
    found = [
        *(*leaks(policy), *mechanisms(policy, beside), *privacy(policy)),
        *(*unreachable(policy, held), *terms(policy, persons)),
    ]
    order = list(Severity)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.severity)))
