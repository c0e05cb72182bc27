"""Pre-checks for apps: what would come out; nothing is stored and no person is named."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from eldercare import usecases
from eldercare.api.institutions import FILING_BASIS
from eldercare.domain.filing import Clause
from eldercare.domain.institution_kind import Ownership
from eldercare.store import Tx
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Count, Day, DivisionCode, Line
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("eldercare:read"))]


class FilingQuestion(ApiModel):
    """A facility that asks whether it is an institution, and by when it must be filed."""

    beds: Count
    ownership: Ownership
    township: DivisionCode
    organisation_code: Line | None = None
    first_admitted_on: Day | None = None


class ClauseView(ApiModel):
    """One condition and whether it is met."""

    rule: str
    basis: str
    met: bool
    figures: dict[str, int]

    @classmethod
    def of(cls, clause: Clause) -> ClauseView:
        """The view of one condition."""
        return cls(rule=clause.rule, basis=clause.basis, met=clause.met, figures=dict(clause.figures))


class FilingAnswer(ApiModel):
    """What filing would say; ``filing_due_on`` is the last day for it."""

    can_be_filed: bool
    clauses: list[ClauseView]
    filing_due_on: date | None
    provisional: bool
    basis: str = FILING_BASIS


class BedQuestion(ApiModel):
    """A bed and the days it is wanted for; without ``ends_on`` from that day on."""

    bed_id: UUID
    begins_on: Day
    ends_on: Day | None = None


class ObstacleView(ApiModel):
    """One rule that would refuse."""

    code: str
    title: str
    rule: str | None


class BedAnswer(ApiModel):
    """Whether the bed could be given, and what stands against it."""

    free: bool
    obstacles: list[ObstacleView]


@router.post("/filing", response_model=FilingAnswer, summary="养老机构备案预检")
async def check_filing(body: FilingQuestion, caller: Reader, asking: Asking) -> Response:
    code = OrganisationCode.parse(body.organisation_code) if body.organisation_code else None

    async def answer(tx: Tx) -> FilingAnswer:
        verdict = await usecases.examine_filing(tx, **{**dict(body), "organisation_code": code})
        due = verdict.filing_due
        return FilingAnswer(
            can_be_filed=verdict.is_institution,
            clauses=[ClauseView.of(clause) for clause in verdict.clauses],
            filing_due_on=due.on if due else None,
            provisional=due.provisional if due else False,
        )

    return await asking.run(answer, show=lambda found: found)


@router.post("/bed", response_model=BedAnswer, summary="床位是否空余预检")
async def check_bed(body: BedQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> BedAnswer:
        found = await usecases.obstacles(tx, body.bed_id, begins_on=body.begins_on, ends_on=body.ends_on)
        views = [ObstacleView(code=one.code, title=one.title, rule=one.rule) for one in found]
        return BedAnswer(free=not found, obstacles=views)

    return await asking.run(answer, show=lambda answered: answered)
