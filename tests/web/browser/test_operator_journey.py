"""An operator's main job in a real browser: how the service is, and whom to let in again."""

import pytest
from browsing import Browsing
from signing_in_by_keys import signed_in

pytestmark = pytest.mark.processes

MOST_KEYS = 60
"""Keys of a desk's main job, beside the letters of a person's own text."""


def test_the_state_is_read_and_somebody_asked_to_be_let_in_again_by_the_keyboard_alone(
    look: Browsing,
) -> None:
    keys = signed_in(look, "operator")
    page = keys.page
    assert "members are in contact" in page.inner_text("main")
    assert "Last backup" in page.inner_text("main")
    keys.open("nav a[href='/letting-in']", leads_to="**/letting-in")
    keys.into_the_page()
    keys.to("#person")
    keys.press("a", "u")
    assert page.locator("#person").input_value().startswith("auditor@")
    keys.open("form.card button")
    page.get_by_text("Two operators besides the person have to confirm, and there is only one.").wait_for()
    assert keys.pressed <= MOST_KEYS, keys.pressed
