"""The settings of a hub or node: few, strict, and a fault is named."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.bootstrap.setup.alert_thresholds import thresholds_of
from gateway.config import FILE, ConfigError, HubConfig, MemberConfig, read_config, write_config

MEMBER = MemberConfig(
    "KH",
    "http://127.0.0.1:8000",
    "region/log+1234+abc",
    "region/log/calls+5678+def",
    database="",
    listen="127.0.0.1:9",
)


@pytest.mark.parametrize("config", [HubConfig("region/log"), MEMBER])
def test_settings_are_read_back(tmp_path: Path, config: HubConfig | MemberConfig) -> None:
    write_config(tmp_path, config)

    assert read_config(tmp_path, type(config)) == config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("origin: region/log\ncolour: red\n", "colour"),
        ("listen: 127.0.0.1:0\n", "origin"),
        ("origin: [region]\n", "not text: origin"),
        ("origin: 1\n", "not text: origin"),
        ("origin: region/log\nmonitor_seconds: often\n", "not a whole number above 0: monitor_seconds"),
        ("origin: region/log\nmonitor_seconds: 0\n", "not a whole number above 0: monitor_seconds"),
        ("origin: region/log\nmonitor_seconds: true\n", "not a whole number above 0: monitor_seconds"),
        ("- a list\n", "does not hold settings"),
        ("origin: [\n", "not a YAML file"),
        ("\xff", "does not hold settings"),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text)

    with pytest.raises(ConfigError) as refused:
        read_config(tmp_path, HubConfig)

    assert said in refused.value.message
    assert str(tmp_path / FILE) in refused.value.message


def test_a_directory_that_is_not_set_up(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not set up"):
        read_config(tmp_path / "nothing", HubConfig)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"time_zone": "Asia/Nowhere"}, "time zone: 'Asia/Nowhere' is none that is known"),
        ({"time_zone": "../../etc/passwd"}, "time zone: "),
        ({"office_hours": "8 to 17"}, "office hours: '8 to 17' is not of the form 8-17"),
        ({"office_hours": "17-8"}, "office hours: "),
        ({"office_hours": "8-25"}, "office hours: "),
    ],
)
def test_office_hours_that_mean_nothing_are_named(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        thresholds_of(tmp_path, HubConfig("region/log", **settings))
    assert said in caught.value.message


def test_office_hours_are_those_of_the_settings(tmp_path: Path) -> None:
    usual = thresholds_of(tmp_path, HubConfig("region/log"))
    own = thresholds_of(tmp_path, replace(MEMBER, time_zone="Asia/Yangon", office_hours="9-16"))

    assert (usual.office, usual.zone.utcoffset(None)) == ((6, 20), timedelta(hours=7))
    assert (own.office, str(own.zone)) == ((9, 16), "Asia/Yangon")
