"""Times on pages are those of the office, and say so; what programs read keeps UTC."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from entrances import Browser, House, house_of

from gateway.accounts.model import Role, Side
from gateway.bootstrap.setup.alert_thresholds import zone_of
from gateway.config import ConfigError, HubConfig
from gateway.web.shared.languages import ZONE, local_day, moment

LATE = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(Side.NODE, tmp_path_factory.mktemp("node")) as made:
        yield made


@pytest.fixture(scope="module")
def operator(node: House) -> Browser:
    return node.signed_in(node.person("op@kh.example", Role.OPERATOR))


@pytest.mark.parametrize(
    ("zone", "said", "day"),
    [
        ("Asia/Phnom_Penh", "2 Mar 2026, 01:30 UTC+7", "2 Mar 2026"),
        ("Asia/Yangon", "2 Mar 2026, 01:00 UTC+6:30", "2 Mar 2026"),
        ("America/Lima", "1 Mar 2026, 13:30 UTC−5", "1 Mar 2026"),
        ("UTC", "1 Mar 2026, 18:30 UTC", "1 Mar 2026"),
    ],
)
def test_a_moment_is_the_offices_and_names_its_zone(node: House, zone: str, said: str, day: str) -> None:
    node.app.extensions[ZONE] = ZoneInfo(zone)
    with node.app.test_request_context("/"):
        assert moment(LATE) == said
        assert local_day(LATE) == day


def test_the_foot_of_a_page_says_whose_time_it_shows_and_programs_read_utc(
    node: House, operator: Browser
) -> None:
    node.app.extensions[ZONE] = ZoneInfo("Asia/Phnom_Penh")
    page = operator.get("/service").text
    assert "Times are those of Phnom Penh. Files and the log keep UTC." in page
    shown = re.search(r'<time datetime="([^"]+)">([^<]+)</time>', page)
    assert shown is not None
    written = datetime.fromisoformat(shown[1])
    assert written.utcoffset() == UTC.utcoffset(None)
    assert shown[2].endswith(f"{written.astimezone(ZoneInfo('Asia/Phnom_Penh')):%H:%M} UTC+7")
    node.app.extensions[ZONE] = UTC
    assert "Times are those of" not in operator.get("/service").text


def test_the_setting_decides_and_a_zone_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert zone_of(tmp_path, HubConfig("x.example/log")) is UTC
    named = zone_of(tmp_path, HubConfig("x.example/log", time_zone="Asia/Vientiane"))
    assert str(named) == "Asia/Vientiane"
    with pytest.raises(ConfigError, match="time zone"):
        zone_of(tmp_path, HubConfig("x.example/log", time_zone="Asia/Atlantis"))
