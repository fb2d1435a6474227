"""A serving node lets a policy begin on its day; what that takes is taken by a process of its own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from federation import policy_text, snapshot
from lone_node import lone_node
from signing import put_in_force
from structlog.testing import capture_logs

from gateway.bootstrap.serving.shutdown import Stop
from gateway.bootstrap.serving.upkeep_loop import begin_due
from gateway.member.build import upkeep
from gateway.member.register.snapshot_loading import keep_snapshot


def test_a_policy_begins_on_its_day_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, day = datetime.now(UTC), timedelta(days=1)
    with lone_node(tmp_path / "KH") as (node, clock):
        clock.time = now - 2 * day
        keep_snapshot(node, snapshot("KH"))
        put_in_force(node, policy_text("KH").replace("2026-01-01", f"{now - day:%Y-%m-%d}"))
        monkeypatch.setattr(upkeep, "build", None)  # here nothing is protected

        with capture_logs() as reported:
            begin_due(tmp_path / "KH", node, Stop().on_stop)
            assert reported == []  # its day has not come
            clock.time = now
            begin_due(tmp_path / "KH", node, Stop().on_stop)

        assert [(each["event"], each["version"]) for each in reported] == [("policy in force", "1")]
        with node.store.reading() as view:
            cube = view.cube()
        assert cube is not None
        assert cube.label == "1"
