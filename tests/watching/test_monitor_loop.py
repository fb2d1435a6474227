"""The loop beside a hub or node: it goes on whatever fails in a cycle, and stops when told."""

import threading
from pathlib import Path

import pytest

from gateway.bootstrap.serving.monitor_loop import log_policy, start_monitor
from gateway.config import ConfigError, HubConfig
from gateway.errors import SafelaneError


@pytest.mark.parametrize("failure", [SafelaneError("the disk is full"), OSError("gone"), ZeroDivisionError()])
def test_a_cycle_that_fails_does_not_end_the_monitor(failure: Exception) -> None:
    stop, looked = threading.Event(), threading.Semaphore(0)

    def cycle() -> None:
        looked.release()
        raise failure

    monitor = start_monitor(cycle, 0.01, stop.wait)
    assert all(looked.acquire(timeout=10) for _ in range(3))
    assert monitor.is_alive()
    stop.set()
    monitor.join(10)
    assert not monitor.is_alive()


def test_a_monitor_that_is_stopped_at_once_never_looks() -> None:
    stop = threading.Event()
    stop.set()
    looked: list[int] = []
    start_monitor(lambda: looked.append(1), 0.01, stop.wait).join(10)
    assert looked == []


def test_a_policy_file_is_read_beside_the_settings_or_its_fault_is_named(tmp_path: Path) -> None:
    assert log_policy(tmp_path, HubConfig("region/log")) is None
    config = HubConfig("region/log", log_policy="witnesses")
    with pytest.raises(ConfigError, match="cannot be read"):
        log_policy(tmp_path, config)
    (tmp_path / "witnesses").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no policy"):
        log_policy(tmp_path, config)
    (tmp_path / "witnesses").write_text("quorum none\n", encoding="utf-8")
    policy = log_policy(tmp_path, config)
    assert policy is not None
    assert policy.quorum == "none"
