"""Waiting lists over HTTP: the order, the draw, the contract, the admission, and what another rule would do."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare.api.admissions import ApplicationView
from eldercare.api.assessments import ReasonInput
from eldercare.api.people import Level
from eldercare.api.places import HistoryView, PlaceEventView, RankedView, SimulationView
from eldercare.api.stays import StayView
from eldercare.domain.admission import Application, ApplicationUnknown
from eldercare.domain.contract import ContractClause
from eldercare.domain.priority import LaneGround
from eldercare.domain.resident import Family, Means
from eldercare.queries.waiting import ranked_list, simulate
from eldercare.store import Tx
from eldercare.store.waiting_list import PlaceEvent, history
from eldercare.usecases import offers, stays
from eldercare.usecases.admissions import WHOLE_CITY, applicant_of
from shared.kernel.principal import Principal
from shared.kernel.spans import Span
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import AmountFen, ApiModel, Day
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["轮候入住"], route_class=StrictRoute)

Home = Annotated[Principal, Depends(require("eldercare:admit"))]
Reviewer = Annotated[Principal, Depends(require("eldercare:review"))]
Applicant = Annotated[Principal, Depends(require("eldercare:apply"))]

Points = Annotated[int, Field(strict=True, ge=0, le=1_000)]
SHIFTS = 200


class RulesInput(ApiModel):
    """Parts of the point table to try; what is null stays as it is."""

    ability: Annotated[list[Points], Field(min_length=5, max_length=5)] | None = None
    means: dict[Means, Points] | None = None
    age: (
        Annotated[list[tuple[Annotated[int, Field(strict=True, ge=0, le=150)], Points]], Field(max_length=20)] | None
    ) = None
    family: dict[Family, Points] | None = None
    merit: Points | None = None
    disability: Points | None = None
    wait_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = None
    wait_cap: Points | None = None
    lane_two_grounds: Annotated[list[LaneGround], Field(max_length=20)] | None = None

    def changes(self) -> dict[str, Any]:
        """What differs from the rules in force."""
        found: dict[str, Any] = {
            name: part for name in type(self).model_fields if (part := getattr(self, name)) is not None
        }
        if "lane_two_grounds" in found:
            found["lane_two_grounds"] = frozenset(found["lane_two_grounds"])
        return found


class SimulationInput(ApiModel):
    """A rule to try, on the list as it is now, read on some day."""

    rules: RulesInput
    on: Day | None = None


class ContractInput(ApiModel):
    """What was signed; ``ends_on`` is the first day after the term."""

    signed_on: Day
    begins_on: Day
    ends_on: Day | None = None
    care_level: Level
    monthly_fee_fen: AmountFen
    clauses: Annotated[list[ContractClause], Field(max_length=20)]

    def agreement(self) -> offers.Agreement:
        """The contract as value objects."""
        return offers.Agreement(
            self.signed_on, Span(self.begins_on, self.ends_on), self.care_level, self.monthly_fee_fen, self.clauses
        )


class MoveInInput(ApiModel):
    """The first day in the bed."""

    begins_on: Day


@router.get(
    "/institutions/{institution_id}/waiting-list", response_model=Page[RankedView], summary="轮候名单（按次序）"
)
async def read_list(
    institution_id: UUID, caller: Home, asking: Asking, on: Day | None = None, limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:  # fmt: skip
    day = on or asking.today
    cursors = Cursors(asking.confidential, f"waiting-list|{institution_id}|{day}")
    passed = int((cursors.read(cursor) or ["0"])[0])

    async def part(tx: Tx) -> list[Any]:
        whole = await ranked_list(tx, institution_id, area=caller.area, on=day)
        return whole[passed : passed + limit + 1]

    return await asking.run(
        part,
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.position,), RankedView.of, Page[RankedView]
        ),
    )


@router.post(
    "/institutions/{institution_id}/waiting-list/simulation", response_model=SimulationView, summary="规则变动模拟"
)
async def simulate_rules(institution_id: UUID, body: SimulationInput, caller: Reviewer, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: simulate(
            tx, institution_id, area=caller.area, on=body.on or asking.today, changes=body.rules.changes()
        ),
        show=lambda simulation: SimulationView.of(simulation, SHIFTS),
    )


@router.post("/beds/{bed_id}/draw", status_code=201, response_model=ApplicationView, summary="空床按次序通知轮候人员")
async def draw(bed_id: UUID, caller: Home, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.draw_for(tx, bed_id),
        show=ApplicationView.of,
        status=201,
        location=lambda application: f"/v1/applications/{application.id}",
    )


@router.post("/applications/{application_id}/accept", response_model=ApplicationView, summary="代为接受入住通知")
async def accept(application_id: UUID, caller: Home, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.accept(tx, application_id, applicant=False, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/decline", response_model=ApplicationView, summary="代为放弃入住通知")
async def decline(application_id: UUID, caller: Home, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.decline(tx, application_id, applicant=False, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/take-back", response_model=ApplicationView, summary="撤回入住通知")
async def take_back(application_id: UUID, body: ReasonInput, caller: Home, command: Commanding) -> Response:
    return await command.run(
        lambda tx: offers.take_back(tx, application_id, reason=body.reason, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/contract", response_model=ApplicationView, summary="登记服务协议")
async def sign(application_id: UUID, body: ContractInput, caller: Home, command: Commanding) -> Response:
    agreement = body.agreement()
    return await command.run(
        lambda tx: offers.sign_contract(tx, application_id, agreement, expected=command.expected),
        show=ApplicationView.of,
    )


@router.post("/applications/{application_id}/admit", status_code=201, response_model=StayView, summary="轮候人员入住")
async def admit(application_id: UUID, body: MoveInInput, caller: Home, command: Commanding) -> Response:
    return await command.run(
        lambda tx: stays.admit_from_list(tx, application_id, begins_on=body.begins_on, expected=command.expected),
        show=StayView.of,
        status=201,
        location=lambda stay: f"/v1/stays/{stay.id}",
    )


async def _own(tx: Tx, application_id: UUID) -> Application:
    found = await tx.applications.find(application_id, area=WHOLE_CITY)
    if found.applicant != applicant_of(tx):
        raise ApplicationUnknown()
    return found


def _shown(events: Any) -> HistoryView:
    return HistoryView(items=[PlaceEventView.of(event) for event in events])


@router.get("/my/applications/{application_id}/history", response_model=HistoryView, summary="本人位次变动记录")
async def read_own_history(application_id: UUID, caller: Applicant, asking: Asking) -> Response:
    async def events(tx: Tx) -> list[PlaceEvent]:
        return list(await history(tx, (await _own(tx, application_id)).id))

    return await asking.run(events, show=_shown, audit=("admission.history_read", "admission", application_id))


@router.get("/applications/{application_id}/history", response_model=HistoryView, summary="位次变动记录")
async def read_history(application_id: UUID, caller: Reviewer, asking: Asking) -> Response:
    async def events(tx: Tx) -> list[PlaceEvent]:
        found = await tx.applications.find(application_id, area=caller.area)
        return list(await history(tx, found.id))

    return await asking.run(events, show=_shown, audit=("admission.history_read", "admission", application_id))
