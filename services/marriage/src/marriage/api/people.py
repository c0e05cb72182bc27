"""People and families as callers write them, and as they are shown: masked unless revealed for a purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from marriage.domain.eligibility import Applicant, CheckOutcome, CheckSource, ExternalCheck
from marriage.domain.kinship import Family, Link, Parent
from marriage.domain.party import (
    CourtPaper,
    Document,
    DocumentKind,
    Domicile,
    Party,
    PriorStatus,
    Residence,
    Side,
    require_born_by,
)
from shared.kernel.errors import Refusal
from shared.kernel.identity_number import Sex
from shared.kernel.names import PersonName
from shared.web.fields import ApiModel, Day, Flag, Line, PersonalText

_MOMENT = re.compile(
    r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
MOST_FAMILY_MEMBERS = 200


def _written_moment(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError("moment", "时间须写作 RFC 3339 并带时区")


WrittenMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_written_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T08:50:00+08:00"]}),
]
"""A moment as a caller writes it, with its offset."""

MainlandDistrict = Annotated[
    str,
    StringConstraints(pattern=r"^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{4}$"),
    Field(examples=["370100"]),
]
"""Six digits of a county-level division of any mainland province."""

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$"), Field(examples=["mother-of-a"])]
"""A label for somebody in a family; not a name."""


class DocumentInput(ApiModel):
    """An identity paper; the number travels in the body only."""

    kind: DocumentKind = DocumentKind.ID_CARD
    number: PersonalText

    def parsed(self) -> Document:
        """The paper; refuses without repeating what was typed."""
        return Document(self.kind, self.number)


class DomicileInput(ApiModel):
    """Where somebody belongs: the household place, for mainland residents, and a residence permit's place."""

    residence: Residence = Residence.MAINLAND
    household_division: MainlandDistrict | None = Field(default=None, description="户籍地；内地居民必填")
    residence_permit_division: MainlandDistrict | None = Field(
        default=None, description="居住证发放地；仅2025-05-10以前有意义"
    )

    def parsed(self) -> Domicile:
        """The domicile."""
        return Domicile(self.residence, self.household_division, self.residence_permit_division)


class CheckInput(ApiModel):
    """What another department answered, and when."""

    source: CheckSource
    outcome: CheckOutcome
    checked_at: WrittenMoment

    def parsed(self) -> ExternalCheck:
        """The check."""
        return ExternalCheck(self.source, self.outcome, self.checked_at)


class CourtPaperInput(ApiModel):
    """A judgment or mediation paper that ended an earlier marriage; no day while it is not effective."""

    document: Line
    effective_on: Day | None


class ApplicantInput(DomicileInput):
    """A party before the registrar: papers, declaration, and what the checks said. A missing check is unknown."""

    name: PersonalText
    document: DocumentInput
    sex: Sex = Field(description="1 男，2 女（GB/T 2261.1）")
    birth_date: Day
    prior_status: PriorStatus
    court_paper: CourtPaperInput | None = None
    is_present: Flag
    is_willing: Flag
    has_signed_declaration: Flag
    identity_check: CheckInput | None = None
    marital_check: CheckInput | None = None
    identity_inquiry_id: UUID | None = Field(default=None, description="以已记录的联网核验代替 identity_check")
    marital_inquiry_id: UUID | None = Field(default=None, description="以已记录的联网核验代替 marital_check")
    is_soldier: Flag = False
    has_unit_certificate: Flag = False

    def applicant(self, today: date) -> Applicant:
        """The applicant as value objects."""
        require_born_by(self.birth_date, today)
        paper = self.court_paper
        party = Party(
            name=PersonName.parse(self.name),
            document=self.document.parsed(),
            sex=self.sex,
            birth_date=self.birth_date,
            domicile=self.parsed(),
            prior_status=self.prior_status,
            court_paper=CourtPaper(paper.document, paper.effective_on) if paper else None,
        )
        return Applicant(
            party=party,
            is_present=self.is_present,
            is_willing=self.is_willing,
            has_signed=self.has_signed_declaration,
            identity_check=self.identity_check.parsed() if self.identity_check else None,
            marital_check=self.marital_check.parsed() if self.marital_check else None,
            is_soldier=self.is_soldier,
            has_unit_certificate=self.has_unit_certificate,
        )


@contextmanager
def placed(side: Side) -> Iterator[None]:
    """Say in a refusal which of the two it is about."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = f"{side}/{refusal.field}" if refusal.field else side.value
        raise


class ParentInput(ApiModel):
    """Somebody's parent."""

    label: Label
    link: Link = Link.BIRTH


class FamilyMemberInput(ApiModel):
    """A member of the family with his or her parents; labels, not names."""

    label: Label
    parents: list[ParentInput] = Field(max_length=4, default=[])


class FamilyInput(ApiModel):
    """A declared family, and the two whose kinship is asked."""

    members: list[FamilyMemberInput] = Field(min_length=2, max_length=MOST_FAMILY_MEMBERS)
    first: Label
    second: Label

    def parsed(self) -> Family:
        """The family as a graph."""
        members = [
            (member.label, tuple(Parent(parent.label, parent.link) for parent in member.parents))
            for member in self.members
        ]
        return Family.declared(members, self.first, self.second)


class PartyView(ApiModel):
    """A party, masked unless revealed."""

    name: str
    residence: Residence
    document_kind: DocumentKind
    document_number: str

    @classmethod
    def masked(cls, party: Party) -> PartyView:
        """张* and 500***********1234."""
        return cls._of(party, party.name.masked, party.document.masked)

    @classmethod
    def plain(cls, party: Party) -> PartyView:
        """In full, for a caller with the right and a purpose."""
        return cls._of(party, party.name.plain, party.document.number)

    @classmethod
    def _of(cls, party: Party, name: str, number: str) -> PartyView:
        return cls(
            name=name, residence=party.domicile.residence, document_kind=party.document.kind, document_number=number
        )
