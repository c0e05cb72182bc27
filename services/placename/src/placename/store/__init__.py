"""Tables, mapping and the transaction of ``placename``: joins its parts."""

from placename.store.applications import Applications, applications
from placename.store.comparison import METADATA, Question
from placename.store.names import PlaceNames, names
from placename.store.work import CONSTRAINTS, Tx

__all__ = ["CONSTRAINTS", "METADATA", "Applications", "PlaceNames", "Question", "Tx", "applications", "names"]
