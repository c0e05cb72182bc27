"""Stays over HTTP: residents masked in every answer, their numbers in bodies only."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from eldercare import queries, usecases
from eldercare.api.facts import PastDay, past_or_today
from eldercare.api.institutions import DayInput
from eldercare.domain.stay import WORKFLOW, Ground, Resident, Status, Stay
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

    def parsed(self, today: date) -> usecases.Admission:
        """The admission as value objects; refuses without repeating what was typed."""
        resident = Resident(PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today))
        return usecases.Admission(self.bed_id, resident, self.ground, self.begins_on, self.ends_on)


class VoidInput(ApiModel):
    """Why the stay does not count; without personal data."""

    reason: Line


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
    void_reason: str | None
    available_actions: list[str]

    @classmethod
    def of(cls, stay: Stay) -> StayView:
        """The masked view."""
        return cls(
            id=stay.id, institution_id=stay.institution_id, bed_id=stay.bed_id, township=stay.division,
            name=stay.resident.name.masked, identity_number=stay.resident.identity.masked, ground=stay.ground,
            status=stay.status, begins_on=stay.stayed.begin, ends_on=stay.stayed.end, void_reason=stay.void_reason,
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
async def end_stay(stay_id: UUID, body: DayInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.end(tx, stay_id, on=body.on, expected=command.expected), show=StayView.of
    )


@router.post("/stays/{stay_id}/void", response_model=StayView, summary="作废误登的入住记录")
async def void_stay(stay_id: UUID, body: VoidInput, caller: Admitter, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.void(tx, stay_id, reason=body.reason, expected=command.expected), show=StayView.of
    )
