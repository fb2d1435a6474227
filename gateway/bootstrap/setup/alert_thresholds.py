"""The thresholds of an auditor's alerts, from the settings of a hub or a node."""

from dataclasses import replace
from datetime import UTC, tzinfo
from pathlib import Path

from audit.errors import MalformedError
from audit.reading.alerts import Thresholds
from audit.reading.office import office_hours, time_zone
from gateway.config import FILE, ConfigError, HubConfig, MemberConfig


def zone_of(directory: Path, config: HubConfig | MemberConfig) -> tzinfo:
    """Return the office's time zone for its pages, UTC where the settings name none. Raises ConfigError."""
    return thresholds_of(directory, config).zone if config.time_zone else UTC


def thresholds_of(directory: Path, config: HubConfig | MemberConfig) -> Thresholds:
    """Return the usual thresholds with the office's own hours and time zone. Raises ConfigError."""
    usual = Thresholds()
    try:
        zone = time_zone(config.time_zone) if config.time_zone else usual.zone
        office = office_hours(config.office_hours) if config.office_hours else usual.office
    except MalformedError as error:
        raise ConfigError(
            f"{directory / FILE}: {error.what}: {error.why}.", remedy="Correct it, or leave it out."
        ) from None
    return replace(usual, zone=zone, office=office)
