"""Papers given for an earlier registration: a certificate again (补领), or a record certificate (登记记录证明)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marriage.domain.certificate import CertificateKind, CertificateNumber
from marriage.domain.party import Document
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.names import PersonName
from shared.kernel.workflow import Workflow

REISSUE = "国务院令第804号（补领婚姻登记证）"


class IssuanceKind(StrEnum):
    """What is asked for (申领种类)."""

    MARRIAGE_CERTIFICATE = "MARRIAGE_CERTIFICATE"
    DIVORCE_CERTIFICATE = "DIVORCE_CERTIFICATE"
    RECORD = "RECORD"
    """婚姻登记记录证明"""

    @property
    def series(self) -> CertificateKind | None:
        """The series of numbers; a record certificate has none of its own."""
        return {
            IssuanceKind.MARRIAGE_CERTIFICATE: CertificateKind.REISSUED_MARRIAGE,
            IssuanceKind.DIVORCE_CERTIFICATE: CertificateKind.REISSUED_DIVORCE,
        }.get(self)


class IssuanceStatus(StrEnum):
    """Where it stands (补领办理状态)."""

    REQUESTED = "REQUESTED"
    VERIFIED = "VERIFIED"
    ISSUED = "ISSUED"
    REFUSED = "REFUSED"


class IssuanceAction(StrEnum):
    """What can be done to it."""

    VERIFY = "verify"
    ISSUE = "issue"
    REFUSE = "refuse"


_S, _A = IssuanceStatus, IssuanceAction
WORKFLOW = Workflow(
    {
        (_S.REQUESTED, _A.VERIFY): _S.VERIFIED,
        (_S.REQUESTED, _A.REFUSE): _S.REFUSED,
        (_S.VERIFIED, _A.ISSUE): _S.ISSUED,
        (_S.VERIFIED, _A.REFUSE): _S.REFUSED,
    }
)


class LossKind(StrEnum):
    """What became of the paper (补领原因)."""

    LOST = "LOST"
    DAMAGED = "DAMAGED"
    PARTICULARS_CHANGED = "PARTICULARS_CHANGED"
    """登记后姓名、证件号码等依法变更"""


class IssuanceUnknown(NotFound):
    """补领或者证明事项不存在"""


class StatusHasChanged(Refusal):
    """婚姻状况已发生变化，不予补领，可出具婚姻登记记录证明"""


class NoSuchRecord(Refusal):
    """未查到相应的婚姻登记记录，不出具无婚姻登记记录证明"""


class NotRegisteredByChina(Refusal):
    """原婚姻登记不是在内地登记机关或者中国驻外使领馆办理"""


class ArchiveNotFound(Refusal):
    """婚姻登记档案未查到，不能补领"""


class MandateMissing(Refusal):
    """委托他人办理的，须提交经公证的授权委托书"""


class HolderNotInRecord(Refusal):
    """申请人不是该登记的当事人"""


class KindDoesNotFitNumber(Refusal):
    """原证书编号与申领种类不符"""


@dataclass(frozen=True)
class Holder:
    """Somebody the registration names (持证人)."""

    name: PersonName
    document: Document


@dataclass(frozen=True)
class ArchiveCheck:
    """What the archive and the national base said (档案核验)."""

    found: bool
    status_unchanged: bool
    registered_on: date | None
    document: str
    on: date


@dataclass(kw_only=True)
class Issuance(Aggregate):
    """One request for a certificate again, or for a record certificate (补领、出具证明).

    ``subject_id`` is the marriage or the divorce, where our own register holds it.
    """

    office_id: UUID
    kind: IssuanceKind
    status: IssuanceStatus
    loss: LossKind | None
    original_certificate_no: str | None
    subject_id: UUID | None
    requested_on: date
    registrar: str
    holders: tuple[Holder, ...]
    archive: ArchiveCheck | None = None
    certificate_no: str | None = None
    ended_on: date | None = None

    @property
    def registered_on(self) -> date | None:
        """The day of the registration that the paper speaks of."""
        return self.archive.registered_on if self.archive else None

    def verify(self, check: ArchiveCheck) -> None:
        """The archive holds the record, and the status is what the paper says (§6.1)."""
        self._move(_A.VERIFY, "verified")
        if not check.found:
            raise (NoSuchRecord if self.kind is IssuanceKind.RECORD else ArchiveNotFound)(rule=REISSUE)
        if self.kind is not IssuanceKind.RECORD and not check.status_unchanged:
            raise StatusHasChanged(rule=REISSUE, instead=IssuanceKind.RECORD.value)
        self.archive = check

    def issue(self, certificate_no: CertificateNumber | None, *, today: date) -> None:
        """The paper is handed over; a certificate gets a number of today's year."""
        self._move(_A.ISSUE, "issued")
        self.certificate_no = str(certificate_no) if certificate_no else None
        self.ended_on = today

    def refuse(self, today: date) -> None:
        """It cannot be given."""
        self._move(_A.REFUSE, "refused")
        self.ended_on = today

    def _move(self, action: IssuanceAction, participle: str) -> None:
        self.status = WORKFLOW.next(self.status, action)
        self.note(participle)
