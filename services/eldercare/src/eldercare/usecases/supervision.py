"""What a bureau does with the filing, the place, the terms and the grade of an institution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from eldercare.domain.filing import Material
from eldercare.domain.grading import VALID_YEARS, GradeAward, require_grade
from eldercare.domain.institution import Institution, require_township
from eldercare.store import Tx
from eldercare.usecases.institutions import let_beds_follow


async def submit_filing(
    tx: Tx, institution_id: UUID, *, on: date, materials: Sequence[Material], expected: int | None
) -> Institution:
    """Hand in the filing; what is missing is answered as a list."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.submit_filing(on=on, materials=materials, required=[one.value for one in Material], today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def return_filing(
    tx: Tx, institution_id: UUID, *, on: date, corrections: Sequence[str], expected: int | None
) -> Institution:
    """Say what to correct."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.return_filing(on=on, corrections=corrections, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def verify_on_site(tx: Tx, institution_id: UUID, *, on: date, expected: int | None) -> Institution:
    """The place was seen."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.verify(on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def move(tx: Tx, institution_id: UUID, *, township: str, on: date, expected: int | None) -> Institution:
    """Other premises in a township that is in force on the day; its beds and stays move with it."""
    tx.caller.require_area(township)
    new_place = require_township(tx.around.divisions.get(township, on))
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.move(township=new_place, on=on, today=tx.today)
    await tx.institutions.save(institution)
    await let_beds_follow(tx, institution)
    await tx.stays.move_with(institution.id, new_place)
    await tx.staff.move_with(institution.id, new_place)
    return institution


async def set_terms(
    tx: Tx, institution_id: UUID, *, inclusive_agreement: bool | None, upgraded_on: date | None, on: date,
    expected: int | None,
) -> Institution:  # fmt: skip
    """Agreement and upgrading."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    institution.set_terms(inclusive_agreement=inclusive_agreement, upgraded_on=upgraded_on, on=on, today=tx.today)
    await tx.institutions.save(institution)
    return institution


async def grade(
    tx: Tx, institution_id: UUID, *, points: Mapping[str, int], on: date, expected: int | None
) -> Institution:
    """Award the grade that the points reach, for its years."""
    institution = await tx.institutions.get(institution_id, area=tx.caller.area, expected=expected)
    years = tx.around.parameters.integer(VALID_YEARS, on)
    end = tx.around.calendar.add_years(on, years, roll=False).on
    institution.award(award=GradeAward(require_grade(points), on, end), today=tx.today)
    await tx.institutions.save(institution)
    return institution
