"""The demo region of a run, made once: workers that start a demo start a copy of it."""

import fcntl
import os
import shutil
from pathlib import Path


def copy_of_the_region(run: Path, place: Path) -> None:
    """A demo region at `place` whose cubes are made. Whoever comes first makes it; others of the run wait."""
    # Here, so that tests without the demo do not wait for all of this to be imported.
    from gateway.demo.region import create  # noqa: PLC0415
    from gateway.demo.run import make_cubes  # noqa: PLC0415

    made = run / "region"
    with (run / "region.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        create(made, lambda _: None)
        make_cubes(made, lambda *_: None)
        # Nobody runs the first one, and nobody opens its databases while the lock is held, so that the copy
        # is of one moment; nothing in it names its own place.
        shutil.copytree(made, place)


def folder_of_the_run(folder_of_the_worker: Path) -> Path:
    """Where workers find what is made for all of them."""
    return folder_of_the_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else folder_of_the_worker
