"""Where a named place lies: one point, in degrees of CGCS2000."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from shared.kernel.errors import Invalid
from shared.kernel.parameters import ParameterReader

SIX_PLACES = Decimal("0.000001")
"""A millionth of a degree is about ten centimetres."""


class CoordinatesSwapped(Invalid):
    """经度与纬度填反"""


class PointOutsideCity(Invalid):
    """坐标不在本市范围内"""


@dataclass(frozen=True)
class Point:
    """A point inside the city (点位), to a millionth of a degree."""

    longitude: Decimal
    latitude: Decimal


def place_point(longitude: float, latitude: float, parameters: ParameterReader) -> Point:
    """A point within the city's bounds; tells swapped coordinates from merely wrong ones."""
    east_west = parameters.decimal("bounds.west"), parameters.decimal("bounds.east")
    south_north = parameters.decimal("bounds.south"), parameters.decimal("bounds.north")
    x, y = Decimal(repr(longitude)), Decimal(repr(latitude))

    def inside(x: Decimal, y: Decimal) -> bool:
        return east_west[0] <= x <= east_west[1] and south_north[0] <= y <= south_north[1]

    if inside(x, y):
        return Point(x.quantize(SIX_PLACES), y.quantize(SIX_PLACES))
    if inside(y, x):
        raise CoordinatesSwapped("经度应在前、纬度在后；请核对两项是否填反。", field="longitude")
    raise PointOutsideCity("须为 CGCS2000 经纬度，单位为度。", field="longitude")
