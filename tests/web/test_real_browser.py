"""The pages in a real browser: the browser sends forms as we accept them, and accepts our policy."""

from pathlib import Path

import pytest
from chromium import CHROMIUM, chromium
from entrances import PASSPHRASE, House, Person

from gateway.accounts.invitations import invite
from gateway.accounts.model import Offer, Role

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")


def test_from_the_invitation_to_the_token_and_out_again(house: House, tmp_path: Path) -> None:
    code = invite(house.entrance, "op", Offer("ana@armac.example", "ARMAC", Role.ANALYST))
    with chromium(tmp_path / "profile") as tab:
        tab.goes_to(f"{house.url}/invitation")
        tab.fills_in("/invitation", invitation=code)
        tab.waits_for("document.querySelector('.secret') != null")
        generator = tab.evaluates("document.querySelector('.secret code').innerText.replace(/ /g, '')")
        ana = Person("ana@armac.example", generator, ())
        shown = ana.code(house.clock)
        tab.fills_in("/invitation/open", passphrase=PASSPHRASE, passphrase_again=PASSPHRASE, code=shown)
        tab.waits_for("document.querySelectorAll('.codes li').length == 8")

        house.clock.move(seconds=30)
        tab.goes_to(f"{house.url}/account")
        tab.waits_for("location.pathname == '/sign-in'")
        tab.fills_in("/sign-in", name=ana.name, passphrase=PASSPHRASE, code=ana.code(house.clock))
        tab.waits_for("location.pathname == '/account'")
        assert "analyst, for ARMAC" in tab.evaluates("document.body.innerText")

        tab.evaluates("document.querySelector('[name=scope]').click()")
        tab.fills_in("/account/tokens", label="report", days="9")
        tab.waits_for("document.body.innerText.includes('slt_')")
        tab.goes_to(f"{house.url}/account")
        tab.fills_in("/sign-out")
        tab.waits_for("location.pathname == '/sign-in'")
        tab.goes_to(f"{house.url}/account")
        assert tab.evaluates("location.pathname") == "/sign-in"


@pytest.mark.parametrize("width", [320, 1000])
def test_nothing_sticks_out_on_a_narrow_screen(house: House, tmp_path: Path, width: int) -> None:
    with chromium(tmp_path / "profile") as tab:
        tab.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
        )
        for path in ("/sign-in", "/invitation", "/nowhere"):
            tab.goes_to(f"{house.url}{path}")
            assert tab.evaluates("getComputedStyle(document.body).display") == "flex", path
            assert tab.evaluates("document.documentElement.scrollWidth") <= width
