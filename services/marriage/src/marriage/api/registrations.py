"""Registrations over HTTP: made before the registrar, read masked, undone by a court only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from marriage import queries, usecases
from marriage.api.people import ApplicantInput, DocumentInput, FamilyInput, PartyView, placed
from marriage.domain.eligibility import Clause, Couple, Occasion
from marriage.domain.party import Side
from marriage.domain.registration import (
    WORKFLOW,
    Annulment,
    AnnulmentGround,
    Ending,
    EndingKind,
    Registration,
    RegistrationAction,
    RegistrationStatus,
)
from marriage.store import Tx
from marriage.usecases.inquiries import with_recorded
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Flag, Line
from shared.web.paging import Cursors, CursorText, Limit, Page, page_of
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/registrations", tags=["结婚登记"], route_class=StrictRoute)

Registrar = Annotated[Principal, Depends(require("marriage:register"))]
Annotator = Annotated[Principal, Depends(require("marriage:annul"))]
Reader = Annotated[Principal, Depends(require("marriage:read"))]
Revealer = Annotated[Principal, Depends(require("marriage:reveal"))]

SCOPE_OF = {
    RegistrationAction.ANNUL: "marriage:annul",
    RegistrationAction.END_BY_DEATH: "marriage:annul",
    RegistrationAction.CELEBRATE: "marriage:register",
}


class CoupleInput(ApiModel):
    """Two people who came to be registered, and what they bring."""

    office_id: UUID
    occasion: Occasion = Occasion.MARRIAGE
    first: ApplicantInput
    second: ApplicantInput
    family: FamilyInput | None = None
    has_joint_photo: Flag
    effective_from: Day | None = None
    is_trafficking_suspected: Flag = Field(default=False, description="疑似被拐卖、绑架；须立即报告，暂不办理")

    def parsed(self, today: date) -> Couple:
        """The couple as value objects; a refusal says which of the two it is about."""
        with placed(Side.FIRST):
            first = self.first.applicant(today)
        with placed(Side.SECOND):
            second = self.second.applicant(today)
        family = self.family.parsed() if self.family else None
        return Couple(
            first,
            second,
            self.occasion,
            family,
            self.has_joint_photo,
            self.effective_from,
            self.is_trafficking_suspected,
        )


class AnnulmentInput(ApiModel):
    """A court's effective decision that the marriage is void or annulled."""

    ground: AnnulmentGround
    court: Line
    document: Line
    effective_on: Day


class SearchInput(ApiModel):
    """The person whose registrations are looked for; the number travels in the body only."""

    document: DocumentInput


class ClauseView(ApiModel):
    """One rule that was asked and passed."""

    code: str
    side: Side | None
    basis: str
    facts: dict[str, str]

    @classmethod
    def of(cls, clause: Clause) -> ClauseView:
        """The view of one clause."""
        return cls(code=clause.code, side=clause.side, basis=clause.basis, facts=dict(clause.facts))


class AnnulmentView(ApiModel):
    """What the court decided."""

    ground: AnnulmentGround
    basis: str
    court: str
    document: str
    effective_on: date

    @classmethod
    def of(cls, annulment: Annulment) -> AnnulmentView:
        """The view of one annulment."""
        return cls(
            ground=annulment.ground, basis=annulment.ground.article, court=annulment.court,
            document=annulment.document, effective_on=annulment.effective_on,
        )  # fmt: skip


class EndingView(ApiModel):
    """What ended the marriage."""

    kind: EndingKind
    on: date
    document: str

    @classmethod
    def of(cls, ending: Ending) -> EndingView:
        """The view of one ending."""
        return cls(**vars(ending))


class DeathInput(ApiModel):
    """A death that ended the marriage, by its certificate."""

    on: Day
    document: Line


class CeremonyInput(ApiModel):
    """A ceremony that was held; it is no condition of anything."""

    on: Day


class RegistrationView(ApiModel):
    """A registration as its caller may see it; ``available_actions`` are possible now for this caller."""

    id: UUID
    certificate_no: str
    office_id: UUID
    division: str
    occasion: Occasion
    status: RegistrationStatus
    registered_on: date
    effective_from: date | None
    cross_province: bool
    cross_district: bool
    annulment: AnnulmentView | None
    ending: EndingView | None
    ceremony_on: date | None
    corrected_on: date | None
    parties: list[PartyView]
    clauses: list[ClauseView]
    uncertain: list[str]
    available_actions: list[str]


class RegistrationViewer:
    """Shows registrations to one caller."""

    def __init__(self, caller: Principal) -> None:
        self._caller = caller

    def __call__(self, registration: Registration) -> RegistrationView:
        """The masked view."""
        return self._view(registration, [PartyView.masked(party) for party in registration.parties])

    def revealed(self, registration: Registration) -> RegistrationView:
        """The view with names and numbers in full."""
        return self._view(registration, [PartyView.plain(party) for party in registration.parties])

    def _view(self, registration: Registration, parties: list[PartyView]) -> RegistrationView:
        possible = WORKFLOW.possible(registration.status)
        return RegistrationView(
            id=registration.id, certificate_no=str(registration.certificate_no), office_id=registration.office_id,
            division=registration.division, occasion=registration.occasion, status=registration.status,
            registered_on=registration.registered_on, effective_from=registration.effective_from,
            cross_province=registration.crosses_provinces,
            annulment=AnnulmentView.of(registration.annulment) if registration.annulment else None,
            cross_district=registration.crosses_districts,
            ending=EndingView.of(registration.ending) if registration.ending else None,
            ceremony_on=registration.ceremony_on, corrected_on=registration.corrected_on,
            parties=parties, clauses=[ClauseView.of(clause) for clause in registration.clauses],
            uncertain=list(registration.uncertain),
            available_actions=[action.value for action in possible if SCOPE_OF.get(action) in self._caller.scopes],
        )  # fmt: skip


class RegistrationLineView(ApiModel):
    """One line of a list, without personal data."""

    id: UUID
    certificate_no: str
    division: str
    office_id: UUID
    status: RegistrationStatus
    registered_on: date

    @classmethod
    def of(cls, line: queries.RegistrationLine) -> RegistrationLineView:
        """The view of one line."""
        return cls(**vars(line))


@router.post("", status_code=201, response_model=RegistrationView, summary="办理结婚登记")
async def register_marriage(body: CoupleInput, caller: Registrar, command: Commanding) -> Response:
    couple = body.parsed(command.today)
    named = {
        Side.FIRST: (body.first.identity_inquiry_id, body.first.marital_inquiry_id),
        Side.SECOND: (body.second.identity_inquiry_id, body.second.marital_inquiry_id),
    }

    async def registered(tx: Tx) -> Registration:
        first = await with_recorded(tx, couple.first, *named[Side.FIRST])
        second = await with_recorded(tx, couple.second, *named[Side.SECOND])
        return await usecases.register(tx, body.office_id, replace(couple, first=first, second=second))

    return await command.run(
        registered,
        show=RegistrationViewer(caller),
        status=201,
        location=lambda registration: f"/v1/registrations/{registration.id}",
    )


@router.get("", response_model=Page[RegistrationLineView], summary="结婚登记列表")
async def list_registrations(
    caller: Reader,
    asking: Asking,
    office_id: UUID | None = None,
    on: Annotated[Day | None, Query(description="登记日期")] = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> Response:
    cursors = Cursors(asking.confidential, f"registrations|{caller.area.code}|{office_id}|{on}")
    after = cursors.read(cursor)
    return await asking.run(
        lambda tx: queries.registration_list(
            tx, area=caller.area, office_id=office_id, on=on, after=after, limit=limit + 1
        ),
        show=lambda lines: page_of(
            lines, limit, cursors, lambda line: (line.registered_on.isoformat(), line.id), RegistrationLineView.of,
            Page[RegistrationLineView],
        ),
    )  # fmt: skip


@router.post("/search", response_model=Page[RegistrationLineView], summary="按证件号码查结婚登记")
async def search_registrations(body: SearchInput, caller: Reader, asking: Asking) -> Response:
    document = body.document.parsed()
    return await asking.run(
        lambda tx: queries.registrations_of_person(tx, document, area=caller.area, limit=100),
        show=lambda lines: Page[RegistrationLineView](items=[RegistrationLineView.of(line) for line in lines]),
        audit=("registration.searched", "registration", None),
    )


@router.get("/{registration_id}", response_model=RegistrationView, summary="查看结婚登记")
async def read_registration(registration_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.registrations.find(registration_id, area=caller.area),
        show=RegistrationViewer(caller),
        audit=("registration.read", "registration", registration_id),
    )


@router.get("/{registration_id}/revealed", response_model=RegistrationView, summary="查看未脱敏的结婚登记")
async def reveal_registration(registration_id: UUID, caller: Revealer, asking: Asking) -> Response:
    if asking.purpose is None:
        raise HTTPException(status_code=400, detail="须以 X-Purpose 说明查看目的")
    return await asking.run(
        lambda tx: tx.registrations.find(registration_id, area=caller.area),
        show=RegistrationViewer(caller).revealed,
        audit=("registration.revealed", "registration", registration_id),
    )


@router.post("/{registration_id}/annul", response_model=RegistrationView, summary="载明法院宣告无效或者撤销")
async def annul_registration(
    registration_id: UUID, body: AnnulmentInput, caller: Annotator, command: Commanding
) -> Response:
    annulment = Annulment(body.ground, body.court, body.document, body.effective_on)
    return await command.run(
        lambda tx: usecases.annul(tx, registration_id, annulment, expected=command.expected),
        show=RegistrationViewer(caller),
    )


@router.post("/{registration_id}/end-by-death", response_model=RegistrationView, summary="载明一方死亡")
async def end_by_death(registration_id: UUID, body: DeathInput, caller: Annotator, command: Commanding) -> Response:
    ending = Ending(EndingKind.DEATH, body.on, body.document)

    async def ended(tx: Tx) -> Registration:
        registration = await tx.registrations.get(registration_id, area=caller.area, expected=command.expected)
        return await usecases.end_marriage(tx, registration, ending)

    return await command.run(ended, show=RegistrationViewer(caller))


@router.post("/{registration_id}/celebrate", response_model=RegistrationView, summary="记录颁证仪式")
async def celebrate(registration_id: UUID, body: CeremonyInput, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.celebrate(tx, registration_id, on=body.on, expected=command.expected),
        show=RegistrationViewer(caller),
    )
