"""The HTTP interface of ``marriage``: joins the routers of its nouns."""

from marriage.api import certificates, offices, pre_checks, registrations

ROUTERS = (offices.router, registrations.router, certificates.router, pre_checks.router)
