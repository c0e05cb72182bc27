"""Numbers of certificates (证书编号): ``J500103-2026-000001``.

    J        500103     2026     000001
    kind     division   year     serial of that kind, division and year, from 000001

A number is given with the registration, in the same transaction, and never again. It outlives its division: a
certificate of a district that has ended stays valid for ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.divisions import CITY_CODE, DivisionRegister
from shared.kernel.errors import Invalid, Refusal

LAST_SERIAL = 999_999
_SHAPE = re.compile(r"(BJ|BL|J|L)([0-9]{6})-([0-9]{4})-([0-9]{6})", re.ASCII)
_DISTRICT_DIGITS = 6


class CertificateKind(StrEnum):
    """What a certificate certifies (证书字头)."""

    MARRIAGE = "J"
    """结婚证"""
    DIVORCE = "L"
    """离婚证"""
    REISSUED_MARRIAGE = "BJ"
    """补发结婚证"""
    REISSUED_DIVORCE = "BL"
    """补发离婚证"""


class CertificateNumberMalformed(Invalid):
    """证书编号格式有误"""


class CertificateSerialExhausted(Refusal):
    """该年度证书编号已用尽"""


class RegionNotValidOnDate(Refusal):
    """证书编号中的行政区划代码当日无效"""


class YearDoesNotFit(Refusal):
    """证书编号中的年份与登记日期不符"""


class RegionOutsideCity(Refusal):
    """证书编号中的行政区划不属本市，本系统无法核对"""


@dataclass(frozen=True, order=True)
class CertificateNumber:
    """A well-formed certificate number."""

    kind: CertificateKind
    region: str
    year: int
    serial: int

    def __post_init__(self) -> None:
        if self.serial > LAST_SERIAL:
            raise CertificateSerialExhausted(rule="MR-801", kind=self.kind.value, year=self.year)
        if self.serial < 1:
            raise CertificateNumberMalformed(field="certificate_no", reason="serial")

    @classmethod
    def parse(cls, text: str) -> CertificateNumber:
        """Read a number exactly as printed; the refusal does not repeat it."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise CertificateNumberMalformed(field="certificate_no", reason="format")
        kind, region, year, serial = found.groups()
        return cls(CertificateKind(kind), region, int(year), int(serial))

    def __str__(self) -> str:
        return f"{self.kind.value}{self.region}-{self.year:04}-{self.serial:06}"

    def require_valid_on(self, on: date, register: DivisionRegister) -> None:
        """Refuse a number that no office could have given on that day (MR-802)."""
        if not self.region.startswith("50"):
            raise RegionOutsideCity()
        require_region_in_force(self.region, on, register)
        if self.year != on.year:
            raise YearDoesNotFit(rule="MR-801")


def require_region_in_force(region: str, on: date, register: DivisionRegister) -> None:
    """The six digits of a number must be a division on the day of the registration (MR-802)."""
    try:
        register.get(region, on)
    except Refusal as refusal:
        refused = RegionNotValidOnDate(rule="MR-802")
        refused.facts.update(refusal.facts)
        raise refused from None


def region_of(division: str, city_office_code: str) -> str:
    """The six digits an office writes: those of its county; a city office has a code of its own.

    A delegated township writes its county's digits and draws from the same series.
    """
    return city_office_code if division == CITY_CODE else division[:_DISTRICT_DIGITS]
