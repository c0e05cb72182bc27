"""Boxes and circles as they are written in an address: ``west,south,east,north`` and ``latitude,longitude,metres``."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query

from placename.domain.geometry import Extent
from placename.queries import Circle
from shared.kernel.errors import Invalid

NUMBER = r"-?[0-9]{1,4}(?:\.[0-9]{1,10})?"
BOX = re.compile(rf"{NUMBER}(?:,{NUMBER}){{3}}", re.ASCII)
NEAR = re.compile(rf"{NUMBER},{NUMBER},[0-9]{{1,6}}", re.ASCII)
FARTHEST_M = 50_000

BoxText = Annotated[
    str | None, Query(max_length=100, description="范围：西,南,东,北（度）", examples=["106.4,29.4,106.7,29.7"])
]
NearText = Annotated[
    str | None,
    Query(max_length=100, description="附近：纬度,经度,米（至多 50000 米）", examples=["29.563,106.5516,500"]),
]


class BoxInvalid(Invalid):
    """查询范围有误"""


class CircleInvalid(Invalid):
    """附近位置有误"""


def box_of(text: str | None) -> Extent | None:
    """A box as written: west, south, east, north in degrees."""
    if text is None:
        return None
    if not BOX.fullmatch(text):
        raise BoxInvalid("须为“西,南,东,北”四个数。", field="query/bbox")
    west, south, east, north = map(float, text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BoxInvalid("西不大于东，南不大于北，单位为度。", field="query/bbox")
    return Extent(west, south, east, north)


def circle_of(text: str | None) -> Circle | None:
    """A circle as written: latitude, longitude, metres."""
    if text is None:
        return None
    if not NEAR.fullmatch(text):
        raise CircleInvalid("须为“纬度,经度,米”三个数。", field="query/near")
    latitude, longitude, metres = text.split(",")
    x, y, radius = float(longitude), float(latitude), int(metres)
    if abs(y) > 85 and abs(x) <= 85:
        raise CircleInvalid("纬度在前、经度在后；请核对两项是否填反。", field="query/near")
    if not (-180 <= x <= 180 and -85 <= y <= 85 and 1 <= radius <= FARTHEST_M):
        raise CircleInvalid("纬度、经度须在范围之内，距离为 1 至 50000 米。", field="query/near")
    return Circle(x, y, radius)
