"""A name in the gazetteer (标准地名): approved, announced, in use, and one day perhaps retired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from placename.domain.category import Category
from placename.domain.geometry import Geometry
from placename.domain.locality import Locality
from placename.domain.point import Point
from placename.domain.romanisation import Reading, Romanisation
from placename.domain.toponym import Toponym
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.workflow import Workflow


class NameStatus(StrEnum):
    """Where a name stands (地名状态)."""

    IN_USE = "IN_USE"
    """现行标准地名"""
    RENAMED = "RENAMED"
    """曾用名"""
    ABOLISHED = "ABOLISHED"
    """已销名"""
    HISTORIC_ONLY = "HISTORIC_ONLY"
    """已销名的历史地名"""


class NameAction(StrEnum):
    """What can happen to a name in the gazetteer."""

    RENAME = "rename"
    ABOLISH = "abolish"
    COMMEMORATE = "commemorate"
    CONFIRM_READING = "confirm-reading"
    RECORD_ALIAS = "record-alias"
    DESCRIBE = "describe"
    REASSIGN = "reassign"
    LIST = "list"
    DELIST = "delist"
    RESTORE = "restore"


NAME_WORKFLOW = Workflow(
    {
        (NameStatus.IN_USE, NameAction.RENAME): NameStatus.RENAMED,
        (NameStatus.IN_USE, NameAction.ABOLISH): NameStatus.ABOLISHED,
        (NameStatus.IN_USE, NameAction.COMMEMORATE): NameStatus.HISTORIC_ONLY,
        (NameStatus.IN_USE, NameAction.CONFIRM_READING): NameStatus.IN_USE,
        (NameStatus.IN_USE, NameAction.RECORD_ALIAS): NameStatus.IN_USE,
        (NameStatus.IN_USE, NameAction.DESCRIBE): NameStatus.IN_USE,
        **{(status, NameAction.REASSIGN): status for status in NameStatus},
        **{
            (status, action): status
            for status in (NameStatus.IN_USE, NameStatus.HISTORIC_ONLY)
            for action in (NameAction.LIST, NameAction.DELIST)
        },
        (NameStatus.ABOLISHED, NameAction.RESTORE): NameStatus.IN_USE,
        (NameStatus.HISTORIC_ONLY, NameAction.RESTORE): NameStatus.IN_USE,
    }
)
"""A division may change under a name in any status; only a name without a successor can come back."""


class Heritage(StrEnum):
    """Whether and by whom a name is protected as historic (历史地名保护名录)."""

    NONE = "NONE"
    CITY = "CITY"
    COUNTY = "COUNTY"


class NameUnknown(NotFound):
    """地名不存在"""


class ReadingConfirmedBefore(Refusal):
    """读音已经核定，未作更改"""


class AliasKnown(Refusal):
    """该名称已是本地名的标准名称或者别名"""


class SameDivision(Refusal):
    """地名已在该行政区划之内"""


class AliasKind(StrEnum):
    """What another name of a place is (其他名称); none of them is standard."""

    ALIAS = "ALIAS"
    """别名"""
    SHORT = "SHORT"
    """简称"""
    FORMER = "FORMER"
    """曾用名"""
    MINORITY = "MINORITY"
    """少数民族语地名"""


@dataclass(frozen=True)
class Alias:
    """Another name of the same place, exactly as received; never the standard one (一地一标准名)."""

    text: str
    kind: AliasKind

    def __post_init__(self) -> None:
        Toponym(self.text, "")


@dataclass(frozen=True)
class Residence:
    """The division a name lies in from a day on (所属区划); the last one is the present one."""

    division: str
    begin: date


@dataclass(frozen=True)
class Period:
    """Days of use: from ``begin`` on, up to but not including ``end``."""

    begin: date
    end: date | None = None


@dataclass(frozen=True)
class LegalAct:
    """What a name rests on (批准文件): the approving body, its document, and when it was announced."""

    authority: str
    document_no: str
    approved_on: date
    announced_on: date | None


@dataclass(frozen=True)
class Description:
    """What is told about a name (地名说明): position in words, origin (来历) and meaning (含义)."""

    position: str
    origin: str
    meaning: str


@dataclass(kw_only=True)
class PlaceName(Aggregate):
    """A standard name of one place; a rename gives the place a new one and keeps this as its former name.

    ``reading_by`` is the person who vouched for the reading; until then the romanisation needs review.
    """

    toponym: Toponym
    category: Category
    locality: Locality
    point: Point | None
    status: NameStatus
    in_use: tuple[Period, ...]
    reading: Reading
    romanisation: Romanisation
    description: Description
    act: LegalAct
    heritage: Heritage = Heritage.NONE
    reading_by: str | None = None
    predecessor_id: UUID | None = None
    successor_id: UUID | None = None
    application_id: UUID | None = None
    feature_id: UUID | None = None
    geometry: Geometry | None = None
    aliases: tuple[Alias, ...] = ()
    residences: tuple[Residence, ...] = ()

    @property
    def place_id(self) -> UUID:
        """The place that has the name: its former names share it, another place of the same name does not."""
        return self.feature_id or self.id

    @property
    def is_complete(self) -> bool:
        """Whether the gazetteer holds all it should: confirmed reading, position, meaning, category, approval."""
        return bool(self.reading.confirmed and self.point and self.description.meaning and self.act.document_no)

    @property
    def needs_review(self) -> bool:
        """Whether nobody has vouched for the reading yet."""
        return not self.reading.confirmed

    @property
    def ended_on(self) -> date | None:
        """The first day on which the name was no longer in use."""
        return self.in_use[-1].end

    def rename(self, *, on: date, successor_id: UUID) -> None:
        """The place has a new standard name from a day on; this one is a former name (PN-803)."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.RENAME)
        self.successor_id = successor_id
        self._end(on)

    def abolish(self, *, on: date) -> None:
        """The place is gone or its division abolished; a listed name lives on as historic (PN-804)."""
        listed = self.heritage is not Heritage.NONE
        self.status = NAME_WORKFLOW.next(self.status, NameAction.COMMEMORATE if listed else NameAction.ABOLISH)
        self._end(on)

    def _end(self, on: date) -> None:
        self.in_use = (*self.in_use[:-1], Period(self.in_use[-1].begin, on))
        self.note("retired")

    def confirm_reading(self, *, reading: Reading, romanisation: Romanisation, by: str) -> None:
        """A person vouches for the reading, or corrects it."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.CONFIRM_READING)
        if self.reading == reading and self.romanisation == romanisation:
            raise ReadingConfirmedBefore()
        self.reading, self.romanisation, self.reading_by = reading, romanisation, by
        self.note("corrected")

    def record_alias(self, alias: Alias) -> None:
        """The place has another name, by which it is found and which never becomes standard by that."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.RECORD_ALIAS)
        if alias.text in {self.toponym.full, *(known.text for known in self.aliases)}:
            raise AliasKnown(field="text")
        self.aliases = (*self.aliases, alias)
        self.note("corrected")

    def describe(self, *, description: Description | None, point: Point | None, geometry: Geometry | None) -> None:
        """What is told of the place is completed or corrected; the name itself is not touched."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.DESCRIBE)
        self.description = description or self.description
        if point is not None:
            self.point, self.geometry = point, geometry
        self.note("corrected")

    def reassign(self, *, locality: Locality, on: date) -> None:
        """Its division changed, the name did not (PN-805): no application, no other spelling."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.REASSIGN)
        if locality.division == self.division:
            raise SameDivision(field="division")
        self.residences = (*self.residences, Residence(locality.division, on))
        self.division, self.locality = locality.division, locality
        self.note("reassigned")

    def list(self, level: Heritage) -> None:
        """The name is on a list of historic names, of the city or of the county; the city's stands above."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.LIST)
        self.heritage = Heritage.CITY if Heritage.CITY in (level, self.heritage) else level
        self.note("listed")

    def delist(self, left: Heritage) -> None:
        """The name left a list; ``left`` is the list it is still on, or none."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.DELIST)
        self.heritage = left
        self.note("delisted")

    def restore(self, *, on: date, act: LegalAct, application_id: UUID | None) -> None:
        """A retired name is standard again (启用)."""
        self.status = NAME_WORKFLOW.next(self.status, NameAction.RESTORE)
        self.in_use = (*self.in_use, Period(on))
        self.act, self.application_id = act, application_id
        self.note("restored")


def publish_name(
    *, id: UUID, toponym: Toponym, category: Category, locality: Locality, point: Point | None, begin: date,
    reading: Reading, romanisation: Romanisation, description: Description, act: LegalAct,
    heritage: Heritage = Heritage.NONE, reading_by: str | None = None, predecessor_id: UUID | None = None,
    application_id: UUID | None = None, feature_id: UUID | None = None, geometry: Geometry | None = None,
    aliases: tuple[Alias, ...] = (),
) -> PlaceName:  # fmt: skip
    """A name enters the gazetteer and is in use from ``begin`` on."""
    name = PlaceName(
        id=id,
        division=locality.division,
        toponym=toponym,
        category=category,
        locality=locality,
        point=point,
        status=NameStatus.IN_USE,
        in_use=(Period(begin),),
        reading=reading,
        romanisation=romanisation,
        description=description,
        act=act,
        heritage=heritage,
        reading_by=reading_by,
        predecessor_id=predecessor_id,
        application_id=application_id,
        feature_id=feature_id,
        geometry=geometry,
        aliases=aliases,
        residences=(Residence(locality.division, begin),),
    )
    name.note("published")
    return name
