"""What assessors do, and what a doubted result leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eldercare.domain import assessment as rules
from eldercare.domain.ability import Findings
from eldercare.domain.assessment import Agency, Assessment, Assessor, Informant, Reason, complete_assessment
from eldercare.domain.resident import Resident
from eldercare.store import Tx
from eldercare.usecases.waiting import refresh_level
from shared.kernel.ids import new_id
from shared.kernel.organisation_code import OrganisationCode


@dataclass(frozen=True)
class AssessmentReport:
    """What the assessors handed in (评估报告)."""

    elder: Resident
    township: str
    scores: Mapping[str, int]
    findings: Findings
    assessed_on: date
    reason: Reason
    agency_id: UUID
    assessors: Sequence[str]
    informant: Informant


async def register_agency(
    tx: Tx, *, township: str, name: str, organisation_code: OrganisationCode, assessors: Sequence[Assessor]
) -> Agency:
    """Enter a body that may assess (EC-603)."""
    tx.caller.require_area(township)
    division = tx.around.divisions.get(township, tx.today)
    parameters = tx.around.parameters.reader(tx.today)
    agency = Agency(new_id(tx.at), division.code, name, organisation_code, tuple(assessors))
    agency.require_qualified(
        least_assessors=parameters.integer(rules.AGENCY_ASSESSORS), least_years=parameters.integer(rules.ASSESSOR_YEARS)
    )
    await tx.agencies.add(agency)
    return agency


async def complete(tx: Tx, report: AssessmentReport) -> Assessment:
    """Record a result; it takes the place of the former one, and the person's places in lists follow."""
    tx.caller.require_area(report.township)
    division = tx.around.divisions.get(report.township, tx.today)
    agency = await tx.agencies.find(report.agency_id, area=tx.caller.area)
    parameters = tx.around.parameters.reader(report.assessed_on)
    await tx.stays.lock_person(report.elder.identity)
    await tx.stays.require_alive(report.elder.identity)
    assessment = complete_assessment(
        id=new_id(tx.at),
        division=division.code,
        elder=report.elder,
        scores=report.scores,
        findings=report.findings,
        assessed_on=report.assessed_on,
        reason=report.reason,
        agency=agency,
        assessors=report.assessors,
        informant=report.informant,
        valid_days=parameters.integer(rules.VALID_DAYS),
        least_years=parameters.integer(rules.ASSESSOR_YEARS),
        today=tx.today,
        uncertain=parameters.uncertain_used,
    )
    former = await tx.assessments.holding(report.elder.identity)
    if report.reason is Reason.DISPUTE and (former is None or former.status is not rules.Status.DISPUTED):
        raise rules.AssessmentNotDisputed(rule="EC-602", field="reason")
    if former is not None:
        former.replace(assessment)
        await tx.assessments.save(former)
    await tx.assessments.add(assessment)
    await refresh_level(tx, assessment)
    return assessment


async def dispute(tx: Tx, assessment_id: UUID, *, expected: int | None) -> Assessment:
    """The elder or a relative asks for a review."""
    assessment = await tx.assessments.get(assessment_id, area=tx.caller.area, expected=expected)
    days = tx.around.parameters.integer(rules.REVIEW_WORKDAYS, tx.today)
    assessment.dispute(today=tx.today, review_due=tx.around.calendar.add_working_days(tx.today, days))
    await tx.assessments.save(assessment)
    return assessment


async def uphold(tx: Tx, assessment_id: UUID, *, expected: int | None) -> Assessment:
    """The review found no fault."""
    assessment = await tx.assessments.get(assessment_id, area=tx.caller.area, expected=expected)
    assessment.uphold()
    await tx.assessments.save(assessment)
    return assessment


async def void_assessment(tx: Tx, assessment_id: UUID, *, reason: str, expected: int | None) -> Assessment:
    """It was a mistake."""
    assessment = await tx.assessments.get(assessment_id, area=tx.caller.area, expected=expected)
    assessment.void(reason=reason)
    await tx.assessments.save(assessment)
    return assessment
