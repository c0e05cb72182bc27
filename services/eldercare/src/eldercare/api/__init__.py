"""The HTTP interface of ``eldercare``: joins the routers of its nouns."""

from eldercare.api import beds, institutions, pre_checks, public_search, stays

ROUTERS = (institutions.router, beds.router, stays.router, public_search.router, pre_checks.router)
