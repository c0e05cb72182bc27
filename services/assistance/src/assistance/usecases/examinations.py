"""Means tests and clocks for a given day; nothing is stored."""

from __future__ import annotations

from datetime import date

from assistance.domain.aid import Aid
from assistance.domain.application import Application
from assistance.domain.deadlines import Clocks, DecisionMode, ExtensionReason, start_clocks
from assistance.domain.means_test import Means, Verdict, examine_means
from assistance.domain.refusals import FactsPersonByPersonNeeded, MeansNotVerified
from assistance.domain.standard import NoStandardInForce, Residence
from assistance.store import Tx
from assistance.usecases.programmes import examine_programme
from assistance.usecases.standards import ALLOWANCE


async def examine(tx: Tx, means: Means, residence: Residence, on: date) -> Verdict:
    """The means test on a day; stores nothing."""
    standard = await tx.standards.in_force(ALLOWANCE, residence, on)
    if standard is None:
        raise NoStandardInForce(on=on.isoformat())
    return examine_means(means, standard, on, tx.around.parameters.reader(on))


async def examine_application(tx: Tx, application: Application, on: date) -> Verdict:
    """What the rules of a day say of what was found in a case: person by person, or in sums for the allowance."""
    if application.household is not None:
        return await examine_programme(tx, application.programme, application.household, on)
    if application.means is None:
        raise MeansNotVerified(rule="C-16")
    if application.programme is not Aid.SUBSISTENCE_ALLOWANCE:
        raise FactsPersonByPersonNeeded(rule="C-09")
    return await examine(tx, application.means, application.residence, on)


def clocks_from(
    tx: Tx, accepted_on: date, mode: DecisionMode, extension: ExtensionReason | None = None,
    aid: Aid = Aid.SUBSISTENCE_ALLOWANCE,
) -> Clocks:  # fmt: skip
    """The clocks of a case accepted on a day, by the rules in force that day."""
    rules = tx.around.parameters.reader(accepted_on)
    return start_clocks(accepted_on, mode, tx.around.calendar, rules, extension, aid)
