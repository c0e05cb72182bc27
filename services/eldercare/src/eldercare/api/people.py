"""How a person and the facts about a person are written in bodies; shared by assessments and applications."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field
from starlette.exceptions import HTTPException

from eldercare.domain.admission import Wishes
from eldercare.domain.bed import BedClass
from eldercare.domain.resident import Circumstances, Family, Means, Merit, Resident
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.web.commands import Reading
from shared.web.fields import AmountFen, ApiModel, PersonalText

Level = Annotated[int, Field(strict=True, ge=0, le=4, description="能力等级 0 完好 至 4 完全失能")]
Grade = Annotated[int, Field(strict=True, ge=1, le=4, description="残疾等级，一级最重")]


def require_purpose(asking: Reading) -> None:
    """Personal data is shown in full only to somebody who says what for."""
    if asking.purpose is None:
        raise HTTPException(status_code=400, detail="须以 X-Purpose 说明查看目的")


class PersonInput(ApiModel):
    """A person by name and identity number; both travel in bodies only."""

    name: PersonalText
    identity_number: PersonalText

    def parsed(self, today: date) -> Resident:
        """The person as a value object; refuses without repeating what was typed."""
        return Resident(PersonName.parse(self.name), IdentityNumber.parse(self.identity_number, today))


class CircumstancesModel(ApiModel):
    """The facts that decide lane and points."""

    means: Means = Means.ORDINARY
    family: list[Family] = Field(default_factory=list, max_length=10)
    merits: list[Merit] = Field(default_factory=list, max_length=10)
    disability_grade: Grade | None = None

    def parsed(self) -> Circumstances:
        """The facts as a value object."""
        return Circumstances(self.means, frozenset(self.family), frozenset(self.merits), self.disability_grade)

    @classmethod
    def of(cls, facts: Circumstances) -> CircumstancesModel:
        """The view of the facts."""
        return cls(
            means=facts.means, family=sorted(facts.family), merits=sorted(facts.merits),
            disability_grade=facts.disability_grade,
        )  # fmt: skip


class WishesModel(ApiModel):
    """What bed is wanted; null is any."""

    bed_class: BedClass | None = None
    highest_bed_fee_fen: AmountFen | None = None

    def parsed(self) -> Wishes:
        """The wishes as a value object."""
        return Wishes(self.bed_class, self.highest_bed_fee_fen)

    @classmethod
    def of(cls, wishes: Wishes) -> WishesModel:
        """The view of the wishes."""
        return cls(bed_class=wishes.bed_class, highest_bed_fee_fen=wishes.highest_bed_fee_fen)
