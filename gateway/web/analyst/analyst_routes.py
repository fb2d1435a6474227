"""Every subject of the analyst's desk."""

from gateway.web.analyst import downloads, question_form, question_pages, ready_made

ROUTES = (question_form.desk, ready_made.desk, question_pages.desk, downloads.desk)
