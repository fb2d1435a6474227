"""The desks of the controller."""

from gateway.web.controller.home import home_page
from gateway.web.controller.jobs import job_pages, node_health
from gateway.web.controller.policy import policy_edit, policy_overview, policy_signing
from gateway.web.controller.questions import approvals, figures, question_list, question_page, sharing
from gateway.web.controller.register import column_meanings, loads, uploads, word_meanings

ROUTES = (
    home_page.desk,
    approvals.desk,
    policy_overview.desk,
    sharing.desk,
    question_list.desk,
    loads.desk,
    figures.desk,
    node_health.desk,
    job_pages.desk,
)

BESIDE = (question_page, policy_edit, policy_signing, uploads, column_meanings, word_meanings)
"""Modules that add pages to a desk of another module."""
