"""The HTTP interface of ``monitoring``: joins the routers of its nouns."""

from monitoring.api import indicators, pipeline

ROUTERS = (indicators.router, pipeline.router)
