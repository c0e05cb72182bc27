"""Deciding, filing, announcing and putting in use over HTTP: one route a verb."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from placename import usecases
from placename.api.application_views import ApplicationView, seen_by
from placename.api.applications import ReasonInput
from placename.domain.finding import Code
from placename.domain.procedure import Waiver
from shared.kernel.principal import Principal
from shared.web.access import require
from shared.web.commands import Commanding
from shared.web.fields import ApiModel, Day, Line, Note
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/applications", tags=["地名审批"], route_class=StrictRoute)

Office = Annotated[Principal, Depends(require("placename:review"))]
Decider = Annotated[Principal, Depends(require("placename:approve"))]


class WaiverInput(ApiModel):
    """Why one finding may stand."""

    code: Code
    reason: Note
    consent_no: Line | None = Field(None, description="市地名主管部门同意文件的文号")

    def parsed(self) -> Waiver:
        """The waiver as a value object."""
        return Waiver(self.code, self.reason, self.consent_no)


class ApprovalInput(ApiModel):
    """The authority approves; its document, its day, and why findings may stand."""

    outcome: Literal["APPROVE"]
    document_no: Line
    decided_on: Day | None = Field(None, description="批准日期，缺省为当日")
    opinion_no: Line | None = Field(None, description="征求意见的复函文号")
    waivers: list[WaiverInput] = Field(default=[], max_length=20)

    def parsed(self) -> usecases.Ruling:
        """The ruling as a value object."""
        waivers = tuple(waiver.parsed() for waiver in self.waivers)
        return usecases.Ruling(
            approved=True, document_no=self.document_no, decided_on=self.decided_on, opinion_no=self.opinion_no,
            waivers=waivers,
        )  # fmt: skip


class RejectionInput(ApiModel):
    """The authority rejects, with its reason."""

    outcome: Literal["REJECT"]
    document_no: Line
    decided_on: Day | None = None
    reason: Note

    def parsed(self) -> usecases.Ruling:
        """The ruling as a value object."""
        return usecases.Ruling(
            approved=False, document_no=self.document_no, decided_on=self.decided_on, reason=self.reason
        )


AnyRuling = Annotated[ApprovalInput | RejectionInput, Field(discriminator="outcome")]


class FilingInput(ApiModel):
    """When and under which number the approval was filed."""

    filing_no: Line
    filed_on: Day | None = Field(None, description="备案日期，缺省为当日")


class AnnouncementInput(ApiModel):
    """When it was announced; ``syllables`` by which the official vouches for the reading, one a character."""

    announced_on: Day | None = Field(None, description="公告日期，缺省为当日")
    syllables: list[Line] | None = Field(None, max_length=100, examples=[["xīn", "huá", "lù"]])


class UseInput(ApiModel):
    """From which day on the name is used."""

    used_from: Day | None = Field(None, description="启用日期，缺省为当日")


@router.post("/{application_id}/decide", response_model=ApplicationView, summary="审批")
async def decide_application(application_id: UUID, body: AnyRuling, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.decide(tx, application_id, ruling=body.parsed(), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/file", response_model=ApplicationView, summary="登记备案")
async def file_application(application_id: UUID, body: FilingInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.file(tx, application_id, **dict(body), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/announce", response_model=ApplicationView, summary="公告")
async def announce_application(
    application_id: UUID, body: AnnouncementInput, caller: Office, command: Commanding
) -> Response:
    return await command.run(
        lambda tx: usecases.announce(tx, application_id, **dict(body), expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/revoke", response_model=ApplicationView, summary="撤销批准")
async def revoke_approval(application_id: UUID, body: ReasonInput, caller: Decider, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.revoke(tx, application_id, reason=body.reason, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/return-filing", response_model=ApplicationView, summary="退回备案材料")
async def return_filing(application_id: UUID, body: ReasonInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.return_filing(tx, application_id, reason=body.reason, expected=command.expected),
        show=seen_by(caller, command.today),
    )


@router.post("/{application_id}/put-in-use", response_model=ApplicationView, summary="启用")
async def put_name_in_use(application_id: UUID, body: UseInput, caller: Office, command: Commanding) -> Response:
    return await command.run(
        lambda tx: usecases.put_in_use(tx, application_id, used_from=body.used_from, expected=command.expected),
        show=seen_by(caller, command.today),
    )
