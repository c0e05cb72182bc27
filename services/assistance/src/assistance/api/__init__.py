"""The HTTP interface of ``assistance``: joins the routers of its nouns."""

from assistance.api import (
    applications,
    benefits,
    desk,
    dynamics,
    feedback,
    handling,
    leads,
    pre_checks,
    programme_checks,
    referrals,
    registers,
    runs,
    standards,
    verifications,
)

ROUTERS = (
    standards.router,
    applications.router,
    handling.router,
    desk.router,
    dynamics.router,
    feedback.router,
    leads.router,
    leads.alert_router,
    referrals.router,
    pre_checks.router,
    programme_checks.router,
    verifications.router,
    benefits.router,
    runs.router,
    registers.router,
)
