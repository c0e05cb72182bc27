"""Pre-checks for apps: what would come out, and by when; nothing is stored and no person is named."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from assistance import usecases
from assistance.api.applications import DeadlineView, MeansInput, VerdictView
from assistance.domain.deadlines import DecisionMode, ExtensionReason
from assistance.domain.standard import Residence
from assistance.store import Tx
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Anybody = Annotated[Principal, Depends(require("assistance:apply"))]


class EligibilityQuestion(MeansInput):
    """A household's own figures and the day they are asked for."""

    residence: Residence
    persons: int = Field(ge=1, le=30, strict=True)
    on: Day | None = None


class EligibilityAnswer(ApiModel):
    """What the means test would say on that day."""

    on: date
    verdict: VerdictView


class DeadlineQuestion(ApiModel):
    """A day of acceptance and who decides."""

    accepted_on: Day
    mode: DecisionMode = DecisionMode.COUNTY
    extension: ExtensionReason | None = None


class DeadlineAnswer(ApiModel):
    """Every clock, the earliest first, and the calendar they were counted with."""

    deadlines: list[DeadlineView]
    calendar_version: str


@router.post("/subsistence-allowance", response_model=EligibilityAnswer, summary="低保资格与金额预检")
async def check_eligibility(body: EligibilityQuestion, caller: Anybody, asking: Asking) -> Response:
    async def answer(tx: Tx) -> EligibilityAnswer:
        day = body.on or tx.today
        verdict = await usecases.examine(tx, body.parsed(body.persons), body.residence, day)
        return EligibilityAnswer(on=day, verdict=VerdictView.of(verdict))

    return await asking.run(answer, show=lambda found: found)


@router.post("/deadlines", response_model=DeadlineAnswer, summary="办理时限预检")
async def check_deadlines(body: DeadlineQuestion, caller: Anybody, asking: Asking) -> Response:
    async def answer(tx: Tx) -> DeadlineAnswer:
        clocks = usecases.clocks_from(tx, body.accepted_on, body.mode, body.extension)
        return DeadlineAnswer(
            deadlines=[DeadlineView.of(clock, tx.today) for clock in clocks.all],
            calendar_version=tx.around.calendar.version,
        )

    return await asking.run(answer, show=lambda found: found)
