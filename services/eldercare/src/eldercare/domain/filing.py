"""Filing of institutions: who may be filed as one, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import Refusal
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.parameters import ParameterReader

MINIMUM_BEDS = "institution.minimum_beds"
FILING_DAYS = "filing.working_days"

REGISTRAR_OF = {"PRIVATE_NONPROFIT": "5", "PRIVATE_FOR_PROFIT": "9"}
"""First digit of the organisation code by ownership: 5 civil affairs, 9 market regulation (GB 32100)."""


class NotAnInstitution(Refusal):
    """床位数不足，不属于养老机构，应登记为社区养老服务机构"""


class BelowMinimumBeds(Refusal):
    """养老机构床位数不得少于法定下限"""


@dataclass(frozen=True)
class Clause:
    """One condition of being filed as an institution (备案条件), with the figures behind it."""

    rule: str
    basis: str
    met: bool
    figures: Mapping[str, int]


def require_enough_beds(beds: int, minimum: int, *, new: bool = False) -> None:
    """A facility below the minimum is not an institution, and an institution does not fall below it."""
    if beds < minimum:
        refusal = NotAnInstitution if new else BelowMinimumBeds
        raise refusal(rule="养老机构备案：床位数下限", field="filed_beds" if new else None, minimum=minimum, beds=beds)


def filing_due(first_admitted_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline:
    """The last day for filing: working days after the first resident, that day not counted (EC-401)."""
    return calendar.add_working_days(first_admitted_on, parameters.integer(FILING_DAYS))


def check_filing(
    *, beds: int, ownership: str, organisation_code: OrganisationCode | None, registered: bool, minimum_beds: int
) -> tuple[Clause, ...]:
    """Every condition that can be checked before filing; ``registered`` says that the code is in the register."""
    clauses = [Clause("ENOUGH_BEDS", "养老机构备案：床位数下限", beds >= minimum_beds,
                      {"beds": beds, "minimum": minimum_beds})]  # fmt: skip
    if organisation_code is not None:
        clauses.append(Clause("NOT_REGISTERED_BEFORE", "养老机构管理办法", not registered, {}))
        registrar = REGISTRAR_OF.get(ownership)
        if registrar is not None:
            fits = organisation_code.text[0] == registrar
            clauses.append(Clause("REGISTRAR_FITS_OWNERSHIP", "老年人权益保障法 第四十三条", fits, {}))
    return tuple(clauses)
