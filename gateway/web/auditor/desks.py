"""The subjects of the auditor's desk, which stands on both sides."""

from gateway.web.auditor import entry, listing, sampling, watching
from gateway.web.desk import Desk

SUBJECTS: tuple[Desk, ...] = (listing.desk, entry.desk, watching.desk, sampling.desk)
