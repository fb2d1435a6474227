"""Every subject of the analyst's desk."""

from gateway.web.analyst import asking, own, ready, taking

SUBJECTS = (asking.desk, ready.desk, own.desk, taking.desk)
