"""What a generic term promises of the place it names (通名使用条件; 重庆市地名专名和通名使用规范)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from placename.domain.category import Category
from placename.domain.finding import Code, Finding, Severity
from shared.kernel.parameters import ParameterReader


@dataclass(frozen=True)
class Facts:
    """Size and functions of the place (地理实体概况), as the application states them; None where it does not.

    Greening is in tenths of a percent, the carriageway in centimetres, areas in whole square metres.
    """

    greening_permille: int | None = None
    usable_area_m2: int | None = None
    floor_area_m2: int | None = None
    carriageway_cm: int | None = None
    floors: int | None = None
    land_m2: int | None = None
    has_school: bool | None = None
    has_shops: bool | None = None
    has_hospital: bool | None = None
    is_commercial: bool | None = None


NOTHING_STATED = Facts()


@dataclass(frozen=True)
class Minimum:
    """A figure that a generic term asks for; ``switch`` names the parameter that puts the row in force."""

    category: Category
    fact: str
    parameter: str
    switch: str | None = None


MINIMA = {
    "花园": Minimum(Category.BUILDING, "greening_permille", "size.garden.greening_permille"),
    "广场": Minimum(Category.BUILDING, "usable_area_m2", "size.square.usable_area_m2"),
    "城": Minimum(Category.BUILDING, "floor_area_m2", "size.city.floor_area_m2"),
    "大道": Minimum(Category.STREET, "carriageway_cm", "size.avenue.carriageway_cm"),
    "大厦": Minimum(Category.BUILDING, "floors", "size.tower.floors", "size.tower.enabled"),
}
CITY_FUNCTIONS = {"has_school": "学校", "has_shops": "商业", "has_hospital": "医院"}


def check_size(term: str, category: Category, facts: Facts, parameters: ParameterReader) -> Iterator[Finding]:
    """Whether the stated facts reach what the generic term promises; “以上” includes the figure itself."""
    minimum = MINIMA.get(term)
    if minimum and minimum.category is category and _is_on(minimum, parameters):
        stated = getattr(facts, minimum.fact)
        authority = parameters.at(minimum.parameter).authority
        if stated is None:
            yield Finding(Code.GENERIC_SIZE, Severity.OVERRIDABLE, authority, "申请未说明规模", matched=term)
        elif stated < parameters.decimal(minimum.parameter):
            yield Finding(Code.GENERIC_SIZE, Severity.OVERRIDABLE, authority, "规模未达到要求", matched=term)
    if term == "城" and category is Category.BUILDING:
        missing = [title for fact, title in CITY_FUNCTIONS.items() if not getattr(facts, fact)]
        if missing:
            authority = parameters.at(MINIMA["城"].parameter).authority
            detail = "未说明配套" + "、".join(missing)
            yield Finding(Code.GENERIC_SIZE, Severity.OVERRIDABLE, authority, detail, matched=term)
    if category is Category.BUILDING:
        yield from _seeded(term, facts, parameters)
    if term == "街" and category is Category.STREET and not facts.is_commercial:
        authority = "重庆市地名专名和通名使用规范（街）"
        yield Finding(Code.GENERIC_SIZE, Severity.OVERRIDABLE, authority, "未说明两侧为商业", matched=term)


def _is_on(minimum: Minimum, parameters: ParameterReader) -> bool:
    return minimum.switch is None or parameters.switch(minimum.switch)


def _seeded(term: str, facts: Facts, parameters: ParameterReader) -> Iterator[Finding]:
    """Rows taken from another city (大楼, 中心, 山庄, 别墅): silent until the bureau switches them on."""
    row = {"大楼": "size.block", "中心": "size.centre", "山庄": "size.villa", "别墅": "size.villa"}.get(term)
    if row is None or not parameters.switch(f"{row}.enabled"):
        return
    reached = {"size.block": _is_block, "size.centre": _is_centre, "size.villa": _is_villa}[row]
    if not reached(facts, parameters):
        authority = parameters.at(f"{row}.enabled").authority
        yield Finding(Code.GENERIC_SIZE, Severity.OVERRIDABLE, authority, "规模未达到要求", matched=term)


def _is_block(facts: Facts, parameters: ParameterReader) -> bool:
    least, most = parameters.integer("size.block.floors"), parameters.integer("size.block.floors_most")
    return facts.floors is not None and least <= facts.floors <= most


def _is_centre(facts: Facts, parameters: ParameterReader) -> bool:
    land, floor_area = parameters.integer("size.centre.land_m2"), parameters.integer("size.centre.floor_area_m2")
    return (facts.land_m2 or 0) >= land or (facts.floor_area_m2 or 0) >= floor_area


def _is_villa(facts: Facts, parameters: ParameterReader) -> bool:
    land, most = parameters.integer("size.villa.land_m2"), parameters.integer("size.villa.floors_most")
    return (facts.land_m2 or 0) >= land and facts.floors is not None and facts.floors <= most
