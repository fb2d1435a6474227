"""Every subject of the operator's desk."""

from gateway.web.operator import service_page

ROUTES = (service_page.desk,)
