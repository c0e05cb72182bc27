"""Filing of institutions: who may be filed as one, and by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.kernel.calendar import Deadline, WorkingCalendar
from shared.kernel.errors import Invalid, Refusal
from shared.kernel.organisation_code import OrganisationCode
from shared.kernel.parameters import ParameterReader

MINIMUM_BEDS = "institution.minimum_beds"
FILING_DAYS = "filing.working_days"

CHANGE_DAYS = "filing.change_working_days"
VERIFICATION_DAYS = "filing.verification_working_days"

REGISTRAR_OF = {"PRIVATE_NONPROFIT": "5", "PRIVATE_FOR_PROFIT": "9"}
"""First digit of the organisation code by ownership: 5 civil affairs, 9 market regulation (GB 32100)."""


class NotAnInstitution(Refusal):
    """床位数不足，不属于养老机构，应登记为社区养老服务机构"""


class BelowMinimumBeds(Refusal):
    """养老机构床位数不得少于法定下限"""


class FiledBefore(Refusal):
    """该机构已备案"""


class FilingNotSubmitted(Refusal):
    """机构尚未提交备案材料"""


class CorrectionsMissing(Invalid):
    """须写明需要补正的材料"""


class Material(StrEnum):
    """What a filing consists of (备案材料, 养老机构管理办法 第十一条)."""

    APPLICATION = "APPLICATION"
    """设置养老机构备案书"""
    REGISTRATION_CERTIFICATE = "REGISTRATION_CERTIFICATE"
    """登记证书"""
    UNDERTAKING = "UNDERTAKING"
    """符合建筑、消防、食品、医疗、特种设备要求的承诺书"""


class FilingStatus(StrEnum):
    """Where the filing stands (备案状态); it says nothing about whether the institution operates."""

    NOT_SUBMITTED = "NOT_SUBMITTED"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    FILED = "FILED"


@dataclass(frozen=True)
class Filing:
    """The filing with the bureau (备案): handed in, sent back with what is missing, answered by a receipt."""

    status: FilingStatus = FilingStatus.NOT_SUBMITTED
    submitted_on: date | None = None
    corrections: tuple[str, ...] = ()
    verified_on: date | None = None

    def submitted(self, on: date, materials: Sequence[str], required: Sequence[str]) -> Filing:
        """Handed in; missing materials are listed for correction (补正)."""
        missing = tuple(material for material in required if material not in materials)
        status = FilingStatus.RETURNED if missing else FilingStatus.SUBMITTED
        return replace(self, status=status, submitted_on=on, corrections=missing)

    def returned(self, corrections: Sequence[str]) -> Filing:
        """Sent back with a list."""
        if self.status is FilingStatus.NOT_SUBMITTED:
            raise FilingNotSubmitted(rule="EC-402")
        if not corrections:
            raise CorrectionsMissing(field="corrections")
        return replace(self, status=FilingStatus.RETURNED, corrections=tuple(corrections))

    def accepted(self, on: date) -> Filing:
        """The receipt (备案回执)."""
        return replace(self, status=FilingStatus.FILED, submitted_on=self.submitted_on or on, corrections=())

    def seen(self, on: date) -> Filing:
        """Verified on site."""
        return replace(self, verified_on=on)


UNFILED = Filing()
"""Nothing has been handed in yet."""


@dataclass(frozen=True)
class FiledItems:
    """What was filed, from a day on (备案事项); the next entry ends it."""

    since: date
    name: str
    kind: str
    ownership: str
    filed_beds: int
    township: str


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


def change_due(changed_on: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline:
    """The last day for filing a change with the original bureau (EC-403)."""
    return calendar.add_working_days(changed_on, parameters.integer(CHANGE_DAYS))


def verification_due(since: date, calendar: WorkingCalendar, parameters: ParameterReader) -> Deadline:
    """The last day for looking at the place: from the filing, or from finding one that is not filed (EC-404)."""
    return calendar.add_working_days(since, parameters.integer(VERIFICATION_DAYS))


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
