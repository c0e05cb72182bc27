"""Pre-checks: what the rules would say of a name before anybody applies; nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from placename import usecases
from placename.api.proposals import (
    AuthorityView,
    DeadlineView,
    Degrees,
    ExaminationView,
    FactsInput,
    GeometryInput,
    ProposedName,
    sketch_of,
)
from placename.domain.authority import ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.store import Tx
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day, DivisionCode, Flag
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Anybody = Annotated[Principal, Depends(require("placename:apply"))]


class NameQuestion(ProposedName):
    """A name somebody thinks of; ``on`` is the day from which the clocks are counted."""

    category: Category
    division: DivisionCode
    cross_county: Flag = False
    longitude: Degrees | None = None
    latitude: Degrees | None = None
    geometry: GeometryInput | None = None
    facts: FactsInput = FactsInput()
    kind: Literal[ApplicationKind.NAME, ApplicationKind.RENAME] = ApplicationKind.NAME
    applicant_kind: ApplicantKind | None = Field(None, description="申请主体，填写后一并预检是否符合规定")
    on: Day | None = None

    def parsed(self) -> usecases.Inquiry:
        """The question as value objects."""
        spot = None
        if self.longitude is not None and self.latitude is not None:
            spot = (self.longitude, self.latitude)
        return usecases.Inquiry(
            self.toponym(), self.category, self.division, self.cross_county, spot, self.facts.parsed(), self.on,
            sketch_of(self.geometry), self.kind, self.applicant_kind,
        )  # fmt: skip


class NameAnswer(ApiModel):
    """All findings, the romanisation, who would approve (null where none in the city does), and every clock as if
    its step were taken on ``on``."""

    on: date
    examination: ExaminationView
    authority: AuthorityView | None
    deadlines: list[DeadlineView]
    calendar_version: str
    needs_experts: bool
    applicant_entitled: bool | None
    materials: list[str]


@router.post("/name", response_model=NameAnswer, summary="地名预检")
async def check_name(body: NameQuestion, caller: Anybody, asking: Asking) -> Response:
    inquiry = body.parsed()

    async def answer(tx: Tx) -> NameAnswer:
        outlook = await usecases.pre_check(tx, inquiry)
        return NameAnswer(
            on=outlook.on,
            examination=ExaminationView.of(outlook.examination),
            authority=AuthorityView.of(outlook.authority) if outlook.authority else None,
            deadlines=[DeadlineView.of(clock, tx.today) for clock in outlook.clocks],
            calendar_version=tx.around.calendar.version,
            needs_experts=outlook.needs_experts,
            applicant_entitled=outlook.applicant_entitled,
            materials=list(outlook.materials),
        )

    return await asking.run(answer, show=lambda found: found)
