"""Every programme's verdict on a household for a day; nothing is stored."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from assistance.domain.aid import Aid
from assistance.domain.household import Household
from assistance.domain.means_test import Verdict
from assistance.domain.programmes import MonthlyStandards, examine, examine_all
from assistance.domain.standard import Programme, Residence, StandardStatus
from assistance.store import Tx, standards


async def standards_of(tx: Tx, on: date) -> MonthlyStandards:
    """Every published standard of a day, in one reading."""
    rows = await tx.connection.execute(
        select(standards.c.programme, standards.c.residence, standards.c.amount_fen).where(
            standards.c.status == StandardStatus.PUBLISHED.value,
            standards.c.valid_from <= on,
            or_(standards.c.valid_to.is_(None), standards.c.valid_to > on),
        )
    )
    amounts = {
        (Programme(row.programme), Residence(row.residence) if row.residence else None): row.amount_fen for row in rows
    }
    return MonthlyStandards(on, amounts)


async def examine_programme(tx: Tx, aid: Aid, household: Household, on: date) -> Verdict:
    """One programme's verdict by the rules and standards of a day."""
    return examine(aid, household, on, tx.around.parameters.reader(on), await standards_of(tx, on))


async def examine_programmes(tx: Tx, household: Household, on: date) -> tuple[Verdict, ...]:
    """Every programme's verdict."""
    return examine_all(household, on, tx.around.parameters, await standards_of(tx, on))
