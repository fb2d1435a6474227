"""Alerts for a certificate that ends soon: nobody can call once it has ended."""

from datetime import datetime, timedelta

from gateway.watching.model import Alert, Concern

SOON = timedelta(days=30)
"""A certificate that ends sooner is an alert, and a warning of the doctor."""


def certificate_alerts(origin: str, ends: datetime | None, now: datetime) -> list[Alert]:
    """Alert for the own certificate from 30 days before its end; `ends` is None where there is none."""
    if ends is None or ends - now > SOON:
        return []
    when = "has ended" if ends <= now else "ends"
    message = f"the certificate {when} on {ends:%Y-%m-%d}; renew it: the new files count without a restart"
    return [Alert(Concern.CERTIFICATE, origin, "own certificate", message)]
