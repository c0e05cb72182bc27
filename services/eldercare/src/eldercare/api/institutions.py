"""Institutions over HTTP: one route a verb, every fact with its day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from eldercare import queries, usecases
from eldercare.api.facts import (
    CountsView,
    PastDay,
    QualityMarkList,
    QualityMarkModel,
    SpanList,
    SpanModel,
    past_or_today,
    spans_or_none,
)
from eldercare.domain.filing import FilingStatus
from eldercare.domain.institution import WORKFLOW, Action, Institution, Stage, Status
from eldercare.domain.institution_kind import Kind, Ownership, Suspension
from eldercare.store import Tx
from shared.kernel.divisions import Area
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Count, Day, DivisionCode, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/institutions", tags=["养老机构"], route_class=StrictRoute)

Registrar = Annotated[Principal, Depends(require("eldercare:register"))]
Inspector = Annotated[Principal, Depends(require("eldercare:inspect"))]
Reader = Annotated[Principal, Depends(require("eldercare:read"))]

SCOPE_OF = dict.fromkeys(Action, "eldercare:register") | {
    Action.ASSESS: "eldercare:inspect",
    Action.GRADE: "eldercare:inspect",
    Action.VERIFY: "eldercare:inspect",
    Action.ADD_BEDS: "eldercare:beds",
}
FILING_ACTIONS = (Action.SUBMIT_FILING, Action.RETURN_FILING, Action.FILE)
FILING_BASIS = "养老机构管理办法 第十条"


class RegistrationInput(ApiModel):
    """An institution with its filing items; ``filed_on`` is null while it is not yet filed."""

    name: Line
    organisation_code: Line = Field(description="统一社会信用代码", examples=["52500103MJ0000001D"])
    township: DivisionCode
    kind: Kind
    ownership: Ownership
    filed_beds: Count = Field(description="备案床位数")
    opened_on: Day
    filed_on: Day | None = None
    comprehensive: Flag = Field(default=False, description="自开始运营之日起具备综合功能")

    def parsed(self) -> usecases.Registration:
        """The registration as value objects."""
        code = OrganisationCode.parse(self.organisation_code)
        return usecases.Registration(**{**dict(self), "organisation_code": code})


class AmendmentInput(ApiModel):
    """What changes in the filing; what is left out stays."""

    name: Line | None = None
    kind: Kind | None = None
    ownership: Ownership | None = None
    filed_beds: Count | None = None
    on: Day | None = Field(default=None, description="变更之日，默认当日")


class DayInput(ApiModel):
    """The first day on which it holds."""

    on: Day


class ComprehensiveInput(DayInput):
    """Comprehensive functions (具备综合功能) from a day on, or no longer."""

    comprehensive: Flag


class SuspensionInput(DayInput):
    """Why the service stops for a while."""

    reason: Suspension
    placement_plan: Line | None = Field(default=None, description="安置方案文号；有老年人入住时必填")


class CorrectionInput(ApiModel):
    """The dated facts as they truly were; what is left out stays."""

    operating: SpanList | None = None
    comprehensive: SpanList | None = None
    quality: QualityMarkList | None = None

    def parsed(self) -> dict[str, Any]:
        """The facts as value objects."""
        return {
            "operating": spans_or_none(self.operating),
            "comprehensive": spans_or_none(self.comprehensive),
            "quality": None if self.quality is None else [mark.parsed() for mark in self.quality],
        }


class FilingDeadlineView(ApiModel):
    """The clock of a filing that is still missing; it never stops the institution from operating."""

    name: str = "FILING"
    due_on: date
    provisional: bool
    basis: str = FILING_BASIS
    overdue: bool


class FiledItemsView(ApiModel):
    """What was filed, from a day on."""

    since: date
    name: str
    kind: str
    ownership: str
    filed_beds: int
    township: str


class GradeView(ApiModel):
    """A grade and its days; ``end`` is the first day without it."""

    grade: int
    begin: date
    end: date


class ClosureView(ApiModel):
    """The notice of closure."""

    announced_on: date
    ends_on: date
    prepaid: bool
    placement_plan: str | None


class InstitutionView(ApiModel):
    """An institution; ``available_actions`` are possible now for this caller."""

    id: UUID
    name: str
    organisation_code: str
    township: str
    kind: Kind
    ownership: Ownership
    filed_beds: int
    filed_on: date | None
    status: Status
    suspension: Suspension | None
    operating: list[SpanModel]
    comprehensive: list[SpanModel]
    quality: list[QualityMarkModel]
    stage: Stage
    filing_status: FilingStatus
    corrections: list[str]
    verified_on: date | None
    items: list[FiledItemsView]
    grades: list[GradeView]
    inclusive_agreement: list[SpanModel]
    hazards: list[SpanModel]
    closure: ClosureView | None
    upgraded_on: date | None
    placement_plan: str | None
    deadlines: list[FilingDeadlineView]
    available_actions: list[str]


class InstitutionViewer:
    """Shows institutions to one caller on one day."""

    def __init__(self, caller: Principal, today: date) -> None:
        self._caller, self._today = caller, today

    def __call__(self, institution: Institution) -> InstitutionView:
        """The view."""
        possible = WORKFLOW.possible(institution.status)
        return InstitutionView(
            id=institution.id, name=institution.name, organisation_code=institution.organisation_code.text,
            township=institution.division, kind=institution.kind, ownership=institution.ownership,
            filed_beds=institution.filed_beds, filed_on=institution.filed_on, status=institution.status,
            suspension=institution.suspension,
            operating=[SpanModel.of(span) for span in institution.operating],
            comprehensive=[SpanModel.of(span) for span in institution.comprehensive],
            quality=[QualityMarkModel.of(mark) for mark in institution.quality],
            **self._supervised(institution),
            deadlines=self._deadlines(institution),
            available_actions=sorted(
                action.value
                for action in possible
                if SCOPE_OF[action] in self._caller.scopes
                and not (action in FILING_ACTIONS and institution.filed_on is not None)
            ),
        )  # fmt: skip

    @staticmethod
    def _supervised(institution: Institution) -> dict[str, Any]:
        filing, closure = institution.filing, institution.closure
        return {
            "stage": institution.stage,
            "filing_status": FilingStatus.FILED if institution.filed_on else filing.status,
            "corrections": list(filing.corrections),
            "verified_on": filing.verified_on,
            "items": [FiledItemsView(**vars(item)) for item in institution.items],
            "grades": [GradeView(**vars(award)) for award in institution.grades],
            "inclusive_agreement": [SpanModel.of(span) for span in institution.agreements],
            "hazards": [SpanModel.of(span) for span in institution.hazards],
            "closure": closure
            and ClosureView(
                announced_on=closure.announced_on,
                ends_on=closure.ends_on,
                prepaid=closure.prepaid,
                placement_plan=closure.placement_plan,
            ),
            "upgraded_on": institution.upgraded_on,
            "placement_plan": institution.placement_plan,
        }

    def _deadlines(self, institution: Institution) -> list[FilingDeadlineView]:
        due = institution.filing_due
        if due is None or institution.filed_on is not None or institution.status is Status.CLOSED:
            return []
        return [FilingDeadlineView(due_on=due.on, provisional=due.provisional, overdue=self._today > due.on)]


class InstitutionLineView(ApiModel):
    """An institution as it stood on a day, with the day's numbers."""

    id: UUID
    name: str
    township: str
    kind: Kind
    ownership: Ownership
    operating: bool
    comprehensive: bool
    filed_beds: int
    filed_on: date | None
    counts: CountsView

    @classmethod
    def of(cls, line: queries.InstitutionLine) -> InstitutionLineView:
        """The view of one line."""
        return cls(
            id=line.id, name=line.name, township=line.division, kind=line.kind, ownership=line.ownership,
            operating=line.operating, comprehensive=line.comprehensive, filed_beds=line.filed_beds,
            filed_on=line.filed_on, counts=CountsView.of(line.counts),
        )  # fmt: skip


class InstitutionCountsView(ApiModel):
    """The numbers of one institution on a day."""

    institution_id: UUID
    on: date
    counts: CountsView


def asked_area(caller: Principal, division: str | None) -> Area:
    """The part of the caller's area that is asked about."""
    if division is None:
        return caller.area
    caller.require_area(division)
    return Area(division)


@router.post("", status_code=201, response_model=InstitutionView, summary="登记养老机构")
async def register_institution(body: RegistrationInput, caller: Registrar, command: Commanding) -> Response:
    registration = body.parsed()
    return await command.run(
        lambda tx: usecases.register(tx, registration),
        show=InstitutionViewer(caller, command.today),
        status=201,
        location=lambda institution: f"/v1/institutions/{institution.id}",
    )


@router.get("", response_model=Page[InstitutionLineView], summary="某日的养老机构及床位数")
async def list_institutions(
    caller: Reader,
    asking: Asking,
    on: PastDay = None,
    division: Annotated[DivisionCode | None, Query(description="行政区划代码，默认本辖区")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    day, area = past_or_today(on, asking.today), asked_area(caller, division)
    cursors = Cursors(asking.confidential, f"institutions|{area.code}|{day}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.institutions_on(tx, area=area, on=day, after=after, limit=limit + 1),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.id,), InstitutionLineView.of, Page[InstitutionLineView]
        ),
    )


@router.get("/{institution_id}", response_model=InstitutionView, summary="查看养老机构")
async def read_institution(institution_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.institutions.find(institution_id, area=caller.area),
        show=InstitutionViewer(caller, asking.today),
    )


@router.get("/{institution_id}/counts", response_model=InstitutionCountsView, summary="某日的床位与入住数")
async def read_institution_counts(institution_id: UUID, caller: Reader, asking: Asking, on: PastDay = None) -> Response:
    day = past_or_today(on, asking.today)

    async def counted(tx: Tx) -> InstitutionCountsView:
        await tx.institutions.find(institution_id, area=caller.area)
        found = await queries.counts_of_institutions(tx, [institution_id], area=caller.area, on=day)
        counts = CountsView.of(found.get(institution_id, queries.BedCounts()))
        return InstitutionCountsView(institution_id=institution_id, on=day, counts=counts)

    return await asking.run(counted, show=lambda answer: answer)


@router.post("/{institution_id}/file", response_model=InstitutionView, summary="登记备案回执")
async def file_institution(institution_id: UUID, body: DayInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.file(tx, institution_id, on=body.on, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/amend", response_model=InstitutionView, summary="变更备案事项")
async def amend_institution(
    institution_id: UUID, body: AmendmentInput, caller: Registrar, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.amend(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/recognise", response_model=InstitutionView, summary="登记是否具备综合功能")
async def recognise_institution(
    institution_id: UUID, body: ComprehensiveInput, caller: Registrar, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.recognise(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/assess", response_model=InstitutionView, summary="登记服务质量基本规范评估结果")
async def assess_institution(
    institution_id: UUID, body: QualityMarkModel, caller: Inspector, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.assess(tx, institution_id, mark=body.parsed(), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/suspend", response_model=InstitutionView, summary="暂停服务")
async def suspend_institution(
    institution_id: UUID, body: SuspensionInput, caller: Registrar, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.suspend(tx, institution_id, **dict(body), expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/resume", response_model=InstitutionView, summary="恢复服务")
async def resume_institution(institution_id: UUID, body: DayInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.resume(tx, institution_id, on=body.on, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/close", response_model=InstitutionView, summary="终止服务")
async def close_institution(institution_id: UUID, body: DayInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.close(tx, institution_id, on=body.on, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )


@router.post("/{institution_id}/correct", response_model=InstitutionView, summary="更正机构的既往事实")
async def correct_institution(
    institution_id: UUID, body: CorrectionInput, caller: Registrar, command: Commanding
) -> Response:
    facts = body.parsed()
    return await command.run(
        lambda tx: usecases.correct_institution(tx, institution_id, **facts, expected=command.expected),
        show=InstitutionViewer(caller, command.today),
    )
