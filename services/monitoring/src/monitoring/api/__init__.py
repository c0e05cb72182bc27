"""The HTTP interface of ``monitoring``: joins the routers of its nouns."""

from monitoring.api import indicators, open_data, periods, pipeline, progress, wall

ROUTERS = (
    indicators.router,
    progress.router,
    periods.router,
    pipeline.router,
    wall.router,
    open_data.router,
)
