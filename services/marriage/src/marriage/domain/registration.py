"""A marriage registration (结婚登记): the legal fact, and its undoing by a court."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marriage.domain.certificate import CertificateNumber
from marriage.domain.competence import crosses_provinces
from marriage.domain.eligibility import Clause, Couple, Examination, Occasion
from marriage.domain.office import Office
from marriage.domain.party import Party
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound
from shared.kernel.workflow import Workflow


class RegistrationStatus(StrEnum):
    """Where a registration stands (登记状态)."""

    IN_FORCE = "IN_FORCE"
    ANNULLED = "ANNULLED"


class RegistrationAction(StrEnum):
    """What can be done to a registration."""

    ANNUL = "annul"


WORKFLOW = Workflow({(RegistrationStatus.IN_FORCE, RegistrationAction.ANNUL): RegistrationStatus.ANNULLED})
"""Nobody but a court undoes a registration here, and nothing is deleted (MR-405)."""


class AnnulmentGround(StrEnum):
    """Why a court declared the marriage void or annulled it (婚姻无效或者撤销事由)."""

    BIGAMY = "BIGAMY"
    PROHIBITED_KINSHIP = "PROHIBITED_KINSHIP"
    UNDER_AGE = "UNDER_AGE"
    COERCION = "COERCION"
    UNDISCLOSED_ILLNESS = "UNDISCLOSED_ILLNESS"

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


class JudgmentBeforeRegistration(Invalid):
    """裁判生效日早于登记之日"""


@dataclass(frozen=True)
class Annulment:
    """The court's decision; the marriage has had no effect from its beginning (民法典 第一千零五十四条)."""

    ground: AnnulmentGround
    court: str
    document: str
    effective_on: date


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

    @property
    def is_in_force(self) -> bool:
        """Whether both parties are married by it."""
        return self.status is RegistrationStatus.IN_FORCE

    @property
    def annulled_on(self) -> date | None:
        """The day the court's decision took effect."""
        return self.annulment.effective_on if self.annulment else None

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
    )
    registration.note("registered")
    return registration
