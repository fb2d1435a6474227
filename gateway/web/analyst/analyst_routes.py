"""Every subject of the analyst's desk."""

from gateway.web.analyst import (
    downloads,
    group_pages,
    question_form,
    question_pages,
    ready_made,
    saved_pages,
    stacked_page,
)
from gateway.web.analyst.finding import finding_page
from gateway.web.analyst.overview import overview_page
from gateway.web.analyst.reporting import report_files, report_pages, report_texts

ROUTES = (
    overview_page.desk,
    finding_page.desk,
    question_form.desk,
    ready_made.desk,
    stacked_page.desk,
    question_pages.desk,
    saved_pages.desk,
    group_pages.desk,
    downloads.desk,
    report_pages.desk,
    report_texts.desk,
    report_files.desk,
)
