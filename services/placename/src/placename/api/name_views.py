"""How names of the gazetteer are shown."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from placename import queries
from placename.api.proposals import GeometryInput, RomanisationView
from placename.domain.category import Category
from placename.domain.geometry import as_geojson
from placename.domain.place_name import AliasKind, Heritage, NameStatus, PlaceName
from placename.store import extents_of
from shared.web.fields import ApiModel


class PeriodView(ApiModel):
    """Days of use; ``end`` is the first day on which the name was no longer in use."""

    begin: date
    end: date | None


class ActView(ApiModel):
    """What the name rests on."""

    authority: str
    document_no: str
    approved_on: date
    announced_on: date | None


class AliasView(ApiModel):
    """Another name of the place, never the standard one."""

    text: str
    kind: AliasKind


class ResidenceView(ApiModel):
    """The division the name lies in from a day on."""

    division: str
    begin: date


class NameView(ApiModel):
    """A name of the gazetteer."""

    id: UUID
    name: str
    specific: str
    generic: str
    category: Category
    division: str
    longitude: float | None
    latitude: float | None
    status: NameStatus
    in_use: list[PeriodView]
    romanisation: RomanisationView
    position: str
    origin: str
    meaning: str
    act: ActView
    heritage: Heritage
    place_id: UUID
    geometry: GeometryInput | None
    length_m: int | None
    area_m2: int | None
    aliases: list[AliasView]
    divisions: list[ResidenceView]

    @classmethod
    def of(cls, name: PlaceName) -> NameView:
        """The view of one name."""
        return cls(**shown(name))


def shown(name: PlaceName) -> dict[str, Any]:
    """What is shown of a name, field by field."""
    description, act, point = name.description, name.act, name.point
    return {
        "id": name.id,
        "name": name.toponym.full,
        "specific": name.toponym.specific,
        "generic": name.toponym.generic,
        "category": name.category,
        "division": name.division,
        "longitude": float(point.longitude) if point else None,
        "latitude": float(point.latitude) if point else None,
        "status": name.status,
        "in_use": [PeriodView(begin=period.begin, end=period.end) for period in name.in_use],
        "romanisation": RomanisationView.of(name.romanisation, name.reading),
        "position": description.position,
        "origin": description.origin,
        "meaning": description.meaning,
        "act": ActView(**vars(act)),
        "heritage": name.heritage,
        "place_id": name.place_id,
        **_ground(name),
        "aliases": [AliasView(**vars(alias)) for alias in name.aliases],
        "divisions": [ResidenceView(**vars(residence)) for residence in name.residences],
    }


def as_shape(name: PlaceName) -> dict[str, Any] | None:
    """The shape of a name's place, its point where it has no shape, None where neither is known."""
    if name.geometry is not None:
        return as_geojson(name.geometry)
    if name.point is None:
        return None
    return {"type": "Point", "coordinates": [float(name.point.longitude), float(name.point.latitude)]}


def _ground(name: PlaceName) -> dict[str, Any]:
    if name.geometry is None:
        return {"geometry": None, "length_m": None, "area_m2": None}
    size = extents_of(name.geometry)
    return {"geometry": as_geojson(name.geometry), "length_m": size.length_m, "area_m2": size.area_m2}


class FoundNameView(NameView):
    """A found name; for a former name, what its place is called today."""

    now_id: UUID | None
    now: str | None
    found_by_alias: str | None = None
    distance_m: float | None = None

    @classmethod
    def found(cls, found: queries.FoundName) -> FoundNameView:
        """The view of one finding of a search."""
        metres = None if found.metres is None else round(found.metres, 1)
        return cls(
            **shown(found.name), now_id=found.now_id, now=found.now, found_by_alias=found.alias, distance_m=metres
        )


class FormerNameView(ApiModel):
    """A name the place had before."""

    id: UUID
    name: str
    in_use: list[PeriodView]


class NameHistoryView(FoundNameView):
    """A name with the names its place had before, the latest first."""

    former_names: list[FormerNameView]
