"""Files of an existing gazetteer: a table of names (CSV, XLSX), or GeoJSON features one a line (GeoJSONSeq)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from placename.api.proposals import GeometryInput, sketch_of
from placename.domain.category import Category
from placename.domain.place_name import Description, LegalAct, PlaceName
from placename.store import Tx
from placename.usecases.takeover import Entry, split_name, take_over
from shared.web.bulk.kinds import BulkKind
from shared.web.fields import ApiModel, Day, DivisionCode, Line, Note

FIRST_DAY = date(1997, 3, 14)
"""Names without a known beginning are in use from the first day of the municipality on."""
SCOPE = "placename:import"


def _blank_is_nothing(value: Any) -> Any:
    return None if value == "" else value


TableDegrees = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
"""A table holds its numbers as texts."""
Optional = BeforeValidator(_blank_is_nothing)


class NameRow(ApiModel):
    """One name; ``pinyin`` holds one toned syllable a character, ``former_names`` are parted by a semicolon."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    category: Category
    division: DivisionCode
    longitude: Annotated[TableDegrees | None, Optional] = None
    latitude: Annotated[TableDegrees | None, Optional] = None
    pinyin: Annotated[Line | None, Optional] = None
    begin: Annotated[Day | None, Optional] = None
    position: Annotated[Note | None, Optional] = None
    origin: Annotated[Note | None, Optional] = None
    meaning: Annotated[Note | None, Optional] = None
    authority: Annotated[Line | None, Optional] = None
    document_no: Annotated[Line | None, Optional] = None
    approved_on: Annotated[Day | None, Optional] = None
    former_names: Annotated[Note | None, Optional] = None

    def entry(self, tx: Tx, geometry: GeometryInput | None = None) -> Entry:
        """The row as a value object."""
        begin = self.begin or FIRST_DAY
        spot = None
        if self.longitude is not None and self.latitude is not None:
            spot = (self.longitude, self.latitude)
        return Entry(
            toponym=split_name(tx, self.name, self.category), category=self.category, division=self.division,
            spot=spot, sketch=sketch_of(geometry), begin=begin,
            description=Description(self.position or "", self.origin or "", self.meaning or ""),
            act=LegalAct(self.authority or "", self.document_no or "", self.approved_on or begin, None),
            syllables=tuple((self.pinyin or "").split()),
            former_names=tuple(part for part in (self.former_names or "").split(";") if part),
        )  # fmt: skip


class FeatureRow(ApiModel):
    """One GeoJSON feature; its properties are the columns of the table."""

    type: Literal["Feature"]
    id: str | int | None = None
    geometry: GeometryInput | None
    properties: NameRow


async def _take_row(tx: Tx, row: NameRow) -> PlaceName:
    return await take_over(tx, row.entry(tx))


async def _take_feature(tx: Tx, row: FeatureRow) -> PlaceName:
    return await take_over(tx, row.properties.entry(tx, row.geometry))


EXAMPLE = {
    "name": "测试路", "category": "STREET", "division": "500103001", "longitude": 106.5516, "latitude": 29.563,
    "pinyin": "cè shì lù", "begin": "1998-05-01", "position": "东起甲路，西至乙路", "origin": "虚构", "meaning": "虚构",
    "authority": "区县人民政府", "document_no": "渝中府〔1998〕1号", "approved_on": "1998-04-20",
    "former_names": "测旧路",
}  # fmt: skip
FEATURE = {
    "type": "Feature", "geometry": {"type": "LineString", "coordinates": [[106.55, 29.56], [106.56, 29.57]]},
    "properties": {"name": "测试路", "category": "STREET", "division": "500103001"},
}  # fmt: skip

IMPORTS = (
    BulkKind(name="names", title="地名表", scope=SCOPE, row=NameRow, take=_take_row, example=EXAMPLE),
    BulkKind(
        name="features",
        title="地名要素（GeoJSONSeq）",
        scope=SCOPE,
        row=FeatureRow,
        take=_take_feature,
        example=FEATURE,
    ),
)
