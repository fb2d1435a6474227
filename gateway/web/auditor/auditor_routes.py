"""The desks of the auditor, on both sides."""

from gateway.web.auditor import (
    alert_pages,
    auditor_overview,
    entry,
    finding_entries,
    listing,
    log_status_page,
    sample_page,
)
from gateway.web.shared.desk import Desk

ROUTES: tuple[Desk, ...] = (
    auditor_overview.desk,
    listing.desk,
    finding_entries.desk,
    entry.desk,
    alert_pages.desk,
    log_status_page.desk,
    sample_page.desk,
)
