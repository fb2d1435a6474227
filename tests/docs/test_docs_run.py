"""What the pages tell a reader to type works, and prints what the pages say."""

import sys
from pathlib import Path

import pytest
from documents import ROOT, commands, fits, pages, run
from made_region import copy_of_the_region, folder_of_the_run

pytestmark = pytest.mark.processes

RUN_ELSEWHERE = {
    "docs/how-to/found-a-region.md": "tests/federation/test_found_a_region.py",
    "docs/explanation/log.md": "tests/cli/test_log_docs.py",
    "docs/how-to/write-a-policy.md": "tests/policies/test_policy_docs.py",
    "docs/how-to/approve-an-answer.md": "tests/cli/test_controller_docs.py",
    "docs/how-to/keep-your-key.md": "tests/cli/test_controller_docs.py",
    "docs/tutorial/decide-what-is-shared.md": "tests/cli/test_controller_docs.py",
}
"""Pages whose commands another test runs, with files of its own."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


WITH_COMMANDS = [page for page in pages() if commands(page) and name(page) not in RUN_ELSEWHERE]


BEFORE_ANY_QUESTION = {"docs/how-to/give-out-records.md"}
"""Pages about a region of their own: what they give out stays known, and other pages would notice."""


@pytest.fixture
def folder(demo, page: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clone looks to a reader: the environment made, the demo region running."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    if name(page) in BEFORE_ANY_QUESTION:
        copy_of_the_region(folder_of_the_run(tmp_path_factory.getbasetemp()), tmp_path / "safelane-demo")
    else:
        (tmp_path / "safelane-demo").symlink_to(demo.directory)
    return tmp_path


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_the_commands_of_a_page_work_in_their_order(page: Path, folder: Path) -> None:
    for command in commands(page):
        printed = run(command, folder)
        # Without any promise a command only has to succeed.
        assert not command.prints or fits(command.prints, printed.splitlines()), (
            f"{name(page)}:{command.line}: {command.text}\nprints\n{printed}"
        )


def test_the_readme_and_the_tutorial_are_among_them() -> None:
    assert {"README.md", "docs/tutorial/first-question.md"} <= {name(page) for page in WITH_COMMANDS}


@pytest.mark.parametrize(("page", "test"), RUN_ELSEWHERE.items())
def test_what_is_said_to_run_elsewhere_does(page: str, test: str) -> None:
    assert (ROOT / page).exists()
    assert page.rpartition("/")[2] in (ROOT / test).read_text(encoding="utf-8")
