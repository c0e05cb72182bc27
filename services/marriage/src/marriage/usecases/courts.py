"""What a court clerk's system files (法院文书): the number and both names have to fit, and nothing is told back."""

from __future__ import annotations

from dataclasses import dataclass

from marriage.domain.certificate import CertificateNumber
from marriage.domain.divorce import MarriageNotOfThisCouple, Termination, TerminationGround
from marriage.domain.registration import Annulment, Ending, Registration, RegistrationUnknown
from marriage.store import Tx
from marriage.usecases.registrations import end_marriage, terminate_divorces
from shared.kernel.names import PersonName


@dataclass(frozen=True)
class CourtPaperFiled:
    """An effective judgment or mediation paper about one marriage (生效裁判文书)."""

    certificate_no: CertificateNumber
    names: tuple[PersonName, PersonName]
    decision: Annulment | Ending


async def file_court_paper(tx: Tx, filed: CourtPaperFiled) -> Registration:
    """Annotate an annulment, a nullity or a divorce by a court, anywhere in the city."""
    found = await tx.registrations.of_certificate(str(filed.certificate_no), lock=True)
    if found is None:
        raise RegistrationUnknown(field="certificate_no")
    named, written = (sorted(name.folded for name in some) for some in (filed.names, [p.name for p in found.parties]))
    if named != written:
        raise MarriageNotOfThisCouple(field="names")
    if isinstance(filed.decision, Ending):
        return await end_marriage(tx, found, filed.decision)
    found.annul(filed.decision, today=tx.today)
    await tx.registrations.save(found)
    ground = Termination(TerminationGround.COURT_ANNULMENT, filed.decision.document, filed.decision.effective_on)
    await terminate_divorces(tx, found, ground)
    return found
