"""A marriage registration (结婚登记): the legal fact, and its undoing by a court."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marriage.domain.certificate import CertificateNumber
from marriage.domain.competence import crosses_districts, crosses_provinces
from marriage.domain.eligibility import Clause, Couple, Examination, Occasion
from marriage.domain.office import Office
from marriage.domain.party import Party, require_two_people
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.workflow import Workflow


class RegistrationStatus(StrEnum):
    """Where a registration stands (登记状态)."""

    IN_FORCE = "IN_FORCE"
    ANNULLED = "ANNULLED"
    """法院宣告无效或者撤销，自始没有法律约束力"""
    ENDED_BY_DIVORCE = "ENDED_BY_DIVORCE"
    ENDED_BY_DEATH = "ENDED_BY_DEATH"
    REVOKED = "REVOKED"
    """冒名、骗取的登记被撤销"""


class RegistrationAction(StrEnum):
    """What can be done to a registration."""

    ANNUL = "annul"
    DIVORCE = "divorce"
    END_BY_DEATH = "end-by-death"
    REVOKE = "revoke"
    CORRECT = "correct"
    CELEBRATE = "celebrate"


_S, _A = RegistrationStatus, RegistrationAction
WORKFLOW = Workflow(
    {
        (_S.IN_FORCE, _A.ANNUL): _S.ANNULLED,
        (_S.IN_FORCE, _A.DIVORCE): _S.ENDED_BY_DIVORCE,
        (_S.IN_FORCE, _A.END_BY_DEATH): _S.ENDED_BY_DEATH,
        (_S.IN_FORCE, _A.REVOKE): _S.REVOKED,
        (_S.IN_FORCE, _A.CORRECT): _S.IN_FORCE,
        (_S.IN_FORCE, _A.CELEBRATE): _S.IN_FORCE,
        (_S.ENDED_BY_DIVORCE, _A.ANNUL): _S.ANNULLED,
        (_S.ENDED_BY_DEATH, _A.ANNUL): _S.ANNULLED,
    }
)
"""A court, a divorce, a death or a revocation for fraud ends a marriage, and nothing is deleted (MR-405).

A court may find a marriage void even after it has ended otherwise.
"""


class AnnulmentGround(StrEnum):
    """Why a court declared the marriage void or annulled it (婚姻无效或者撤销事由)."""

    BIGAMY = "BIGAMY"
    PROHIBITED_KINSHIP = "PROHIBITED_KINSHIP"
    UNDER_AGE = "UNDER_AGE"
    COERCION = "COERCION"
    UNDISCLOSED_ILLNESS = "UNDISCLOSED_ILLNESS"

    @property
    def is_void(self) -> bool:
        """Whether the marriage was void (无效); else it was voidable and annulled (撤销)."""
        return self not in (AnnulmentGround.COERCION, AnnulmentGround.UNDISCLOSED_ILLNESS)

    @property
    def article(self) -> str:
        """The article of the civil code; the first three make a marriage void, the others voidable."""
        return {
            AnnulmentGround.COERCION: "民法典 第一千零五十二条",
            AnnulmentGround.UNDISCLOSED_ILLNESS: "民法典 第一千零五十三条",
        }.get(self, "民法典 第一千零五十一条")


class RegistrationUnknown(NotFound):
    """结婚登记不存在"""


class JudgmentNotEffective(Invalid):
    """裁判文书尚未生效"""


class DocumentOfAnother(Invalid):
    """更正后的证件与原记载不属同一类"""


class CeremonyHeldAlready(Refusal):
    """已举行颁证仪式"""


class JudgmentBeforeRegistration(Invalid):
    """裁判生效日早于登记之日"""


@dataclass(frozen=True)
class Annulment:
    """The court's decision; the marriage has had no effect from its beginning (民法典 第一千零五十四条)."""

    ground: AnnulmentGround
    court: str
    document: str
    effective_on: date


class EndingKind(StrEnum):
    """What ended a marriage that had been one (婚姻终止原因)."""

    DIVORCE_REGISTERED = "DIVORCE_REGISTERED"
    COURT_DIVORCE = "COURT_DIVORCE"
    DEATH = "DEATH"
    FRAUD_REVOKED = "FRAUD_REVOKED"

    @property
    def action(self) -> RegistrationAction:
        """The action it is."""
        return {
            EndingKind.DEATH: RegistrationAction.END_BY_DEATH,
            EndingKind.FRAUD_REVOKED: RegistrationAction.REVOKE,
        }.get(self, RegistrationAction.DIVORCE)


@dataclass(frozen=True)
class Ending:
    """What ended the marriage, on which day, by which paper."""

    kind: EndingKind
    on: date
    document: str


@dataclass(kw_only=True)
class Registration(Aggregate):
    """A registered marriage, which exists from the registration on (民法典 第一千零四十九条).

    ``division`` is the office's.
    ``effective_from`` says, for a late registration, since when both met the conditions; it is information.
    ``clauses`` and ``uncertain`` keep why the registration was allowed.
    """

    office_id: UUID
    certificate_no: CertificateNumber
    occasion: Occasion
    status: RegistrationStatus
    registered_on: date
    effective_from: date | None
    crosses_provinces: bool
    registrar: str
    parties: tuple[Party, ...]
    clauses: tuple[Clause, ...]
    uncertain: tuple[str, ...]
    annulment: Annulment | None = None
    crosses_districts: bool = False
    ending: Ending | None = None
    ceremony_on: date | None = None
    corrected_on: date | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether both parties are married by it."""
        return self.status is RegistrationStatus.IN_FORCE

    @property
    def annulled_on(self) -> date | None:
        """The day the court's decision took effect."""
        return self.annulment.effective_on if self.annulment else None

    @property
    def ended_on(self) -> date | None:
        """The first day on which the parties are no longer married by it."""
        return self.ending.on if self.ending else self.annulled_on

    def end(self, ending: Ending, *, today: date) -> None:
        """A divorce, a death, or a revocation for fraud ends it."""
        self.status = WORKFLOW.next(self.status, ending.kind.action)
        if ending.on > today:
            raise JudgmentNotEffective(field="on")
        if ending.on < self.registered_on:
            raise JudgmentBeforeRegistration(field="on")
        self.ending = ending
        self.note("ended")

    def celebrate(self, on: date) -> None:
        """A ceremony was held (颁证仪式); the marriage exists without it (MR-404)."""
        self.status = WORKFLOW.next(self.status, RegistrationAction.CELEBRATE)
        if self.ceremony_on is not None:
            raise CeremonyHeldAlready()
        if on < self.registered_on:
            raise JudgmentBeforeRegistration(field="on")
        self.ceremony_on = on
        self.note("celebrated")

    def correct(self, ordinal: int, party: Party, *, today: date) -> None:
        """An entry is written as the archive shows it (§6.4)."""
        self.status = WORKFLOW.next(self.status, RegistrationAction.CORRECT)
        if party.document.kind is not self.parties[ordinal].document.kind:
            raise DocumentOfAnother(field="right")
        parties = list(self.parties)
        parties[ordinal] = party
        require_two_people(*parties)
        self.parties, self.corrected_on = tuple(parties), today
        self.note("corrected")

    def annul(self, annulment: Annulment, *, today: date) -> None:
        """Annotate what a court decided; both parties are unmarried again (§6.2)."""
        self.status = WORKFLOW.next(self.status, RegistrationAction.ANNUL)
        if annulment.effective_on > today:
            raise JudgmentNotEffective(rule=annulment.ground.article, field="effective_on")
        if annulment.effective_on < self.registered_on:
            raise JudgmentBeforeRegistration(field="effective_on")
        self.annulment = annulment
        self.note("annulled")


def register_marriage(
    *,
    id: UUID,
    office: Office,
    couple: Couple,
    examination: Examination,
    certificate_no: CertificateNumber,
    on: date,
    registrar: str,
) -> Registration:
    """Register a couple on the spot (当场); refuses while anything stands in the way."""
    examination.require_clear()
    first, second = couple.parties
    registration = Registration(
        id=id,
        division=office.division,
        office_id=office.id,
        certificate_no=certificate_no,
        occasion=couple.occasion,
        status=RegistrationStatus.IN_FORCE,
        registered_on=on,
        effective_from=couple.effective_from,
        crosses_provinces=crosses_provinces((first.domicile, second.domicile)),
        registrar=registrar,
        parties=(first, second),
        clauses=examination.passed,
        uncertain=examination.uncertain,
        crosses_districts=crosses_districts(office, (first.domicile, second.domicile)),
    )
    registration.note("registered")
    return registration
