"""Asking before deciding (征求意见): the public, other departments, experts, and a hearing where the law wants one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from placename.domain.category import Category
from placename.domain.size import Facts
from placename.domain.toponym import Toponym, words
from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import Invalid, Refusal
from shared.kernel.parameters import ParameterReader


class OpinionPeriodRunning(Refusal):
    """征求意见期尚未届满"""


class ReplyMissing(Refusal):
    """尚有部门未答复"""


class ExpertReviewMissing(Refusal):
    """须先组织专家论证"""


class HearingMissing(Refusal):
    """须先举行听证"""


class NotAsked(Invalid):
    """未向该单位征求意见"""


class ConsultationRequired(Refusal):
    """此类地名须先征求意见"""


class OpinionPeriodTooShort(Invalid):
    """征求意见期短于规定"""


class OpinionSource(StrEnum):
    """Whose opinion it is (意见来源)."""

    PUBLIC = "PUBLIC"
    """社会公众"""
    DEPARTMENT = "DEPARTMENT"
    """有关部门"""


@dataclass(frozen=True)
class Opinion:
    """One opinion (意见), told without any person: who by kind or department, for or against, and why."""

    source: OpinionSource
    supports: bool
    summary: str
    given_on: date
    department: str | None = None
    document_no: str | None = None


@dataclass(frozen=True)
class ExpertReview:
    """What the experts said (专家论证): need, science, reason, risks and advice (实施办法 第五条)."""

    held_on: date
    experts: int
    supports: bool
    conclusion: str
    document_no: str


@dataclass(frozen=True)
class Hearing:
    """A hearing (听证会) and its record."""

    held_on: date
    supports: bool
    record_no: str


@dataclass(frozen=True)
class Consultation:
    """One consultation, from its opening until it is closed; ``until`` is the last day for opinions."""

    opened_on: date
    until: Deadline
    expert_required: bool
    hearing_required: bool
    asked: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    expert: ExpertReview | None = None
    hearing: Hearing | None = None
    closed_on: date | None = None

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Departments that were asked and have not replied."""
        replied = {opinion.department for opinion in self.opinions}
        return tuple(name for name in self.asked if name not in replied)

    def with_opinion(self, opinion: Opinion) -> Consultation:
        """One opinion more; a department that was not asked has none to give."""
        if opinion.source is OpinionSource.DEPARTMENT and opinion.department not in self.asked:
            raise NotAsked(field="department")
        return replace(self, opinions=(*self.opinions, opinion))

    def closed(self, today: date) -> Consultation:
        """Closed, after the last day for opinions and with every reply, review and hearing that is needed."""
        if today <= self.until.on:
            raise OpinionPeriodRunning(until=self.until.on.isoformat())
        if self.unanswered:
            raise ReplyMissing(unanswered=len(self.unanswered))
        if self.expert_required and self.expert is None:
            raise ExpertReviewMissing(rule="地名管理条例实施办法 第五条")
        if self.hearing_required and self.hearing is None:
            raise HearingMissing(rule="地名管理条例 第二十五条")
        return replace(self, closed_on=today)


def open_consultation(
    *, on: date, working_days: int | None, asked: tuple[str, ...], expert: bool, hearing: bool,
    calendar: WorkingCalendar, parameters: ParameterReader,
) -> Consultation:  # fmt: skip
    """Ask for opinions from a day on, for at least the days that must be given."""
    least = parameters.integer("consultation.working_days")
    days = least if working_days is None else working_days
    if days < least:
        raise OpinionPeriodTooShort(field="working_days", least=least)
    return Consultation(on, calendar.add_working_days(on, days), expert, hearing, tuple(dict.fromkeys(asked)))


def needs_experts(
    category: Category, toponym: Toponym | None, facts: Facts, *, cross_county: bool, listed: bool,
    parameters: ParameterReader,
) -> bool:  # fmt: skip
    """Divisions, main roads, listed historic names and large buildings and facilities are reviewed by experts."""
    if listed or category.value in parameters.listing("consultation.expert.categories"):
        return True
    if category is Category.STREET:
        main = words(parameters, "consultation.expert.main_roads")
        return cross_county or (toponym is not None and toponym.generic in main)
    if category in (Category.BUILDING, Category.FACILITY):
        large = parameters.integer("consultation.expert.large_m2")
        return (facts.floor_area_m2 or 0) >= large
    return False
