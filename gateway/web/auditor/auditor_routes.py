"""The desks of the auditor, on both sides."""

from gateway.web.auditor import entry, listing, log_status_page, sample_page
from gateway.web.shared.desk import Desk

ROUTES: tuple[Desk, ...] = (listing.desk, entry.desk, log_status_page.desk, sample_page.desk)
