"""Pre-checks for apps: what would be answered at the window; nothing is stored and nobody is identified."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from marriage import usecases
from marriage.api.people import DomicileInput, FamilyInput
from marriage.domain.certificate import CertificateNumber
from marriage.domain.competence import CompetenceReason, Regime
from marriage.domain.divorce_dates import divorce_dates
from marriage.domain.eligibility import (
    MARRIAGEABLE_AGE,
    Declared,
    examine_declared,
    full_years,
)
from marriage.domain.kinship import KinshipKind
from marriage.domain.obstacle import ProhibitedKinship
from marriage.domain.party import Side, require_born_by
from marriage.store import Tx
from shared.kernel.errors import Refusal
from shared.kernel.identity_number import Sex
from shared.kernel.parameters import ParameterReader
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, Day, Flag, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/pre-checks", tags=["预检"], route_class=StrictRoute)

Anybody = Annotated[Principal, Depends(require("marriage:precheck"))]


class DeclaredInput(ApiModel):
    """What somebody who asks tells of himself or herself."""

    sex: Sex
    birth_date: Day
    has_spouse: Flag = False

    def parsed(self) -> Declared:
        """The declaration."""
        return Declared(self.sex, self.birth_date, self.has_spouse)


class EligibilityQuestion(ApiModel):
    """Two people and the day they would come; today if left out."""

    first: DeclaredInput
    second: DeclaredInput
    on: Day | None = None


class ReasonView(ApiModel):
    """Why not: code, title and article."""

    code: str
    title: str
    rule: str | None
    side: Side | None = None

    @classmethod
    def of(cls, refusal: Refusal) -> ReasonView:
        """The view of one reason."""
        side = Side(refusal.field) if refusal.field in set(Side) else None
        return cls(code=refusal.code, title=refusal.title, rule=refusal.rule, side=side)


class AgeView(ApiModel):
    """The age of one of the two on the day, and the first day on which it is enough."""

    side: Side
    full_years: int
    required: int
    marriageable_from: date

    @classmethod
    def of(cls, side: Side, person: Declared, on: date, parameters: ParameterReader) -> AgeView:
        """The view of one age."""
        return cls(
            side=side, full_years=full_years(person.birth_date, on), required=MARRIAGEABLE_AGE[person.sex],
            marriageable_from=person.marriageable_from(parameters),
        )  # fmt: skip


class NoticeView(ApiModel):
    """Something both must be told."""

    code: str
    text: str
    rule: str


DISCLOSURE = NoticeView(
    code="DISCLOSURE_DUTY",
    text="一方患有重大疾病的，应当在结婚登记前如实告知另一方；患病本身不是不予登记的理由。",
    rule="民法典 第一千零五十三条",
)


class EligibilityAnswer(ApiModel):
    """What age, sex and spouse say about that day; ``uncertain`` names unconfirmed parameters behind it."""

    on: date
    is_eligible: bool
    ages: list[AgeView]
    reasons: list[ReasonView]
    notices: list[NoticeView]
    uncertain: list[str]


class KinshipAnswer(ApiModel):
    """How the two are related, by generations counted from each, and whether they may marry."""

    kinship: KinshipKind
    generations: tuple[int, int] | None
    is_prohibited: bool
    rule: str
    uncertain: list[str]


class CompetenceQuestion(ApiModel):
    """An office, a couple's places, and a day; today if left out."""

    office_id: UUID
    first: DomicileInput
    second: DomicileInput
    on: Day | None = None


class CompetenceAnswer(ApiModel):
    """Whether the office may register the couple, by the rule of that day."""

    on: date
    is_competent: bool
    regime: Regime
    reason: CompetenceReason
    basis: str
    refer_to: str | None
    uncertain: list[str]


class DivorceTimelineQuestion(ApiModel):
    """The day on which the application would be received; today if left out."""

    applied_on: Day | None = None


class DivorceTimelineAnswer(ApiModel):
    """The days of a divorce: both last days move to the next working day when they are rest days.

    ``provisional`` while a year that was needed has no published list; ``uncertain`` names what no source fixes.
    """

    applied_on: date
    cooling_end: date
    window_start: date
    window_end: date
    lapses_on: date
    provisional: bool
    calendar_version: str
    rule: str
    uncertain: list[str]


class CertificateQuestion(ApiModel):
    """A number, and the day it is said to have been given."""

    certificate_no: PersonalText
    on: Day | None = None


class CertificateAnswer(ApiModel):
    """Whether the number is well formed, and could have been given on the day, if one was named."""

    is_well_formed: bool
    is_possible: bool | None
    reason: ReasonView | None


@router.post("/eligibility", response_model=EligibilityAnswer, summary="结婚条件预检")
async def check_eligibility(body: EligibilityQuestion, caller: Anybody, asking: Asking) -> Response:
    on, first, second = body.on or asking.today, body.first.parsed(), body.second.parsed()
    for person in (first, second):
        require_born_by(person.birth_date, on)

    async def answer(tx: Tx) -> EligibilityAnswer:
        parameters = tx.around.parameters.reader(on)
        reasons = examine_declared(first, second, on, parameters)
        ages = [AgeView.of(side, person, on, parameters) for side, person in zip(Side, (first, second), strict=True)]
        return EligibilityAnswer(
            on=on, is_eligible=not reasons, ages=ages, reasons=[ReasonView.of(reason) for reason in reasons],
            notices=[DISCLOSURE], uncertain=list(parameters.uncertain_used),
        )  # fmt: skip

    return await asking.run(answer, show=lambda found: found)


@router.post("/kinship", response_model=KinshipAnswer, summary="亲属关系预检")
async def check_kinship(body: FamilyInput, caller: Anybody, asking: Asking) -> Response:
    family = body.parsed()

    async def answer(tx: Tx) -> KinshipAnswer:
        parameters = tx.around.parameters.reader(tx.today)
        found = family.kinship(adoptive_collateral=parameters.switch("kinship.adoptive_collateral"))
        return KinshipAnswer(
            kinship=found.kind, generations=found.generations, is_prohibited=found.is_prohibited,
            rule=ProhibitedKinship.article, uncertain=list(parameters.uncertain_used),
        )  # fmt: skip

    return await asking.run(answer, show=lambda found: found)


@router.post("/competence", response_model=CompetenceAnswer, summary="登记管辖预检")
async def check_competence(body: CompetenceQuestion, caller: Anybody, asking: Asking) -> Response:
    on, couple = body.on or asking.today, (body.first.parsed(), body.second.parsed())

    async def answer(tx: Tx) -> CompetenceAnswer:
        everywhere = Principal.of_public().area
        found, parameters = await usecases.ask_competence(tx, body.office_id, couple, on, area=everywhere)
        return CompetenceAnswer(
            on=on, is_competent=found.is_competent, regime=found.regime, reason=found.reason, basis=found.basis,
            refer_to=found.refer_to, uncertain=list(parameters.uncertain_used),
        )  # fmt: skip

    return await asking.run(answer, show=lambda found: found)


@router.post("/divorce-timeline", response_model=DivorceTimelineAnswer, summary="离婚登记期限预检")
async def check_divorce_timeline(body: DivorceTimelineQuestion, caller: Anybody, asking: Asking) -> Response:
    async def answer(tx: Tx) -> DivorceTimelineAnswer:
        dates = divorce_dates(body.applied_on or tx.today, tx.around.calendar)
        return DivorceTimelineAnswer(
            applied_on=dates.received_on, cooling_end=dates.cooling_end, window_start=dates.window_start,
            window_end=dates.window_end, lapses_on=dates.window_end + timedelta(days=1),
            provisional=dates.provisional, calendar_version=dates.calendar_version,
            rule="民法典 第一千零七十七条；民发〔2020〕116号", uncertain=["office.closing_time"],
        )  # fmt: skip

    return await asking.run(answer, show=lambda found: found)


@router.post("/certificate-number", response_model=CertificateAnswer, summary="证书编号预检")
async def check_certificate_number(body: CertificateQuestion, caller: Anybody, asking: Asking) -> Response:
    async def answer(tx: Tx) -> CertificateAnswer:
        try:
            number = CertificateNumber.parse(body.certificate_no)
        except Refusal as malformed:
            return CertificateAnswer(is_well_formed=False, is_possible=None, reason=ReasonView.of(malformed))
        try:
            if body.on is not None:
                number.require_valid_on(body.on, tx.around.divisions)
        except Refusal as impossible:
            return CertificateAnswer(is_well_formed=True, is_possible=False, reason=ReasonView.of(impossible))
        return CertificateAnswer(is_well_formed=True, is_possible=None if body.on is None else True, reason=None)

    return await asking.run(answer, show=lambda found: found)
