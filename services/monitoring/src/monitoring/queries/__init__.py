"""What monitoring reads: values, their history and progress, what is behind them, and who fell silent."""

from monitoring.queries.figures import figures_of
from monitoring.queries.history import change_days, entities_behind, held_entities
from monitoring.queries.progress import OnTheWay, read_progress
from monitoring.queries.readings import Reading, read_all, read_city, read_districts
from monitoring.queries.silence import read_silence, without_data
from monitoring.queries.sums import CITY, AsOf
from monitoring.queries.townships import read_townships

__all__ = [
    "CITY", "AsOf", "OnTheWay", "Reading", "change_days", "entities_behind", "figures_of", "held_entities",
    "read_all", "read_city",
    "read_districts", "read_progress", "read_silence", "read_townships", "without_data",
]  # fmt: skip
