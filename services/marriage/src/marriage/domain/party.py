"""The two people who come to register: what they show and what they declare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.errors import Invalid
from shared.kernel.identity_number import IdentityNumber, Sex
from shared.kernel.names import PersonName

_DOCUMENT_NUMBER = re.compile(r"[A-Z0-9]{5,20}", re.ASCII)
_SHOWN_CHARACTERS = 4


class Residence(StrEnum):
    """Whose resident a party is (当事人类别); it decides the papers and the competent office."""

    MAINLAND = "MAINLAND"
    HONG_KONG = "HONG_KONG"
    MACAO = "MACAO"
    TAIWAN = "TAIWAN"
    OVERSEAS_CHINESE = "OVERSEAS_CHINESE"
    FOREIGN = "FOREIGN"


class DocumentKind(StrEnum):
    """An identity paper (身份证件种类)."""

    ID_CARD = "ID_CARD"
    """居民身份证"""
    TRAVEL_PERMIT = "TRAVEL_PERMIT"
    """港澳台居民来往内地（大陆）通行证"""
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    """港澳台居民居住证"""
    PASSPORT = "PASSPORT"
    """护照或者其他国际旅行证件"""
    PERMANENT_RESIDENT_CARD = "PERMANENT_RESIDENT_CARD"
    """外国人永久居留身份证"""


_OF_THE_REGIONS = frozenset({DocumentKind.TRAVEL_PERMIT, DocumentKind.RESIDENCE_PERMIT})
ACCEPTED_DOCUMENTS: dict[Residence, frozenset[DocumentKind]] = {
    Residence.MAINLAND: frozenset({DocumentKind.ID_CARD}),
    Residence.HONG_KONG: _OF_THE_REGIONS,
    Residence.MACAO: _OF_THE_REGIONS,
    Residence.TAIWAN: _OF_THE_REGIONS,
    Residence.OVERSEAS_CHINESE: frozenset({DocumentKind.PASSPORT}),
    Residence.FOREIGN: frozenset({DocumentKind.PASSPORT, DocumentKind.PERMANENT_RESIDENT_CARD}),
}
"""Which papers prove who somebody is (国务院令第804号 第八条)."""


class PriorStatus(StrEnum):
    """What a party declares about earlier marriages (婚姻状况)."""

    UNMARRIED = "UNMARRIED"
    DIVORCED = "DIVORCED"
    WIDOWED = "WIDOWED"


class Side(StrEnum):
    """Which of the two parties; the order has no meaning in law."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True)
class CourtPaper:
    """A judgment or mediation paper that ended an earlier marriage (法院离婚判决书、调解书).

    ``effective_on`` is the day it took effect; None while it has not.
    """

    document: str
    effective_on: date | None

    def is_effective(self, on: date) -> bool:
        """Whether the earlier marriage has ended by a day."""
        return self.effective_on is not None and self.effective_on <= on


class DocumentNumberInvalid(Invalid):
    """证件号码有误"""


class DocumentNotAccepted(Invalid):
    """该类当事人不能以此种证件办理"""


class SexContradictsIdentityNumber(Invalid):
    """性别与公民身份号码不符"""


class BirthDateContradictsIdentityNumber(Invalid):
    """出生日期与公民身份号码不符"""


class BornAfterToday(Invalid):
    """出生日期晚于办理之日"""


class HouseholdDoesNotFit(Invalid):
    """内地居民须载明户籍地，其他当事人不载明"""


class SamePersonTwice(Invalid):
    """双方当事人不能为同一人"""


@dataclass(frozen=True, repr=False)
class Document:
    """An identity paper with its number (身份证件); never shown by accident."""

    kind: DocumentKind
    number: str

    def __post_init__(self) -> None:
        if self.kind is DocumentKind.ID_CARD:
            IdentityNumber(self.number)
        elif not _DOCUMENT_NUMBER.fullmatch(self.number):
            raise DocumentNumberInvalid(field="document/number")

    @property
    def identity(self) -> IdentityNumber | None:
        """The citizen identity number, on an identity card."""
        return IdentityNumber(self.number) if self.kind is DocumentKind.ID_CARD else None

    @property
    def key(self) -> str:
        """What tells one person from another; two papers of different kinds never share a key."""
        return f"{self.kind.value}|{self.number}"

    @property
    def masked(self) -> str:
        """The last four characters of the number, more of an identity number (脱敏显示)."""
        identity = self.identity
        if identity is not None:
            return identity.masked
        return "*" * (len(self.number) - _SHOWN_CHARACTERS) + self.number[-_SHOWN_CHARACTERS:]

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Document({self.kind.value}, {self.masked})"


@dataclass(frozen=True)
class Domicile:
    """Where a party belongs (户籍地与居住证): six-digit codes of the household and of a residence permit."""

    residence: Residence
    household: str | None = None
    permit: str | None = None

    def __post_init__(self) -> None:
        if (self.residence is Residence.MAINLAND) != (self.household is not None):
            raise HouseholdDoesNotFit(field="household_division")


@dataclass(frozen=True)
class Party:
    """One of the two people (结婚登记当事人), as the papers and the declaration say."""

    name: PersonName
    document: Document
    sex: Sex
    birth_date: date
    domicile: Domicile
    prior_status: PriorStatus
    court_paper: CourtPaper | None = None

    def __post_init__(self) -> None:
        if self.document.kind not in ACCEPTED_DOCUMENTS[self.domicile.residence]:
            raise DocumentNotAccepted(rule="国务院令第804号 第八条", field="document/kind")
        identity = self.document.identity
        if identity is not None and identity.sex is not self.sex:
            raise SexContradictsIdentityNumber(rule="GB 11643", field="sex")
        if identity is not None and identity.birth_date != self.birth_date:
            raise BirthDateContradictsIdentityNumber(rule="GB 11643", field="birth_date")


def require_born_by(birth_date: date, on: date) -> None:
    """Nobody who stands here is born tomorrow."""
    if birth_date > on:
        raise BornAfterToday(field="birth_date")


def require_two_people(first: Party, second: Party) -> None:
    """Nobody marries himself or herself; the same paper on both sides is a slip at the window."""
    if first.document.key == second.document.key:
        raise SamePersonTwice(field="second/document/number")
