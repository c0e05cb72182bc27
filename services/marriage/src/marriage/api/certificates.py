"""Certificates over HTTP: another department asks how one stands, and learns no more than that.

The proof is a signed statement that a bank checks without asking us, with the keys at ``/.well-known/jwks.json``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from marriage.domain.certificate import CertificateNumber
from marriage.queries import Standing, Verification, verify_certificate
from marriage.store import Tx
from shared.kernel.errors import Refusal
from shared.kernel.names import PersonName
from shared.kernel.principal import Principal
from shared.storage.signing import SignatureInvalid
from shared.web.access import require
from shared.web.commands import Asking, Reading
from shared.web.fields import ApiModel, PersonalText
from shared.web.strict_json import StrictRoute

router = APIRouter(prefix="/v1/certificates", tags=["证书核验"], route_class=StrictRoute)

Verifier = Annotated[Principal, Depends(require("marriage:verify"))]
PROOF = "certificate-proof+jws"
ProofText = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]{1,4000}\.[A-Za-z0-9_-]{1,400}$")
]


class ProofNotOurs(Refusal):
    """凭证不是本系统签发，或者已被改动"""


class NothingToProve(Refusal):
    """编号与姓名不符或者未查到，不出具核验凭证"""


class VerificationInput(ApiModel):
    """The number and both names as printed, in either order."""

    certificate_no: PersonalText
    names: list[PersonalText] = Field(min_length=1, max_length=2)

    def parsed(self) -> tuple[CertificateNumber, list[PersonName]]:
        """The number and the names."""
        return CertificateNumber.parse(self.certificate_no), [PersonName.parse(name) for name in self.names]


class VerificationView(ApiModel):
    """VALID since it was given, NOT_VALID since it lost its force, or UNKNOWN; nothing else is told."""

    result: Standing
    since: date | None

    @classmethod
    def of(cls, verification: Verification) -> VerificationView:
        """The view of one verification."""
        return cls(result=verification.standing, since=verification.since)


class ProofView(VerificationView):
    """The verification and its signed form: number, day of registration, standing, for this asker only."""

    proof: str
    valid_to: date


class ProofInput(ApiModel):
    """A proof that somebody shows."""

    proof: ProofText


class ProofCheckView(ApiModel):
    """What the proof says, and whether it still holds: proofs are snapshots, and marriages end."""

    certificate_no: str
    registered_on: date | None
    result: Standing
    as_of: date
    valid_to: date
    is_expired: bool


def _purpose(asking: Reading) -> None:
    if asking.purpose is None:
        raise HTTPException(status_code=400, detail="须以 X-Purpose 说明核验目的")


@router.post("/verify", response_model=VerificationView, summary="核验婚姻登记证")
async def verify(body: VerificationInput, caller: Verifier, asking: Asking) -> Response:
    _purpose(asking)
    number, names = body.parsed()
    return await asking.run(lambda tx: verify_certificate(tx, number, names), show=VerificationView.of)


@router.post("/proof", response_model=ProofView, summary="出具可离线核对的核验凭证")
async def prove(body: VerificationInput, caller: Verifier, asking: Asking) -> Response:
    _purpose(asking)
    number, names = body.parsed()

    async def proven(tx: Tx) -> ProofView:
        found = await verify_certificate(tx, number, names)
        if found.standing is Standing.UNKNOWN:
            raise NothingToProve(field="certificate_no")
        valid_to = tx.today + timedelta(days=tx.around.parameters.integer("proof.valid_days", tx.today))
        claims: dict[str, Any] = {
            "certificate_no": str(number),
            "registered_on": found.registered_on.isoformat() if found.registered_on else None,
            "result": found.standing.value,
            "since": found.since.isoformat() if found.since else None,
            "as_of": tx.today.isoformat(),
            "valid_to": valid_to.isoformat(),
            "aud": caller.organisation,
        }
        proof = tx.around.signer.sign(PROOF, claims)
        return ProofView(result=found.standing, since=found.since, proof=proof, valid_to=valid_to)

    return await asking.run(proven, show=lambda view: view)


@router.post("/proof/check", response_model=ProofCheckView, summary="核对核验凭证的签名")
async def check_proof(body: ProofInput, caller: Verifier, asking: Asking) -> Response:
    async def checked(tx: Tx) -> ProofCheckView:
        try:
            claims = tx.around.signer.verify(PROOF, body.proof)
        except SignatureInvalid:
            raise ProofNotOurs(field="proof") from None
        tx.audit("certificate.proof-checked", "certificate")
        return ProofCheckView(
            certificate_no=claims["certificate_no"], registered_on=claims["registered_on"], result=claims["result"],
            as_of=claims["as_of"], valid_to=claims["valid_to"],
            is_expired=tx.today > date.fromisoformat(claims["valid_to"]),
        )  # fmt: skip

    return await asking.run(checked, show=lambda view: view)
