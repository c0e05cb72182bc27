"""An elderly-care institution: registered, suspended, resumed, closed; every flag dated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.filing import require_enough_beds
from eldercare.domain.span import (
    Spans,
    begun,
    checked,
    covered,
    ended,
    is_open,
    latest_change,
    require_later,
    require_past,
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import Deadline
from shared.kernel.divisions import Division, Level
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow


class Kind(StrEnum):
    """What sort of institution it is (机构类型)."""

    WELFARE_HOME = "WELFARE_HOME"
    """社会福利院"""
    HARDSHIP_CARE_HOME = "HARDSHIP_CARE_HOME"
    """敬老院（特困人员供养服务机构）"""
    ELDERLY_HOME = "ELDERLY_HOME"
    """养老院"""
    SENIOR_APARTMENT = "SENIOR_APARTMENT"
    """老年公寓"""
    HOSPITAL_ANNEX = "HOSPITAL_ANNEX"
    """护理院附设"""
    DISABILITY_CARE_CENTRE = "DISABILITY_CARE_CENTRE"
    """失能特困人员集中照护中心"""
    TOWNSHIP_CENTRE = "TOWNSHIP_CENTRE"
    """乡镇（街道）养老服务中心"""


class Ownership(StrEnum):
    """Who built and who runs it (经营性质)."""

    PUBLIC_RUN = "PUBLIC_RUN"
    """公办公营"""
    PUBLIC_BUILT_PRIVATE_RUN = "PUBLIC_BUILT_PRIVATE_RUN"
    """公建民营"""
    PRIVATE_NONPROFIT = "PRIVATE_NONPROFIT"
    """民办非营利"""
    PRIVATE_FOR_PROFIT = "PRIVATE_FOR_PROFIT"
    """民办营利"""


class Suspension(StrEnum):
    """Why an institution stopped for a while (暂停服务事由)."""

    VOLUNTARY = "VOLUNTARY"
    ORDERED = "ORDERED"
    MAJOR_HAZARD = "MAJOR_HAZARD"
    DISASTER = "DISASTER"


class Status(StrEnum):
    """Where an institution stands now (机构状态)."""

    OPERATING = "OPERATING"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What can be done to an institution (机构事项)."""

    FILE = "file"
    AMEND = "amend"
    ADD_BEDS = "add-beds"
    RECOGNISE = "recognise"
    ASSESS = "assess"
    CORRECT = "correct"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


WORKFLOW = Workflow(
    {
        (Status.OPERATING, Action.FILE): Status.OPERATING,
        (Status.OPERATING, Action.AMEND): Status.OPERATING,
        (Status.OPERATING, Action.ADD_BEDS): Status.OPERATING,
        (Status.OPERATING, Action.RECOGNISE): Status.OPERATING,
        (Status.OPERATING, Action.ASSESS): Status.OPERATING,
        (Status.OPERATING, Action.CORRECT): Status.OPERATING,
        (Status.OPERATING, Action.SUSPEND): Status.SUSPENDED,
        (Status.OPERATING, Action.CLOSE): Status.CLOSED,
        (Status.SUSPENDED, Action.FILE): Status.SUSPENDED,
        (Status.SUSPENDED, Action.AMEND): Status.SUSPENDED,
        (Status.SUSPENDED, Action.RECOGNISE): Status.SUSPENDED,
        (Status.SUSPENDED, Action.ASSESS): Status.SUSPENDED,
        (Status.SUSPENDED, Action.CORRECT): Status.SUSPENDED,
        (Status.SUSPENDED, Action.RESUME): Status.OPERATING,
        (Status.SUSPENDED, Action.CLOSE): Status.CLOSED,
        (Status.CLOSED, Action.CORRECT): Status.CLOSED,
    }
)
"""Filing is no licence: an institution operates before it is filed (老年人权益保障法 第四十三条)."""


class InstitutionUnknown(NotFound):
    """养老机构不存在"""


class OrganisationCodeRegistered(Refusal):
    """该统一社会信用代码已登记养老机构"""


class TownshipNeeded(Invalid):
    """须填写乡镇（街道）的行政区划代码"""


class NothingChanges(Invalid):
    """没有填写任何变更"""


class FiledBefore(Refusal):
    """该机构已备案"""


class FewerThanPresentBeds(Refusal):
    """备案床位数少于现有床位数"""


class MoreBedsThanFiled(Refusal):
    """床位数超出备案床位数"""


class BeforeOpening(Refusal):
    """早于机构开始运营之日"""


class ResidentsRemain(Refusal):
    """尚有老年人入住，须先妥善安置"""


class InstitutionNotOperating(Refusal):
    """机构当日未在运营，不得收住"""


class InstitutionClosed(InstitutionNotOperating):
    """机构已终止服务"""


class PresentStatusDiffers(Refusal):
    """更正不得改变现状，请办理相应事项"""


@dataclass(frozen=True)
class QualityMark:
    """One assessment by the basic standard of service quality (服务质量基本规范评估)."""

    assessed_on: date
    met: bool


@dataclass(kw_only=True)
class Institution(Aggregate):
    """A registered institution with at least the minimum of beds (养老机构); ``division`` is its township.

    ``operating`` are the days it is open, ``comprehensive`` the days it has comprehensive functions (具备综合功能).
    ``filed_beds`` is the number of beds in its filing, the upper limit of the beds it may have.
    """

    name: str
    organisation_code: OrganisationCode
    kind: Kind
    ownership: Ownership
    filed_beds: int
    filed_on: date | None
    status: Status
    operating: Spans
    comprehensive: Spans = ()
    quality: tuple[QualityMark, ...] = ()
    suspension: Suspension | None = None
    filing_due: Deadline | None = None

    @property
    def opened_on(self) -> date:
        """The first day it operated."""
        return self.operating[0].begin

    def file(self, *, on: date, today: date) -> None:
        """The bureau gives the receipt of filing (备案回执, EC-401)."""
        self.status = WORKFLOW.next(self.status, Action.FILE)
        require_past(on, today=today)
        if self.filed_on is not None:
            raise FiledBefore(rule="EC-401", filed_on=self.filed_on.isoformat())
        self.filed_on = on
        self.note("amended")

    def amend(
        self, *, name: str | None = None, kind: Kind | None = None, ownership: Ownership | None = None,
        filed_beds: int | None = None, present_beds: int, minimum_beds: int,
    ) -> None:  # fmt: skip
        """Change what was filed (变更备案, EC-403); beds present must fit into the new number."""
        self.status = WORKFLOW.next(self.status, Action.AMEND)
        before = (self.name, self.kind, self.ownership, self.filed_beds)
        wanted = (name, kind, ownership, filed_beds)
        if all(new is None or new == old for new, old in zip(wanted, before, strict=True)):
            raise NothingChanges
        self.name, self.kind = name or self.name, kind or self.kind
        self.ownership = ownership or self.ownership
        self.filed_beds = self.filed_beds if filed_beds is None else filed_beds
        require_enough_beds(self.filed_beds, minimum_beds)
        if self.filed_beds < present_beds:
            raise FewerThanPresentBeds(rule="EC-7.5.1", field="filed_beds", present=present_beds)
        self.note("amended")

    def make_room(self, *, more: int, present_beds: int, since: date) -> None:
        """Refuse beds that the filing or the dates of the institution leave no room for (EC-7.5.1)."""
        WORKFLOW.next(self.status, Action.ADD_BEDS)
        if since < self.opened_on:
            raise BeforeOpening(rule="EC-5 B1", opened_on=self.opened_on.isoformat())
        if present_beds + more > self.filed_beds:
            raise MoreBedsThanFiled(rule="EC-7.5.1", filed=self.filed_beds, present=present_beds)

    def recognise(self, *, comprehensive: bool, on: date, today: date) -> None:
        """It has comprehensive functions from a day on, or no longer (具备综合功能)."""
        self.status = WORKFLOW.next(self.status, Action.RECOGNISE)
        require_past(on, today=today)
        self._require_open_by(on)
        if comprehensive == is_open(self.comprehensive):
            raise NothingChanges(field="comprehensive")
        require_later(on, latest_change(self.comprehensive))
        self.comprehensive = (begun if comprehensive else ended)(self.comprehensive, on)
        self.note("amended")

    def assess(self, *, mark: QualityMark, today: date) -> None:
        """Record an assessment of basic quality; a second mark of the same day corrects the first (§10.1)."""
        self.status = WORKFLOW.next(self.status, Action.ASSESS)
        require_past(mark.assessed_on, today=today)
        self._require_open_by(mark.assessed_on)
        self.quality = ordered_marks([*self.quality, mark])
        self.note("assessed")

    def suspend(self, *, on: date, reason: Suspension, today: date) -> None:
        """Stop the service for a while (EC-4): nobody is admitted from that day on."""
        self.status = WORKFLOW.next(self.status, Action.SUSPEND)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        self.operating = ended(self.operating, on)
        self.suspension = reason
        self.note("suspended")

    def resume(self, *, on: date, today: date) -> None:
        """Serve again from a day on."""
        self.status = WORKFLOW.next(self.status, Action.RESUME)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        self.operating = begun(self.operating, on)
        self.suspension = None
        self.note("resumed")

    def close(self, *, on: date, residents: int, today: date) -> None:
        """End the service for good (EC-406); ``residents`` stay beyond that day and must be placed first."""
        self.status = WORKFLOW.next(self.status, Action.CLOSE)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        if residents:
            raise ResidentsRemain(rule="老年人权益保障法 第四十六条", residents=residents)
        self.operating = ended(self.operating, on)
        self.comprehensive = ended(self.comprehensive, on)
        self.suspension = None
        self.note("closed")

    def correct(
        self, *, operating: Sequence[Span] | None, comprehensive: Sequence[Span] | None,
        quality: Sequence[QualityMark] | None, first_bed_on: date | None, today: date,
    ) -> None:  # fmt: skip
        """Write dated facts anew where they were recorded wrongly; the present status stays what it is."""
        self.status = WORKFLOW.next(self.status, Action.CORRECT)
        if operating is None and comprehensive is None and quality is None:
            raise NothingChanges
        if operating is not None:
            self.operating = self._corrected(operating, first_bed_on, today)
        if comprehensive is not None:
            self.comprehensive = checked(comprehensive, today)
        if quality is not None:
            require_past(*(mark.assessed_on for mark in quality), today=today)
            self.quality = ordered_marks(quality)
        if self.status is Status.CLOSED and is_open(self.comprehensive):
            raise PresentStatusDiffers(field="comprehensive", status_now=self.status.value)
        self.note("amended")

    def require_admitting(self, on: date) -> None:
        """Nobody is admitted while the institution is suspended or closed (EC-407)."""
        if not covered(self.operating, on):
            closed = self.status is Status.CLOSED and self.operating[-1].begin <= on
            raise (InstitutionClosed if closed else InstitutionNotOperating)(
                rule="EC-407", status_now=self.status.value
            )

    def _corrected(self, operating: Sequence[Span], first_bed_on: date | None, today: date) -> Spans:
        spans = checked(operating, today)
        if not spans or is_open(spans) != (self.status is Status.OPERATING):
            raise PresentStatusDiffers(field="operating", status_now=self.status.value)
        if self.status is Status.CLOSED and spans[-1].end != self.operating[-1].end:
            raise PresentStatusDiffers(field="operating", status_now=self.status.value)
        if first_bed_on is not None and first_bed_on < spans[0].begin:
            raise BeforeOpening(field="operating", first_bed_on=first_bed_on.isoformat())
        return spans

    def _require_open_by(self, on: date) -> None:
        if on < self.opened_on:
            raise BeforeOpening(opened_on=self.opened_on.isoformat())


def ordered_marks(marks: Sequence[QualityMark]) -> tuple[QualityMark, ...]:
    """The marks in the order of their days; of two on one day the later entry stands."""
    by_day = {mark.assessed_on: mark for mark in marks}
    return tuple(by_day[day] for day in sorted(by_day))


def require_township(division: Division) -> str:
    """An institution belongs to a township (乡镇街道); returns its 12 digits."""
    if division.level is not Level.TOWNSHIP:
        raise TownshipNeeded(field="township")
    return division.code


def register_institution(
    *, id: UUID, township: Division, name: str, organisation_code: OrganisationCode, kind: Kind, ownership: Ownership,
    filed_beds: int, opened_on: date, filed_on: date | None, comprehensive: bool, minimum_beds: int, today: date,
) -> Institution:  # fmt: skip
    """Enter an institution; with fewer beds than the minimum it is another kind of facility."""
    require_past(opened_on, filed_on, today=today)
    require_enough_beds(filed_beds, minimum_beds, new=True)
    institution = Institution(
        id=id,
        division=require_township(township),
        name=name,
        organisation_code=organisation_code,
        kind=kind,
        ownership=ownership,
        filed_beds=filed_beds,
        filed_on=filed_on,
        status=Status.OPERATING,
        operating=(Span(opened_on),),
        comprehensive=(Span(opened_on),) if comprehensive else (),
    )
    institution.note("registered")
    return institution
