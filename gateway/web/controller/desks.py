"""The subjects of the desk, and its forms that take a passphrase."""

from gateway.web.controller import (
    approvals,
    asked,
    asked_one,
    figures,
    health,
    loads,
    policy_edit,
    policy_overview,
    policy_signing,
    sharing,
    uploads,
    work,
)

SUBJECTS = (
    approvals.desk,
    policy_overview.desk,
    sharing.desk,
    asked.desk,
    loads.desk,
    figures.desk,
    health.desk,
    work.desk,
)

TAKES_SECRETS = (
    "web-controller-approvals.approve",
    "web-controller-approvals.refuse",
    "web-controller-policy.publish_draft",
    "web-controller-policy.review_draft",
    "web-controller-policy.revoke_policy",
)

BESIDE = (asked_one, policy_edit, policy_signing, uploads)
"""Modules that add pages to a subject of another one."""
