"""Alerts for a clock that jumps or is wrong: entry times depend on the clock, the log's order does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.log.log import SignedCheckpoint
from gateway.watching.model import Alert, Concern

TOLERANCE = timedelta(seconds=30)


@dataclass(frozen=True)
class Tick:
    """A moment by the clock, and by a monotonic counter that nobody can set (seconds)."""

    clock: datetime
    counter: float


def clock_alerts(
    origin: str, checkpoint: SignedCheckpoint | None, before: Tick | None, now: Tick
) -> list[Alert]:
    """Alerts if the clock jumped since the last cycle, or stands before what this log has signed."""
    alerts = []
    if before is not None:
        jump = (now.clock - before.clock) - timedelta(seconds=now.counter - before.counter)
        if abs(jump) > TOLERANCE:
            way = "forward" if jump > timedelta(0) else "back"
            alerts.append(
                Alert(
                    Concern.CLOCK,
                    origin,
                    "jump",
                    f"the clock was set {way} by {round(abs(jump).total_seconds())} seconds; entries keep "
                    "their order, but the times that they state may be wrong",
                )
            )
    if checkpoint is not None and checkpoint.signed_at - now.clock.timestamp() > TOLERANCE.total_seconds():
        alerts.append(
            Alert(
                Concern.CLOCK,
                origin,
                "behind the log",
                f"the clock stands at {now.clock:%Y-%m-%d %H:%M:%S}Z, before the time of the latest "
                "checkpoint; set it right, and look at the times of the newest entries",
                (max(0, checkpoint.size - 1),),
            )
        )
    return alerts
