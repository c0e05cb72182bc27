"""What a body hands in, by kind of application: three shapes, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from placename.api.proposals import (
    Degrees,
    FactsInput,
    Generic,
    GeometryInput,
    ProposedName,
    Specific,
    sketch_of,
)
from placename.domain.application import Content
from placename.domain.authority import Applicant, ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.domain.examination import Protection
from placename.domain.material import Material, MaterialKind
from placename.domain.place_name import Description
from placename.domain.toponym import Toponym
from placename.usecases import Place, Submission
from shared.kernel.organisation_code import OrganisationCode
from shared.web.fields import ApiModel, Day, DivisionCode, Flag, Line, Note


class ApplicantInput(ApiModel):
    """The body that applies, with its unified social credit code."""

    kind: ApplicantKind
    name: Line
    organisation_code: Line

    def parsed(self) -> Applicant:
        """The applicant as a value object."""
        return Applicant(self.kind, self.name, OrganisationCode.parse(self.organisation_code))


class ProtectionInput(ApiModel):
    """What stands before a listed historic name is touched."""

    plan_no: Line
    hearing_on: Day

    def parsed(self) -> Protection:
        """The protection as a value object."""
        return Protection(self.plan_no, self.hearing_on)


class MaterialInput(ApiModel):
    """A paper that comes with the application, by its number."""

    kind: MaterialKind
    document_no: Line

    def parsed(self) -> Material:
        """The paper as a value object."""
        return Material(self.kind, self.document_no)


class SubmissionInput(ApiModel):
    """What every application says."""

    applicant: ApplicantInput
    online: Flag = Field(description="是否网上申请")
    reasons: Note
    materials: list[MaterialInput] = Field(default=[], max_length=20)

    def papers(self) -> tuple[Material, ...]:
        """The papers as value objects."""
        return tuple(paper.parsed() for paper in self.materials)


class NamedInput(SubmissionInput, ProposedName):
    """What an application with a new name says besides."""

    cross_county: Flag = False
    position: Note
    origin: Note
    meaning: Note
    facts: FactsInput = FactsInput()
    alternatives: list[ProposedName] = Field(default=[], max_length=2, description="备选名称，按先后排列")

    def ranked(self) -> tuple[Toponym, ...]:
        """The names proposed in the second and third place."""
        return tuple(name.toponym() for name in self.alternatives)

    def description(self) -> Description:
        """What is told about the name."""
        return Description(self.position, self.origin, self.meaning)


class NamingInput(NamedInput):
    """A new name for a place; longitude and latitude in degrees of CGCS2000."""

    kind: Literal[ApplicationKind.NAME]
    category: Category
    division: DivisionCode
    longitude: Degrees | None = None
    latitude: Degrees | None = None
    geometry: GeometryInput | None = None

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise PydanticCustomError("place", "经度与纬度须同时填写")
        if self.longitude is None and self.geometry is None:
            raise PydanticCustomError("place", "须填写经纬度或者几何图形")
        return self

    def parsed(self) -> Submission:
        """The submission as value objects."""
        return Submission(
            kind=self.kind, applicant=self.applicant.parsed(), online=self.online, reasons=self.reasons,
            description=self.description(), facts=self.facts.parsed(), cross_county=self.cross_county,
            toponym=self.toponym(), alternatives=self.ranked(), materials=self.papers(),
            place=Place(self.category, self.division, self.longitude, self.latitude, sketch_of(self.geometry)),
        )  # fmt: skip


class RenamingInput(NamedInput):
    """Another name for a place that has one."""

    kind: Literal[ApplicationKind.RENAME]
    target_id: UUID
    protection: ProtectionInput | None = None

    def parsed(self) -> Submission:
        """The submission as value objects."""
        return Submission(
            kind=self.kind, applicant=self.applicant.parsed(), online=self.online, reasons=self.reasons,
            description=self.description(), facts=self.facts.parsed(), cross_county=self.cross_county,
            toponym=self.toponym(), alternatives=self.ranked(), materials=self.papers(), target_id=self.target_id,
            protection=self.protection.parsed() if self.protection else None,
        )  # fmt: skip


class AbolitionInput(SubmissionInput):
    """The end of a name whose place is gone."""

    kind: Literal[ApplicationKind.ABOLISH]
    target_id: UUID
    cross_county: Flag = False
    protection: ProtectionInput | None = None

    def parsed(self) -> Submission:
        """The submission as value objects."""
        return Submission(
            kind=self.kind, applicant=self.applicant.parsed(), online=self.online, reasons=self.reasons,
            description=Description("", "", ""), cross_county=self.cross_county, target_id=self.target_id,
            materials=self.papers(),
            protection=self.protection.parsed() if self.protection else None,
        )  # fmt: skip


class RestorationInput(SubmissionInput):
    """A retired name that shall be standard again."""

    kind: Literal[ApplicationKind.RESTORE]
    target_id: UUID
    cross_county: Flag = False

    def parsed(self) -> Submission:
        """The submission as value objects."""
        return Submission(
            kind=self.kind, applicant=self.applicant.parsed(), online=self.online, reasons=self.reasons,
            description=Description("", "", ""), cross_county=self.cross_county, target_id=self.target_id,
            materials=self.papers(),
        )  # fmt: skip


class ContentInput(ApiModel):
    """What is handed in again after a return; the names are left out where the application proposes none."""

    specific: Specific | None = None
    generic: Generic = ""
    alternatives: list[ProposedName] = Field(default=[], max_length=2)
    position: Note = "-"
    origin: Note = "-"
    meaning: Note = "-"
    reasons: Note
    facts: FactsInput = FactsInput()
    materials: list[MaterialInput] = Field(default=[], max_length=20)
    protection: ProtectionInput | None = None

    def parsed(self) -> Content:
        """The content as value objects."""
        return Content(
            toponym=Toponym(self.specific, self.generic) if self.specific else None,
            alternatives=tuple(name.toponym() for name in self.alternatives),
            description=Description(self.position, self.origin, self.meaning),
            reasons=self.reasons, facts=self.facts.parsed(),
            materials=tuple(paper.parsed() for paper in self.materials),
            protection=self.protection.parsed() if self.protection else None,
        )  # fmt: skip


AnySubmission = Annotated[NamingInput | RenamingInput | AbolitionInput | RestorationInput, Field(discriminator="kind")]
