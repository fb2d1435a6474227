"""The reader of pages itself: what it lets pass, and what it does not."""

from pathlib import Path

import pytest
from documents import Command, commands, fits, run

PAGE = """# A page

```console
$ first \\
    --option
printed
$ second
$ false
$ echo $?
1
```

<!-- not run: it never ends -->

```console
$ third
```

```sh
fourth
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_commands_are_read_with_what_they_print_and_how_they_end(page: Path) -> None:
    first, second, third = commands(page)

    assert (first.text.split(), first.prints) == (["first", "--option"], ("printed",))
    assert (second.text, second.prints, second.exit_code) == ("second", (), 0)
    assert (third.text, third.exit_code) == ("false", 1)


def test_a_command_that_ends_otherwise_than_told_fails(tmp_path: Path) -> None:
    from_readme = Path(__file__).parents[2] / "README.md"

    with pytest.raises(AssertionError, match=r"README\.md:7: exit 3"):
        run(Command(from_readme, 7, "exit 3", ()), tmp_path)


@pytest.mark.parametrize(
    ("promised", "printed"),
    [
        (["KH  1  w  >=3"], ["KH      1  12  >=4"]),
        (["-----  ---"], ["--  ------"]),
        (["entry 6 of log"], ["entry 812 of log"]),
        (["a", "...", "z"], ["a", "b", "c", "z"]),
        (["a", "..."], ["a"]),
    ],
)
def test_lines_that_fit(promised: list[str], printed: list[str]) -> None:
    assert fits(promised, printed)


@pytest.mark.parametrize(
    ("promised", "printed"),
    [
        (["KH  1"], ["KH  2"]),
        (["KH  1"], ["LA  1"]),
        (["KH  w"], ["KH  -"]),
        (["a"], ["a", "b"]),
        (["a", "b"], ["a"]),
        (["a", "...", "z"], ["a", "b"]),
        (["a"], []),
    ],
)
def test_lines_that_do_not_fit(promised: list[str], printed: list[str]) -> None:
    assert not fits(promised, printed)
