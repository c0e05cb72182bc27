"""The HTTP interface of ``eldercare``: joins the routers of its nouns."""

from eldercare.api import (
    admission_pre_checks,
    admissions,
    assessments,
    beds,
    care_register,
    fees,
    inspections,
    institutions,
    limit_checks,
    pre_checks,
    public_search,
    staff,
    stays,
    supervision,
    waiting_list,
)

ROUTERS = (
    institutions.router,
    beds.router,
    stays.router,
    public_search.router,
    pre_checks.router,
    assessments.router,
    admissions.router,
    waiting_list.router,
    admission_pre_checks.router,
    supervision.router,
    staff.router,
    inspections.router,
    fees.router,
    care_register.router,
    limit_checks.router,
)
