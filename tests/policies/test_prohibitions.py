"""Several prohibitions at once: each applying one is a reason, in one order, equal names once."""

from collections.abc import Callable
from datetime import datetime

import pytest

from policies import Policy, Request, decide
from policies.decision.decision import Code

MakePolicy = Callable[..., Policy]
MakeRequest = Callable[..., Request]

BANS = ("{name: b, with: ARMAC}", "{name: a, measures: casualties}", "{name: c, roles: analyst}")
AGAIN = "{name: b, for: regional-reporting}"


def prohibitions(decided: object) -> list[str]:
    return [
        dict(reason.details)["prohibition"]
        for reason in decided.reasons  # type: ignore[attr-defined]
        if reason.code is Code.BANNED
    ]


@pytest.mark.parametrize(
    "bans",
    [(*BANS, AGAIN), (AGAIN, *BANS), (AGAIN, *reversed(BANS)), (BANS[0], AGAIN, *BANS[1:])],
    ids=lambda bans: " ".join(ban.split()[1] for ban in bans),
)
def test_prohibitions_of_one_name_are_one_reason(
    policy: MakePolicy, request_for: MakeRequest, at: datetime, bans: tuple[str, ...]
) -> None:
    decided = decide(policy(f"never: [{', '.join(bans)}]"), request_for("date.year"), at)

    assert prohibitions(decided) == ["a", "b", "c"]


def test_what_was_asked_before_changes_no_prohibition(
    policy: MakePolicy, request_for: MakeRequest, at: datetime
) -> None:
    banned = policy("never: [{name: a, show: {outcome: any}}, {name: b, with: public}]")
    requests = [
        request_for("date.year"),
        request_for("date.year", "outcome.outcome"),
        request_for("date.year", recipient="public"),
    ]

    for _ in range(2):
        assert [prohibitions(decide(banned, one, at)) for one in requests] == [[], ["a"], ["b"]]
