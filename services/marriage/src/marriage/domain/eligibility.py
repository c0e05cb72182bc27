"""Whether two people may be registered today: every rule is asked, every obstacle is told.

A ground (不予登记的情形) is what the law names: age, free will, an existing marriage, kinship, not one man and one
woman, not both present. A hold is something nobody knows yet; what is unknown never passes (MR-302).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from marriage.domain.competence import Competence
from marriage.domain.credit import MEMORANDUM
from marriage.domain.kinship import Family
from marriage.domain.obstacle import (
    AlreadyMarried,
    DeclarationNotSigned,
    EffectBeforeConditionsMet,
    IdentityNotConfirmed,
    IdentityUnknown,
    JointPhotoMissing,
    MaritalStatusUnknown,
    NotBothInPerson,
    NotDivorcedBefore,
    NotOneManAndOneWoman,
    NotVoluntary,
    Obstacle,
    OfficeNotCompetent,
    ProhibitedKinship,
    TraffickingSuspected,
    UnderMarriageableAge,
    UnitCertificateMissing,
)
from marriage.domain.party import Party, PriorStatus, Residence, Side, require_two_people
from shared.kernel.clock import business_day
from shared.kernel.identity_number import Sex
from shared.kernel.parameters import ParameterReader

MARRIAGEABLE_AGE = {Sex.MALE: 22, Sex.FEMALE: 20}
"""Full years (民法典 第一千零四十七条); fixed by law, not a parameter."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of another department may run ahead of ours."""


class CheckSource(StrEnum):
    """Who was asked (核验来源)."""

    POPULATION_BASE = "POPULATION_BASE"
    """人口基础信息库"""
    NATIONAL_MARRIAGE_BASE = "NATIONAL_MARRIAGE_BASE"
    """全国婚姻基础信息库"""
    BORDER = "BORDER"
    """出入境管理机构"""
    NOTARISED_PROOF = "NOTARISED_PROOF"
    """经公证、认证的无配偶证明"""
    MANUAL = "MANUAL"
    """人工核对"""


class CheckOutcome(StrEnum):
    """What the other side answered (核验结果)."""

    CLEAR = "CLEAR"
    CONTRADICTED = "CONTRADICTED"
    UNAVAILABLE = "UNAVAILABLE"


class Occasion(StrEnum):
    """Why the couple comes (办理事由)."""

    MARRIAGE = "MARRIAGE"
    REMARRIAGE = "REMARRIAGE"
    """复婚"""
    LATE = "LATE"
    """补办结婚登记"""


class LeapBirthday(StrEnum):
    """When somebody born on 29 February completes a year in a common year."""

    MARCH_1 = "MARCH_1"
    FEBRUARY_28 = "FEBRUARY_28"


@dataclass(frozen=True)
class ExternalCheck:
    """What another department answered about one party, and when (联网核验)."""

    source: CheckSource
    outcome: CheckOutcome
    checked_at: datetime


@dataclass(frozen=True)
class Applicant:
    """A party before the registrar (到场当事人): what was seen, asked, signed and checked."""

    party: Party
    is_present: bool
    is_willing: bool
    has_signed: bool
    identity_check: ExternalCheck | None = None
    marital_check: ExternalCheck | None = None
    is_soldier: bool = False
    has_unit_certificate: bool = False


@dataclass(frozen=True)
class Couple:
    """Two applicants and what they bring (申请结婚登记的双方)."""

    first: Applicant
    second: Applicant
    occasion: Occasion = Occasion.MARRIAGE
    family: Family | None = None
    has_joint_photo: bool = True
    effective_from: date | None = None
    is_trafficking_suspected: bool = False

    def __post_init__(self) -> None:
        require_two_people(*self.parties)

    @property
    def sides(self) -> tuple[tuple[Side, Applicant], ...]:
        """Both applicants with their side."""
        return ((Side.FIRST, self.first), (Side.SECOND, self.second))

    @property
    def parties(self) -> tuple[Party, Party]:
        """Both parties."""
        return self.first.party, self.second.party


@dataclass(frozen=True)
class Clause:
    """One rule that was asked: its code, what it rests on, and the facts it saw (never personal ones)."""

    code: str
    basis: str
    side: Side | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Examination:
    """The rules that passed, the obstacles in their order, and the uncertain parameters behind them."""

    passed: tuple[Clause, ...]
    obstacles: tuple[Obstacle, ...]
    uncertain: tuple[str, ...]

    def require_clear(self) -> None:
        """Refuse with the first obstacle, which names all of them."""
        if not self.obstacles:
            return
        first = self.obstacles[0]
        first.facts["grounds"] = [
            {"code": obstacle.code, "title": obstacle.title, "rule": obstacle.rule} for obstacle in self.obstacles
        ]
        raise first


def full_years(birth_date: date, on: date) -> int:
    """The age in full years (周岁)."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def marriageable_from(sex: Sex, birth_date: date, leap: LeapBirthday) -> date:
    """The first day on which somebody is of marriageable age: the birthday itself."""
    year = birth_date.year + MARRIAGEABLE_AGE[sex]
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1) if leap is LeapBirthday.MARCH_1 else date(year, 2, 28)


def is_one_man_and_one_woman(first: Sex, second: Sex) -> bool:
    """M02."""
    return {first, second} == {Sex.MALE, Sex.FEMALE}


@dataclass(frozen=True)
class Declared:
    """What somebody who only asks tells of himself or herself."""

    sex: Sex
    birth_date: date
    has_spouse: bool = False

    def marriageable_from(self, parameters: ParameterReader) -> date:
        """The first day of marriageable age."""
        return marriageable_from(self.sex, self.birth_date, LeapBirthday(parameters.text("age.leap_birthday")))


def examine_declared(first: Declared, second: Declared, on: date, parameters: ParameterReader) -> tuple[Obstacle, ...]:
    """What would stand in the way on a day, as far as sex, age and spouse tell; nobody is identified."""
    obstacles: list[Obstacle] = []
    if not is_one_man_and_one_woman(first.sex, second.sex):
        obstacles.append(NotOneManAndOneWoman())
    for side, person in ((Side.FIRST, first), (Side.SECOND, second)):
        if on < person.marriageable_from(parameters):
            obstacles.append(UnderMarriageableAge(field=side, required_age=MARRIAGEABLE_AGE[person.sex]))
        if person.has_spouse:
            obstacles.append(AlreadyMarried(field=side))
    return tuple(obstacles)


def examine(
    couple: Couple,
    *,
    at: datetime,
    married: frozenset[Side],
    competence: Competence,
    parameters: ParameterReader,
    listed: frozenset[Side] = frozenset(),
) -> Examination:
    """Ask every rule about a couple at a moment.

    :param married: who has a marriage in force in our own register.
    :param competence: the answer about the office.
    :param listed: who is on the list of the gravely dishonest; a warning, not a ground (M15).
    """
    examiner = _Examiner(couple, at, married, parameters)
    for rule in _RULES:
        rule(examiner)
    if competence.is_competent:
        examiner.passed.append(Clause("M10", competence.basis, facts={"reason": competence.reason.value}))
    else:
        facts = {"reason": competence.reason.value, "refer_to": competence.refer_to}
        examiner.obstacles.append(OfficeNotCompetent(field="office_id", **facts))
    for side in sorted(listed):
        examiner.passed.append(Clause("M15", MEMORANDUM, side, {"listed": "true", "effect": "FULL_MANUAL_CHECK"}))
    return Examination(tuple(examiner.passed), tuple(examiner.obstacles), parameters.uncertain_used)


_Sources = dict[bool, frozenset[CheckSource]]
IDENTITY_SOURCES: _Sources = {
    True: frozenset({CheckSource.POPULATION_BASE}),
    False: frozenset({CheckSource.BORDER, CheckSource.POPULATION_BASE}),
}
MARITAL_SOURCES: _Sources = {
    True: frozenset({CheckSource.NATIONAL_MARRIAGE_BASE}),
    False: frozenset({CheckSource.NOTARISED_PROOF}),
}
"""Who can answer about mainland residents (True) and about others (False)."""


class _Examiner:
    """Collects what each rule says."""

    def __init__(self, couple: Couple, at: datetime, married: frozenset[Side], parameters: ParameterReader) -> None:
        self.couple, self.at, self.married, self.parameters = couple, at, married, parameters
        self.today = business_day(at)
        self.leap = LeapBirthday(parameters.text("age.leap_birthday"))
        self.passed: list[Clause] = []
        self.obstacles: list[Obstacle] = []

    def judge(self, code: str, is_met: bool, obstacle: Obstacle, side: Side | None = None, **facts: str) -> None:
        """Note that a rule is met, or what stands in the way."""
        if is_met:
            self.passed.append(Clause(code, obstacle.article, side, facts))
        else:
            self.obstacles.append(obstacle)

    def of_age(self, party: Party, on: date) -> bool:
        """M03 for one party on a day."""
        return on >= marriageable_from(party.sex, party.birth_date, self.leap)

    def unknown_because(self, party: Party, check: ExternalCheck | None, sources: _Sources) -> str | None:
        """Why an answer cannot be relied on; None if it can."""
        if check is None:
            return "missing"
        if check.outcome is CheckOutcome.UNAVAILABLE:
            return "unavailable"
        if check.source is CheckSource.MANUAL:
            if not self.parameters.switch("check.manual_on_outage"):
                return "source"
        elif check.source not in sources[party.domicile.residence is Residence.MAINLAND]:
            return "source"
        if check.checked_at > self.at + CLOCK_SKEW:
            return "in-future"
        oldest = self.at - timedelta(hours=self.parameters.integer("check.valid_hours"))
        return "stale" if check.checked_at < oldest else None


def _both_in_person(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        examiner.judge("M01", applicant.is_present, NotBothInPerson(field=f"{side}/is_present"), side)


def _one_man_and_one_woman(examiner: _Examiner) -> None:
    first, second = examiner.couple.parties
    examiner.judge("M02", is_one_man_and_one_woman(first.sex, second.sex), NotOneManAndOneWoman(field="second/sex"))


def _of_marriageable_age(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        required = MARRIAGEABLE_AGE[applicant.party.sex]
        obstacle = UnderMarriageableAge(field=f"{side}/birth_date", required_age=required)
        examiner.judge(
            "M03", examiner.of_age(applicant.party, examiner.today), obstacle, side, required_age=str(required)
        )


def _of_free_will(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        examiner.judge("M04", applicant.is_willing, NotVoluntary(field=f"{side}/is_willing"), side)


def _without_spouse(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        check, place = applicant.marital_check, f"{side}/marital_check"
        unknown = examiner.unknown_because(applicant.party, check, MARITAL_SOURCES)
        if side in examiner.married:
            examiner.obstacles.append(AlreadyMarried(field=place, known_from="OWN_REGISTER"))
        elif check is None or unknown is not None:
            examiner.obstacles.append(MaritalStatusUnknown(field=place, reason=unknown))
        elif check.outcome is CheckOutcome.CLEAR:
            examiner.passed.append(Clause("M05", AlreadyMarried.article, side, _seen(check)))
        else:
            paper = applicant.party.court_paper
            ended = paper is not None and paper.is_effective(examiner.today)
            obstacle = AlreadyMarried(field=place, known_from=check.source.value)
            examiner.judge("M05", ended, obstacle, side, **_seen(check), annotated="COURT_PAPER")


def _identity_confirmed(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        check, place = applicant.identity_check, f"{side}/identity_check"
        unknown = examiner.unknown_because(applicant.party, check, IDENTITY_SOURCES)
        if check is None or unknown is not None:
            examiner.obstacles.append(IdentityUnknown(field=place, reason=unknown))
        else:
            examiner.judge(
                "M07", check.outcome is CheckOutcome.CLEAR, IdentityNotConfirmed(field=place), side, **_seen(check)
            )


def _not_close_kin(examiner: _Examiner) -> None:
    family = examiner.couple.family
    if family is None:
        examiner.passed.append(Clause("M06", ProhibitedKinship.article, facts={"declared": "NONE"}))
        return
    found = family.kinship(adoptive_collateral=examiner.parameters.switch("kinship.adoptive_collateral"))
    obstacle = ProhibitedKinship(field="family", kinship=found.kind.value, generations=found.generations)
    examiner.judge("M06", not found.is_prohibited, obstacle, declared=found.kind.value)


def _declarations_signed(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        obstacle = DeclarationNotSigned(field=f"{side}/has_signed_declaration")
        examiner.judge("M09", applicant.has_signed, obstacle, side)


def _joint_photo_there(examiner: _Examiner) -> None:
    examiner.judge("M11", examiner.couple.has_joint_photo, JointPhotoMissing(field="has_joint_photo"))


def _nobody_trafficked(examiner: _Examiner) -> None:
    examiner.judge(
        "M13", not examiner.couple.is_trafficking_suspected, TraffickingSuspected(field="is_trafficking_suspected")
    )


def _soldiers_certified(examiner: _Examiner) -> None:
    for side, applicant in examiner.couple.sides:
        if applicant.is_soldier:
            obstacle = UnitCertificateMissing(field=f"{side}/has_unit_certificate")
            examiner.judge("M14", applicant.has_unit_certificate, obstacle, side)


def _both_divorced_for_remarriage(examiner: _Examiner) -> None:
    if examiner.couple.occasion is Occasion.REMARRIAGE:
        both = all(party.prior_status is PriorStatus.DIVORCED for party in examiner.couple.parties)
        examiner.judge("MR-402", both, NotDivorcedBefore(field="occasion"))


def _late_effect_after_conditions(examiner: _Examiner) -> None:
    since = examiner.couple.effective_from
    late = examiner.couple.occasion is Occasion.LATE
    if late or since is not None:
        is_met = (
            late
            and since is not None
            and since <= examiner.today
            and all(examiner.of_age(party, since) for party in examiner.couple.parties)
        )
        examiner.judge("MR-403", is_met, EffectBeforeConditionsMet(field="effective_from"))


def _seen(check: ExternalCheck) -> dict[str, str]:
    return {"source": check.source.value, "checked_at": check.checked_at.isoformat()}


_RULES: tuple[Callable[[_Examiner], None], ...] = (
    _both_in_person,
    _one_man_and_one_woman,
    _of_marriageable_age,
    _of_free_will,
    _without_spouse,
    _not_close_kin,
    _identity_confirmed,
    _declarations_signed,
    _joint_photo_there,
    _nobody_trafficked,
    _soldiers_certified,
    _both_divorced_for_remarriage,
    _late_effect_after_conditions,
)
"""In the order of the checks M01 to M14; the first obstacle gives the refusal its name."""
