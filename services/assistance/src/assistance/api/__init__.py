"""The HTTP interface of ``assistance``: joins the routers of its nouns."""

from assistance.api import applications, pre_checks, standards

ROUTERS = (standards.router, applications.router, pre_checks.router)
