"""A historic name on its way to a list of the city or a county, and what protects it there (历史地名保护名录)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from placename.domain.examination import Protection
from placename.domain.place_name import Heritage, Period
from placename.domain.procedure import in_order
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.workflow import Workflow


class HeritageClass(StrEnum):
    """What sort of historic name it is (历史地名类别)."""

    ANCIENT_CITY = "ANCIENT_CITY"
    """古城（都）"""
    ANCIENT_COUNTY = "ANCIENT_COUNTY"
    """古县"""
    ANCIENT_TOWN = "ANCIENT_TOWN"
    """古镇"""
    ANCIENT_VILLAGE = "ANCIENT_VILLAGE"
    """古村落"""
    MINORITY = "MINORITY"
    """少数民族语地名"""
    FAMOUS_FEATURE = "FAMOUS_FEATURE"
    """著名山川"""
    MODERN = "MODERN"
    """近现代重要地名"""
    OTHER = "OTHER"
    """其他"""


class EntryStatus(StrEnum):
    """Where an entry stands on its way to the list (入录流程)."""

    CANDIDATE = "CANDIDATE"
    COUNTY_REVIEWED = "COUNTY_REVIEWED"
    EXPERT_REVIEWED = "EXPERT_REVIEWED"
    PUBLISHED = "PUBLISHED"
    DELISTED = "DELISTED"


class EntryAction(StrEnum):
    """What is done about an entry."""

    REVIEW_COUNTY = "review-county"
    REVIEW_EXPERTS = "review-experts"
    PUBLISH = "publish"
    TAKE_MEASURE = "take-measure"
    ADOPT_PLAN = "adopt-plan"
    DELIST = "delist"


ENTRY_WORKFLOW = Workflow(
    {
        (EntryStatus.CANDIDATE, EntryAction.REVIEW_COUNTY): EntryStatus.COUNTY_REVIEWED,
        (EntryStatus.COUNTY_REVIEWED, EntryAction.REVIEW_EXPERTS): EntryStatus.EXPERT_REVIEWED,
        (EntryStatus.EXPERT_REVIEWED, EntryAction.PUBLISH): EntryStatus.PUBLISHED,
        (EntryStatus.PUBLISHED, EntryAction.TAKE_MEASURE): EntryStatus.PUBLISHED,
        (EntryStatus.PUBLISHED, EntryAction.ADOPT_PLAN): EntryStatus.PUBLISHED,
        (EntryStatus.PUBLISHED, EntryAction.DELIST): EntryStatus.DELISTED,
    }
)


class Life(StrEnum):
    """How a historic name lives (保护利用状态)."""

    IN_USE = "IN_USE"
    """在用"""
    DORMANT = "DORMANT"
    """未用"""
    REUSED = "REUSED"
    """已启用于邻近地点"""
    COMMEMORATED = "COMMEMORATED"
    """立牌、立碑纪念"""


ALIVE = frozenset({Life.IN_USE, Life.REUSED})


class EntryUnknown(NotFound):
    """名录中没有该条目"""


class ListedBefore(Refusal):
    """该地名已有同级名录条目"""


class HeritageNameNotListable(Refusal):
    """只有现行地名和历史地名可以列入名录"""


class LifeUnchanged(Refusal):
    """保护利用状态没有变化"""


@dataclass(frozen=True)
class Measure:
    """A measure of protection (保护措施): sign, stele, reuse near the old place, derived names."""

    life: Life
    taken_on: date
    note: str


@dataclass(kw_only=True)
class HeritageEntry(Aggregate):
    """One historic name on, or on its way to, one list; ``protection`` is the plan a later change rests on.

    The list of a level is kept by the body of ``publisher``: the city, or a county.
    """

    name_id: UUID
    level: Heritage
    batch: str
    heritage_class: HeritageClass
    era: str
    evidence: str
    status: EntryStatus
    life: Life
    publisher: str
    listed: tuple[Period, ...] = ()
    alive: tuple[Period, ...] = ()
    measures: tuple[Measure, ...] = ()
    protection: Protection | None = None
    expert_opinion: str | None = None
    reason: str | None = None

    def review_county(self) -> None:
        """The county's department looked at the evidence."""
        self.status = ENTRY_WORKFLOW.next(self.status, EntryAction.REVIEW_COUNTY)
        self.note("reviewed")

    def review_experts(self, opinion: str) -> None:
        """Experts agreed."""
        self.status = ENTRY_WORKFLOW.next(self.status, EntryAction.REVIEW_EXPERTS)
        self.expert_opinion = opinion
        self.note("reviewed")

    def publish(self, *, on: date, batch: str, at: datetime) -> None:
        """The list with this name is public."""
        status = ENTRY_WORKFLOW.next(self.status, EntryAction.PUBLISH)
        in_order(None, on, at, "published_on")
        self.status, self.batch, self.listed = status, batch, (Period(on),)
        if self.life in ALIVE:
            self.alive = (Period(on),)
        self.note("listed")

    def take_measure(self, measure: Measure, at: datetime) -> None:
        """Something was done for the name: it is used again, near its old place, or remembered by a stele."""
        status = ENTRY_WORKFLOW.next(self.status, EntryAction.TAKE_MEASURE)
        latest = max((earlier.taken_on for earlier in self.measures), default=self.listed[0].begin)
        in_order(latest, measure.taken_on, at, "taken_on")
        was, now = self.life in ALIVE, measure.life in ALIVE
        if now and not was:
            self.alive = (*self.alive, Period(measure.taken_on))
        if was and not now:
            self.alive = ended(self.alive, measure.taken_on)
        self.status, self.life, self.measures = status, measure.life, (*self.measures, measure)
        self.note("measured")

    def adopt_plan(self, protection: Protection, at: datetime) -> None:
        """A protection plan with its hearing: only then may the name be changed (条例 第二十五条)."""
        status = ENTRY_WORKFLOW.next(self.status, EntryAction.ADOPT_PLAN)
        in_order(None, protection.hearing_on, at, "hearing_on")
        self.status, self.protection = status, protection
        self.note("measured")

    def delist(self, *, on: date, reason: str, at: datetime) -> None:
        """The publisher takes the name from the list, and says why."""
        status = ENTRY_WORKFLOW.next(self.status, EntryAction.DELIST)
        in_order(self.listed[-1].begin, on, at, "delisted_on")
        self.status, self.reason = status, reason
        self.listed = ended(self.listed, on)
        if self.life in ALIVE:
            self.alive = ended(self.alive, on)
        self.note("delisted")

    def possible_actions(self) -> tuple[EntryAction, ...]:
        """What may be done now."""
        return ENTRY_WORKFLOW.possible(self.status)


def ended(periods: tuple[Period, ...], on: date) -> tuple[Period, ...]:
    """The periods with the last one ended; one that would hold no day is dropped."""
    last = replace(periods[-1], end=on)
    return periods[:-1] if last.begin >= on else (*periods[:-1], last)


def propose_entry(
    *, id: UUID, division: str, name_id: UUID, level: Heritage, heritage_class: HeritageClass, era: str, evidence: str,
    life: Life, publisher: str,
) -> HeritageEntry:  # fmt: skip
    """A historic name is proposed for a list."""
    entry = HeritageEntry(
        id=id, division=division, name_id=name_id, level=level, batch="", heritage_class=heritage_class, era=era,
        evidence=evidence, status=EntryStatus.CANDIDATE, life=life, publisher=publisher,
    )  # fmt: skip
    entry.note("proposed")
    return entry


def listed_entry(
    *, id: UUID, division: str, name_id: UUID, level: Heritage, batch: str, published_on: date, publisher: str
) -> HeritageEntry:
    """A name of a list that was public before this service began."""
    entry = HeritageEntry(
        id=id, division=division, name_id=name_id, level=level, batch=batch, heritage_class=HeritageClass.OTHER,
        era="", evidence="", status=EntryStatus.PUBLISHED, life=Life.IN_USE, publisher=publisher,
        listed=(Period(published_on),), alive=(Period(published_on),),
    )  # fmt: skip
    entry.note("listed")
    return entry
