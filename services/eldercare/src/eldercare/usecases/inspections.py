"""Inspections, and what an open major hazard does to the institution."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from eldercare.domain.inspection import Finding, Inspection, Kind, Penalty, plan_inspection
from eldercare.store import Tx
from shared.kernel.ids import new_id


async def plan(tx: Tx, institution_id: UUID, *, kind: Kind, noticed_on: date | None, planned_for: date) -> Inspection:
    """Announce an inspection, or set a case inspection without notice."""
    institution = await tx.institutions.find(institution_id, area=tx.caller.area)
    inspection = plan_inspection(
        id=new_id(tx.at), institution_id=institution.id, division=institution.division, kind=kind,
        noticed_on=noticed_on, planned_for=planned_for, calendar=tx.around.calendar, today=tx.today,
    )  # fmt: skip
    await tx.inspections.add(inspection)
    return inspection


async def conduct(
    tx: Tx, inspection_id: UUID, *, on: date, inspectors: int, findings: Sequence[Finding], expected: int | None
) -> Inspection:
    """Hold it; a major hazard closes the institution to new residents from that day on."""
    found = await tx.inspections.find(inspection_id, area=tx.caller.area)
    institution = await tx.institutions.get(found.institution_id, area=tx.caller.area)
    inspection = await tx.inspections.get(inspection_id, area=tx.caller.area, expected=expected)
    inspection.conduct(
        on=on, inspectors=inspectors, findings=findings, calendar=tx.around.calendar,
        parameters=tx.around.parameters.reader(on), today=tx.today,
    )  # fmt: skip
    await tx.inspections.save(inspection)
    if inspection.hazard_open:
        institution.endanger(on=on)
        if institution.happened:
            await tx.institutions.save(institution)
    return inspection


async def cancel(tx: Tx, inspection_id: UUID, *, expected: int | None) -> Inspection:
    """It is not held."""
    inspection = await tx.inspections.get(inspection_id, area=tx.caller.area, expected=expected)
    inspection.cancel()
    await tx.inspections.save(inspection)
    return inspection


async def submit_rectification(tx: Tx, inspection_id: UUID, *, on: date, expected: int | None) -> Inspection:
    """The institution reports that it has rectified."""
    inspection = await tx.inspections.get(inspection_id, area=tx.caller.area, expected=expected)
    inspection.submit(on=on, today=tx.today)
    await tx.inspections.save(inspection)
    return inspection


async def verify_rectification(
    tx: Tx, inspection_id: UUID, *, on: date, passed: bool, expected: int | None
) -> Inspection:
    """Re-check; with the last open major hazard gone the institution may admit again."""
    found = await tx.inspections.find(inspection_id, area=tx.caller.area)
    institution = await tx.institutions.get(found.institution_id, area=tx.caller.area)
    inspection = await tx.inspections.get(inspection_id, area=tx.caller.area, expected=expected)
    was_open = inspection.hazard_open
    inspection.verify(on=on, passed=passed, today=tx.today)
    await tx.inspections.save(inspection)
    if was_open and passed and not await tx.inspections.open_hazards(institution.id):
        institution.make_safe(on=on)
        if institution.happened:
            await tx.institutions.save(institution)
    return inspection


async def punish(tx: Tx, inspection_id: UUID, *, penalty: Penalty, expected: int | None) -> Inspection:
    """A warning or a fine."""
    inspection = await tx.inspections.get(inspection_id, area=tx.caller.area, expected=expected)
    inspection.punish(penalty=penalty, today=tx.today)
    await tx.inspections.save(inspection)
    return inspection
