"""Signs that show names, and wrong uses of names put right: one function a verb."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from placename.domain.locality import locate
from placename.domain.misuse import Misuse, MisuseKind, report_misuse
from placename.domain.sign import Orientation, SignTask
from placename.store import Tx
from shared.kernel.ids import new_id


async def install_sign(
    tx: Tx, sign_id: UUID, *, installed_on: date | None, orientation: Orientation, expected: int | None
) -> SignTask:
    """A sign is up."""
    sign = await tx.signs.get(sign_id, area=tx.caller.area, expected=expected)
    sign.install(on=installed_on or tx.today, orientation=orientation, at=tx.at)
    await tx.signs.save(sign)
    return sign


async def report_damage(tx: Tx, sign_id: UUID, *, damaged_on: date | None, expected: int | None) -> SignTask:
    """A sign cannot be read any more."""
    sign = await tx.signs.get(sign_id, area=tx.caller.area, expected=expected)
    sign.report_damage(on=damaged_on or tx.today, at=tx.at)
    await tx.signs.save(sign)
    return sign


async def repair_sign(tx: Tx, sign_id: UUID, *, repaired_on: date | None, expected: int | None) -> SignTask:
    """A sign was put right."""
    sign = await tx.signs.get(sign_id, area=tx.caller.area, expected=expected)
    sign.repair(on=repaired_on or tx.today, at=tx.at)
    await tx.signs.save(sign)
    return sign


async def remove_sign(tx: Tx, sign_id: UUID, *, removed_on: date | None, expected: int | None) -> SignTask:
    """A sign is taken down."""
    sign = await tx.signs.get(sign_id, area=tx.caller.area, expected=expected)
    sign.remove(on=removed_on or tx.today, at=tx.at)
    await tx.signs.save(sign)
    return sign


async def report(tx: Tx, *, division: str, kind: MisuseKind, found: str, carrier: str, name_id: UUID | None) -> Misuse:
    """A wrong use is reported."""
    parameters = tx.around.parameters.reader(tx.today)
    locality = locate(division, tx.today, tx.around.divisions, parameters)
    tx.caller.require_area(locality.division)
    if name_id is not None:
        await tx.names.find(name_id, area=tx.caller.area)
    misuse = report_misuse(
        id=new_id(tx.at), division=locality.division, kind=kind, found=found, carrier=carrier, name_id=name_id,
        on=tx.today,
    )  # fmt: skip
    await tx.misuses.add(misuse)
    return misuse


async def order_correction(tx: Tx, misuse_id: UUID, *, document_no: str, expected: int | None) -> Misuse:
    """The department orders it to be put right."""
    misuse = await tx.misuses.get(misuse_id, area=tx.caller.area, expected=expected)
    days = tx.around.parameters.reader(tx.today).integer("misuse.correct_days")
    misuse.order(document_no=document_no, correct_by=tx.around.calendar.add_days(tx.today, days))
    await tx.misuses.save(misuse)
    return misuse


async def correct_misuse(tx: Tx, misuse_id: UUID, *, corrected_on: date | None, expected: int | None) -> Misuse:
    """It was put right."""
    misuse = await tx.misuses.get(misuse_id, area=tx.caller.area, expected=expected)
    misuse.correct(on=corrected_on or tx.today, at=tx.at)
    await tx.misuses.save(misuse)
    return misuse


async def penalise_misuse(
    tx: Tx, misuse_id: UUID, *, document_no: str, fine_fen: int | None, expected: int | None
) -> Misuse:
    """It was not put right in time."""
    misuse = await tx.misuses.get(misuse_id, area=tx.caller.area, expected=expected)
    misuse.penalise(document_no=document_no, fine_fen=fine_fen, today=tx.today)
    await tx.misuses.save(misuse)
    return misuse


async def dismiss_misuse(tx: Tx, misuse_id: UUID, *, reason: str, expected: int | None) -> Misuse:
    """The report proved wrong."""
    misuse = await tx.misuses.get(misuse_id, area=tx.caller.area, expected=expected)
    misuse.dismiss(reason=reason)
    await tx.misuses.save(misuse)
    return misuse
