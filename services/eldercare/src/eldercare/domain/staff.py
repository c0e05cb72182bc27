"""Staff of an institution: posts, certificates, training, the yearly record, credit; and how many there must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil
from uuid import UUID

from eldercare.domain.span import require_later, require_past
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid, NotFound, Refusal
from shared.kernel.identity_number import IdentityNumber
from shared.kernel.names import PersonName
from shared.kernel.parameters import ParameterReader
from shared.kernel.spans import Span
from shared.kernel.workflow import Workflow

RATIO_MILD = "staffing.residents_per_caregiver_mild"
RATIO_MODERATE = "staffing.residents_per_caregiver_moderate"
RATIO_SEVERE = "staffing.residents_per_caregiver_severe"
ELDERS_PER_SOCIAL_WORKER = "staffing.elders_per_social_worker"
BEDS_PER_SOCIAL_WORKER = "staffing.beds_per_social_worker"


class Post(StrEnum):
    """What somebody is employed as (岗位)."""

    DIRECTOR = "DIRECTOR"
    """院长"""
    CARE_SUPERVISOR = "CARE_SUPERVISOR"
    """养老护理督导"""
    CAREGIVER = "CAREGIVER"
    """养老护理员"""
    SOCIAL_WORKER = "SOCIAL_WORKER"
    """社会工作者"""
    NURSE = "NURSE"
    DOCTOR = "DOCTOR"
    THERAPIST = "THERAPIST"
    COOK = "COOK"
    FIRE_OPERATOR = "FIRE_OPERATOR"
    """消防控制室值班员"""
    OTHER = "OTHER"


LICENSED = frozenset({Post.NURSE, Post.DOCTOR, Post.THERAPIST, Post.FIRE_OPERATOR})
"""Posts that nobody holds without a licence (医疗、康复、消防岗位持证)."""


class CertificateKind(StrEnum):
    """What a certificate proves (证书种类)."""

    SKILL = "SKILL"
    """职业技能等级证书"""
    LICENCE = "LICENCE"
    """执业资格证书"""
    TRAINING = "TRAINING"
    """培训合格证书"""


class Status(StrEnum):
    """Whether somebody works there (在岗状态)."""

    ON_DUTY = "ON_DUTY"
    LEFT = "LEFT"


class Action(StrEnum):
    """What can be recorded of somebody on the staff (人员事项)."""

    CERTIFY = "certify"
    TRAIN = "train"
    FILE_YEAR = "file-year"
    CREDIT = "credit"
    LEAVE = "leave"


WORKFLOW = Workflow(
    {
        (Status.ON_DUTY, Action.CERTIFY): Status.ON_DUTY,
        (Status.ON_DUTY, Action.TRAIN): Status.ON_DUTY,
        (Status.ON_DUTY, Action.FILE_YEAR): Status.ON_DUTY,
        (Status.ON_DUTY, Action.CREDIT): Status.ON_DUTY,
        (Status.ON_DUTY, Action.LEAVE): Status.LEFT,
        (Status.LEFT, Action.CREDIT): Status.LEFT,
    }
)


class StaffUnknown(NotFound):
    """从业人员不存在"""


class EmployedThere(Refusal):
    """该人员已在本机构在岗"""


class LicenceMissing(Refusal):
    """该岗位须持有执业资格证书"""


class SkillLevelInvalid(Invalid):
    """技能等级证书须注明等级（一至五级）"""


class CertificateExpired(Invalid):
    """证书有效期止须晚于发证日"""


class YearFiledBefore(Refusal):
    """该年度已备案"""


class YearNotServed(Refusal):
    """该人员该年度不在岗"""


@dataclass(frozen=True)
class Certificate:
    """A certificate (证书); ``level`` from 5 (初级工) to 1 (高级技师) for a skill certificate only."""

    kind: CertificateKind
    level: int | None
    issued_on: date
    expires_on: date | None

    def __post_init__(self) -> None:
        if (self.kind is CertificateKind.SKILL) != (self.level is not None):
            raise SkillLevelInvalid(field="level")
        if self.level is not None and not 1 <= self.level <= 5:
            raise SkillLevelInvalid(field="level")
        if self.expires_on is not None and self.expires_on <= self.issued_on:
            raise CertificateExpired(field="expires_on")

    @property
    def valid(self) -> Span:
        """The days on which it holds."""
        return Span(self.issued_on, self.expires_on)


@dataclass(frozen=True)
class CreditMark:
    """A good or bad mark in the credit record (信用记录), with the code of its reason."""

    on: date
    points: int
    reason: str


@dataclass(frozen=True)
class Employee:
    """Who works there (从业人员)."""

    name: PersonName
    identity: IdentityNumber


@dataclass(kw_only=True)
class Staff(Aggregate):
    """Somebody on the staff of an institution (养老服务从业人员); ``division`` is the institution's township."""

    institution_id: UUID
    employee: Employee
    post: Post
    status: Status
    employed: Span
    certificates: tuple[Certificate, ...] = ()
    trained: tuple[date, ...] = ()
    years: tuple[int, ...] = ()
    credit: tuple[CreditMark, ...] = ()

    @property
    def credit_points(self) -> int:
        """The sum of all marks."""
        return sum(mark.points for mark in self.credit)

    def certify(self, *, certificate: Certificate, today: date) -> None:
        """A certificate has been issued (持证)."""
        self.status = WORKFLOW.next(self.status, Action.CERTIFY)
        require_past(certificate.issued_on, today=today)
        self.certificates = (*self.certificates, certificate)
        self.note("certified")

    def train(self, *, on: date, today: date) -> None:
        """A training was passed (培训)."""
        self.status = WORKFLOW.next(self.status, Action.TRAIN)
        require_past(on, today=today)
        self.trained = tuple(sorted({*self.trained, on}))
        self.note("trained")

    def file_year(self, *, year: int, today: date) -> None:
        """The record of a year (年度备案) of somebody who worked in it."""
        self.status = WORKFLOW.next(self.status, Action.FILE_YEAR)
        require_past(date(year, 1, 1), today=today)
        if year in self.years:
            raise YearFiledBefore(rule="养老服务从业人员年度备案", year=year)
        if not self.employed.meets(Span(date(year, 1, 1), date(year + 1, 1, 1))):
            raise YearNotServed(rule="养老服务从业人员年度备案", year=year)
        self.years = tuple(sorted({*self.years, year}))
        self.note("filed")

    def mark_credit(self, *, mark: CreditMark, today: date) -> None:
        """A mark in the credit record (信用评价)."""
        self.status = WORKFLOW.next(self.status, Action.CREDIT)
        require_past(mark.on, today=today)
        self.credit = (*self.credit, mark)
        self.note("credited")

    def leave(self, *, on: date, today: date) -> None:
        """Works there no longer from a day on (离岗)."""
        self.status = WORKFLOW.next(self.status, Action.LEAVE)
        require_past(on, today=today)
        require_later(on, self.employed.begin)
        self.employed = Span(self.employed.begin, on)
        self.note("left")


def employ(
    *, id: UUID, institution_id: UUID, division: str, employee: Employee, post: Post, since: date,
    certificates: tuple[Certificate, ...], today: date,
) -> Staff:  # fmt: skip
    """Enter somebody; medical, rehabilitation and fire posts need their licence at once."""
    require_past(since, *(certificate.issued_on for certificate in certificates), today=today)
    licensed = any(one.kind is CertificateKind.LICENCE and one.valid.covers(since) for one in certificates)
    if post in LICENSED and not licensed:
        raise LicenceMissing(rule="§11 岗位持证", field="certificates")
    staff = Staff(
        id=id, division=division, institution_id=institution_id, employee=employee, post=post, status=Status.ON_DUTY,
        employed=Span(since), certificates=certificates,
    )  # fmt: skip
    staff.note("registered")
    return staff


@dataclass(frozen=True)
class StaffingVerdict:
    """How many caregivers and social workers are needed, and whether they are there (人员配比)."""

    required_caregivers: int
    caregivers_met: bool
    social_workers_by_beds: int
    social_workers_by_elders: int
    social_workers_met: bool


def required_caregivers(*, mild: int, moderate: int, severe: int, parameters: ParameterReader) -> int:
    """Caregivers for residents of level 0–1, 2 and 3–4; the shares are summed before rounding up."""
    needed = (
        Fraction(mild, parameters.integer(RATIO_MILD))
        + Fraction(moderate, parameters.integer(RATIO_MODERATE))
        + Fraction(severe, parameters.integer(RATIO_SEVERE))
    )
    return ceil(needed)


def check_staffing(
    *, mild: int, moderate: int, severe: int, caregivers: int, beds: int, elders: int, social_workers: int,
    parameters: ParameterReader,
) -> StaffingVerdict:  # fmt: skip
    """Both ratios; one of the two for social workers is enough (每千名老年人或每百张床位一名)."""
    required = required_caregivers(mild=mild, moderate=moderate, severe=severe, parameters=parameters)
    by_beds = ceil(Fraction(beds, parameters.integer(BEDS_PER_SOCIAL_WORKER)))
    by_elders = ceil(Fraction(elders, parameters.integer(ELDERS_PER_SOCIAL_WORKER)))
    enough = social_workers >= min(by_beds, by_elders)
    return StaffingVerdict(required, caregivers >= required, by_beds, by_elders, enough)
