"""An elderly-care institution: registered, suspended, resumed, closed; every flag dated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from eldercare.domain.closure import ClosureNotice, require_closable
from eldercare.domain.filing import UNFILED, FiledBefore, FiledItems, Filing, require_enough_beds
from eldercare.domain.grading import GradeAward, ordered_awards
from eldercare.domain.institution_kind import Kind, Ownership, Suspension
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


class Status(StrEnum):
    """Where an institution stands now (机构状态)."""

    OPERATING = "OPERATING"
    SUSPENDED = "SUSPENDED"
    CLOSING = "CLOSING"
    """已公告终止服务"""
    CLOSED = "CLOSED"


class Stage(StrEnum):
    """The status read together with the filing (机构办理阶段, EC-4)."""

    REGISTERED = "REGISTERED"
    OPERATING_UNFILED = "OPERATING_UNFILED"
    OPERATING = "OPERATING"
    SUSPENDED = "SUSPENDED"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


class Action(StrEnum):
    """What can be done to an institution (机构事项)."""

    SUBMIT_FILING = "submit-filing"
    RETURN_FILING = "return-filing"
    FILE = "file"
    VERIFY = "verify"
    AMEND = "amend"
    MOVE = "move"
    ADD_BEDS = "add-beds"
    RECOGNISE = "recognise"
    ASSESS = "assess"
    GRADE = "grade"
    CORRECT = "correct"
    SUSPEND = "suspend"
    RESUME = "resume"
    ANNOUNCE_CLOSURE = "announce-closure"
    CLOSE = "close"


OPEN_ACTIONS = (
    Action.SUBMIT_FILING, Action.RETURN_FILING, Action.FILE, Action.VERIFY, Action.AMEND, Action.MOVE, Action.RECOGNISE,
    Action.ASSESS, Action.GRADE, Action.CORRECT,
)  # fmt: skip
"""What neither depends on whether the institution serves nor changes it."""

WORKFLOW = Workflow(
    {
        **{(status, action): status for status in (Status.OPERATING, Status.SUSPENDED) for action in OPEN_ACTIONS},
        (Status.OPERATING, Action.ADD_BEDS): Status.OPERATING,
        (Status.OPERATING, Action.SUSPEND): Status.SUSPENDED,
        (Status.SUSPENDED, Action.RESUME): Status.OPERATING,
        (Status.OPERATING, Action.ANNOUNCE_CLOSURE): Status.CLOSING,
        (Status.SUSPENDED, Action.ANNOUNCE_CLOSURE): Status.CLOSING,
        (Status.CLOSING, Action.ASSESS): Status.CLOSING,
        (Status.CLOSING, Action.CORRECT): Status.CLOSING,
        (Status.CLOSING, Action.CLOSE): Status.CLOSED,
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


class InstitutionClosing(InstitutionNotOperating):
    """机构已公告终止服务，不得新收住"""


class MajorHazardOpen(InstitutionNotOperating):
    """重大事故隐患尚未整改完毕，不得新收住"""


class PlacementPlanMissing(Refusal):
    """尚有老年人入住，须提交安置方案"""


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
    ``filed_beds`` is the number of beds in its filing, the upper limit of the beds it may have. ``items`` are the
    filed items with the days they hold, ``agreements`` the days of a signed inclusive agreement (普惠协议),
    ``hazards`` the days on which a major hazard is open (重大事故隐患).
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
    filing: Filing = UNFILED
    items: tuple[FiledItems, ...] = ()
    grades: tuple[GradeAward, ...] = ()
    agreements: Spans = ()
    hazards: Spans = ()
    closure: ClosureNotice | None = None
    upgraded_on: date | None = None
    placement_plan: str | None = None

    @property
    def opened_on(self) -> date:
        """The first day it operated."""
        return self.operating[0].begin

    def file(self, *, on: date, today: date) -> None:
        """The bureau gives the receipt of filing (备案回执, EC-401)."""
        self.status = WORKFLOW.next(self.status, Action.FILE)
        require_past(on, today=today)
        self._require_unfiled()
        self.filing = self.filing.accepted(on)
        self.filed_on = on
        self.note("filed")

    @property
    def stage(self) -> Stage:
        """Where it stands when status, first resident and filing are read together."""
        if self.status is not Status.OPERATING:
            return Stage(self.status.value)
        if self.filed_on is not None:
            return Stage.OPERATING
        return Stage.REGISTERED if self.filing_due is None else Stage.OPERATING_UNFILED

    def admit_first(self, due: Deadline) -> None:
        """The first resident moves in: the clock of the filing starts (EC-401)."""
        self.filing_due = due
        self.note("first_admitted")

    def submit_filing(self, *, on: date, materials: Sequence[str], required: Sequence[str], today: date) -> None:
        """The institution hands in its filing (EC-402); what is missing comes back as a list, never as a no."""
        self.status = WORKFLOW.next(self.status, Action.SUBMIT_FILING)
        require_past(on, today=today)
        self._require_unfiled()
        self.filing = self.filing.submitted(on, materials, required)
        self.note("amended")

    def return_filing(self, *, on: date, corrections: Sequence[str], today: date) -> None:
        """The bureau says what to correct (一次性告知补正)."""
        self.status = WORKFLOW.next(self.status, Action.RETURN_FILING)
        require_past(on, today=today)
        self._require_unfiled()
        self.filing = self.filing.returned(corrections)
        self.note("amended")

    def verify(self, *, on: date, today: date) -> None:
        """The bureau has looked at the place itself (现场核查, EC-404)."""
        self.status = WORKFLOW.next(self.status, Action.VERIFY)
        require_past(on, today=today)
        self._require_open_by(on)
        self.filing = self.filing.seen(on)
        self.note("amended")

    def _require_unfiled(self) -> None:
        if self.filed_on is not None:
            raise FiledBefore(rule="EC-401", filed_on=self.filed_on.isoformat())

    def amend(
        self, *, name: str | None = None, kind: Kind | None = None, ownership: Ownership | None = None,
        filed_beds: int | None = None, present_beds: int, minimum_beds: int, on: date, today: date,
    ) -> None:  # fmt: skip
        """Change what was filed (变更备案, EC-403); beds present must fit into the new number."""
        self.status = WORKFLOW.next(self.status, Action.AMEND)
        self._require_item_day(on, today)
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
        self._keep_items(on)
        self.note("amended")

    def move(self, *, township: str, on: date, today: date) -> None:
        """Its premises lie in another township from a day on (变更服务场所); beds and residents move with it."""
        self.status = WORKFLOW.next(self.status, Action.MOVE)
        self._require_item_day(on, today)
        if township == self.division:
            raise NothingChanges(field="township")
        self.division = township
        self._keep_items(on)
        self.note("moved")

    def _require_item_day(self, on: date, today: date) -> None:
        require_past(on, today=today)
        self._require_open_by(on)
        if self.items and on < self.items[-1].since:
            require_later(on, self.items[-1].since)

    def _keep_items(self, on: date) -> None:
        kept = tuple(item for item in self.items if item.since < on)
        self.items = (*kept, self._items_since(on))

    def open_items(self) -> None:
        """The items of the first filing hold from the first day."""
        self._keep_items(self.opened_on)

    def _items_since(self, day: date) -> FiledItems:
        return FiledItems(day, self.name, self.kind.value, self.ownership.value, self.filed_beds, self.division)

    def set_terms(self, *, inclusive_agreement: bool | None, upgraded_on: date | None, on: date, today: date) -> None:
        """A signed inclusive agreement begins or ends (普惠协议), or the home has been upgraded (升级改造)."""
        self.status = WORKFLOW.next(self.status, Action.AMEND)
        require_past(on, upgraded_on, today=today)
        self._require_open_by(on)
        if inclusive_agreement is None and upgraded_on is None:
            raise NothingChanges
        if inclusive_agreement is not None:
            if inclusive_agreement == is_open(self.agreements):
                raise NothingChanges(field="inclusive_agreement")
            require_later(on, latest_change(self.agreements))
            self.agreements = (begun if inclusive_agreement else ended)(self.agreements, on)
        self.upgraded_on = upgraded_on or self.upgraded_on
        self.note("amended")

    def award(self, *, award: GradeAward, today: date) -> None:
        """A grade is awarded for its years (等级评定, §10.2)."""
        self.status = WORKFLOW.next(self.status, Action.GRADE)
        require_past(award.begin, today=today)
        self._require_open_by(award.begin)
        self.grades = ordered_awards([*self.grades, award])
        self.note("graded")

    def endanger(self, *, on: date) -> None:
        """A major hazard has been found: nobody is admitted until it is gone (EC-407)."""
        if not is_open(self.hazards):
            self.hazards = begun(self.hazards, max(on, latest_change(self.hazards) or on))
            self.note("amended")

    def make_safe(self, *, on: date) -> None:
        """The last open major hazard has been removed."""
        if is_open(self.hazards):
            self.hazards = ended(self.hazards, on)
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

    def suspend(self, *, on: date, reason: Suspension, residents: int, placement_plan: str | None, today: date) -> None:
        """Stop the service for a while (EC-4): nobody is admitted, and its beds leave service, from that day on."""
        self.status = WORKFLOW.next(self.status, Action.SUSPEND)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        if residents and not placement_plan:
            raise PlacementPlanMissing(rule="老年人权益保障法 第四十六条", residents=residents)
        self.operating = ended(self.operating, on)
        self.suspension, self.placement_plan = reason, placement_plan
        self.note("suspended")

    def resume(self, *, on: date, today: date) -> None:
        """Serve again from a day on."""
        self.status = WORKFLOW.next(self.status, Action.RESUME)
        require_past(on, today=today)
        require_later(on, latest_change(self.operating))
        if is_open(self.hazards):
            raise MajorHazardOpen(rule="EC-407", status_now=self.status.value)
        self.operating = begun(self.operating, on)
        self.suspension = self.placement_plan = None
        self.note("resumed")

    def announce_closure(self, *, notice: ClosureNotice, residents: int, reasonable_days: int, today: date) -> None:
        """Say in writing, in time and with a plan for everybody, that the service will end (EC-406, EC-904)."""
        status = WORKFLOW.next(self.status, Action.ANNOUNCE_CLOSURE)
        require_past(notice.announced_on, today=today)
        self._require_open_by(notice.announced_on)
        notice.check(residents=residents, reasonable_days=reasonable_days)
        self.status = status
        self.closure = notice
        self.note("closure_announced")

    def close(self, *, on: date, residents: int, open_receipts: int, today: date) -> None:
        """End the service for good (EC-406); ``residents`` stay beyond that day and must be placed first.

        :param open_receipts: prepayments and deposits neither refunded nor registered as claims (EC-904).
        """
        status = WORKFLOW.next(self.status, Action.CLOSE)
        require_past(on, today=today)
        if is_open(self.operating):
            require_later(on, latest_change(self.operating))
        if residents:
            raise ResidentsRemain(rule="老年人权益保障法 第四十六条", residents=residents)
        require_closable(self.closure, on=on, open_receipts=open_receipts)
        self.status = status
        self.operating = ended(self.operating, on)
        self.comprehensive = ended(self.comprehensive, on)
        self.agreements = ended(self.agreements, on)
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
        """Nobody is admitted while it is suspended, closing or closed, or a major hazard is open (EC-407)."""
        if self.closure is not None and on >= self.closure.announced_on and self.status is Status.CLOSING:
            raise InstitutionClosing(rule="EC-407", status_now=self.status.value)
        if covered(self.hazards, on):
            raise MajorHazardOpen(rule="EC-407", status_now=self.status.value)
        if not covered(self.operating, on):
            closed = self.status is Status.CLOSED and self.operating[-1].begin <= on
            raise (InstitutionClosed if closed else InstitutionNotOperating)(
                rule="EC-407", status_now=self.status.value
            )

    def _corrected(self, operating: Sequence[Span], first_bed_on: date | None, today: date) -> Spans:
        spans = checked(operating, today)
        serving = is_open(self.operating)
        if not spans or is_open(spans) != serving:
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
    institution.open_items()
    institution.note("registered")
    return institution
