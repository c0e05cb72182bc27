"""Certificates given again and record certificates over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from marriage.api.people import DocumentInput
from marriage.domain.certificate import CertificateNumber
from marriage.domain.divorce import PlaceOfRegistration
from marriage.domain.issuance import WORKFLOW, Holder, Issuance, IssuanceKind, IssuanceStatus, LossKind
from marriage.usecases import issuances as usecases
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Asking, Commanding
from shared.web.fields import ApiModel, Day, Flag, Line, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/issuances", tags=["补领与证明"], route_class=StrictRoute)

Registrar = Annotated[Principal, Depends(require("marriage:issue"))]
Reader = Annotated[Principal, Depends(require("marriage:read"))]


class HolderInput(ApiModel):
    """Somebody the registration names."""

    name: PersonalText
    document: DocumentInput

    def parsed(self) -> Holder:
        """The holder."""
        return Holder(PersonName.parse(self.name), self.document.parsed())


class IssuanceInput(ApiModel):
    """What is asked for; either spouse may ask, a proxy with a notarised mandate."""

    office_id: UUID
    kind: IssuanceKind
    holders: list[HolderInput] = Field(min_length=1, max_length=2)
    loss: LossKind | None = None
    original_certificate_no: PersonalText | None = None
    place_of_registration: PlaceOfRegistration = PlaceOfRegistration.MAINLAND
    by_proxy: Flag = False
    has_notarised_mandate: Flag = False

    def parsed(self) -> usecases.IssuanceRequest:
        """The request."""
        number = self.original_certificate_no
        return usecases.IssuanceRequest(
            self.kind, tuple(holder.parsed() for holder in self.holders), self.loss,
            CertificateNumber.parse(number) if number else None, self.place_of_registration, self.by_proxy,
            self.has_notarised_mandate,
        )  # fmt: skip


class ArchiveInput(ApiModel):
    """What the archive and the national base say; our own register outweighs it."""

    found: Flag
    status_unchanged: Flag
    registered_on: Day | None = None
    document: Line


class IssuanceView(ApiModel):
    """A request as its caller may see it."""

    id: UUID
    office_id: UUID
    division: str
    kind: IssuanceKind
    status: IssuanceStatus
    original_certificate_no: str | None
    certificate_no: str | None
    registered_on: date | None
    requested_on: date
    ended_on: date | None
    holders: list[str]
    available_actions: list[str]


def view_of(issuance: Issuance) -> IssuanceView:
    """The masked view."""
    return IssuanceView(
        id=issuance.id, office_id=issuance.office_id, division=issuance.division, kind=issuance.kind,
        status=issuance.status, original_certificate_no=issuance.original_certificate_no,
        certificate_no=issuance.certificate_no, registered_on=issuance.registered_on,
        requested_on=issuance.requested_on, ended_on=issuance.ended_on,
        holders=[holder.name.masked for holder in issuance.holders],
        available_actions=[action.value for action in WORKFLOW.possible(issuance.status)],
    )  # fmt: skip


@router.post("", status_code=201, response_model=IssuanceView, summary="申请补领证书或者出具记录证明")
async def request_issuance(body: IssuanceInput, caller: Registrar, command: Commanding) -> Response:
    asked = body.parsed()
    return await command.run(
        lambda tx: usecases.request_issuance(tx, body.office_id, asked),
        show=view_of,
        status=201,
        location=lambda made: f"/v1/issuances/{made.id}",
    )


@router.get("/{issuance_id}", response_model=IssuanceView, summary="查看补领事项")
async def read_issuance(issuance_id: UUID, caller: Reader, asking: Asking) -> Response:
    return await asking.run(
        lambda tx: tx.issuances.find(issuance_id, area=caller.area),
        show=view_of,
        audit=("issuance.read", "issuance", issuance_id),
    )


@router.post("/{issuance_id}/verify", response_model=IssuanceView, summary="核验档案")
async def verify_issuance(issuance_id: UUID, body: ArchiveInput, caller: Registrar, command: Commanding) -> Response:
    stated = usecases.ArchiveStatement(body.found, body.status_unchanged, body.registered_on, body.document)
    return await command.run(
        lambda tx: usecases.verify_issuance(tx, issuance_id, stated, expected=command.expected), show=view_of
    )


@router.post("/{issuance_id}/issue", response_model=IssuanceView, summary="发给")
async def issue(issuance_id: UUID, caller: Registrar, command: Commanding) -> Response:
    return await command.run(lambda tx: usecases.issue(tx, issuance_id, expected=command.expected), show=view_of)


@router.post("/{issuance_id}/refuse", response_model=IssuanceView, summary="不予补领")
async def refuse_issuance(issuance_id: UUID, caller: Registrar, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.refuse_issuance(tx, issuance_id, expected=command.expected), show=view_of
    )
