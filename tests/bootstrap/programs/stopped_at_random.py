"""Forks processes that wait for a stop as a server does, and signals each at a random moment of its wait."""

import os
import random
import signal
import sys
import threading
import time

from gateway.bootstrap.serving.shutdown import Stop
from gateway.cli.common.serving import stop_on_signals

PATIENCE = 20.0
"""Seconds until a process counts as one that never ends."""
HOOK_RAN = 7


def serve(ready: int) -> None:
    """Ask without a pause, so that the main thread holds the lock of the event most of the time."""
    signal.alarm(int(2 * PATIENCE))  # ends it, whatever became of its parent
    stop, ran = Stop(), list[int]()
    stop.on_stop(lambda: ran.append(HOOK_RAN))
    stop_on_signals(stop)
    threading.Thread(target=stop.wait, daemon=True).start()
    os.write(ready, b".")
    while not stop.wait(0):
        pass
    stop()
    os._exit(ran[0] if ran else 1)


def signalled(chance: random.Random) -> int:
    asked, ready = os.pipe()
    child = os.fork()
    if not child:
        serve(ready)
    os.read(asked, 1)
    os.close(asked)
    os.close(ready)
    time.sleep(chance.random() / 1000)
    for _ in range(chance.choice((1, 1, 3))):
        os.kill(child, chance.choice((signal.SIGTERM, signal.SIGINT)))
    return child


def code_of(child: int) -> int:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def main(count: int) -> None:
    chance = random.Random(29)
    ended = [code_of(signalled(chance)) for _ in range(count)]
    good = ended.count(HOOK_RAN)
    sys.stdout.write(f"{good} of {count} ended, their hooks before them\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
