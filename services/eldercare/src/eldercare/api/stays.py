"""Stays over HTTP: residents masked in every answer, their numbers in bodies only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, Field

from eldercare import queries, usecases
from eldercare.api.facts import PastDay, past_or_today
from eldercare.api.institutions import DayInput
from eldercare.domain.resident import Resident
from eldercare.domain.stay import WORKFLOW, Death, DeathCause, EndReason, Ground, LeaveKind, Status, Stay
from eldercare.usecases import stays as stay_usecases
from shared.kernel.clock import CHINA, in_china
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Line, PersonalText
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["入住"], route_class=StrictRoute)

Admitter = Annotated[Principal, Depends(require("eldercare:stays"))]


class AdmissionInput(ApiModel):
    """A resident and a bed from a day on; ``ends_on`` only for a past stay, the first day the bed was free."""

    bed_id: UUID
    name: PersonalText
    identity_number: PersonalText
    ground: Ground = Ground.ELDER
    begins_on: Day
    ends_on: Day | None = None
    assessment_id: UUID | None = None
    emergency_reason: Line | None = None

    def parsed(self, today: date) -> usecases.Admission:
        """The admission as value objects; refuses without repeating what was typed."""
        resident = Resident(PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today))
        return usecases.Admission(
            self.bed_id, resident, self.ground, self.begins_on, self.ends_on, self.assessment_id,
            self.emergency_reason,
        )  # fmt: skip


class VoidInput(ApiModel):
    """Why the stay does not count; without personal data."""

    reason: Line


RecordedMoment = Annotated[
    AwareDatetime, Field(ge=datetime(1950, 1, 1, tzinfo=CHINA), le=datetime(2200, 1, 1, tzinfo=CHINA))
]


class DeathInput(ApiModel):
    """What is recorded of a death."""

    at: RecordedMoment
    place: PersonalText
    cause: DeathCause
    notified_at: RecordedMoment

    def parsed(self) -> Death:
        """The death as a value object, on the clock of China."""
        return Death(in_china(self.at), self.place, self.cause, in_china(self.notified_at))


class EndInput(ApiModel):
    """How a stay ends; ``on`` is the first day the bed is free."""

    on: Day
    reason: EndReason = EndReason.DISCHARGED
    death: DeathInput | None = None

    def parsed(self) -> stay_usecases.Ending:
        """The ending as value objects."""
        return stay_usecases.Ending(self.on, self.reason, self.death.parsed() if self.death else None)


class LevelInput(ApiModel):
    """A changed care level: the new assessment, and the day of the consent of the elder or agent."""

    on: Day
    assessment_id: UUID
    consent_on: Day | None = None


class LeaveInput(ApiModel):
    """An absence from a day on."""

    on: Day
    kind: LeaveKind


class MoveInput(ApiModel):
    """Another bed of the same institution, from a day on."""

    on: Day
    bed_id: UUID


class SearchInput(ApiModel):
    """The person whose stays are looked for; the number travels in the body only."""

    identity_number: PersonalText


class StayView(ApiModel):
    """A stay with its resident masked; ``available_actions`` are possible now."""

    id: UUID
    institution_id: UUID
    bed_id: UUID
    township: str
    name: str
    identity_number: str
    ground: Ground
    status: Status
    begins_on: date
    ends_on: date | None
    admitted_on: date
    trial_ends_on: date | None
    level: int | None
    entry_assessment_missing: bool
    immediate_assessment_due: bool
    on_leave: LeaveKind | None
    bed_held_until: date | None
    moved_from: UUID | None
    end_reason: EndReason | None
    refund_due_on: date | None
    void_reason: str | None
    available_actions: list[str]

    @classmethod
    def of(cls, stay: Stay) -> StayView:
        """The masked view."""
        return cls(
            id=stay.id, institution_id=stay.institution_id, bed_id=stay.bed_id, township=stay.division,
            name=stay.resident.name.masked, identity_number=stay.resident.identity.masked, ground=stay.ground,
            status=stay.status, begins_on=stay.stayed.begin, ends_on=stay.stayed.end, void_reason=stay.void_reason,
            admitted_on=stay.admitted_on, trial_ends_on=stay.trial_ends_on, level=stay.level,
            entry_assessment_missing=stay.entry.assessment_id is None,
            immediate_assessment_due=stay.assessment_due, on_leave=stay.leave.kind if stay.leave else None,
            bed_held_until=stay.leave.held_until if stay.leave else None, moved_from=stay.moved_from,
            end_reason=stay.end_reason, refund_due_on=stay.refund_due,
            available_actions=sorted(action.value for action in WORKFLOW.possible(stay.status)),
        )  # fmt: skip


class StayLineView(ApiModel):
    """One stay, without the resident."""

    id: UUID
    institution_id: UUID
    bed_id: UUID
    bed_number: int
    township: str
    status: Status
    begins_on: date
    ends_on: date | None

    @classmethod
    def of(cls, line: queries.StayLine) -> StayLineView:
        """The view of one line."""
        return cls(
            id=line.id, institution_id=line.institution_id, bed_id=line.bed_id, bed_number=line.bed_number,
            township=line.division, status=line.status, begins_on=line.begins_on, ends_on=line.ends_on,
        )  # fmt: skip


@router.post("/stays", status_code=201, response_model=StayView, summary="办理入住")
async def admit_resident(body: AdmissionInput, caller: Admitter, command: Commanding) -> Response:
    admission = body.parsed(command.today)
    return await command.run(
        lambda tx: usecases.admit(tx, admission),
        show=StayView.of,
        status=201,
        location=lambda stay: f"/v1/stays/{stay.id}",
    )


@router.post("/stays/search", response_model=Page[StayLineView], summary="按公民身份号码查入住记录")
async def search_stays(body: SearchInput, caller: Admitter, asking: Asking) -> Response:
    identity = IdentityNumber.parse(body.identity_number)
    return await asking.run(
        lambda tx: queries.stays_of_person(tx, identity, area=caller.area, limit=100),
        show=lambda lines: Page[StayLineView](items=[StayLineView.of(line) for line in lines]),
        audit=("stay.searched", "stay", None),
    )


@router.get("/stays/{stay_id}", response_model=StayView, summary="查看入住记录")
async def read_stay(stay_id: UUID, caller: Admitter, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.stays.find(stay_id, area=caller.area), show=StayView.of, audit=("stay.read", "stay", stay_id)
    )


@router.get("/institutions/{institution_id}/stays", response_model=Page[StayLineView], summary="某日的入住记录")
async def list_stays(
    institution_id: UUID,
    caller: Admitter,
    asking: Asking,
    on: PastDay = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    day = past_or_today(on, asking.today)
    cursors = Cursors(asking.confidential, f"stays|{institution_id}|{day}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.stays_of_institution(
            tx, institution_id, area=caller.area, on=day, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(lines, limit, cursors, lambda line: (line.id,), StayLineView.of, Page[StayLineView]),
    )


@router.post("/stays/{stay_id}/end", response_model=StayView, summary="办理离院")
async def end_stay(stay_id: UUID, body: EndInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.end(tx, stay_id, body.parsed(), expected=command.expected), show=StayView.of
    )


@router.post("/stays/{stay_id}/pass-trial", response_model=StayView, summary="试入住期满")
async def pass_trial(stay_id: UUID, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.pass_trial(tx, stay_id, expected=command.expected), show=StayView.of
    )


@router.post("/stays/{stay_id}/change-level", response_model=StayView, summary="变更照料等级")
async def change_level(stay_id: UUID, body: LevelInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.change_level(
            tx,
            stay_id,
            on=body.on,
            assessment_id=body.assessment_id,
            consent_on=body.consent_on,
            expected=command.expected,
        ),
        show=StayView.of,
    )


@router.post("/stays/{stay_id}/leave", response_model=StayView, summary="请假外出（住院、回家）")
async def go_on_leave(stay_id: UUID, body: LeaveInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.go_on_leave(tx, stay_id, kind=body.kind, on=body.on, expected=command.expected),
        show=StayView.of,
    )


@router.post("/stays/{stay_id}/return", response_model=StayView, summary="请假返回")
async def come_back(stay_id: UUID, body: DayInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.come_back(tx, stay_id, on=body.on, expected=command.expected), show=StayView.of
    )


@router.post("/stays/{stay_id}/move", status_code=201, response_model=StayView, summary="院内换床")
async def move_bed(stay_id: UUID, body: MoveInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stay_usecases.move(tx, stay_id, bed_id=body.bed_id, on=body.on, expected=command.expected),
        show=StayView.of,
        status=201,
        location=lambda stay: f"/v1/stays/{stay.id}",
    )


@router.post("/stays/{stay_id}/void", response_model=StayView, summary="作废误登的入住记录")
async def void_stay(stay_id: UUID, body: VoidInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.void(tx, stay_id, reason=body.reason, expected=command.expected), show=StayView.of
    )
