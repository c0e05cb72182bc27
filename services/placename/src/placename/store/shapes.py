"""What only a geometry library tells of a shape: whether it crosses itself, how large it is, what overlaps it."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Any

from pydantic import TypeAdapter
from shapely import is_valid_reason
from shapely.affinity import scale
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from placename.domain.geometry import Geometry, GeometryInvalid, Shape, as_geojson

METRES_A_DEGREE = 111_320.0
"""Metres of a degree of latitude, and of a degree of longitude at the equator."""


@dataclass(frozen=True)
class Extents:
    """How long and how large a shape is, in metres and square metres; None where it makes no sense."""

    length_m: int | None
    area_m2: int | None


def require_simple(geometry: Geometry) -> None:
    """A shape does not cross itself, and holes lie inside their outline."""
    found = _shape(geometry)
    if geometry.shape is Shape.LINE:
        return
    if not found.is_valid:
        reason = "self-crossing" if "elf-intersection" in is_valid_reason(found) else "not-valid"
        raise GeometryInvalid("面的边线不得自相交叉，内环须在外环之内。", field="geometry/coordinates", reason=reason)


def anchor_of(geometry: Geometry) -> tuple[float, float]:
    """A position on the shape that stands for it."""
    if geometry.shape is Shape.POINT:
        return geometry.rings[0][0]
    found = _shape(geometry)
    point = found.interpolate(0.5, normalized=True) if geometry.shape is Shape.LINE else found.representative_point()
    return round(point.x, 6), round(point.y, 6)


def extents_of(geometry: Geometry) -> Extents:
    """Length of a line, area of a polygon, on a plane that touches the earth at the shape."""
    if geometry.shape is Shape.POINT:
        return Extents(None, None)
    flat = _flat(geometry)
    if geometry.shape is Shape.LINE:
        return Extents(round(flat.length), None)
    return Extents(None, round(flat.area))


_geometry: TypeAdapter[Geometry] = TypeAdapter(Geometry)


def stored(column: Any) -> Geometry:
    """A shape as the table keeps it."""
    return _geometry.validate_python(column)


def overlap(one: Geometry, other: Geometry) -> float:
    """How much of the smaller of two polygons lies in the other: 0.0 to 1.0."""
    if not one.shape is other.shape is Shape.POLYGON:
        return 0.0
    mine, theirs = _shape(one), _shape(other)
    smaller = min(mine.area, theirs.area)
    return float(mine.intersection(theirs).area / smaller) if smaller else 0.0


def _shape(geometry: Geometry) -> BaseGeometry:
    return shape_of(as_geojson(geometry))


def _flat(geometry: Geometry) -> BaseGeometry:
    found = _shape(geometry)
    latitude = geometry.extent.south
    return scale(found, xfact=METRES_A_DEGREE * cos(radians(latitude)), yfact=METRES_A_DEGREE, origin=(0.0, 0.0))
