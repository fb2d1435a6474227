"""`safelane ask` tells a script whether anybody answered."""

import pytest

from gateway.cli.region.ask import all_refused
from gateway.wire.answer import Refusal
from gateway.wire.release import Coverage, Release

ANSWERED = Coverage("KH", answered=True, policy="1")
REFUSED = Coverage("LA", answered=False, refusals=(Refusal.TOO_DETAILED,))
AWAY = Coverage("TH", answered=False)


@pytest.mark.parametrize(
    ("coverage", "refused"),
    [
        ((REFUSED, REFUSED), True),
        ((REFUSED, ANSWERED), False),
        ((REFUSED, AWAY), False),  # it may answer another time
        ((), False),
    ],
)
def test_only_refusals_of_all_are_a_refusal(coverage: tuple[Coverage, ...], refused: bool) -> None:
    release = Release("q-1", {}, (), (), coverage, "", "")

    assert all_refused(release) is refused
