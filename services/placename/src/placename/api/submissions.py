"""What a body hands in, by kind of application: three shapes, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from placename.api.proposals import Degrees, FactsInput, ProposedName
from placename.domain.authority import Applicant, ApplicantKind
from placename.domain.category import ApplicationKind, Category
from placename.domain.examination import Protection
from placename.domain.place_name import Description
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


class SubmissionInput(ApiModel):
    """What every application says."""

    applicant: ApplicantInput
    online: Flag = Field(description="是否网上申请")
    reasons: Note


class NamedInput(SubmissionInput, ProposedName):
    """What an application with a new name says besides."""

    cross_county: Flag = False
    position: Note
    origin: Note
    meaning: Note
    facts: FactsInput = FactsInput()

    def description(self) -> Description:
        """What is told about the name."""
        return Description(self.position, self.origin, self.meaning)


class NamingInput(NamedInput):
    """A new name for a place; longitude and latitude in degrees of CGCS2000."""

    kind: Literal[ApplicationKind.NAME]
    category: Category
    division: DivisionCode
    longitude: Degrees
    latitude: Degrees

    def parsed(self) -> Submission:
        """The submission as value objects."""
        return Submission(
            kind=self.kind, applicant=self.applicant.parsed(), online=self.online, reasons=self.reasons,
            description=self.description(), facts=self.facts.parsed(), cross_county=self.cross_county,
            toponym=self.toponym(), place=Place(self.category, self.division, self.longitude, self.latitude),
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
            toponym=self.toponym(), target_id=self.target_id,
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
            protection=self.protection.parsed() if self.protection else None,
        )  # fmt: skip


AnySubmission = Annotated[NamingInput | RenamingInput | AbolitionInput, Field(discriminator="kind")]
