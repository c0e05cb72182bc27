"""From a grant to its monthly money: who receives what, from which month on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistance.domain.aid import MONTHLY_CASH
from assistance.domain.application import Application
from assistance.domain.benefit import Basis, Recipient
from assistance.domain.means_test import Share, Verdict
from assistance.domain.programmes.allowance import APPROVAL_MONTH
from assistance.domain.refusals import PersonNotInHousehold
from assistance.store import Tx
from assistance.usecases import benefits


async def start_money(tx: Tx, application: Application, verdict: Verdict) -> None:
    """Begin the benefit of a grant; a status without money begins none."""
    if application.programme not in MONTHLY_CASH or verdict.amount_fen == 0:
        return
    shares = verdict.shares or equal_shares(verdict.amount_fen, application)
    await benefits.start(
        tx,
        aid=application.programme,
        division=application.division,
        residence=application.residence,
        recipients=recipients_of(application, verdict, shares),
        shares=shares,
        first_month=verdict.first_month or first_month(tx, application),
        case_id=application.id,
        basis=Basis(application.residence, verdict.counted_income_fen, len(application.members)),
    )


def equal_shares(amount_fen: int, application: Application) -> tuple[Share, ...]:
    """A household's amount in equal shares of whole fen; the first ones carry what is left over."""
    each, left = divmod(amount_fen, len(application.members))
    return tuple(
        Share(str(place), application.programme.value, each + (place < left))
        for place in range(len(application.members))
    )


def recipients_of(application: Application, verdict: Verdict, shares: Sequence[Share]) -> tuple[Recipient, ...]:
    """The members the aid is for; a person of the findings is named by the member's place, counted from 0."""
    refs = tuple(dict.fromkeys([*verdict.beneficiaries, *(share.ref for share in shares)]))
    places = {str(place): member for place, member in enumerate(application.members)}
    if any(ref not in places for ref in refs):
        raise PersonNotInHousehold(field="household")
    return tuple(Recipient(ref, places[ref].name, places[ref].identity) for ref in refs)


def first_month(tx: Tx, application: Application) -> date:
    """The month of approval or the one after, as the switch says (conflict X-01)."""
    month = (application.decided_on or tx.today).replace(day=1)
    if tx.around.parameters.text("dibao.pay_from", tx.today) == APPROVAL_MONTH:
        return month
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
