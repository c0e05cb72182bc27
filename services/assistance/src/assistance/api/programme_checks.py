"""Pre-checks of every programme for apps: a household in, all verdicts out; nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from assistance.api.applications import DeadlineView
from assistance.api.household import HouseholdInput
from assistance.domain.aid import Aid
from assistance.domain.composition import Placement, compose
from assistance.domain.household import Household
from assistance.domain.limits import Start, limits_from
from assistance.domain.means_test import Clause, Finding, Outcome, Share, Verdict
from assistance.domain.overlap import Compatibility, overlap_of
from assistance.store import Tx
from assistance.usecases import programmes
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Anybody = Annotated[Principal, Depends(require("assistance:apply"))]


class ProgrammeQuestion(ApiModel):
    """A household and the day it is asked for; a day left out is today."""

    household: HouseholdInput
    on: Day | None = None
    programmes: list[Aid] | None = None


class StepView(ApiModel):
    """One step of the reasoning; ``subject`` is the ref of the person it is about."""

    rule: str
    basis: str
    finding: Finding
    figures: dict[str, int]
    subject: str | None

    @classmethod
    def of(cls, clause: Clause) -> StepView:
        """The view of one clause."""
        return cls(
            rule=clause.rule, basis=clause.basis, finding=clause.finding, figures=clause.figures,
            subject=clause.subject,
        )  # fmt: skip


class ShareView(ApiModel):
    """What a person brings to the monthly amount."""

    ref: str
    component: str
    amount_fen: int

    @classmethod
    def of(cls, share: Share) -> ShareView:
        """The view of one share."""
        return cls(ref=share.ref, component=share.component, amount_fen=share.amount_fen)


class ProgrammeVerdictView(ApiModel):
    """One programme's verdict; amounts are fen a month, or once for temporary aid."""

    programme: str
    outcome: Outcome
    amount_fen: int
    beneficiaries: list[str]
    shares: list[ShareView]
    first_month: date | None
    last_day: date | None
    due_on: date | None
    reason_code: str | None
    clauses: list[StepView]
    alternatives: list[str]
    departments: list[str]
    uncertain: list[str]

    @classmethod
    def of(cls, verdict: Verdict) -> ProgrammeVerdictView:
        """The view of one verdict."""
        return cls(
            programme=verdict.aid or "", outcome=verdict.outcome, amount_fen=verdict.amount_fen,
            beneficiaries=list(verdict.beneficiaries), shares=[ShareView.of(share) for share in verdict.shares],
            first_month=verdict.first_month, last_day=verdict.last_day, due_on=verdict.due_on,
            reason_code=verdict.reason_code, clauses=[StepView.of(clause) for clause in verdict.clauses],
            alternatives=list(verdict.alternatives), departments=list(verdict.departments),
            uncertain=list(verdict.uncertain),
        )  # fmt: skip


class PlacementView(ApiModel):
    """Whether a person counts as a member, and by which rule."""

    ref: str
    counted: bool
    rule: str
    separable: bool

    @classmethod
    def of(cls, placement: Placement) -> PlacementView:
        """The view of one placement."""
        return cls(ref=placement.ref, counted=placement.counted, rule=placement.rule, separable=placement.separable)


class OverlapView(ApiModel):
    """Two aids of one person that do not simply go together."""

    ref: str
    aids: list[Aid]
    compatibility: Compatibility
    ground: str


class ProgrammeAnswer(ApiModel):
    """Who counts, every programme's verdict, and what present aids collide."""

    on: date
    members: list[PlacementView]
    verdicts: list[ProgrammeVerdictView]
    overlaps: list[OverlapView]


class LimitQuestion(ApiModel):
    """What happened on a day in a programme."""

    programme: Aid
    start: Start = Start.ACCEPTED
    day: Day


class LimitAnswer(ApiModel):
    """Every limit that began that day, the earliest first."""

    deadlines: list[DeadlineView]
    calendar_version: str
    uncertain: list[str]


@router.post("/programmes", response_model=ProgrammeAnswer, summary="全部救助项目资格与金额预检")
async def check_programmes(body: ProgrammeQuestion, caller: Anybody, asking: Asking) -> Response:
    household = body.household.parsed()

    async def answer(tx: Tx) -> ProgrammeAnswer:
        day = body.on or tx.today
        found = await programmes.examine_programmes(tx, household, day)
        wanted = set(body.programmes or Aid)
        placed = compose(household, day, tx.around.parameters.reader(day))
        return ProgrammeAnswer(
            on=day,
            members=[PlacementView.of(placement) for placement in placed],
            verdicts=[ProgrammeVerdictView.of(verdict) for verdict in found if verdict.aid in wanted],
            overlaps=overlaps_of(household, day),
        )

    return await asking.run(answer, show=lambda found: found)


@router.post("/limits", response_model=LimitAnswer, summary="各救助项目办理时限预检")
async def check_limits(body: LimitQuestion, caller: Anybody, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LimitAnswer:
        rules = tx.around.parameters.reader(body.day)
        clocks = limits_from(body.programme, body.start, body.day, tx.around.calendar, rules)
        return LimitAnswer(
            deadlines=[DeadlineView.of(clock, tx.today) for clock in clocks],
            calendar_version=tx.around.calendar.version,
            uncertain=list(rules.uncertain_used),
        )

    return await asking.run(answer, show=lambda found: found)


def overlaps_of(household: Household, on: date) -> list[OverlapView]:
    """Every pair of aids a person holds on the day that the matrix forbids or makes a rule about."""
    hits = []
    for person in household.persons:
        held = sorted({benefit.aid for benefit in person.benefits if benefit.span.covers(on)})
        for place, one in enumerate(held):
            for other in held[place + 1 :]:
                overlap = overlap_of(one, other)
                if overlap.compatibility is not Compatibility.TOGETHER:
                    hits.append(
                        OverlapView(
                            ref=person.ref, aids=[one, other], compatibility=overlap.compatibility,
                            ground=overlap.ground,
                        )
                    )  # fmt: skip
    return hits
