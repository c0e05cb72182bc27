"""Which office may register which couple on which day (登记管辖).

Until 2021-05-31 the household register decided. From 2021-06-01 Chongqing was in the pilot: a residence permit of
the place was enough. Since 2025-05-10 any office of the country serves two mainland residents (国务院令第804号).
A couple with a party from abroad, Hong Kong, Macao or Taiwan needs an office for such cases (第二条).
The regimes and their days are parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marriage.domain.office import Clientele, Feature, Office
from marriage.domain.party import Domicile, Residence
from shared.kernel.parameters import ParameterReader

CHONGQING = "50"
_DISTRICT_DIGITS = 6


class Regime(StrEnum):
    """Which rule of competence is in force (管辖规则)."""

    HOUSEHOLD = "HOUSEHOLD"
    """一方户籍地"""
    PILOT = "PILOT"
    """试点：一方户籍地或者居住证发放地"""
    NATIONWIDE = "NATIONWIDE"
    """全国通办"""


class CompetenceReason(StrEnum):
    """Why an office is competent, or why not."""

    NATIONWIDE = "NATIONWIDE"
    HOUSEHOLD_HERE = "HOUSEHOLD_HERE"
    CITYWIDE = "CITYWIDE"
    RESIDENCE_PERMIT_HERE = "RESIDENCE_PERMIT_HERE"
    FOREIGN_RELATED_OFFICE = "FOREIGN_RELATED_OFFICE"
    NOT_IN_SERVICE = "NOT_IN_SERVICE"
    NOT_FOR_MAINLAND = "NOT_FOR_MAINLAND"
    NOT_FOREIGN_RELATED = "NOT_FOREIGN_RELATED"
    NO_TIE_TO_PLACE = "NO_TIE_TO_PLACE"


COMPETENT = frozenset(
    {
        CompetenceReason.NATIONWIDE,
        CompetenceReason.HOUSEHOLD_HERE,
        CompetenceReason.CITYWIDE,
        CompetenceReason.RESIDENCE_PERMIT_HERE,
        CompetenceReason.FOREIGN_RELATED_OFFICE,
    }
)


@dataclass(frozen=True)
class Competence:
    """The answer with its reason and the regulation it rests on; ``refer_to`` names where to go instead."""

    regime: Regime
    reason: CompetenceReason
    basis: str
    refer_to: str | None = None

    @property
    def is_competent(self) -> bool:
        """Whether the office may register the couple."""
        return self.reason in COMPETENT


def judge_competence(
    office: Office, couple: tuple[Domicile, Domicile], on: date, parameters: ParameterReader
) -> Competence:
    """Whether ``office`` may register the couple on a day, by the regime of that day."""
    rule = parameters.at("competence.regime")
    regime = Regime(parameters.text("competence.regime"))
    reason = _reason(office, couple, on, regime, parameters)
    elsewhere = reason is CompetenceReason.NOT_FOREIGN_RELATED
    refer_to = parameters.text("competence.foreign_related_office") if elsewhere else None
    return Competence(regime, reason, rule.authority, refer_to)


def _reason(
    office: Office, couple: tuple[Domicile, Domicile], on: date, regime: Regime, parameters: ParameterReader
) -> CompetenceReason:
    if not office.holds(Feature.IN_SERVICE, on):
        return CompetenceReason.NOT_IN_SERVICE
    if any(domicile.residence is not Residence.MAINLAND for domicile in couple):
        can = office.serves(Clientele.FOREIGN_RELATED, on)
        return CompetenceReason.FOREIGN_RELATED_OFFICE if can else CompetenceReason.NOT_FOREIGN_RELATED
    if not office.serves(Clientele.MAINLAND, on):
        return CompetenceReason.NOT_FOR_MAINLAND
    if regime is Regime.NATIONWIDE:
        return CompetenceReason.NATIONWIDE
    return _tie_to_place(office, couple, regime, parameters)


def _tie_to_place(
    office: Office, couple: tuple[Domicile, Domicile], regime: Regime, parameters: ParameterReader
) -> CompetenceReason:
    here = office.division[:_DISTRICT_DIGITS]
    households = [domicile.household or "" for domicile in couple]
    if here in households:
        return CompetenceReason.HOUSEHOLD_HERE
    if any(code.startswith(CHONGQING) for code in households) and parameters.switch("competence.citywide"):
        return CompetenceReason.CITYWIDE
    if regime is Regime.PILOT and here in [domicile.permit for domicile in couple]:
        return CompetenceReason.RESIDENCE_PERMIT_HERE
    return CompetenceReason.NO_TIE_TO_PLACE


def crosses_provinces(couple: tuple[Domicile, Domicile]) -> bool:
    """Whether mainland residents came, and none of them is registered in Chongqing (跨省通办)."""
    households = [domicile.household for domicile in couple if domicile.household is not None]
    return bool(households) and not any(code.startswith(CHONGQING) for code in households)


def crosses_districts(office: Office, couple: tuple[Domicile, Domicile]) -> bool:
    """Whether mainland residents came, and none of them is registered in the office's county (全市通办、跨省通办)."""
    households = [domicile.household for domicile in couple if domicile.household is not None]
    here = office.division[:_DISTRICT_DIGITS]
    return bool(households) and here not in households
