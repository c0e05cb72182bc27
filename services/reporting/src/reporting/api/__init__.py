"""The HTTP interface of ``reporting``: joins the routers of its nouns."""

from reporting.api import duties, figure_batches, figures, forms, series

ROUTERS = (forms.router, figures.router, figure_batches.router, series.router, duties.router)
