"""What lies around a place: names of the same category that overlap it, and places near enough to name it after."""

from __future__ import annotations

from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Double, cast, func, select

from placename.domain.category import Category
from placename.domain.examination import Overlap
from placename.domain.geometry import Extent, Geometry, Shape
from placename.domain.place_name import NameStatus
from placename.domain.point import Point
from placename.store.names import names
from placename.store.shapes import METRES_A_DEGREE, overlap, stored

MOST_OVERLAPS = 20
MOST_NEARBY = 2_000


class Ground:
    """Looks around a place in the gazetteer."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def overlaps(self, geometry: Geometry, category: Category) -> list[Overlap]:
        """Named areas of the category that share ground with this one, the largest share first."""
        if geometry.shape is not Shape.POLYGON:
            return []
        rows = await self._connection.execute(
            select((names.c.specific + names.c.generic).label("full_name"), names.c.geometry)
            .where(
                names.c.category == category.value,
                names.c.status == NameStatus.IN_USE.value,
                names.c.geometry.is_not(None),
                touches(geometry.extent),
            )
            .limit(MOST_OVERLAPS)
        )
        shares = [Overlap(row.full_name, overlap(geometry, stored(row.geometry))) for row in rows]
        return sorted((share for share in shares if share.share), key=lambda found: -found.share)

    async def places_near(self, point: Point, metres: int) -> frozenset[str]:
        """The comparison keys of the specific terms of names in use within a distance, facilities left out."""
        rows = await self._connection.execute(
            select(names.c.stem)
            .where(
                names.c.status == NameStatus.IN_USE.value,
                names.c.category != Category.FACILITY.value,
                touches(box_around(float(point.longitude), float(point.latitude), metres)),
                distance_m(float(point.longitude), float(point.latitude)) <= metres,
            )
            .limit(MOST_NEARBY)
        )
        return frozenset(row.stem for row in rows)


def box_around(longitude: float, latitude: float, metres: float) -> Extent:
    """The box that holds every position within a distance."""
    tall = metres / METRES_A_DEGREE
    wide = tall / cos(radians(latitude))
    return Extent(longitude - wide, latitude - tall, longitude + wide, latitude + tall)


def touches(extent: Extent) -> ColumnElement[bool]:
    """The condition that the box around a name meets another box; uses the index on boxes."""
    mine = func.box(func.point(names.c.west, names.c.south), func.point(names.c.east, names.c.north))
    theirs = func.box(func.point(extent.west, extent.south), func.point(extent.east, extent.north))
    found: ColumnElement[bool] = names.c.west.is_not(None) & mine.op("&&", is_comparison=True)(theirs)
    return found


def distance_m(longitude: float, latitude: float) -> ColumnElement[float]:
    """Metres from a position to a name's point, on a plane that touches the earth there."""
    wide = (cast(names.c.longitude, Double) - longitude) * (METRES_A_DEGREE * cos(radians(latitude)))
    tall = (cast(names.c.latitude, Double) - latitude) * METRES_A_DEGREE
    found: ColumnElement[float] = func.sqrt(wide * wide + tall * tall)
    return found
