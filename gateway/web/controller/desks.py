"""The subjects of the desk, and its forms that take a passphrase."""

from gateway.web.controller import approvals, asked, asked_one, sharing

SUBJECTS = (approvals.desk, sharing.desk, asked.desk)

TAKES_SECRETS = (
    "web-controller-approvals.approve",
    "web-controller-approvals.refuse",
)

BESIDE = (asked_one,)
"""Modules that add pages to a subject of another one."""
