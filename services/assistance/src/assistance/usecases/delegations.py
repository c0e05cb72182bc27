"""Delegations: which township decides on what, from which day on."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from assistance.domain.aid import Aid
from assistance.domain.deadlines import DecisionMode
from assistance.domain.delegation import Delegation, delegate
from assistance.domain.procedure import procedure_of
from assistance.domain.refusals import NotYourLevel
from assistance.store import Tx
from assistance.usecases.applications import require_township
from shared.kernel.divisions import Level
from shared.kernel.ids import new_id


def _require_right_level(tx: Tx, mode: DecisionMode) -> None:
    """A county entrusts; only the city lets a township decide in its own name (社会救助法 第四十四条)."""
    may = {Level.CITY} if mode is DecisionMode.TOWNSHIP_OWN else {Level.CITY, Level.DISTRICT}
    if tx.caller.area.level not in may:
        raise NotYourLevel(rule="社会救助法 第四十四条")


async def begin_delegation(
    tx: Tx, *, division: str, aid: Aid, mode: DecisionMode, valid_from: date, valid_to: date | None, document: str
) -> Delegation:
    """From a day on."""
    procedure_of(aid)
    _require_right_level(tx, mode)
    delegation = delegate(
        id=new_id(tx.at), division=require_township(tx, division), aid=aid, mode=mode, valid_from=valid_from,
        valid_to=valid_to, document=document,
    )  # fmt: skip
    await tx.delegations.add(delegation)
    return delegation


async def end_delegation(tx: Tx, delegation_id: UUID, *, valid_to: date, expected: int | None) -> Delegation:
    """The power goes back to the county."""
    delegation = await tx.delegations.get(delegation_id, area=tx.caller.area, expected=expected)
    _require_right_level(tx, delegation.mode)
    delegation.end(valid_to=valid_to)
    await tx.delegations.save(delegation)
    return delegation
