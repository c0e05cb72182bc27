"""The HTTP interface of ``marriage``: joins the routers of its nouns."""

from marriage.api import (
    appointments,
    certificates,
    divorces,
    integrity,
    issuances,
    offices,
    others,
    pre_checks,
    registrations,
)

ROUTERS = (
    offices.router,
    appointments.router,
    registrations.router,
    divorces.router,
    issuances.router,
    integrity.router,
    others.router,
    certificates.router,
    pre_checks.router,
)
