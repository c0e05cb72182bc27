"""What a bureau does with institutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from eldercare.domain.closure import REASONABLE_NOTICE_DAYS, ClosureNotice
from eldercare.domain.filing import MINIMUM_BEDS, Clause, check_filing, filing_due
from eldercare.domain.institution import Institution, QualityMark, register_institution, require_township
from eldercare.domain.institution_kind import Kind, Ownership, Suspension
from eldercare.store import Tx
from shared.kernel.calendar import Deadline
from shared.kernel.ids import new_id
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.spans import Span


@dataclass(frozen=True)
class Registration:
    """What an institution is registered with (备案登记)."""

    name: str
    organisation_code: OrganisationCode
    township: str
    kind: Kind
    ownership: Ownership
    filed_beds: int
    opened_on: date
    filed_on: date | None
    comprehensive: bool


async def register(tx: Tx, registration: Registration) -> Institution:
    """Enter an institution in a township that is in force today."""
    tx.caller.require_area(registration.township)
    institution = register_institution(
        id=new_id(tx.at),
        township=tx.around.divisions.get(registration.township, tx.today),
        name=registration.name,
        organisation_code=registration.organisation_code,
        kind=registration.kind,
        ownership=registration.ownership,
        filed_beds=registration.filed_beds,
        opened_on=registration.opened_on,
        filed_on=registration.filed_on,
        comprehensive=registration.comprehensive,
        minimum_beds=minimum_beds(tx),
        today=tx.today,
    )
    await tx.institutions.add(institution)
    return institution


async def file(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """The bureau files the institution."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.file(on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def amend(
    tx: Tx, institution_id: UUID, *, name: str | None, kind: Kind | None, ownership: Ownership | None,
    filed_beds: int | None, on: date | None, expected: int | None,
) -> Institution:  # fmt: skip
    """Change what was filed, from a day on."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    present = await tx.beds.present(institution.id)
    institution.amend(
        name=name, kind=kind, ownership=ownership, filed_beds=filed_beds, present_beds=present,
        minimum_beds=minimum_beds(tx), on=on or tx.today, today=tx.today,
    )  # fmt: skip
    await tx.institutions.save(institution)
    return institution


async def recognise(
    tx: Tx, institution_id: UUID, *, comprehensive: bool, on: date, expected: int | None
) -> Institution:
    """Comprehensive functions begin or end."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.recognise(comprehensive=comprehensive, on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def assess(tx: Tx, institution_id: UUID, *, mark: QualityMark, expected: int | None) -> Institution:
    """Record an assessment of basic quality."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.assess(mark=mark, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def suspend(
    tx: Tx, institution_id: UUID, *, on: date, reason: Suspension, placement_plan: str | None, expected: int | None
) -> Institution:
    """Stop admitting; the beds leave service, residents may remain until they are placed."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    residents = await tx.stays.lasting_beyond(on, institution_id=institution.id)
    institution.suspend(on=on, reason=reason, residents=residents, placement_plan=placement_plan, today=tx.today)
    await tx.institutions.save(institution)
    await let_beds_follow(tx, institution)
    return institution


async def resume(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """Serve again; the beds come back into service."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.resume(on=on, today=tx.today)
    await tx.institutions.save(institution)
    await let_beds_follow(tx, institution)
    return institution


async def announce_closure(tx: Tx, institution_id: UUID, *, notice: ClosureNotice, expected: int | None) -> Institution:
    """Announce the end in writing; whoever still holds an offer or a bed has to be placed until then."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    residents = await tx.stays.lasting_beyond(notice.announced_on, institution_id=institution.id)
    prepaid = notice.prepaid or await tx.fees.open_receipts(institution.id) > 0
    institution.announce_closure(
        notice=replace(notice, prepaid=prepaid),
        residents=residents,
        reasonable_days=tx.around.parameters.integer(REASONABLE_NOTICE_DAYS, tx.today),
        today=tx.today,
    )
    await tx.institutions.save(institution)
    return institution


async def close(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """End for good: nobody stays any longer, money is settled, and every bed ends with its own event."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    residents = await tx.stays.lasting_beyond(on, institution_id=institution.id)
    open_receipts = await tx.fees.open_receipts(institution.id)
    institution.close(on=on, residents=residents, open_receipts=open_receipts, today=tx.today)
    beds = await tx.beds.of_institution(institution.id)
    for bed in beds:
        bed.close(on=on)
    await tx.beds.save_all(beds)
    await tx.institutions.save(institution)
    return institution


async def let_beds_follow(tx: Tx, institution: Institution) -> None:
    """Give every bed the days its institution does not serve, and its place, each with its own event."""
    beds = await tx.beds.of_institution(institution.id)
    await tx.beds.save_all([bed for bed in beds if bed.follow(institution.operating, institution.division)])


async def correct_institution(
    tx: Tx, institution_id: UUID, *, operating: Sequence[Span] | None, comprehensive: Sequence[Span] | None,
    quality: Sequence[QualityMark] | None, expected: int | None,
) -> Institution:  # fmt: skip
    """Replace dated facts that were recorded wrongly; the former version is kept."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    first_bed_on = await tx.beds.first_day(institution.id)
    institution.correct(
        operating=operating, comprehensive=comprehensive, quality=quality, first_bed_on=first_bed_on, today=tx.today
    )
    await tx.institutions.save(institution)
    if operating is not None:
        await let_beds_follow(tx, institution)
    return institution


@dataclass(frozen=True)
class FilingVerdict:
    """Whether a facility can be filed as an institution, and by when it must be."""

    clauses: tuple[Clause, ...]
    filing_due: Deadline | None

    @property
    def is_institution(self) -> bool:
        """Whether every condition is met."""
        return all(clause.met for clause in self.clauses)


async def examine_filing(
    tx: Tx, *, beds: int, ownership: Ownership, township: str, organisation_code: OrganisationCode | None,
    first_admitted_on: date | None,
) -> FilingVerdict:  # fmt: skip
    """What filing would say; stores nothing. An unknown or abolished township is refused as in filing itself."""
    require_township(tx.around.divisions.get(township, tx.today))
    clauses = check_filing(
        beds=beds,
        ownership=ownership.value,
        organisation_code=organisation_code,
        registered=organisation_code is not None and await tx.institutions.registered(organisation_code),
        minimum_beds=minimum_beds(tx),
    )
    due = None
    if first_admitted_on is not None:
        due = filing_due(first_admitted_on, tx.around.calendar, tx.around.parameters.reader(first_admitted_on))
    return FilingVerdict(clauses, due)


def minimum_beds(tx: Tx) -> int:
    """The least number of beds of an institution today."""
    return tx.around.parameters.integer(MINIMUM_BEDS, tx.today)
