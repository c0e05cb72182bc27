"""Tables, mapping and the transaction of ``placename``: joins its parts."""

from placename.store.applications import Applications, applications
from placename.store.comparison import METADATA, Question
from placename.store.ground import box_around, distance_m, touches
from placename.store.heritage import HeritageEntries, entries
from placename.store.names import PlaceNames, names
from placename.store.shapes import anchor_of, extents_of, require_simple
from placename.store.signs import Misuses, Signs, misuses, signs
from placename.store.work import CONSTRAINTS, Tx

__all__ = [
    "CONSTRAINTS",
    "METADATA",
    "Applications",
    "HeritageEntries",
    "Misuses",
    "PlaceNames",
    "Question",
    "Signs",
    "Tx",
    "anchor_of",
    "applications",
    "box_around",
    "distance_m",
    "entries",
    "extents_of",
    "misuses",
    "names",
    "require_simple",
    "signs",
    "touches",
]
