"""Staff of institutions: entered, certified, trained, filed each year."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eldercare.domain.staff import Certificate, CreditMark, Employee, Post, Staff, employ
from eldercare.store import Tx
from shared.kernel.ids import new_id


async def register_staff(
    tx: Tx, institution_id: UUID, *, employee: Employee, post: Post, since: date, certificates: tuple[Certificate, ...]
) -> Staff:
    """Somebody starts to work in an institution."""
    institution = await tx.institutions.hold(institution_id, area=tx.caller.area)
    staff = employ(
        id=new_id(tx.at), institution_id=institution.id, division=institution.division, employee=employee, post=post,
        since=since, certificates=certificates, today=tx.today,
    )  # fmt: skip
    await tx.staff.add(staff)
    return staff


async def certify(tx: Tx, staff_id: UUID, *, certificate: Certificate, expected: int | None) -> Staff:
    """A certificate was issued."""
    staff = await tx.staff.get(staff_id, area=tx.caller.area, expected=expected)
    staff.certify(certificate=certificate, today=tx.today)
    await tx.staff.save(staff)
    return staff


async def train(tx: Tx, staff_id: UUID, *, on: date, expected: int | None) -> Staff:
    """A training was passed."""
    staff = await tx.staff.get(staff_id, area=tx.caller.area, expected=expected)
    staff.train(on=on, today=tx.today)
    await tx.staff.save(staff)
    return staff


async def file_year(tx: Tx, staff_id: UUID, *, year: int, expected: int | None) -> Staff:
    """The yearly record."""
    staff = await tx.staff.get(staff_id, area=tx.caller.area, expected=expected)
    staff.file_year(year=year, today=tx.today)
    await tx.staff.save(staff)
    return staff


async def mark_credit(tx: Tx, staff_id: UUID, *, mark: CreditMark, expected: int | None) -> Staff:
    """A mark in the credit record."""
    staff = await tx.staff.get(staff_id, area=tx.caller.area, expected=expected)
    staff.mark_credit(mark=mark, today=tx.today)
    await tx.staff.save(staff)
    return staff


async def leave(tx: Tx, staff_id: UUID, *, on: date, expected: int | None) -> Staff:
    """Works there no longer."""
    staff = await tx.staff.get(staff_id, area=tx.caller.area, expected=expected)
    staff.leave(on=on, today=tx.today)
    await tx.staff.save(staff)
    return staff
