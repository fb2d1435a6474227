"""The program works where none of its extras is installed: each is asked for when it is needed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXTRAS = ("duckdb", "sqlglot", "python_calamine", "pymysql", "docx", "weasyprint", "lxml")
"""What `requirements/engine.in`, `report.in` and `sources.in` bring, as it is imported."""

EVERY_COMMAND = f"""
import sys
from importlib import import_module
from pkgutil import walk_packages

sys.modules.update(dict.fromkeys({EXTRAS!r}))
import gateway.cli, gateway.demo

for package in (gateway.cli, gateway.demo):
    for module in walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
for name in ("gateway.web.analyst.analyst_routes", "gateway.web.controller.controller_routes"):
    import_module(name)
"""


def test_every_command_and_page_begins_without_the_extras() -> None:
    run = subprocess.run(
        [sys.executable, "-c", EVERY_COMMAND],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert (run.returncode, run.stderr) == (0, "")
