"""The subjects of the auditor's desk, which stands on both sides."""

from gateway.web.auditor import entry, listing, log_status_page, sample_page
from gateway.web.shared.desk import Desk

SUBJECTS: tuple[Desk, ...] = (listing.desk, entry.desk, log_status_page.desk, sample_page.desk)
