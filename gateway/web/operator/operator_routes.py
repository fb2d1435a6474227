"""Every subject of the operator's desk."""

from gateway.web.operator import letting_in_page, service_page

ROUTES = (service_page.desk, letting_in_page.desk)
