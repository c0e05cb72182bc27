"""The HTTP interface of ``reporting``: joins the routers of its nouns."""

from reporting.api import closings, duties, figure_batches, figures, forms, reminders, series

ROUTERS = (
    forms.router,
    figures.router,
    figure_batches.router,
    series.router,
    duties.router,
    reminders.router,
    closings.router,
)
