"""The page of duties shows the table that access control reads."""

from duties_page import PAGE, refresh

from gateway.accounts.duties import DUTIES, Action
from gateway.accounts.model import Scope


def test_the_page_is_what_the_table_says() -> None:
    page = PAGE.read_text("utf-8")

    assert refresh(page) == page, "run: python tests/support/duties_page.py"


def test_every_action_and_scope_is_explained() -> None:
    page = PAGE.read_text("utf-8")

    assert set(DUTIES) == set(Action)
    assert all(f"| `{scope.value}` | {scope.says} |" in page for scope in Scope)
