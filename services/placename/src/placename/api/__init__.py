"""The HTTP interface of ``placename``: joins the routers of its nouns."""

from placename.api import applications, names, pre_checks

ROUTERS = (names.router, applications.router, pre_checks.router)
