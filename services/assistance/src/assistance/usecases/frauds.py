"""Fraud: suspicion, evidence told, reply, decision of the county, repayment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from assistance.domain.flow import Action
from assistance.domain.fraud import Fraud, fine_range, suspect_fraud
from assistance.domain.refusals import NotYourLevel
from assistance.store import Tx
from assistance.usecases.applications import counting
from shared.kernel.divisions import Level
from shared.kernel.ids import new_id


@dataclass(frozen=True)
class Facts:
    """What is held against the household."""

    evidence: Sequence[str]
    wrongly_paid_fen: int
    first_act_on: date
    last_act_on: date


async def suspect(tx: Tx, application_id: UUID, *, suspicion: str) -> Fraud:
    """Something does not fit."""
    application = await tx.applications.find(application_id, area=tx.caller.area)
    fraud = suspect_fraud(
        id=new_id(tx.at), division=application.division, application_id=application.id, suspicion=suspicion,
        by=tx.caller.require_person(), on=tx.today,
    )  # fmt: skip
    await tx.frauds.add(fraud)
    return fraud


async def tell(tx: Tx, fraud_id: UUID, *, facts: Facts, expected: int | None) -> Fraud:
    """Facts, evidence and the right to reply are told."""
    fraud = await tx.frauds.get(fraud_id, area=tx.caller.area, expected=expected)
    fraud.tell(
        evidence=tuple(facts.evidence), wrongly_paid_fen=facts.wrongly_paid_fen, first_act_on=facts.first_act_on,
        last_act_on=facts.last_act_on, on=tx.today,
        reply_until=counting(tx).working_days("REPLY", tx.today, "fraud.reply").due,
    )  # fmt: skip
    await tx.frauds.save(fraud)
    return fraud


async def hear_fraud(tx: Tx, fraud_id: UUID, *, reply_given: bool, expected: int | None) -> Fraud:
    """The reply is on record."""
    fraud = await tx.frauds.get(fraud_id, area=tx.caller.area, expected=expected)
    fraud.hear(on=tx.today, reply_given=reply_given)
    await tx.frauds.save(fraud)
    return fraud


async def confirm_fraud(tx: Tx, fraud_id: UUID, *, fine_fen: int, return_by: date, expected: int | None) -> Fraud:
    """The county decides (G-04): what is returned, and a fine in the range of the milder law."""
    if tx.caller.area.level not in (Level.CITY, Level.DISTRICT):
        raise NotYourLevel(rule="G-04", action=Action.GRANT.value)
    fraud = await tx.frauds.get(fraud_id, area=tx.caller.area, expected=expected)
    permitted = fine_range(fraud.wrongly_paid_fen or 0, fraud.last_act_on or tx.today, tx.today, tx.around.parameters)
    fraud.confirm(
        fine_fen=fine_fen, permitted=permitted, return_by=return_by, by=tx.caller.require_person(), on=tx.today
    )
    await tx.frauds.save(fraud)
    return fraud


async def pay_back(tx: Tx, fraud_id: UUID, *, amount_fen: int, expected: int | None) -> Fraud:
    """An instalment."""
    fraud = await tx.frauds.get(fraud_id, area=tx.caller.area, expected=expected)
    fraud.pay_back(amount_fen=amount_fen, on=tx.today)
    await tx.frauds.save(fraud)
    return fraud


async def drop_fraud(tx: Tx, fraud_id: UUID, *, expected: int | None) -> Fraud:
    """Not proven, or an honest mistake corrected in time."""
    fraud = await tx.frauds.get(fraud_id, area=tx.caller.area, expected=expected)
    fraud.drop()
    await tx.frauds.save(fraud)
    return fraud
