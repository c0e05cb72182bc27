"""Certificates over HTTP: another department asks how one stands, and learns no more than that."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from marriage import queries
from marriage.domain.certificate import CertificateNumber
from marriage.queries import Standing, Verification
from shared.kernel.divisions import Area
from shared.kernel.names import PersonName
from shared.kernel.principal import CITY, Principal
from shared.web.access import require
from shared.web.commands import Asking
from shared.web.fields import ApiModel, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/certificates", tags=["证书核验"], route_class=StrictRoute)

Verifier = Annotated[Principal, Depends(require("marriage:verify"))]
WHOLE_CITY = Area(CITY)
"""A certificate is valid everywhere, so it may be verified from any district."""


class VerificationInput(ApiModel):
    """The number and both names as printed, in either order."""

    certificate_no: PersonalText
    names: list[PersonalText] = Field(min_length=2, max_length=2)


class VerificationView(ApiModel):
    """VALID since the registration, NOT_VALID since the court's decision, or UNKNOWN; nothing else is told."""

    result: Standing
    since: date | None

    @classmethod
    def of(cls, verification: Verification) -> VerificationView:
        """The view of one verification."""
        return cls(result=verification.standing, since=verification.since)


@router.post("/verify", response_model=VerificationView, summary="核验结婚证")
async def verify_certificate(body: VerificationInput, caller: Verifier, asking: Asking) -> Response:
    if asking.purpose is None:
        raise HTTPException(status_code=400, detail="须以 X-Purpose 说明核验目的")
    number = CertificateNumber.parse(body.certificate_no)
    first, second = (PersonName.parse(name) for name in body.names)
    return await asking.run(
        lambda tx: queries.verify_certificate(tx, number, (first, second), area=WHOLE_CITY),
        show=VerificationView.of,
    )
