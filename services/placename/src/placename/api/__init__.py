"""The HTTP interface of ``placename``: joins the routers of its nouns."""

from placename.api import (
    applications,
    consultations,
    decisions,
    features,
    heritage,
    names,
    pre_checks,
    register,
    signs,
)

ROUTERS = (
    names.router,
    register.router,
    features.router,
    applications.router,
    consultations.router,
    decisions.router,
    heritage.router,
    signs.router,
    pre_checks.router,
)
