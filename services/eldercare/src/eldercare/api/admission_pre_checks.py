"""Pre-checks of assessment, priority and offers: what would come out; nothing is stored and no person is named."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from eldercare.api.assessments import FindingsInput, Scores, VerdictView
from eldercare.api.people import CircumstancesModel, Level
from eldercare.api.places import StandingView
from eldercare.domain.ability import (
    LEVELS,
    SelfCare,
    base_level,
    judge,
    legacy_level,
    level_with,
    self_care,
)
from eldercare.domain.offer import offer_expiry
from eldercare.domain.priority import rules_of, standing_of
from eldercare.domain.resident import ELDER_AGE, Means, age_on, require_elder
from eldercare.domain.stay import TRIAL_DAYS, trial_end
from eldercare.store import Tx
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day, Flag
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(require("eldercare:read"))]
Total = Annotated[int, Field(strict=True)]


class AssessmentQuestion(FindingsInput):
    """26 scores, and what stands beside them."""

    scores: Scores


class LevelQuestion(FindingsInput):
    """A total instead of scores, for a form that was added up already."""

    total: Total


class LevelAnswer(ApiModel):
    """The level of a total."""

    total: int
    base_level: int
    level: int
    title: str


class SelfCareQuestion(ApiModel):
    """The six items of the extremely poor, each met or not."""

    met: Annotated[dict[str, Flag], Field(max_length=20)]


class SelfCareAnswer(ApiModel):
    """The outcome of the six items."""

    outcome: SelfCare


class LegacyQuestion(ApiModel):
    """Barthel's index of the former standard."""

    barthel: Total


class LegacyAnswer(ApiModel):
    """The former level, and whether the person must be assessed anew."""

    legacy_level: int
    reassess: bool


class PriorityQuestion(ApiModel):
    """The facts of an applicant, without the applicant."""

    circumstances: CircumstancesModel = CircumstancesModel()
    level: Level | None = None
    born: Day
    queued_on: Day | None = None
    on: Day | None = None


class PriorityAnswer(ApiModel):
    """Lane and points on a day."""

    on: date
    age: int
    standing: StandingView
    uncertain_parameters: list[str]


class OfferQuestion(ApiModel):
    """The day an applicant is told of a bed."""

    notified_on: Day


class OfferAnswer(ApiModel):
    """The last day for an answer."""

    expires_on: date
    provisional: bool
    uncertain_parameters: list[str]


class TrialQuestion(ApiModel):
    """The day of an admission."""

    admitted_on: Day


class TrialAnswer(ApiModel):
    """The last day of the trial."""

    trial_ends_on: date
    uncertain_parameters: list[str]


@router.post("/assessment", response_model=VerdictView, summary="能力等级预检")
async def check_assessment(body: AssessmentQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> VerdictView:
        return VerdictView.of(judge(body.scores, body.found()))

    return await asking.run(answer, show=lambda found: found)


@router.post("/level", response_model=LevelAnswer, summary="按总分的能力等级预检")
async def check_level(body: LevelQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LevelAnswer:
        base = base_level(body.total)
        level = level_with(base, body.found())
        return LevelAnswer(total=body.total, base_level=base, level=level, title=LEVELS[level])

    return await asking.run(answer, show=lambda found: found)


@router.post("/self-care", response_model=SelfCareAnswer, summary="特困人员生活自理能力预检")
async def check_self_care(body: SelfCareQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> SelfCareAnswer:
        return SelfCareAnswer(outcome=self_care(body.met))

    return await asking.run(answer, show=lambda found: found)


@router.post("/legacy-level", response_model=LegacyAnswer, summary="旧标准评估结果换算预检")
async def check_legacy_level(body: LegacyQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> LegacyAnswer:
        found = legacy_level(body.barthel)
        return LegacyAnswer(legacy_level=found.level, reassess=found.reassess)

    return await asking.run(answer, show=lambda found: found)


@router.post("/priority", response_model=PriorityAnswer, summary="轮候通道和计分预检")
async def check_priority(body: PriorityQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> PriorityAnswer:
        on = body.on or tx.today
        parameters = tx.around.parameters.reader(on)
        facts = body.circumstances.parsed()
        require_elder(
            body.born, on, elder_age=parameters.integer(ELDER_AGE),
            extreme_hardship=facts.means is Means.EXTREME_HARDSHIP,
        )  # fmt: skip
        standing = standing_of(
            facts, level=body.level, born=body.born, queued_on=body.queued_on or on, on=on, rules=rules_of(parameters)
        )
        return PriorityAnswer(
            on=on, age=age_on(body.born, on), standing=StandingView.of(standing),
            uncertain_parameters=list(parameters.uncertain_used),
        )  # fmt: skip

    return await asking.run(answer, show=lambda found: found)


@router.post("/offer-expiry", response_model=OfferAnswer, summary="入住通知答复期限预检")
async def check_offer(body: OfferQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> OfferAnswer:
        parameters = tx.around.parameters.reader(body.notified_on)
        due = offer_expiry(body.notified_on, tx.around.calendar, parameters)
        return OfferAnswer(
            expires_on=due.on, provisional=due.provisional, uncertain_parameters=list(parameters.uncertain_used)
        )

    return await asking.run(answer, show=lambda found: found)


@router.post("/trial", response_model=TrialAnswer, summary="试入住期限预检")
async def check_trial(body: TrialQuestion, caller: Reader, asking: Asking) -> Response:
    async def answer(tx: Tx) -> TrialAnswer:
        parameters = tx.around.parameters.reader(body.admitted_on)
        ends_on = trial_end(body.admitted_on, parameters.integer(TRIAL_DAYS))
        return TrialAnswer(trial_ends_on=ends_on, uncertain_parameters=list(parameters.uncertain_used))

    return await asking.run(answer, show=lambda found: found)
