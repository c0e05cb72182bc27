"""What applications and pre-checks ask and show alike: the parts of a proposal, and what the rules say of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from placename.domain.authority import Authority, AuthorityKind
from placename.domain.deadlines import Clock, ClockState
from placename.domain.examination import Examination
from placename.domain.finding import CITY_CONSENT, Code, Finding, Severity
from placename.domain.geometry import Shape
from placename.domain.locality import Reach
from placename.domain.romanisation import RULES, Reading, Romanisation
from placename.domain.size import Facts
from placename.domain.toponym import Toponym
from placename.usecases import Sketch
from shared.web.fields import ApiModel, Count, Flag

Specific = Annotated[str, Field(min_length=1, max_length=50, description="专名", examples=["新华"])]
Generic = Annotated[str, Field(max_length=50, description="通名；集镇、自然村等可为空", examples=["路"])]
Degrees = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]


Coordinate = Annotated[float, Field(strict=True, ge=-1e9, le=1e9, allow_inf_nan=False)]
Position = Annotated[list[Coordinate], Field(min_length=2, max_length=2, examples=[[106.5516, 29.563]])]


class PointInput(ApiModel):
    """A point: longitude, latitude."""

    type: Literal["Point"]
    coordinates: Position


class LineInput(ApiModel):
    """A line of positions."""

    type: Literal["LineString"]
    coordinates: list[Position] = Field(min_length=1, max_length=5_000)


class PolygonInput(ApiModel):
    """A polygon: its outline, then its holes; each ring closed."""

    type: Literal["Polygon"]
    coordinates: list[Annotated[list[Position], Field(min_length=1, max_length=5_000)]] = Field(
        min_length=1, max_length=50
    )


GeometryInput = Annotated[PointInput | LineInput | PolygonInput, Field(discriminator="type")]


def sketch_of(geometry: GeometryInput | None) -> Sketch | None:
    """The shape as it was sent."""
    return Sketch(Shape(geometry.type), geometry.coordinates) if geometry else None


class FactsInput(ApiModel):
    """Size and functions of the place; leave out what does not apply."""

    greening_permille: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = Field(None, description="绿地率，‰")
    usable_area_m2: Count | None = None
    floor_area_m2: Count | None = None
    carriageway_cm: Count | None = None
    floors: Count | None = None
    land_m2: Count | None = None
    has_school: Flag | None = None
    has_shops: Flag | None = None
    has_hospital: Flag | None = None
    is_commercial: Flag | None = None

    def parsed(self) -> Facts:
        """The facts as a value object."""
        return Facts(**dict(self))


class ProposedName(ApiModel):
    """A name in its two parts."""

    specific: Specific
    generic: Generic

    def toponym(self) -> Toponym:
        """The name as a value object, exactly as typed."""
        return Toponym(self.specific, self.generic)


class FindingView(ApiModel):
    """One finding; ``needs_city_consent`` where a waiver must name the city department's document."""

    code: Code
    severity: Severity
    text: str
    detail: str
    basis: str
    matched: str | None
    pending: bool
    needs_city_consent: bool

    @classmethod
    def of(cls, finding: Finding) -> FindingView:
        """The view of one finding."""
        return cls(
            code=finding.code, severity=finding.severity, text=finding.text, detail=finding.detail,
            basis=finding.basis, matched=finding.matched, pending=finding.pending,
            needs_city_consent=finding.code in CITY_CONSENT and finding.severity is Severity.OVERRIDABLE,
        )  # fmt: skip


class RuleView(ApiModel):
    """A rule of spelling that shaped a romanisation."""

    number: str
    text: str


class RomanisationView(ApiModel):
    """A name in letters; ``needs_review`` until a person has vouched for the reading."""

    text: str
    toned: str
    syllables: list[str]
    needs_review: bool
    rules: list[RuleView]

    @classmethod
    def of(cls, romanisation: Romanisation, reading: Reading) -> RomanisationView:
        """The view of a romanisation with its reading."""
        return cls(
            text=romanisation.text, toned=romanisation.toned, syllables=list(reading.syllables),
            needs_review=not reading.confirmed,
            rules=[RuleView(number=number, text=RULES[number]) for number in romanisation.rules],
        )  # fmt: skip


class ExaminationView(ApiModel):
    """What the rules say; ``uncertain`` names parameters and word lists that rest on an unconfirmed source."""

    blocked: bool
    compared_within: Reach | None
    findings: list[FindingView]
    romanisation: RomanisationView | None
    uncertain: list[str]

    @classmethod
    def of(cls, examination: Examination) -> ExaminationView:
        """The view of one examination."""
        spelled = None
        if examination.romanisation and examination.reading:
            spelled = RomanisationView.of(examination.romanisation, examination.reading)
        return cls(
            blocked=examination.is_blocked,
            compared_within=examination.scope.reach if examination.scope else None,
            findings=[FindingView.of(finding) for finding in examination.findings],
            romanisation=spelled,
            uncertain=list(examination.uncertain),
        )


class AuthorityView(ApiModel):
    """Who decides, of which place, by which article, and where the approval is filed."""

    kind: AuthorityKind
    title: str
    division: str
    basis: str
    files_with: str
    needs_opinion: bool

    @classmethod
    def of(cls, authority: Authority) -> AuthorityView:
        """The view of one authority."""
        return cls(
            kind=authority.kind, title=authority.title, division=authority.division, basis=authority.basis,
            files_with=authority.files_with, needs_opinion=authority.needs_opinion,
        )  # fmt: skip


class DeadlineView(ApiModel):
    """A clock with its last day, its basis and how it stands."""

    name: str
    due_on: date
    provisional: bool
    basis: str
    state: ClockState

    @classmethod
    def of(cls, clock: Clock, today: date) -> DeadlineView:
        """The view of one clock."""
        return cls(
            name=clock.name, due_on=clock.due.on, provisional=clock.due.provisional, basis=clock.basis,
            state=clock.state(today),
        )  # fmt: skip
