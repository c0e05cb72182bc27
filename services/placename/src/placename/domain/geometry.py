"""The shape of a named place: a point, a line or a polygon, in degrees of CGCS2000, longitude first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from placename.domain.point import CoordinatesSwapped, PointOutsideCity
from shared.kernel.errors import Invalid
from shared.kernel.parameters import ParameterReader

MOST_POSITIONS = 5_000
"""A street of fifty kilometres with a vertex every ten metres."""
PLACES = 6
"""A millionth of a degree is about ten centimetres."""

Position: TypeAlias = tuple[float, float]


class Shape(StrEnum):
    """What a geometry is made of (几何类型)."""

    POINT = "Point"
    """点"""
    LINE = "LineString"
    """线"""
    POLYGON = "Polygon"
    """面"""


class GeometryInvalid(Invalid):
    """几何图形有误"""


@dataclass(frozen=True)
class Extent:
    """The smallest box around a shape (外接矩形), in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Geometry:
    """A shape as GeoJSON writes it (几何图形); ``rings`` holds one list of positions, or one for each ring.

    A point has one ring of one position; a polygon's first ring is its outline, the others are holes.
    """

    shape: Shape
    rings: tuple[tuple[Position, ...], ...]

    @property
    def positions(self) -> Iterator[Position]:
        """Every position, ring by ring."""
        return (position for ring in self.rings for position in ring)

    @property
    def extent(self) -> Extent:
        """The box around it."""
        xs, ys = zip(*self.positions, strict=True)
        return Extent(min(xs), min(ys), max(xs), max(ys))

    @property
    def coordinates(self) -> Any:
        """The ``coordinates`` member of GeoJSON."""
        rings = [[list(position) for position in ring] for ring in self.rings]
        if self.shape is Shape.POLYGON:
            return rings
        return rings[0] if self.shape is Shape.LINE else rings[0][0]


def read_geometry(shape: Shape, coordinates: object, parameters: ParameterReader) -> Geometry:
    """A shape from GeoJSON coordinates: rings closed, enough positions, all of them inside the city's bounds.

    Whether a shape crosses itself is told by :mod:`placename.store.shapes`.
    """
    nested = {Shape.POINT: [[coordinates]], Shape.LINE: [coordinates], Shape.POLYGON: coordinates}[shape]
    if not isinstance(nested, list | tuple) or not nested:
        raise GeometryInvalid(field="geometry/coordinates", reason="empty")
    rings = tuple(_ring(ring, shape) for ring in nested)
    geometry = Geometry(shape, rings)
    _inside_city(geometry, parameters)
    return geometry


def _ring(ring: object, shape: Shape) -> tuple[Position, ...]:
    if not isinstance(ring, list | tuple) or not ring:
        raise GeometryInvalid(field="geometry/coordinates", reason="empty")
    if len(ring) > MOST_POSITIONS:
        raise GeometryInvalid("图形的点数过多。", field="geometry/coordinates", reason="too-many-positions")
    positions = tuple(map(_position, ring))
    distinct = len(set(positions))
    if shape is Shape.LINE and distinct < 2:
        raise GeometryInvalid("线至少有两个不同的点。", field="geometry/coordinates", reason="too-few-positions")
    if shape is Shape.POLYGON:
        if positions[0] != positions[-1]:
            raise GeometryInvalid("面的首尾两点须相同。", field="geometry/coordinates", reason="not-closed")
        if distinct < 3:
            raise GeometryInvalid("面至少有三个不同的点。", field="geometry/coordinates", reason="too-few-positions")
    return positions


def _position(position: object) -> Position:
    if not isinstance(position, list | tuple) or len(position) != 2 or not all(map(_is_number, position)):
        raise GeometryInvalid("坐标须为经度、纬度两个数。", field="geometry/coordinates", reason="position")
    return round(float(position[0]), PLACES), round(float(position[1]), PLACES)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e9


def _inside_city(geometry: Geometry, parameters: ParameterReader) -> None:
    west, east = float(parameters.decimal("bounds.west")), float(parameters.decimal("bounds.east"))
    south, north = float(parameters.decimal("bounds.south")), float(parameters.decimal("bounds.north"))

    def outside(x: float, y: float) -> bool:
        return not (west <= x <= east and south <= y <= north)

    strays = [(x, y) for x, y in geometry.positions if outside(x, y)]
    if not strays:
        return
    if all(not outside(y, x) for x, y in strays):
        raise CoordinatesSwapped("经度应在前、纬度在后；请核对各点是否填反。", field="geometry/coordinates")
    raise PointOutsideCity("须为 CGCS2000 经纬度，单位为度。", field="geometry/coordinates")


def point_geometry(longitude: float, latitude: float) -> Geometry:
    """A point as a shape."""
    return Geometry(Shape.POINT, (((longitude, latitude),),))


def as_geojson(geometry: Geometry) -> dict[str, Any]:
    """The shape as a GeoJSON object."""
    return {"type": geometry.shape.value, "coordinates": geometry.coordinates}


def middle_of(positions: Sequence[Position]) -> Position:
    """The position in the middle of a line, by count."""
    return positions[len(positions) // 2]
